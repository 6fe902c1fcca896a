/**
 * The elementwise functions that are made of others, and those of special kind, in units in the last place: float64
 * against values computed with more digits (`data/accuracy.py` writes them), float32 against float64 at more points.
 */
import { readFileSync } from "node:fs";
import { array, type DType, jit, lax, type NDArray, nn, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** Arguments, and the value as the sum of two numbers. */
type Entry = readonly number[];
const VALUES: Record<string, Entry[]> = JSON.parse(
  readFileSync(new URL("data/accuracy.json", import.meta.url), "utf8"),
);

type Operation = (x: NDArray, y: NDArray) => NDArray;
/** How many units a result may be off in float64 and float32: those of docs/accuracy.md. */
interface Bounds {
  readonly f: Operation;
  readonly float64: number;
  readonly float32: number;
  /** What the units are those of, where it isn't the value. */
  readonly of?: (value: number, ...x: number[]) => number;
  readonly ofFloat32?: (value: number, ...x: number[]) => number;
}

const two = (value: number): NDArray => array(value, { dtype: "float64" });
const either = (x: NDArray, value: number): NDArray => (x.dtype === "float64" ? two(value) : array(value));
/** Sums near 0 are differences of their terms. */
const ofLarger = (value: number, x: number, y: number): number => Math.max(Math.abs(value), Math.abs(x), Math.abs(y));
/** An exponential's argument is rounded, which it multiplies by its size. */
const amplified = (size: (x: number) => number) => (value: number, x: number) => value * (1 + Math.max(size(x), 0));
/** A product of powers rounds the sum of their logarithms. */
const byLogarithm = (value: number): number => value * (1 + Math.abs(Math.log(Math.abs(value))));

const FUNCTIONS: Readonly<Record<string, Bounds>> = {
  exp2: { f: lax.exp2, float64: 1, float32: 0.6 },
  log2: { f: np.log2, float64: 2, float32: 3 },
  log10: { f: np.log10, float64: 2, float32: 3 },
  sinc: { f: np.sinc, float64: 3, float32: 3 },
  i0: { f: np.i0, float64: 10, float32: 2 },
  rsqrt: { f: lax.rsqrt, float64: 1.5, float32: 1.5 },
  cbrt: { f: lax.cbrt, float64: 1, float32: 0.6 },
  deg2rad: { f: np.deg2rad, float64: 1, float32: 1 },
  rad2deg: { f: np.rad2deg, float64: 1, float32: 1 },
  erf: { f: lax.erf, float64: 1, float32: 0.6 },
  erfc: { f: lax.erfc, float64: 4, float32: 0.6 },
  erfInv: { f: lax.erfInv, float64: 4, float32: 4, ofFloat32: (value, x) => value / (1 - x * x) },
  lgamma: { f: lax.lgamma, float64: 4, float32: 0.6 },
  digamma: { f: lax.digamma, float64: 4, float32: 0.6 },
  polygamma1: { f: (x) => lax.polygamma(either(x, 1), x), float64: 6, float32: 6 },
  polygamma3: { f: (x) => lax.polygamma(either(x, 3), x), float64: 8, float32: 8 },
  besselI0e: { f: lax.besselI0e, float64: 8, float32: 0.6 },
  besselI1e: { f: lax.besselI1e, float64: 8, float32: 0.6 },
  logistic: { f: lax.logistic, float64: 3, float32: 0.6 },
  softplus: { f: (x) => nn.softplus(x), float64: 2, float32: 2 },
  logSigmoid: { f: (x) => nn.logSigmoid(x), float64: 2, float32: 2 },
  silu: { f: (x) => nn.silu(x), float64: 3, float32: 2 },
  mish: { f: (x) => nn.mish(x), float64: 4, float32: 3 },
  elu: { f: (x) => nn.elu(x), float64: 1, float32: 0.6 },
  selu: { f: (x) => nn.selu(x), float64: 3, float32: 2 },
  gelu: { f: (x) => nn.gelu(x), float64: 4, float32: 4, of: amplified((x) => -1.6 * (x + 0.044715 * x ** 3)) },
  "exact gelu": {
    f: (x) => nn.gelu(x, { approximate: false }),
    float64: 6,
    float32: 4,
    of: amplified((x) => (x < 0 ? x * x : 0)),
  },
  squareplus: { f: (x) => nn.squareplus(x), float64: 3, float32: 3 },
  softSign: { f: (x) => nn.softSign(x), float64: 2, float32: 2 },
  log1mexp: { f: (x) => nn.log1mexp(x), float64: 3, float32: 2 },
  logaddexp: { f: lax.logaddexp, float64: 2, float32: 2, of: ofLarger },
  logaddexp2: { f: np.logaddexp2, float64: 2, float32: 2, of: ofLarger },
  hypot: { f: np.hypot, float64: 2, float32: 2 },
  atan2: { f: lax.atan2, float64: 2, float32: 0.6 },
  pow: { f: lax.pow, float64: 1, float32: 0.6 },
  zeta: { f: lax.zeta, float64: 6, float32: 10 },
  igamma: { f: lax.igamma, float64: 8, float32: 0.6, of: byLogarithm },
  igammac: { f: lax.igammac, float64: 8, float32: 0.6, of: byLogarithm },
  "igamma(300, x)": { f: (x) => lax.igamma(either(x, 300), x), float64: 8, float32: 0.6, of: byLogarithm },
  "igamma(1e6, x)": { f: (x) => lax.igamma(either(x, 1e6), x), float64: 8, float32: 0.6, of: byLogarithm },
  "igamma(3, tiny x)": { f: (x) => lax.igamma(either(x, 3), x), float64: 8, float32: 0.6, of: byLogarithm },
  "igammac(300, x)": { f: (x) => lax.igammac(either(x, 300), x), float64: 8, float32: 0.6, of: byLogarithm },
  "igammac(2^-30, x)": { f: (x) => lax.igammac(either(x, 2 ** -30), x), float64: 40, float32: 0.6 },
  "igammaGradA(300, x)": { f: (x) => lax.igammaGradA(either(x, 300), x), float64: 8, float32: 0.6, of: byLogarithm },
  "randomGammaGrad(300, x)": { f: (x) => lax.randomGammaGrad(either(x, 300), x), float64: 200, float32: 0.6 },
  "betainc(2, 3)": { f: (b, x) => lax.betainc(either(x, 2), b, x), float64: 16, float32: 0.6, of: byLogarithm },
  "betainc(2, 2^-30, x)": { f: (x) => lax.betainc(either(x, 2), either(x, 2 ** -30), x), float64: 16, float32: 0.6 },
  "betainc(2^-30, 2^-20, x)": {
    f: (x) => lax.betainc(either(x, 2 ** -30), either(x, 2 ** -20), x),
    float64: 16,
    float32: 0.6,
  },
  "betainc(300, 200, x)": {
    f: (x) => lax.betainc(either(x, 300), either(x, 200), x),
    float64: 16,
    float32: 0.6,
    of: byLogarithm,
  },
};

/** A unit in the last place of normal numbers of the dtype. */
function unit(value: number, dtype: DType): number {
  const [bits, lowest] = dtype === "float32" ? [24, -126] : [53, -1022];
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), lowest) - bits + 1);
}

