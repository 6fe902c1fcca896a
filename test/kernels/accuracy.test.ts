/**
 * The float32 functions over the whole range of their arguments: a million numbers of every exponent, the neighbours of
 * the places where an implementation changes its way, and the special values, against float64.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DType, Op } from "../../assembly/opcodes.ts";
import * as reference from "../reference/special.ts";
import { apply, ulps } from "./instruction.ts";

const FLOAT32 = DType.FLOAT32;

/** The bounds are those of docs/accuracy.md. */
const FUNCTIONS: [string, Op, (x: number) => number, number][] = [
  ["exp", Op.EXP, Math.exp, 0.6],
  ["exp2", Op.EXP2, (x) => 2 ** x, 0.6],
  ["expm1", Op.EXPM1, Math.expm1, 0.6],
  ["log", Op.LOG, Math.log, 1.5],
  ["log1p", Op.LOG1P, Math.log1p, 0.6],
  ["tanh", Op.TANH, Math.tanh, 0.6],
  ["logistic", Op.LOGISTIC, reference.logistic, 0.6],
  ["erf", Op.ERF, reference.erf, 0.6],
  ["erfc", Op.ERFC, reference.erfc, 0.6],
  ["sin", Op.SIN, Math.sin, 0.6],
  ["cos", Op.COS, Math.cos, 0.6],
  ["tan", Op.TAN, Math.tan, 0.6],
  ["asin", Op.ASIN, Math.asin, 0.6],
  ["acos", Op.ACOS, Math.acos, 0.6],
  ["atan", Op.ATAN, Math.atan, 0.6],
  ["sinh", Op.SINH, Math.sinh, 0.6],
  ["cosh", Op.COSH, Math.cosh, 0.6],
  ["asinh", Op.ASINH, Math.asinh, 0.6],
  ["acosh", Op.ACOSH, Math.acosh, 0.6],
  ["atanh", Op.ATANH, Math.atanh, 0.6],
  ["cbrt", Op.CBRT, Math.cbrt, 0.6],
  ["sqrt", Op.SQRT, Math.sqrt, 0.5],
];

/** Where functions overflow, vanish, reach their limits or change their formula. */
const PLACES = [
  ...[0, 1, 2, 4, 0.125, 0.5, 2 ** -126, 2 ** -24, 2 ** -53, 3.4e38, 1e20, 2 ** 28, 1647099],
  ...[Math.SQRT2, Math.SQRT1_2, Math.SQRT1_2 - 1, Math.SQRT2 - 1, Math.LN2, Math.LN2 / 2],
  ...[
    88.72284, 89.41599, 87.33654, 103.97208, 103.27893, 9.010914, 16.635532, 17.32868, 45, 3.919206, 3.95, 10.05, 9.19,
  ],
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

const xs = arguments32(4099);

for (const [name, op, f, bound] of FUNCTIONS) {
  test(`${name}: float32 within ${bound} ulp, everywhere`, () => {
    const got = apply({ op, dtype: FLOAT32 }, xs);
    let largest = 0;
    for (let i = 0; i < xs.length; ++i) {
      const want = f(xs[i]);
      // The nearest float32 needs no measuring.
      if (Object.is(got[i], Math.fround(want))) continue;
      const error = ulps(FLOAT32, got[i], want);
      if (!(error <= bound)) assert.unreachable(`${name}(${xs[i]}) is ${got[i]}, should be ${want}: ${error} ulp`);
      largest = Math.max(largest, error);
    }
    if (process.env.SHOW_ACCURACY) console.log(`${name.padEnd(10)} ${largest.toFixed(4)} ulp`);
  });
}

test("pow: float32 within 0.6 ulp, everywhere", () => {
  const bases = arguments32(4099 * 1021);
  const powers = Float32Array.from([
    ...[0, -0, 1, -1, 2, 3, -2, -3, 0.5, -0.5, 1 / 3, 2.5, 10, -17, 101, 1e10, -1e10, 16777215, 16777216],
    ...[1e-30, 1e-3, 0.99999994, 1.0000001, Infinity, -Infinity, NaN],
  ]);
  const want = (x: number, y: number) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);
  for (const y of powers) {
    const got = apply({ op: Op.POW, dtype: FLOAT32 }, bases, new Float32Array(bases.length).fill(y));
    bases.forEach((x, i) => {
      const exact = want(x, y);
      if (Object.is(got[i], Math.fround(exact))) return;
      const error = ulps(FLOAT32, got[i], exact);
      if (!(error <= 0.6)) assert.unreachable(`${x} ** ${y} is ${got[i]}, should be ${exact}: ${error} ulp`);
    });
  }
});

test("the references agree with published values", () => {
  // 30 digits by mpmath.
  const values: [number, (x: number) => number, number][] = [
    [0.1, reference.erf, 0.1124629160182849],
    [0.5, reference.erf, 0.5204998778130465],
    [-1.5, reference.erf, -0.9661051464753108],
    [2.75, reference.erf, 0.9998993780778803],
    [0.3, reference.erfc, 0.6713732405408726],
    [1.5, reference.erfc, 0.033894853524689274],
    [4, reference.erfc, 1.541725790028002e-8],
    [10, reference.erfc, 2.088487583762545e-45],
    [-1.25, reference.erfc, 1.9229001282564582],
  ];
  for (const [x, f, want] of values) assert.ok(Math.abs(f(x) / want - 1) < 1e-13, `${f.name}(${x}) is ${f(x)}`);
});

test.run();
