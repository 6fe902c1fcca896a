/** Exponentials, trigonometric and hyperbolic functions, the error function; with their derivatives. */

import type { MapOp } from "../ir/map-ops.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Each, KernelModule, One, Two } from "../ir/primitive.ts";
import { add, div, floor, mul, neg, reciprocal, rsqrt, square, sub } from "./arithmetic.ts";
import { zerosLike } from "./create.ts";
import { type Derivative, makeElementwise } from "./elementwise.ts";
import { lt, select } from "./logic.ts";
import { type Binary, binary, type Unary, unary } from "./nary.ts";
import type { ArrayLike } from "./operands.ts";
import { specialModule } from "./special-module.ts";

/** A function of one variable from its derivative, given the tangent, the argument and the value. */
function define(
  name: string,
  emit: MapOp,
  derivative: (t: NDArray, x: NDArray, out: NDArray) => NDArray,
  own: { readonly module?: KernelModule } = {},
): Unary {
  const rule: Derivative<null, One> = (t, [x], out) => derivative(t, x, out);
  return unary(name, makeElementwise<null, One>({ name, emit, derivatives: [rule], ...own }));
}

/** The same of one that few programs use. */
const rare: typeof define = (name, emit, derivative) => define(name, emit, derivative, { module: specialModule });

/** `e` to the power `x`. @example lax.exp(np.array([1])) // [2.7183] */
export const exp = /* @__PURE__ */ define("exp", "EXP", (t, _, out) => mul(t, out));
/** `2^x`. Source: `jax.lax.exp2`. @example lax.exp2(np.array([3])) // [8] */
export const exp2 = /* @__PURE__ */ define("exp2", "EXP2", (t, _, out) => mul(t, mul(out, Math.LN2)));
/** `exp(x) - 1`, exact near 0. @example lax.expm1(np.array([1])) // [1.7183] */
export const expm1 = /* @__PURE__ */ define("expm1", "EXPM1", (t, _, out) => mul(t, add(out, 1)));
/** `log(1 + x)`, exact near 0. @example lax.log1p(np.array([1])) // [0.6931] */
export const log1p = /* @__PURE__ */ define("log1p", "LOG1P", (t, x) => div(t, add(x, 1)));
/** The sine of radians. @example lax.sin(np.array([1])) // [0.8415] */
export const sin = /* @__PURE__ */ define("sin", "SIN", (t, x) => mul(t, cos(x)));
/** The cosine of radians. @example lax.cos(np.array([1])) // [0.5403] */
export const cos: Unary = /* @__PURE__ */ define("cos", "COS", (t, x) => neg(mul(t, sin(x))));
/** The tangent of radians. @example lax.tan(np.array([1])) // [1.5574] */
export const tan = /* @__PURE__ */ rare("tan", "TAN", (t, _, out) => mul(t, add(square(out), 1)));
/** The angle in radians whose sine is `x`. @example lax.asin(np.array([1])) // [1.5708] */
export const asin = /* @__PURE__ */ rare("asin", "ASIN", (t, x) => mul(t, rsqrt(sub(1, square(x)))));
/** The angle in radians whose cosine is `x`. @example lax.acos(np.array([0])) // [1.5708] */
export const acos = /* @__PURE__ */ rare("acos", "ACOS", (t, x) => neg(mul(t, rsqrt(sub(1, square(x))))));
/** The angle in radians whose tangent is `x`. @example lax.atan(np.array([1])) // [0.7854] */
export const atan = /* @__PURE__ */ rare("atan", "ATAN", (t, x) => div(t, add(square(x), 1)));
/** The hyperbolic sine. @example lax.sinh(np.array([1])) // [1.1752] */
export const sinh = /* @__PURE__ */ rare("sinh", "SINH", (t, x) => mul(t, cosh(x)));
/** The hyperbolic cosine. @example lax.cosh(np.array([1])) // [1.5431] */
export const cosh: Unary = /* @__PURE__ */ rare("cosh", "COSH", (t, x) => mul(t, sinh(x)));
/** The hyperbolic tangent. @example lax.tanh(np.array([1])) // [0.7616] */
export const tanh = /* @__PURE__ */ define("tanh", "TANH", (t, _, out) => mul(t, sub(1, square(out))));
/** The inverse hyperbolic sine. @example lax.asinh(np.array([1])) // [0.8814] */
export const asinh = /* @__PURE__ */ rare("asinh", "ASINH", (t, x) => mul(t, rsqrt(add(square(x), 1))));
/** The inverse hyperbolic cosine; NaN below 1. @example lax.acosh(np.array([2])) // [1.317] */
export const acosh = /* @__PURE__ */ rare("acosh", "ACOSH", (t, x) => mul(t, rsqrt(mul(sub(x, 1), add(x, 1)))));
/** The inverse hyperbolic tangent; NaN outside of [-1, 1]. @example lax.atanh(np.array([0.5])) // [0.5493] */
export const atanh = /* @__PURE__ */ rare("atanh", "ATANH", (t, x) => div(t, sub(1, square(x))));
/** `1 / (1 + exp(-x))`. @example lax.logistic(np.array([0])) // [0.5] */
export const logistic = /* @__PURE__ */ define("logistic", "LOGISTIC", (t, _, out) => mul(t, mul(out, sub(1, out))));

