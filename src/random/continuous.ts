/** Draws of real numbers: for a key, those of `jax.random`. */

import { namedArguments } from "../base/arguments.ts";
import { mapEach } from "../base/lists.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { castWeak } from "../lax/convert.ts";
import {
  type ArrayLike,
  add,
  convertElementType,
  div,
  erf,
  erfInv,
  log,
  log1p,
  max,
  min,
  mul,
  neg,
  nextafter,
  sub,
} from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { compiledDraw, type DrawArguments, type FloatDType, sizesOf, unitFloats, unitFloatsAt } from "./bits.ts";
import { checkKey } from "./keys.ts";
import {
  checkFloat,
  type DrawOptions,
  drawArguments,
  type ParametricArguments,
  parameterOf,
  parametricArguments,
  spreadParameter,
} from "./parameters.ts";

/** Options of `random.uniform`. */
export interface UniformOptions extends DrawOptions {
  /** The smallest value: a number, or an array that broadcasts to `shape`. 0 by default. */
  readonly minval?: ArrayLike;
  /** No value reaches this one. 1 by default. */
  readonly maxval?: ArrayLike;
}

const rounded = (x: number, dtype: FloatDType): number => (dtype === "float32" ? Math.fround(x) : x);

/**
 * `u span + low` with one rounding: XLA multiplies and adds so, and near 0 it makes all the difference. The digits on the way
 * are those of numbers, which a device without float64 leaves out.
 */
function multiplyAdd(u: NDArray, span: ArrayLike, low: ArrayLike): NDArray {
  const fn = "random.uniform";
  const [x, y, z] = mapEach([u, span, low], (value) => castWeak(asArray(fn, value), "float64"));
  return convertElementType(add(mul(x, y), z), u.dtype);
}

/** Uniform draws between numbers; their difference is rounded as an array's would be. */
function betweenNumbers(u: NDArray, low: number, high: number, dtype: FloatDType): NDArray {
  if (low === 0 && high === 1) return u;
  const [lo, hi] = [rounded(low, dtype), rounded(high, dtype)];
  const span = rounded(hi - lo, dtype);
  const exactProduct = Number.isInteger(Math.log2(span));
  return max(exactProduct ? add(mul(u, span), lo) : multiplyAdd(u, span, lo), lo);
}

function uniformDraws(fn: string, key: NDArray, options: Required<UniformOptions>): NDArray {
  const { shape, dtype, minval, maxval } = options;
  const sizes = sizesOf(fn, shape);
  checkFloat(fn, dtype);
  const u = unitFloats(key, sizes, dtype);
  if (typeof minval === "number" && typeof maxval === "number") return betweenNumbers(u, minval, maxval, dtype);
  const [low, high] = Object.entries({ minval, maxval }).map(([name, value]) =>
    spreadParameter(fn, name, parameterOf(fn, name, value, dtype), sizes),
  ) as [NDArray, NDArray];
  return max(multiplyAdd(u, sub(high, low), low), low);
}

/**
 * Uniformly distributed draws from [minval, maxval). Source: `jax.random.uniform`.
 * @returns an array of `shape` and `dtype`.
 * @example
 * random.uniform(key, [20, 10])
 * random.uniform(key, [3], { minval: -1, maxval: 1 })
 */
export function uniform(key: ArrayLike, ...args: DrawArguments<UniformOptions>): NDArray {
  const fn = "random.uniform";
  const given = namedArguments<UniformOptions>(fn, ["shape", "dtype", "minval", "maxval"], args);
  return uniformDraws(fn, checkKey(fn, key), { shape: [], dtype: "float32", minval: 0, maxval: 1, ...given });
}

/** The spacing of floats below 1: the largest draw below 1 and, negated, the smallest above -1. */
export const ulpBelowOne = (dtype: FloatDType): number => (dtype === "float32" ? 2 ** -24 : 2 ** -53);

const normalDraws = /* @__PURE__ */ compiledDraw((key, indices, dtype) => {
  const u = betweenNumbers(unitFloatsAt(key, indices, dtype), ulpBelowOne(dtype) - 1, 1, dtype);
  return mul(erfInv(u), Math.SQRT2);
});

/**
 * Standard normal draws. Source: `jax.random.normal`.
 * @returns an array of `shape` and `dtype`.
 * @example random.normal(random.key(1), [20, 32, 32, 3])
 */
export function normal(key: ArrayLike, ...args: DrawArguments<DrawOptions>): NDArray {
  const drawn = drawArguments("random.normal", key, args);
  return normalDraws(drawn.key, drawn.shape, drawn.dtype);
}

/**
 * Standard normal draws given that they lie in (lower, upper). Source: `jax.random.truncated_normal`.
 * @param lower a number, or an array that broadcasts to `shape`; so is `upper`.
 * @returns an array of `shape` (by default what the bounds broadcast to) and `dtype`.
 * @example random.truncatedNormal(random.key(0), -2, 2, [3]) // shape [3]
 */
export function truncatedNormal(
  key: ArrayLike,
  lower: ArrayLike,
  upper: ArrayLike,
  ...args: ParametricArguments
): NDArray {
  const fn = "random.truncatedNormal";
  const { key: single, parameters, ...drawn } = parametricArguments(fn, key, { lower, upper }, args);
  const { lower: low, upper: high } = parameters;
  const [minval, maxval] = mapEach([low, high], (x) => erf(div(x, Math.SQRT2)));
  const draws = mul(erfInv(uniformDraws(fn, single, { ...drawn, minval, maxval })), Math.SQRT2);
  return min(max(draws, nextafter(low, Number.POSITIVE_INFINITY)), nextafter(high, Number.NEGATIVE_INFINITY));
}

/** The smallest normal float: it keeps the logarithm of a draw finite. */
export const tiny = (dtype: FloatDType): number => (dtype === "float32" ? 2 ** -126 : 2 ** -1022);

/**
 * Draws from the standard Gumbel distribution, exp(-x - exp(-x)). Source: `jax.random.gumbel`.
 * @returns an array of `shape` and `dtype`.
 * @example random.gumbel(random.key(0), [3]) // shape [3]
 */
export function gumbel(key: ArrayLike, ...args: DrawArguments<DrawOptions>): NDArray {
  const fn = "random.gumbel";
  const { key: single, ...drawn } = drawArguments(fn, key, args);
  const u = uniformDraws(fn, single, { ...drawn, minval: tiny(drawn.dtype), maxval: 1 });
  return neg(log(neg(log(u))));
}

/**
 * Draws from the standard exponential distribution, exp(-x) for x >= 0. Source: `jax.random.exponential`.
 * @returns an array of `shape` and `dtype`.
 * @example random.exponential(random.key(0), [3]) // shape [3]
 */
export function exponential(key: ArrayLike, ...args: DrawArguments<DrawOptions>): NDArray {
  const fn = "random.exponential";
  const { key: single, ...drawn } = drawArguments(fn, key, args);
  const u = uniformDraws(fn, single, { ...drawn, minval: 0, maxval: 1 });
  return neg(log1p(neg(u)));
}
