/**
 * The float32 functions over the whole range of their arguments: numbers of every exponent, the neighbours of the places
 * where an implementation changes its way, and the special values, against float64. The bounds are those of bounds.ts.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { MapOp } from "../../src/ir/map-ops.ts";
import { generator } from "../kernels/machine.ts";
import { combinations } from "../reference/grids.ts";
import { operation } from "../reference/operations.ts";
import { BINARY, DENSITIES, DISTRIBUTIONS, POSITIVE, REFLECTED, SLOPES, UNARY } from "./bounds.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { runMap } from "./run-map.ts";
import { ulps } from "./ulps.ts";

const random = generator(8);
const device = await openDevice(await openDawn());

/** Where functions overflow, vanish, reach their limits or change their formula. */
const PLACES = [
  ...[
    0,
    1,
    2,
    4,
    0.125,
    0.25,
    0.5,
    0.625,
    0.95,
    3000,
    1e4,
    2 ** -126,
    2 ** -24,
    2 ** 24,
    2 ** 25,
    3.4e38,
    1e20,
    2 ** 28,
  ],
  ...[Math.SQRT2, Math.SQRT1_2, Math.SQRT1_2 - 1, Math.SQRT2 - 1, Math.LN2, Math.LN2 / 2],
  ...[88.72284, 89.41599, 87.33654, 103.97208, 103.27893, 9.010914, 16.635532, 17.32868, 45, 3.919206, 10.05, 9.19],
  ...Array.from({ length: 2000 }, (_, k) => ((k + 1) * Math.PI) / 2),
  ...Array.from({ length: 400 }, (_, k) => (2 * k + 1) * (Math.LN2 / 2)),
];

/** One float32 in `step`, of both signs, and the neighbours of the places. */
function arguments32(step: number): Float32Array {
  const places = new Uint32Array(Float32Array.from(PLACES).buffer);
  const near = [...places].flatMap((bits) =>
    Array.from({ length: 9 }, (_, i) => Math.max(bits + i - 4, 0)).flatMap((b) => [b, b + 0x80000000]),
  );
  const special = [0, 0x80000000, 1, 0x80000001, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000];
  const all = Array.from({ length: Math.ceil(2 ** 32 / step) }, (_, i) => i * step);
  return new Float32Array(Uint32Array.from([...all, ...near, ...special]).buffer);
}

/** The same without most of the places. */
const some = (step: number): Float32Array => {
  const all = arguments32(step);
  return all.filter((_, i) => i < 2 ** 32 / step || i >= all.length - 9 || i % 97 === 0);
};

const flushed = (x: number): number => (Math.abs(x) < 2 ** -126 ? 0 * x : x);

/** The error, where numbers too small to be normal may count as zeros. */
function errorOf(op: MapOp, got: number, operands: readonly number[]): number {
  const want = operation(op, "float32", "float32", operands);
  if (Math.abs(want) < 2 ** -126 && got === 0) return 0;
  const error = ulps(got, want);
  return error <= 1 || !operands.some((x) => x !== flushed(x))
    ? error
    : Math.min(error, ulps(got, operation(op, "float32", "float32", operands.map(flushed))));
}

async function check(op: MapOp, columns: readonly Float32Array[], bound: number): Promise<void> {
  const got = await runMap(device, { op, dtype: "float32" }, ...columns);
  let largest = 0;
  let worst = "";
  got.forEach((value, i) => {
    const operands = columns.map((column) => column[i]);
    const error = errorOf(op, value, operands);
    if (!(error <= largest)) {
      largest = error;
      worst = `${op}(${operands.join(", ")}) is ${value}, should be ${operation(op, "float32", "float32", operands)}: ${error} ulp`;
    }
  });
  if (process.env.SHOW_ACCURACY) console.log(`${op.padEnd(10)} ${largest.toFixed(3)} ulp  ${worst}`);
  if (!(largest <= bound)) assert.unreachable(worst);
}

const xs = arguments32(40009);

for (const [op, bound] of UNARY) test(`${op} within ${bound} ulp, everywhere`, () => check(op, [xs], bound));

for (const [op, bound] of POSITIVE) {
  const positive = xs.filter((x) => !(x < 0));
  test(`${op} of positive numbers within ${bound} ulp, everywhere`, () => check(op, [positive], bound));
}

