/** Elementwise functions in float32 on the GPU beside float64 on the CPU, over numbers of every exponent. */
import { array, lax, type NDArray, nn, numpy as np } from "cotangent";
import { compute, type Elements, formatNumber, isSubnormal, ulps } from "./compute.ts";
import type { Check, Finding } from "./report.ts";

type Function = (...operands: NDArray[]) => NDArray;

export interface Tested {
  readonly name: string;
  readonly fn: Function;
  readonly operands: 1 | 2;
  /** What docs/accuracy.md states, in units in the last place. */
  readonly bound: number;
  /** What the bound is times of, if not of 1. */
  readonly unit?: (x: number) => number;
  /** Whether its arguments are positive. */
  readonly positive?: boolean;
  readonly short?: boolean;
}

const SHORT = new Set(["exp", "log", "tanh", "erf", "pow"]);

const unary = ([name, fn, bound]: readonly [string, Function, number]): Tested => ({
  name,
  fn,
  operands: 1,
  bound,
  short: SHORT.has(name),
});

/** As docs/accuracy.md has them. WGSL allows square roots as much as quotients. */
export const TESTED: readonly Tested[] = [
  ...(
    [
      ["sqrt", np.sqrt, 2.5],
      ["rsqrt", lax.rsqrt, 2],
      ["cbrt", np.cbrt, 1.1],
      ["exp", np.exp, 1],
      ["exp2", np.exp2, 1],
      ["expm1", np.expm1, 1.5],
      ["log", np.log, 1.2],
      ["log1p", np.log1p, 2],
      ["sigmoid", nn.sigmoid, 2.2],
      ["sin", np.sin, 2.2],
      ["cos", np.cos, 2.2],
      ["tan", np.tan, 4],
      ["arcsin", np.arcsin, 2.5],
      ["arccos", np.arccos, 1.5],
      ["arctan", np.arctan, 2.5],
      ["sinh", np.sinh, 1.5],
      ["cosh", np.cosh, 1.5],
      ["tanh", np.tanh, 1.5],
      ["arcsinh", np.arcsinh, 1.8],
      ["arccosh", np.arccosh, 2],
      ["arctanh", np.arctanh, 1.1],
      ["erf", lax.erf, 1.6],
      ["erfc", lax.erfc, 4],
      ["besselI0e", lax.besselI0e, 4],
      ["besselI1e", lax.besselI1e, 3.5],
    ] as const
  ).map(unary),
  // The rounding of x^2 counts, as in XLA.
  { ...unary(["erfInv", lax.erfInv, 4]), unit: (x) => 1 / (1 - x * x) },
  ...(
    [
      ["lgamma", lax.lgamma, 3],
      ["digamma", lax.digamma, 3],
    ] as const
  ).map((entry) => ({ ...unary(entry), positive: true })),
  ...(
    [
      ["divide", lax.div, 2.5],
      ["pow", lax.pow, 1.6],
      ["arctan2", lax.atan2, 2.5],
    ] as const
  ).map((entry) => ({ ...unary(entry), operands: 2 as const })),
];

/** Where functions overflow, vanish, reach their limits or change their formula. */
const PLACES = [
  ...[0.125, 0.25, 0.5, 0.625, 0.95, 1, 2, 4, 45, 88.72284, 87.33654, 103.97208, 9.010914, 16.635532, 3.919206],
  ...[10.05, 3000, 1e4, 1e20, 3.4e38, 2 ** -126, 2 ** -24, 2 ** 24, Math.SQRT2, Math.SQRT1_2, Math.LN2, Math.LN2 / 2],
  ...Array.from({ length: 300 }, (_, k) => ((k + 1) * Math.PI) / 2),
];

/** Normal numbers of all exponents and both signs, so many, and the neighbours of those places. */
function grid(count: number): number[] {
  const bits = new Uint32Array(Float32Array.from(PLACES).buffer);
  const near = [...bits].flatMap((word) => [word - 1, word, word + 1]).flatMap((word) => [word, word + 0x80000000]);
  // An odd step, so that the last bits differ, too.
  const step = Math.floor(2 ** 31 / count) * 2 + 1;
  const all = Array.from({ length: count }, (_, i) => (i * step) % 2 ** 32);
  const values = new Float32Array(Uint32Array.from([...all, ...near]).buffer);
  return Array.from(values).filter((x) => Number.isFinite(x) && !isSubnormal(x));
}

/** Exponents for which powers are exact, overflow, vanish or lose their sign. */
const EXPONENTS = [2, 3, -1, -2, 0.5, -0.5, 1 / 3, 2.5, 10, -17, 101, 1e-3, 0.99999994, 1.0000001];

function argumentsOf({ name, operands, positive }: Tested, count: number): Float32Array<ArrayBuffer>[] {
  const all = grid(count);
  const xs = Float32Array.from(positive ? all.filter((x) => x > 0) : all);
  if (operands === 1) return [xs];
  const second = (i: number) =>
    name === "pow" && i % 2 === 0 ? EXPONENTS[(i / 2) % EXPONENTS.length] : xs[(i * 7919) % xs.length];
  return [xs, Float32Array.from(xs, (_, i) => second(i) ?? 1)];
}

/** What errors are still good for: kernels agree to 2e-4 of their largest entry. */
const USABLE = 64;

async function check(tested: Tested, count: number): Promise<Finding> {
  const columns = argumentsOf(tested, count);
  const got = await compute("webgpu", () => tested.fn(...columns.map((column) => array(column))));
  const want = await compute("cpu", () => tested.fn(...columns.map((column) => array(Float64Array.from(column)))));
  const { error, at } = worst(got, want, (i) => tested.unit?.(columns[0]?.[i] ?? 0) ?? 1);
  const where = columns.map((column) => formatNumber(column[at] ?? Number.NaN)).join(", ");
  const text = `${error.toFixed(2).padStart(6)} ulp at (${where}); bound ${tested.bound}${tested.unit ? " / (1 - x^2)" : ""}; ${got.length} arguments`;
  if (error <= tested.bound) return { mark: "ok", text };
  const values = `: ${formatNumber(got[at] ?? Number.NaN)}, not ${formatNumber(want[at] ?? Number.NaN)}`;
  return { mark: error <= USABLE ? "HIGH" : "WRONG", text: text + values };
}

/** The largest error in its unit; the signs of zeros are another check's. */
function worst(got: Elements, want: Elements, unit: (i: number) => number): { error: number; at: number } {
  let [error, at] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    const [result, exact] = [got[i] ?? Number.NaN, want[i] ?? Number.NaN];
    const here = result === exact ? 0 : ulps(result, exact) / unit(i);
    if (!(here <= error)) [error, at] = [here, i];
  }
  return { error, at };
}

export const accuracyChecks = (short: boolean): Check[] =>
  TESTED.map((tested) => ({
    section: "Accuracy beside float64, in units in the last place (ulp)",
    name: tested.name,
    short: tested.short ?? false,
    run: () => check(tested, short ? 2 ** 12 : 2 ** 16),
  }));
