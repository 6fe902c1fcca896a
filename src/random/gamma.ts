/** The gamma distribution, whose draws are found by rejection, and distributions that are made from it. */

import { namedArguments } from "../base/arguments.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { type Shape, sizeOf } from "../base/shapes.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import {
  type ArrayLike,
  add,
  bitwiseAnd,
  bitwiseOr,
  div,
  eq,
  exp,
  ge,
  le,
  log,
  max,
  mul,
  neg,
  pow,
  reshape,
  select,
  sqrt,
  sub,
} from "../lax/index.ts";
import { broadcastTo } from "../lax/shape.ts";
import { randomGammaGrad } from "../lax/special.ts";
import { stopGradient } from "../lax/stop-gradient.ts";
import * as reductions from "../numpy/reductions.ts";
import { customJvp } from "../transform/custom-jvp.ts";
import { jit } from "../transform/jit.ts";
import { vmap } from "../transform/vmap.ts";
import { whileLoop } from "../transform/while.ts";
import { type FloatDType, sizesOf } from "./bits.ts";
import { exponential, normal, tiny, uniform } from "./continuous.ts";
import { checkKey, split, splitToList } from "./keys.ts";
import {
  checkFloat,
  type ParametricArguments,
  type ParametricOptions,
  parameterOf,
  parametricArguments,
  spreadParameter,
} from "./parameters.ts";

/** A normal draw `x` and `1 + c x`, of those for which it is positive. */
function positiveProposal(key: NDArray, c: NDArray, dtype: FloatDType): [x: NDArray, v: NDArray] {
  const start = [key, scalar(0, dtype), scalar(-1, dtype)] as const;
  const [, x, v] = whileLoop(
    ([, , v]) => le(v, 0),
    ([rest]) => {
      const [next, subkey] = splitToList(rest, 2);
      const x = normal(subkey, { dtype });
      return [next, x, add(mul(x, c), 1)] as const;
    },
    start,
  );
  return [x, v];
}

/** The cube of the proposal that is accepted for a distribution of shape `d + 1/3`. */
function acceptedCube(key: NDArray, d: NDArray, dtype: FloatDType): NDArray {
  const c = div(1 / 3, sqrt(d));
  const start = [key, scalar(0, dtype), scalar(1, dtype), scalar(2, dtype)] as const;
  const [, , cube] = whileLoop(
    ([, square, cube, u]) => {
      const outsideSqueeze = ge(u, sub(1, mul(mul(square, square), 0.0331)));
      return bitwiseAnd(outsideSqueeze, ge(log(u), add(mul(square, 0.5), mul(d, add(sub(1, cube), log(cube))))));
    },
    ([rest]) => {
      const [next, proposalKey, acceptanceKey] = splitToList(rest, 3) as [NDArray, NDArray, NDArray];
      const [x, v] = positiveProposal(proposalKey, c, dtype);
      return [next, mul(x, x), mul(mul(v, v), v), uniform(acceptanceKey, { dtype })] as const;
    },
    start,
  );
  return cube;
}

/**
 * One draw, or its logarithm. A shape below 1 is raised by 1, and the draw multiplied by a uniform one to the power of 1 by
 * the shape. Source: Marsaglia and Tsang, "A simple method for generating gamma variables", as `jax.random` has it.
 */
function drawOne(key: NDArray, a: NDArray, inLogs: boolean): NDArray {
  const dtype = a.dtype as FloatDType;
  const isLarge = ge(a, 1);
  const d = sub(select(isLarge, a, add(a, 1)), 1 / 3);
  const [cubeKey, boostKey] = splitToList(key, 2);
  const cube = acceptedCube(cubeKey, d, dtype);
  if (inLogs) {
    const logUniform = neg(exponential(boostKey, { dtype }));
    const boost = select(bitwiseOr(isLarge, eq(logUniform, 0)), 0, mul(logUniform, div(1, a)));
    return add(add(log(d), log(cube)), boost);
  }
  const boost = select(isLarge, 1, pow(sub(1, uniform(boostKey, { dtype })), div(1, a)));
  return mul(mul(d, cube), boost);
}

/** Draws for lists of keys and shapes, differentiable by the shapes with what was random held fixed. */
function drawMany(inLogs: boolean) {
  const draws = customJvp(jit(vmap((key: NDArray, a: NDArray) => drawOne(key, a, inLogs))));
  draws.defjvp(([keys, a]: [NDArray, NDArray], [, t]: [NDArray, NDArray]) => {
    const out = draws(keys, a);
    if (!inLogs) return [out, mul(t, randomGammaGrad(a, out))];
    const drawn = max(exp(out), tiny(a.dtype as FloatDType));
    return [out, mul(t, div(randomGammaGrad(a, drawn), drawn))];
  });
  return draws;
}

const plainDraws = /* @__PURE__ */ drawMany(false);
const logarithms = /* @__PURE__ */ drawMany(true);

/** Draws, or their logarithms, of `shape`, each with a key of its own. */
function gammaDraws(draws: typeof plainDraws, key: NDArray, a: NDArray, shape: Shape): NDArray {
  const size = sizeOf(shape);
  const shapes = reshape(broadcastTo(a, shape), { newSizes: [size] });
  return size === 0
    ? reshape(shapes, { newSizes: shape })
    : reshape(draws(split(key, size), shapes), { newSizes: shape });
}

