/** Draws of integers and bools: for a key, those of `jax.random`. */

import { namedArguments } from "../base/arguments.ts";
import { type DType, isDType } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import { broadcastShapes, canonicalAxis, inserted, removed, type Shape, sameShape } from "../base/shapes.ts";
import { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, add, argmax, convertElementType, le, lt, mul, rem, select, sub } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { type DrawArguments, type DrawShape, sizesOf, words } from "./bits.ts";
import { gumbel, uniform } from "./continuous.ts";
import { checkKey, splitToList } from "./keys.ts";
import { spreadParameter } from "./parameters.ts";

/** Options of `random.bernoulli`. */
export interface BernoulliOptions {
  /** The probability of true: a number (0.5 by default), or a float array that broadcasts to `shape`. */
  readonly p?: number | NDArray;
  /** By default the shape of `p`. */
  readonly shape?: DrawShape | null;
}

/**
 * Draws that are true with probability `p`. Source: `jax.random.bernoulli`.
 * @returns `bool` of `shape`.
 * @example random.bernoulli(key, 0.3, [4, 5])
 */
export function bernoulli(
  key: ArrayLike,
  ...args:
    | [p?: BernoulliOptions["p"], shape?: DrawShape | null]
    | [p: BernoulliOptions["p"], options: Omit<BernoulliOptions, "p">]
    | [options: BernoulliOptions]
): NDArray {
  const fn = "random.bernoulli";
  const { p = 0.5, shape } = namedArguments<BernoulliOptions>(fn, ["p", "shape"], args);
  return bernoulliDraws(fn, checkKey(fn, key), p, shape ?? null);
}

function bernoulliDraws(fn: string, key: NDArray, p: number | NDArray, given: DrawShape | null): NDArray {
  const probability = p instanceof NDArray ? p : convertElementType(asArray(fn, p, "p"), "float32");
  const { dtype } = probability;
  if (dtype !== "float32" && dtype !== "float64") {
    throw new TypeError(`${fn}: p must be a float, got ${dtype}${formatShape(probability.shape)}.`);
  }
  const shape = sizesOf(fn, given ?? probability.shape);
  return lt(uniform(key, shape, { dtype }), spreadParameter(fn, "p", probability, shape));
}

/**
 * Draws that are -1 or 1. Source: `jax.random.rademacher`.
 * @returns an array of `shape` and `dtype` (`int32` by default).
 * @example random.rademacher(random.key(0), [3]) // shape [3]
 */
export function rademacher(
  key: ArrayLike,
  ...args: DrawArguments<{ readonly shape?: DrawShape; readonly dtype?: Exclude<DType, "bool"> }>
): NDArray {
  const fn = "random.rademacher";
  const names = ["shape", "dtype"] as const;
  const { shape = [], dtype = "int32" } = namedArguments<{ shape: DrawShape; dtype: DType }>(fn, [...names], args);
  if (!isDType(dtype) || dtype === "bool") {
    throw new TypeError(`${fn}: dtype must be one of numbers, got ${describe(dtype)}.`);
  }
  const heads = convertElementType(bernoulliDraws(fn, checkKey(fn, key), 0.5, shape), dtype);
  return sub(mul(heads, 2), 1);
}

/** Options of `random.randint`. */
export interface RandintOptions {
  readonly shape: DrawShape;
  /** The smallest value: a whole number, or an integer array of `dtype` that broadcasts to `shape`. */
  readonly minval: number | NDArray;
  /** No value reaches this one. */
  readonly maxval: number | NDArray;
  /** `"int32"` by default. */
  readonly dtype?: "int32" | "uint32";
}

/** The range of an integer dtype: [smallest, past the largest]. */
const limits = (dtype: "int32" | "uint32"): [number, number] =>
  dtype === "int32" ? [-(2 ** 31), 2 ** 31] : [0, 2 ** 32];

function checkBound(fn: string, name: string, bound: unknown, dtype: "int32" | "uint32", past: number): void {
  const [smallest, end] = limits(dtype);
  if (bound instanceof NDArray) {
    if (bound.dtype === dtype) return;
    throw new TypeError(
      `${fn}: ${name} must be ${dtype}, as dtype says, got ${bound.dtype}${formatShape(bound.shape)}.`,
    );
  }
  if (Number.isInteger(bound) && (bound as number) >= smallest && (bound as number) < end + past) return;
  throw new TypeError(`${fn}: ${name} must be a whole number in the range of ${dtype}, got ${describe(bound)}.`);
}

/** How many values there are to choose from, at least 1 (as in JAX), modulo 2^32: 0 stands for all of them. */
function spanOf({ minval, maxval, dtype }: Required<RandintOptions>, shape: Shape): NDArray | number {
  if (typeof minval === "number" && typeof maxval === "number") return Math.max(1, maxval - minval) % 2 ** 32;
  const [low, high] = mapEach([minval, maxval], (x) => convertElementType(asArray("random.randint", x), dtype));
  const wide = broadcastShapes("random.randint", [low.shape, high.shape, shape]);
  const [from, to] = mapEach([low, high], (x) => broadcastTo(x, wide));
  return select(le(to, from), 1, convertElementType(sub(to, from), "uint32"));
}

