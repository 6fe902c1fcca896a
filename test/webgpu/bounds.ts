/** How far instructions may be from the exact result, as docs/accuracy.md states it for the GPU; the others are exact. */
import type { MapOp } from "../../src/ir/map-ops.ts";

type Bounds = readonly (readonly [op: MapOp, bound: number])[];

/** Of one operand, in units in the last place, over all float32. */
export const UNARY: Bounds = [
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

/** The same over the positive ones. */
export const POSITIVE: Bounds = [
  ["LGAMMA", 3],
  ["DIGAMMA", 3],
];

/** The same of two operands. WGSL allows a quotient 2.5 units. */
export const BINARY: Bounds = [
  ["DIV", 2.5],
  ["POW", 1.6],
  ["ATAN2", 2.5],
];

/** Of the terms whose difference the function is, times 2^-24, for negative numbers. */
export const REFLECTED = { LGAMMA: 4, DIGAMMA: 6 } as const;

/** In units of 2^-24; */
export const DISTRIBUTIONS = { IGAMMA: 7, IGAMMAC: 7, BETAINC: 40 } as const;
/** times the result and 1 + its logarithm's size; */
export const DENSITIES = { IGAMMA_GRAD_A: 12 } as const;
/** times the result. */
export const SLOPES = { RANDOM_GAMMA_GRAD: 10 } as const;

export const BOUNDED: ReadonlySet<string> = new Set([
  ...[...UNARY, ...POSITIVE, ...BINARY].map(([op]) => op),
  ...Object.keys({ ...REFLECTED, ...DISTRIBUTIONS, ...DENSITIES, ...SLOPES }),
]);