/** Where powers are exact, overflow, vanish or lose their sign. */
const POWERS = [
  ...[0, -0, 1, -1, 2, 3, -2, -3, 0.5, -0.5, 1 / 3, 2.5, 10, -17, 101, 1e10, -1e10, 16777215, 16777216],
  ...[1e-30, 1e-3, 0.99999994, 1.0000001, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
];

for (const [op, bound] of BINARY) {
  test(`${op} within ${bound} ulp, everywhere`, () => {
    const numbers = Array.from(some(4099 * 4099));
    const lists = op === "POW" ? [Array.from(some(4099 * 1021)), POWERS] : [numbers, numbers];
    return check(
      op,
      combinations(lists).map((column) => Float32Array.from(column)),
      bound,
    );
  });
}

/** Numbers between two others, in all sizes alike. */
const sizes = (count: number, low: number, high: number): number[] =>
  Array.from({ length: count }, () => low * (high / low) ** random.uniform());

/** Where the error is measured in `unit(want, operands)` times 2^-24. */
async function checkIn(
  unit: (want: number, ...operands: number[]) => number,
  op: MapOp,
  columns: readonly Float32Array[],
  bound: number,
): Promise<void> {
  const got = await runMap(device, { op, dtype: "float32" }, ...columns);
  let largest = 0;
  got.forEach((value, i) => {
    const operands = columns.map((column) => column[i]);
    const want = operation(op, "float32", "float32", operands);
    // A factor of what is tiny may have been too small to be normal.
    if (Object.is(value, Math.fround(want)) || (Math.abs(want) < 2 ** -120 && value === 0)) return;
    const error = Math.abs(value - want) / (2 ** -24 * unit(want, ...operands));
    if (!(error <= bound)) assert.unreachable(`${op}(${operands.join(", ")}) is ${value}, should be ${want}: ${error}`);
    largest = Math.max(largest, error);
  });
  if (process.env.SHOW_ACCURACY) console.log(`${op.padEnd(10)} ${largest.toFixed(3)}`);
}

/** The sizes of the logarithms of whose difference the function is. */
const reflected = (_: number, x: number): number =>
  Math.abs(Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x - Math.round(x)))))) +
  Math.abs(Math.log(-x)) +
  Math.abs(operation("LGAMMA", "float32", "float32", [-x]));

/** Here the rounding of 1 - x counts, too. */
const reflectedSlope = (_: number, x: number): number =>
  1 +
  Math.abs(Math.PI / Math.tan(Math.PI * (x - Math.round(x)))) +
  Math.abs(operation("DIGAMMA", "float32", "float32", [1 - x]));

test("LGAMMA and DIGAMMA of negative numbers, in units of the terms whose difference they are", async () => {
  const negative = Float32Array.from([...sizes(20000, 1e-10, 1e4).map((x) => -x), -1, -2, -1e7, -1e10, -Infinity]);
  await checkIn(reflected, "LGAMMA", [negative], REFLECTED.LGAMMA);
  await checkIn(reflectedSlope, "DIGAMMA", [negative], REFLECTED.DIGAMMA);
});

/** A distribution's parameters of all sizes, with quantiles near the middle and anywhere. */
function gammaArguments(): Float32Array[] {
  const a = [...sizes(1500, 0.01, 10), ...sizes(1500, 1, 2000), ...sizes(500, 1000, 1e6)];
  const x = a.map((mean, i) =>
    i % 2 ? random.pick(sizes(2, 0.01, 2000)) : mean + 8 * (random.uniform() - 0.5) * Math.sqrt(mean),
  );
  return [a, x.map((y) => Math.max(y, 1e-6))].map((column) => Float32Array.from(column));
}

const one = (): number => 1;
const relative = (want: number): number => Math.abs(want);
/** The error of an exponential grows with what is raised. */
const exponential = (want: number): number => Math.abs(want) * (1 + Math.abs(Math.log(Math.abs(want))));

const ENDS = [0, -0, -1, Number.NaN, 1, 0.5, 20, Number.POSITIVE_INFINITY];

for (const [op, unit, bound] of [
  ["IGAMMA", one, DISTRIBUTIONS.IGAMMA],
  ["IGAMMAC", one, DISTRIBUTIONS.IGAMMAC],
  ["IGAMMA_GRAD_A", exponential, DENSITIES.IGAMMA_GRAD_A],
  ["RANDOM_GAMMA_GRAD", relative, SLOPES.RANDOM_GAMMA_GRAD],
] as const) {
  test(`${op}, in units of ${unit.name}`, async () => {
    await checkIn(unit, op, gammaArguments(), bound);
    await checkIn(
      unit,
      op,
      combinations([ENDS, ENDS]).map((column) => Float32Array.from(column)),
      bound,
    );
  });
}

test("BETAINC, in units of 1", async () => {
  const parameters = (): number[] =>
    [...sizes(1500, 0.01, 10), ...sizes(1500, 1, 1000)].sort(() => random.uniform() - 0.5);
  const [a, b] = [parameters(), parameters()];
  const x = a.map((p, i) => {
    const sum = p + b[i];
    const near = p / sum + (8 * (random.uniform() - 0.5) * Math.sqrt((p * b[i]) / (sum + 1))) / sum;
    return i % 2 ? random.uniform() : Math.min(1, Math.max(1e-6, near));
  });
  await checkIn(
    one,
    "BETAINC",
    [a, b, x].map((column) => Float32Array.from(column)),
    DISTRIBUTIONS.BETAINC,
  );
  const ends = combinations([ENDS, ENDS, ENDS]);
  await checkIn(
    one,
    "BETAINC",
    ends.map((column) => Float32Array.from(column)),
    DISTRIBUTIONS.BETAINC,
  );
});

test.run();
