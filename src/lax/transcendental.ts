/** Exponentials, trigonometric and hyperbolic functions, the error function; with their derivatives. */
import type { NDArray } from "../ir/ndarray.ts";
import type { MapOp } from "../ir/primitive.ts";
import { add, div, mul, neg, rsqrt, square, sub } from "./arithmetic.ts";
import { type Derivative, makeElementwise } from "./elementwise.ts";
import { type Binary, binary, type Unary, unary } from "./nary.ts";

/** A function of one variable from its derivative, given the tangent, the argument and the value. */
function define(name: string, emit: MapOp, derivative: (t: NDArray, x: NDArray, out: NDArray) => NDArray): Unary {
  const rule: Derivative<null> = (t, [x], out) => derivative(t, x as NDArray, out);
  return unary(name, makeElementwise<null>({ name, emit, derivatives: [rule] }));
}

export const exp = /* @__PURE__ */ define("exp", "EXP", (t, _, out) => mul(t, out));
/** `exp(x) - 1`, exact near 0. */
export const expm1 = /* @__PURE__ */ define("expm1", "EXPM1", (t, _, out) => mul(t, add(out, 1)));
/** `log(1 + x)`, exact near 0. */
export const log1p = /* @__PURE__ */ define("log1p", "LOG1P", (t, x) => div(t, add(x, 1)));
export const sin = /* @__PURE__ */ define("sin", "SIN", (t, x) => mul(t, cos(x)));
export const cos: Unary = /* @__PURE__ */ define("cos", "COS", (t, x) => neg(mul(t, sin(x))));
export const tan = /* @__PURE__ */ define("tan", "TAN", (t, _, out) => mul(t, add(square(out), 1)));
export const asin = /* @__PURE__ */ define("asin", "ASIN", (t, x) => mul(t, rsqrt(sub(1, square(x)))));
export const acos = /* @__PURE__ */ define("acos", "ACOS", (t, x) => neg(mul(t, rsqrt(sub(1, square(x))))));
export const atan = /* @__PURE__ */ define("atan", "ATAN", (t, x) => div(t, add(square(x), 1)));
export const sinh = /* @__PURE__ */ define("sinh", "SINH", (t, x) => mul(t, cosh(x)));
export const cosh: Unary = /* @__PURE__ */ define("cosh", "COSH", (t, x) => mul(t, sinh(x)));
export const tanh = /* @__PURE__ */ define("tanh", "TANH", (t, _, out) => mul(t, sub(1, square(out))));
export const asinh = /* @__PURE__ */ define("asinh", "ASINH", (t, x) => mul(t, rsqrt(add(square(x), 1))));
export const acosh = /* @__PURE__ */ define("acosh", "ACOSH", (t, x) =>
  mul(t, mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1)))),
);
export const atanh = /* @__PURE__ */ define("atanh", "ATANH", (t, x) => div(t, sub(1, square(x))));
/** `1 / (1 + exp(-x))`. */
export const logistic = /* @__PURE__ */ define("logistic", "LOGISTIC", (t, _, out) => mul(t, mul(out, sub(1, out))));

const gaussian = (x: NDArray): NDArray => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI));
/** The error function. */
export const erf = /* @__PURE__ */ define("erf", "ERF", (t, x) => mul(t, gaussian(x)));
/** `1 - erf(x)`, exact for large x. */
export const erfc = /* @__PURE__ */ define("erfc", "ERFC", (t, x) => neg(mul(t, gaussian(x))));
/** The inverse of the error function. */
export const erfInv = /* @__PURE__ */ define("erfInv", "ERFINV", (t, _, out) =>
  mul(t, mul(exp(square(out)), Math.sqrt(Math.PI) / 2)),
);

const norm2 = (x: readonly NDArray[]): NDArray => add(square(x[0] as NDArray), square(x[1] as NDArray));
/** The angle of the point `(y, x)`, from -pi to pi. Source: `jax.lax.atan2`. */
export const atan2: Binary = /* @__PURE__ */ binary(
  "atan2",
  makeElementwise<null>({
    name: "atan2",
    emit: "ATAN2",
    derivatives: [
      (t, x) => mul(t, div(x[1] as NDArray, norm2(x))),
      (t, x) => neg(mul(t, div(x[0] as NDArray, norm2(x)))),
    ],
  }),
  true,
);
/** The next float after `x` towards `y`. Source: `jax.lax.nextafter`. */
export const nextafter: Binary = /* @__PURE__ */ binary(
  "nextafter",
  makeElementwise<null>({ name: "nextafter", emit: "NEXTAFTER", derivatives: [null, null] }),
  true,
);