const gaussian = (x: NDArray): NDArray => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI));
/** The error function. @example lax.erf(np.array([1])) // [0.8427] */
export const erf = /* @__PURE__ */ define("erf", "ERF", (t, x) => mul(t, gaussian(x)));
/** `1 - erf(x)`, exact for large x. @example lax.erfc(np.array([1])) // [0.1573] */
export const erfc = /* @__PURE__ */ define("erfc", "ERFC", (t, x) => neg(mul(t, gaussian(x))));
/** The inverse of the error function. @example lax.erfInv(np.array([0.8427])) // [1] */
export const erfInv = /* @__PURE__ */ define("erfInv", "ERFINV", (t, _, out) =>
  mul(t, mul(exp(square(out)), Math.sqrt(Math.PI) / 2)),
);

const norm2 = ([y, x]: Each<Two, NDArray>): NDArray => add(square(y), square(x));
/**
 * The angle of the point `(y, x)`, from -pi to pi. Source: `jax.lax.atan2`.
 * @example lax.atan2(np.array([1]), np.array([-1])) // [2.3562]
 */
export const atan2: Binary = /* @__PURE__ */ binary(
  "atan2",
  /* @__PURE__ */ makeElementwise<null, Two>({
    name: "atan2",
    emit: "ATAN2",
    module: specialModule,
    derivatives: [(t, x) => mul(t, div(x[1], norm2(x))), (t, x) => neg(mul(t, div(x[0], norm2(x))))],
  }),
  "floats",
);
/**
 * The next float after `x` towards `y`. Source: `jax.lax.nextafter`.
 * @example lax.nextafter(np.array([1]), np.array([2])) // [1]
 */
export const nextafter: Binary = /* @__PURE__ */ binary(
  "nextafter",
  /* @__PURE__ */ makeElementwise<null, Two>({ name: "nextafter", emit: "NEXTAFTER", derivatives: [null, null] }),
  "floats",
);

/** The terms of trigamma's asymptotic series after `1/z + 1/(2 z^2)`: Bernoulli numbers, the coefficients of `z^-(2n+1)`. */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** The derivative of `digamma`: a recurrence up to where the asymptotic series is exact, a reflection below 1/2. */
function trigamma(x: NDArray): NDArray {
  const reflected = lt(x, 0.5);
  const positive = select(reflected, sub(1, x), x);
  let z = positive;
  let sum = zerosLike(x);
  for (let i = 0; i < 10; i++) {
    sum = add(sum, reciprocal(square(z)));
    z = add(z, 1);
  }
  const inverse = reciprocal(z);
  const inverseSquare = square(inverse);
  const series = BERNOULLI.reduceRight<ArrayLike>((s, b) => mul(add(s, b), inverseSquare), 0);
  sum = add(sum, mul(inverse, add(add(series, 1), mul(inverse, 0.5))));
  // Whole numbers, the poles, leave exactly 0.
  const angle = select(reflected, sub(x, floor(add(x, 0.5))), 0.5);
  const sine = sin(mul(angle, Math.PI));
  return select(reflected, sub(mul(reciprocal(square(sine)), Math.PI ** 2), sum), sum);
}

/**
 * The logarithm of the absolute value of the gamma function. Source: `jax.lax.lgamma`.
 * @example lax.lgamma(np.array([5])) // [3.1781]
 */
export const lgamma = /* @__PURE__ */ rare("lgamma", "LGAMMA", (t, x) => mul(t, digamma(x)));
/** The derivative of `lgamma`. Source: `jax.lax.digamma`. @example lax.digamma(np.array([1])) // [-0.5772] */
export const digamma: Unary = /* @__PURE__ */ rare("digamma", "DIGAMMA", (t, x) => mul(t, trigamma(x)));