/**
 * Draws from the gamma distribution of shape `a` and scale 1, x^(a - 1) exp(-x). They have derivatives by `a`, by implicit
 * differentiation (`lax.randomGammaGrad`), of first order. Source: `jax.random.gamma`.
 * @param a a number, or an array that broadcasts to `shape`; NaN or a number that isn't positive gives NaN, or has no meaning.
 * @returns an array of `shape` (by default that of `a`) and `dtype`.
 * @example random.gamma(random.key(0), 2, [3]) // shape [3]
 */
export function gamma(key: ArrayLike, a: ArrayLike, ...args: ParametricArguments): NDArray {
  const fn = "random.gamma";
  const { key: single, shape, parameters } = parametricArguments(fn, key, { a }, args);
  return gammaDraws(plainDraws, single, parameters.a, shape);
}

/**
 * The logarithms of draws from the gamma distribution: exact where the draws of a small `a` would be 0. Otherwise like
 * `gamma`. Source: `jax.random.loggamma`.
 * @returns an array of `shape` (by default that of `a`) and `dtype`.
 * @example random.loggamma(random.key(0), 0.001, [3]) // shape [3]
 */
export function loggamma(key: ArrayLike, a: ArrayLike, ...args: ParametricArguments): NDArray {
  const fn = "random.loggamma";
  const { key: single, shape, parameters } = parametricArguments(fn, key, { a }, args);
  return gammaDraws(logarithms, single, parameters.a, shape);
}

/**
 * Draws from the beta distribution, x^(a - 1) (1 - x)^(b - 1). They have derivatives by `a` and `b`.
 * Source: `jax.random.beta`.
 * @param a a number, or an array that broadcasts to `shape`; so is `b`.
 * @returns an array of `shape` (by default what `a` and `b` broadcast to) and `dtype`.
 * @example random.beta(random.key(0), 2, 3, [4]) // shape [4]
 */
export function beta(key: ArrayLike, a: ArrayLike, b: ArrayLike, ...args: ParametricArguments): NDArray {
  const fn = "random.beta";
  const { key: single, shape, parameters } = parametricArguments(fn, key, { a, b }, args);
  const [keyA, keyB] = splitToList(single, 2);
  const logA = gammaDraws(logarithms, keyA, parameters.a, shape);
  const logB = gammaDraws(logarithms, keyB, parameters.b, shape);
  // Without the larger one both could be 0.
  const larger = max(logA, logB);
  const [scaledA, scaledB] = [exp(sub(logA, larger)), exp(sub(logB, larger))];
  return div(scaledA, add(scaledA, scaledB));
}

/**
 * Draws from Student's t-distribution with `df` degrees of freedom. They have derivatives by `df`. Source: `jax.random.t`.
 * @param df a number, or an array that broadcasts to `shape`.
 * @returns an array of `shape` (by default that of `df`) and `dtype`.
 * @example random.t(random.key(0), 5, [3]) // shape [3]
 */
export function t(key: ArrayLike, df: ArrayLike, ...args: ParametricArguments): NDArray {
  const fn = "random.t";
  const { key: single, shape, dtype, parameters } = parametricArguments(fn, key, { df }, args);
  const [normalKey, gammaKey] = splitToList(single, 2);
  const half = broadcastTo(div(parameters.df, 2), shape);
  return mul(normal(normalKey, { shape, dtype }), sqrt(div(half, gammaDraws(plainDraws, gammaKey, half, shape))));
}

/**
 * Draws from the chi-squared distribution with `df` degrees of freedom. They have derivatives by `df`.
 * Source: `jax.random.chisquare`.
 * @param df a number, or an array that broadcasts to `shape`.
 * @returns an array of `shape` (by default that of `df`) and `dtype`.
 * @example random.chisquare(random.key(0), 5, [3]) // shape [3]
 */
export function chisquare(key: ArrayLike, df: ArrayLike, ...args: ParametricArguments): NDArray {
  const fn = "random.chisquare";
  const { key: single, shape, parameters } = parametricArguments(fn, key, { df }, args);
  return mul(exp(gammaDraws(logarithms, single, div(parameters.df, 2), shape)), 2);
}

/** `exp(x)` divided by its sum along the last axis. */
function softmax(x: NDArray): NDArray {
  const along = { axis: -1, keepdims: true };
  const scaled = exp(sub(x, broadcastTo(stopGradient(reductions.max(x, along)), x.shape)));
  return div(scaled, broadcastTo(reductions.sum(scaled, along), x.shape));
}

/**
 * Draws from the Dirichlet distribution: vectors of positive numbers whose sum is 1. They have derivatives by `alpha`.
 * Source: `jax.random.dirichlet`.
 * @param alpha positive numbers (..., k); its axes but the last broadcast to `shape`.
 * @returns an array of `dtype` and shape (...shape, k), where `shape` is by default that of `alpha` without its last axis.
 * @example random.dirichlet(random.key(0), np.array([1, 2, 3])) // shape [3]
 */
export function dirichlet(key: ArrayLike, alpha: ArrayLike, ...args: ParametricArguments): NDArray {
  const fn = "random.dirichlet";
  const { shape: given, dtype = "float32" } = namedArguments<ParametricOptions>(fn, ["shape", "dtype"], args);
  checkFloat(fn, dtype);
  const parameters = parameterOf(fn, "alpha", alpha, dtype);
  const categories = parameters.shape.at(-1);
  if (!categories) {
    throw new ShapeError(`${fn}: alpha must have a last axis that isn't empty, got ${formatShape(parameters.shape)}.`);
  }
  const shape = sizesOf(fn, given ?? parameters.shape.slice(0, -1));
  const spread = spreadParameter(fn, "alpha", parameters, [...shape, categories]);
  return softmax(gammaDraws(logarithms, checkKey(fn, key), spread, [...shape, categories]));
}
