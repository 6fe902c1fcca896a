/** Activation functions with the formulas of `jax.nn`, so that values and derivatives agree at kinks, too. */

import { checkOptions, closed, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { Unary } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { where } from "../numpy/logic.ts";
import { fitting, promoteToNumbers } from "../numpy/operands.ts";
import { split } from "../numpy/split.ts";
import { abs, add, divide, logaddexp, maximum, minimum, multiply, sqrt, square } from "../numpy/ufuncs.ts";

const float = (fn: string, x: ArrayLike): NDArray => promoteToFloat(`nn.${fn}`, [x])[0];
const number = (fn: string, x: ArrayLike): NDArray => promoteToNumbers(`nn.${fn}`, [x])[0];

/** A choice between two branches that keeps NaN: comparisons with NaN are false and give `otherwise`. */
const ifAtMost = (x: NDArray, bound: number, value: ArrayLike, otherwise: ArrayLike): NDArray =>
  lax.select(lax.le(x, bound), value, otherwise);

/** `max(x, 0)`, with derivative 0 at 0. Source: `jax.nn.relu`. @example nn.relu(np.array([-1, 2])) // [0, 2] */
export function relu(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.relu", rest);
  const operand = number("relu", x);
  return ifAtMost(operand, 0, 0, operand);
}

/**
 * `min(max(x, 0), 6)`, with derivative 0 at 0 and 6. Source: `jax.nn.relu6`.
 * @example nn.relu6(np.array([-1, 8])) // [0, 6]
 */
export function relu6(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.relu6", rest);
  const operand = float("relu6", x);
  return ifAtMost(operand, 0, 0, lax.select(lax.ge(operand, 6), 6, operand));
}

/**
 * `x` where it isn't negative, else `negativeSlope * x`; derivative 1 at 0. Source: `jax.nn.leaky_relu`.
 * @example nn.leakyRelu(np.array([-1, 2])) // [-0.01, 2]
 */
export function leakyRelu(x: ArrayLike, options?: { readonly negativeSlope?: ArrayLike }, ...rest: never[]): NDArray {
  noMore("nn.leakyRelu", rest);
  const chosen = checkOptions("nn.leakyRelu", options, ["negativeSlope"]);
  const operand = number("leakyRelu", x);
  const slope = fitting("nn.leakyRelu", "negativeSlope", chosen.negativeSlope ?? 1e-2, operand);
  return where(lax.ge(operand, 0), operand, multiply(slope, operand));
}

/** Options of `nn.elu` and `nn.celu`. */
export interface AlphaOption {
  readonly alpha?: ArrayLike;
}

function eluOf(operand: NDArray, alpha: ArrayLike): NDArray {
  const positive = lax.gt(operand, 0);
  return where(positive, operand, multiply(alpha, lax.expm1(lax.select(positive, 0, operand))));
}

/**
 * `x` where it is positive, else `alpha * (exp(x) - 1)`. Source: `jax.nn.elu`.
 * @example nn.elu(np.array([-1, 2])) // [-0.6321, 2]
 */
export function elu(x: ArrayLike, options?: AlphaOption, ...rest: never[]): NDArray {
  noMore("nn.elu", rest);
  const chosen = checkOptions("nn.elu", options, ["alpha"]);
  const operand = float("elu", x);
  return eluOf(operand, fitting("nn.elu", "alpha", chosen.alpha ?? 1, operand));
}

/**
 * `max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1)`. Source: `jax.nn.celu`.
 * @example nn.celu(np.array([-1, 2])) // [-0.6321, 2]
 */
export function celu(x: ArrayLike, options?: AlphaOption, ...rest: never[]): NDArray {
  noMore("nn.celu", rest);
  const chosen = checkOptions("nn.celu", options, ["alpha"]);
  const operand = float("celu", x);
  const alpha = fitting("nn.celu", "alpha", chosen.alpha ?? 1, operand);
  return add(maximum(operand, 0), multiply(alpha, lax.expm1(divide(minimum(operand, 0), alpha))));
}

/** The self-normalizing scaled `elu`. Source: `jax.nn.selu`. @example nn.selu(np.array([0, 1])) // [0, 1.0507] */
export function selu(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.selu", rest);
  return lax.mul(1.0507009873554805, eluOf(float("selu", x), 1.6732632423543772));
}

/**
 * `x` times the normal distribution's cumulative function: by a tanh formula, exactly with `approximate: false`.
 * Source: `jax.nn.gelu`.
 * @example nn.gelu(np.array([0, 1])) // [0, 0.8412]
 */
export function gelu(x: ArrayLike, options?: { readonly approximate?: boolean }, ...rest: never[]): NDArray {
  noMore("nn.gelu", rest);
  const chosen = checkOptions("nn.gelu", options, ["approximate"]);
  const operand = float("gelu", x);
  if (chosen.approximate === false) {
    return lax.mul(lax.mul(0.5, operand), lax.erfc(lax.mul(lax.neg(operand), Math.SQRT1_2)));
  }
  const cubic = lax.add(operand, lax.mul(0.044715, lax.integerPow(operand, { exponent: 3 })));
  // (1 + tanh(z)) / 2, which cancels for negative z, is the logistic function at 2 z, which does not.
  return lax.mul(operand, lax.logistic(lax.mul(2 * Math.sqrt(2 / Math.PI), cubic)));
}

/** `1 / (1 + exp(-x))`. Source: `jax.nn.sigmoid`. @example nn.sigmoid(np.array([0])) // [0.5] */
export const sigmoid: Unary = /* @__PURE__ */ closed("nn.sigmoid", (x: ArrayLike) => lax.logistic(float("sigmoid", x)));

const siluOf = (x: NDArray): NDArray => lax.mul(x, lax.logistic(x));

/** `x * sigmoid(x)`. Source: `jax.nn.silu`. @example nn.silu(np.array([0, 1])) // [0, 0.7311] */
export function silu(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.silu", rest);
  return siluOf(float("silu", x));
}
/** The same as `silu`. Source: `jax.nn.swish`. @example nn.swish(np.array([0, 1])) // [0, 0.7311] */
export const swish: Unary = /* @__PURE__ */ closed("nn.swish", (x: ArrayLike) => siluOf(float("swish", x)));

/** `log(1 + exp(x))` without overflow. Source: `jax.nn.softplus`. @example nn.softplus(np.array([0])) // [0.6931] */
export const softplus: Unary = /* @__PURE__ */ closed("nn.softplus", (x: ArrayLike) =>
  logaddexp(float("softplus", x), 0),
);

/**
 * `log(sigmoid(x))` without overflow. Source: `jax.nn.log_sigmoid`.
 * @example nn.logSigmoid(np.array([0])) // [-0.6931]
 */
export const logSigmoid: Unary = /* @__PURE__ */ closed("nn.logSigmoid", (x: ArrayLike) =>
  lax.neg(softplus(lax.neg(float("logSigmoid", x)))),
);

/** `x * tanh(softplus(x))`. Source: `jax.nn.mish`. @example nn.mish(np.array([0, 1])) // [0, 0.8651] */
export function mish(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.mish", rest);
  const operand = float("mish", x);
  return lax.mul(operand, lax.tanh(softplus(operand)));
}

/**
 * `(x + sqrt(x^2 + b)) / 2`, `b` being 4 by default. Source: `jax.nn.squareplus`.
 * @example nn.squareplus(np.array([0])) // [1]
 */
export function squareplus(x: ArrayLike, options?: { readonly b?: ArrayLike }, ...rest: never[]): NDArray {
  noMore("nn.squareplus", rest);
  const chosen = checkOptions("nn.squareplus", options, ["b"]);
  const operand = float("squareplus", x);
  const b = fitting("nn.squareplus", "b", chosen.b ?? 4, operand);
  // For negative x the sum would cancel; there it is b divided by the sum for -x.
  const sum = add(abs(operand), sqrt(add(square(operand), b)));
  return multiply(where(lax.lt(operand, 0), divide(b, sum), sum), 0.5);
}

/** `x / (|x| + 1)`. Source: `jax.nn.soft_sign`. @example nn.softSign(np.array([-1, 3])) // [-0.5, 0.75] */
export function softSign(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.softSign", rest);
  const operand = float("softSign", x);
  return lax.div(operand, lax.add(lax.abs(operand), 1));
}

/**
 * `x` limited to `[-1, 1]`; derivative 1 at -1 and 1. Source: `jax.nn.hard_tanh`.
 * @example nn.hardTanh(np.array([-2, 0.5])) // [-1, 0.5]
 */
export function hardTanh(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.hardTanh", rest);
  const operand = number("hardTanh", x);
  return lax.select(lax.gt(operand, 1), 1, lax.select(lax.lt(operand, -1), -1, operand));
}

/** `relu6(x + 3) / 6`. Source: `jax.nn.hard_sigmoid`. @example nn.hardSigmoid(np.array([-3, 0])) // [0, 0.5] */
export function hardSigmoid(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.hardSigmoid", rest);
  return lax.div(relu6(lax.add(float("hardSigmoid", x), 3)), 6);
}

const hardSiluOf = (x: NDArray): NDArray => lax.mul(x, hardSigmoid(x));

/** `x * hardSigmoid(x)`. Source: `jax.nn.hard_silu`. @example nn.hardSilu(np.array([-3, 3])) // [0, 3] */
export function hardSilu(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.hardSilu", rest);
  return hardSiluOf(float("hardSilu", x));
}
/** The same as `hardSilu`. Source: `jax.nn.hard_swish`. @example nn.hardSwish(np.array([-3, 3])) // [0, 3] */
export const hardSwish: Unary = /* @__PURE__ */ closed("nn.hardSwish", (x: ArrayLike) =>
  hardSiluOf(float("hardSwish", x)),
);

/**
 * The first half of an axis (the last by default) times the sigmoid of the second. Source: `jax.nn.glu`.
 * @throws ShapeError when the axis has an odd size.
 * @example nn.glu(np.array([3, 0])) // [1.5]
 */
export function glu(x: ArrayLike, options?: { readonly axis?: number }, ...rest: never[]): NDArray {
  const fn = "nn.glu";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis"]);
  const operand = float("glu", x);
  const axis = canonicalAxis(fn, chosen.axis ?? -1, operand.ndim);
  if (entry(operand.shape, axis) % 2 !== 0) {
    throw new ShapeError(`${fn}: axis ${axis} of shape ${formatShape(operand.shape)} must have an even size.`);
  }
  const [first, second] = split(operand, 2, { axis }) as [NDArray, NDArray];
  return lax.mul(first, lax.logistic(second));
}

/** `x` as an array. Source: `jax.nn.identity`. @example nn.identity(np.array([1, 2])) // [1, 2] */
export const identity: Unary = /* @__PURE__ */ closed("nn.identity", (x: ArrayLike) => asArray("nn.identity", x));

/**
 * 0 up to -1, `x` from 1 on, and `(x + 1)^2 / 4` between. Source: `jax.nn.sparse_plus`.
 * @example nn.sparsePlus(np.array([-1, 0, 1])) // [0, 0.25, 1]
 */
export function sparsePlus(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.sparsePlus", rest);
  const operand = float("sparsePlus", x);
  const between = lax.mul(lax.square(lax.add(operand, 1)), 0.25);
  return ifAtMost(operand, -1, 0, lax.select(lax.ge(operand, 1), operand, between));
}

/**
 * `(x + 1) / 2` limited to `[0, 1]`: the derivative of `sparsePlus`. Source: `jax.nn.sparse_sigmoid`.
 * @example nn.sparseSigmoid(np.array([-1, 0, 1])) // [0, 0.5, 1]
 */
export const sparseSigmoid: Unary = /* @__PURE__ */ closed("nn.sparseSigmoid", (x: ArrayLike) =>
  multiply(minimum(maximum(lax.add(float("sparseSigmoid", x), 1), 0), 2), 0.5),
);

/**
 * `log(1 - exp(-x))`, exact near 0 and for large `x`. Source: `jax.nn.log1mexp`.
 * @example nn.log1mexp(np.array([Math.LN2])) // [-0.6931]
 */
export function log1mexp(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("nn.log1mexp", rest);
  const operand = float("log1mexp", x);
  const negated = lax.neg(operand);
  return lax.select(
    lax.lt(operand, Math.LN2),
    lax.log(lax.neg(lax.expm1(negated))),
    lax.log1p(lax.neg(lax.exp(negated))),
  );
}

/** The hyperbolic tangent. Source: `jax.nn.tanh`. @example nn.tanh(np.array([1])) // [0.7616] */
export const tanh: Unary = /* @__PURE__ */ closed("nn.tanh", (x: ArrayLike) => lax.tanh(float("tanh", x)));
