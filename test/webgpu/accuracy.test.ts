/**
 * The float32 functions over the whole range of their arguments: numbers of every exponent, the neighbours of the places
 * where an implementation changes its way, and the special values, against float64. The bounds are those of docs/accuracy.md.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { MapOp } from "../../src/ir/map-ops.ts";
import { combinations } from "../reference/grids.ts";
import { operation } from "../reference/operations.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { runMap } from "./run-map.ts";
import { ulps } from "./ulps.ts";

const device = await openDevice(await openDawn());

/** In units in the last place. */
const FUNCTIONS: [MapOp, number][] = [
  ["SQRT", 0.5],
  ["RSQRT", 2],
  ["CBRT", 1.1],
  ["EXP", 1],
  ["EXP2", 1],
  ["EXPM1", 1.5],
  ["LOG", 1.2],
  ["LOG1P", 2],
  ["LOGISTIC", 2.2],
  ["SIN", 2.2],
  ["COS", 2.2],
  ["TAN", 4],
  ["ASIN", 2.5],
  ["ACOS", 1.5],
  ["ATAN", 2.5],
  ["SINH", 1.5],
  ["COSH", 1.5],
  ["TANH", 1.5],
  ["ASINH", 1.8],
  ["ACOSH", 2],
  ["ATANH", 1.1],
  ["ERF", 1.6],
  ["ERFC", 4],
  ["ERFINV", 4],
  ["BESSEL_I0E", 4],
  ["BESSEL_I1E", 3.5],
];

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

for (const [op, bound] of FUNCTIONS) test(`${op} within ${bound} ulp, everywhere`, () => check(op, [xs], bound));

const POSITIVE: [MapOp, number][] = [
  ["LGAMMA", 3],
  ["DIGAMMA", 3],
];

for (const [op, bound] of POSITIVE) {
  const positive = xs.filter((x) => !(x < 0));
  test(`${op} of positive numbers within ${bound} ulp, everywhere`, () => check(op, [positive], bound));
}

test("POW within 1.6 ulp, everywhere", async () => {
  const powers = [
    ...[0, -0, 1, -1, 2, 3, -2, -3, 0.5, -0.5, 1 / 3, 2.5, 10, -17, 101, 1e10, -1e10, 16777215, 16777216],
    ...[1e-30, 1e-3, 0.99999994, 1.0000001, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
  ];
  const columns = [Array.from(some(4099 * 1021)), powers];
  await check(
    "POW",
    combinations(columns).map((column) => Float32Array.from(column)),
    1.6,
  );
});

test("ATAN2 within 2.5 ulp, everywhere", async () => {
  const numbers = Array.from(some(4099 * 4099));
  await check(
    "ATAN2",
    combinations([numbers, numbers]).map((column) => Float32Array.from(column)),
    2.5,
  );
});

test.run();