/** Checks `f` at arguments of the dtype, given one list for each, against values that are sums. */
function check(name: string, dtype: DType, columns: readonly number[][], values: readonly [number, number][]): void {
  const { f, ofFloat32, ...bounds } = FUNCTIONS[name] as Bounds;
  const of = (dtype === "float32" ? ofFloat32 : undefined) ?? bounds.of ?? ((value: number) => value);
  const arguments_ = columns.map((column) => array(column, { dtype })) as [NDArray, NDArray];
  const bound = bounds[dtype as "float32"];
  for (const [way, result] of [["eager", f(...arguments_)] as const, ["jit", jit(f)(...arguments_)] as const]) {
    const got = result.dataSync();
    let largest = 0;
    values.forEach(([high, low], i) => {
      const x = columns.map((column) => column[i] as number);
      const error = Math.abs((got[i] as number) - high - low) / Math.abs(unit(of(high, ...x), dtype));
      largest = Math.max(largest, error);
      assert.ok(error <= bound, `${way} ${dtype} ${name}(${x}) is ${got[i]}, should be ${high}: ${error} ulp`);
    });
    if (process.env.SHOW_ACCURACY) console.log(`${way} ${dtype} ${name.padEnd(14)} ${largest.toFixed(2)} of ${bound}`);
  }
}

/** The arguments of the entries, and numbers near them, as float32. */
function single(entries: readonly Entry[]): number[][] {
  const rows = entries.flatMap((entry) =>
    Array.from({ length: 40 }, (_, k) => entry.slice(0, -2).map((x, i) => Math.fround(x * (1 + (k * (i + 2)) / 977)))),
  );
  const usable = rows.filter((row) => row.every((x) => Math.abs(x) > 2 ** -120 && Math.abs(x) < 2 ** 120));
  return (usable[0] as number[]).map((_, i) => usable.map((row) => row[i] as number));
}

for (const [name, entries] of Object.entries(VALUES)) {
  test(`${name}: float64 within ${FUNCTIONS[name]?.float64} ulp, float32 within ${FUNCTIONS[name]?.float32}`, () => {
    const count = (entries[0] as Entry).length - 2;
    const columns = Array.from({ length: count }, (_, i) => entries.map((entry) => entry[i] as number));
    check(
      name,
      "float64",
      columns,
      entries.map((entry) => entry.slice(-2) as [number, number]),
    );
    const all = single(entries);
    const wide = all.map((column) => array(column, { dtype: "float64" })) as [NDArray, NDArray];
    const exact = (FUNCTIONS[name] as Bounds).f(...wide).dataSync();
    const inRange = all[0]!
      .map((_, i) => i)
      .filter((i) => {
        const size = Math.abs(exact[i] as number);
        return size > 2 ** -126 && size < 3.4e38;
      });
    assert.ok(inRange.length > 100, `${inRange.length} float32 arguments`);
    check(
      name,
      "float32",
      all.map((column) => inRange.map((i) => column[i] as number)),
      inRange.map((i) => [exact[i] as number, 0]),
    );
  });
}

test("whole powers of 2 are exact, also the subnormal ones; beyond the range they are 0 and infinity", () => {
  for (const [dtype, lowest, highest] of [["float32", -149, 127] as const, ["float64", -1074, 1023] as const]) {
    const exponents = Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i);
    for (const f of [lax.exp2, np.exp2, jit(lax.exp2)]) {
      const got = [...f(array(exponents, { dtype })).dataSync()];
      assert.equal(
        got,
        exponents.map((k) => 2 ** k),
      );
      const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
      const limits = f(array([highest + 1, lowest - 1, infinity, -infinity, nan, -0], { dtype })).dataSync();
      assert.equal([...limits], [infinity, 0, infinity, 0, nan, 1]);
    }
  }
});

test.run();