/**
 * Whole numbers from [minval, maxval), uniformly distributed but for a bias of up to `span / 2^32`. Where `maxval` is not
 * above `minval`, `minval`. Source: `jax.random.randint`.
 * @returns an array of `shape` and `dtype`.
 * @example random.randint(key, [4, 5], -3, 11)
 */
export function randint(
  key: ArrayLike,
  ...args:
    | [shape: DrawShape, minval: number | NDArray, maxval: number | NDArray, options?: Pick<RandintOptions, "dtype">]
    | [shape: DrawShape, options: Omit<RandintOptions, "shape">]
    | [options: RandintOptions]
): NDArray {
  const fn = "random.randint";
  const given = namedArguments<RandintOptions>(fn, ["shape", "minval", "maxval", "dtype"], args);
  const { minval, maxval, dtype = "int32" } = given;
  const shape = sizesOf(fn, given.shape as DrawShape);
  if (dtype !== "int32" && dtype !== "uint32") {
    throw new TypeError(`${fn}: dtype must be "int32" or "uint32", got ${describe(dtype)}.`);
  }
  checkBound(fn, "minval", minval, dtype, 0);
  checkBound(fn, "maxval", maxval, dtype, 1);
  const range = { shape, dtype, minval: minval as number | NDArray, maxval: maxval as number | NDArray };
  const span = spanOf(range, shape);
  const spread = typeof span === "number" ? span : spreadParameter(fn, "the bounds", span, shape);
  const offset = convertElementType(offsets(checkKey(fn, key), shape, spread), dtype);
  const low = convertElementType(asArray(fn, range.minval, "minval"), dtype);
  return add(spreadParameter(fn, "minval", low, shape), offset);
}

/** 64 random bits modulo `span`, by the halves' remainders. */
function offsets(key: NDArray, shape: Shape, span: NDArray | number): NDArray {
  const [high, low] = mapEach(splitToList(key, 2), (k) => words(k, shape));
  const divisor = typeof span === "number" ? convertElementType(asArray("random.randint", span), "uint32") : span;
  const half = rem(convertElementType(2 ** 16, "uint32"), divisor);
  const multiplier = rem(mul(half, half), divisor);
  return rem(add(mul(rem(high, divisor), multiplier), rem(low, divisor)), divisor);
}

/** Options of `random.categorical`. */
export interface CategoricalOptions {
  /** The axis of `logits` that the categories lie along; the last by default. */
  readonly axis?: number;
  /** By default the shape of `logits` without `axis`; more axes in front draw more samples. */
  readonly shape?: DrawShape | null;
}

/**
 * Draws indices with probabilities proportional to `exp(logits)`. Source: `jax.random.categorical`.
 * @param logits floats; one distribution along `axis` for every place of the other axes.
 * @returns `int32` of `shape`.
 * @example random.categorical(key, np.log(p), { shape: [12] })
 */
export function categorical(
  key: ArrayLike,
  logits: ArrayLike,
  ...args:
    | [axis?: number, shape?: DrawShape | null]
    | [axis: number, options: CategoricalOptions]
    | [options: CategoricalOptions]
): NDArray {
  const fn = "random.categorical";
  const { axis: givenAxis = -1, shape: givenShape } = namedArguments<CategoricalOptions>(fn, ["axis", "shape"], args);
  const weights = asArray(fn, logits, "logits");
  const { dtype } = weights;
  if (dtype !== "float32" && dtype !== "float64") {
    throw new TypeError(`${fn}: logits must be floats, got ${dtype}${formatShape(weights.shape)}.`);
  }
  const axis = canonicalAxis(fn, givenAxis, weights.ndim);
  if (weights.shape[axis] === 0) {
    throw new ShapeError(`${fn}: logits ${formatShape(weights.shape)} have no category along axis ${axis}.`);
  }
  const batch = removed(weights.shape, axis);
  const shape = sizesOf(fn, givenShape ?? batch);
  const extra = shape.length - batch.length;
  if (extra < 0 || !sameShape(broadcastShapes(fn, [shape, batch]), shape)) {
    throw new ShapeError(
      `${fn}: logits ${formatShape(weights.shape)} without axis ${axis} do not broadcast to shape ${formatShape(shape)}.`,
    );
  }
  const place = extra + axis;
  const noisy = inserted(shape, place, entry(weights.shape, axis));
  const spread = broadcastTo(weights, noisy);
  return argmax(add(gumbel(checkKey(fn, key), noisy, { dtype }), spread), { axis: place });
}
