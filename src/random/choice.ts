/** Random elements of an array. */

import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, type Shape, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { zerosLike } from "../lax/create.ts";
import { takeAlong } from "../lax/gather.ts";
import { type ArrayLike, add, log, mul, reshape, sub } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { sliceInDim } from "../lax/slice.ts";
import { topK } from "../lax/sort.ts";
import { cumsum } from "../numpy/cumulative.ts";
import { searchsorted } from "../numpy/searching.ts";
import { type DrawArguments, type DrawShape, type FloatDType, sizesOf } from "./bits.ts";
import { gumbel, uniform } from "./continuous.ts";
import { randint } from "./discrete.ts";
import { checkKey } from "./keys.ts";
import { permutation } from "./permutation.ts";

/** Options of `random.choice`. */
export interface ChoiceOptions {
  /** How many; one, of shape (), by default. */
  readonly shape?: DrawShape;
  /** Whether an element may be drawn again. `true` by default. */
  readonly replace?: boolean;
  /** The elements' probabilities, a vector; by default (`null`) all the same. They are taken relative to their sum. */
  readonly p?: ArrayLike | null;
  /** The axis of `a` whose slices are drawn; the first by default. */
  readonly axis?: number;
}

const FN = "random.choice";

/** Indices below `n`, all with the same probability. */
function uniformIndices(key: NDArray, n: number, shape: Shape, replace: boolean): NDArray {
  if (replace) return randint(key, shape, 0, n);
  return reshape(sliceInDim(permutation(key, n), 0, sizeOf(shape), 0), { newSizes: shape });
}

/** Indices with probabilities proportional to `p`. */
function weightedIndices(key: NDArray, p: NDArray, shape: Shape, replace: boolean): NDArray {
  const dtype = p.dtype as FloatDType;
  if (!replace) {
    const noisy = add(gumbel(key, p.shape, { dtype }), log(p));
    return reshape(topK(noisy, sizeOf(shape))[1], { newSizes: shape });
  }
  const sums = cumsum(p);
  const total = reshape(sliceInDim(sums, p.size - 1, p.size, 0), { newSizes: [] });
  return searchsorted(sums, mul(total, sub(1, uniform(key, shape, { dtype }))));
}

/** How many there are to choose from, and what to take them from. */
function population(a: ArrayLike, axis: number): { n: number; array: NDArray | null; axis: number } {
  if (typeof a !== "number") {
    const array = asArray(FN, a, "a");
    const along = canonicalAxis(FN, axis, array.ndim);
    return { n: entry(array.shape, along), array, axis: along };
  }
  canonicalAxis(FN, axis, 1);
  if (Number.isInteger(a) && a >= 0) return { n: a, array: null, axis: 0 };
  throw new TypeError(`${FN}: a must be an array or a non-negative whole number, got ${describe(a)}.`);
}

/**
 * Random elements of an array, or random whole numbers below `a`. Source: `jax.random.choice`.
 * @param a a whole number, or an array whose slices along `axis` are drawn.
 * @returns `int32` of `shape`; of an array its elements, with `shape` in place of `axis`.
 * @throws ShapeError when there are too few elements or `p` isn't a vector of as many numbers.
 * @example
 * random.choice(key, 10, [4], { replace: false })
 * random.choice(key, np.array([5, 6, 7]), { shape: [2, 3], p: np.array([0.1, 0.2, 0.7]) })
 */
export function choice(key: ArrayLike, a: ArrayLike, ...args: DrawArguments<ChoiceOptions>): NDArray {
  const given = namedArguments<ChoiceOptions>(FN, ["shape", "replace", "p", "axis"], args);
  const { replace = true, p = null } = given;
  const single = checkKey(FN, key);
  const shape = sizesOf(FN, given.shape ?? []);
  const { n, array, axis } = population(a, given.axis ?? 0);
  const draws = sizeOf(shape);
  if (draws > 0 && (n === 0 || (!replace && draws > n))) {
    const condition = replace ? "" : " without replacement";
    throw new ShapeError(`${FN}: cannot draw ${formatShape(shape)} elements of ${n}${condition}.`);
  }
  const [weights] = p === null ? [null] : promoteToFloat(FN, [p], ["p"]);
  if (weights && !(weights.ndim === 1 && weights.size === n)) {
    throw new ShapeError(`${FN}: p must be a vector of ${n} probabilities, got shape ${formatShape(weights.shape)}.`);
  }
  const indices = (): NDArray => {
    if (draws === 0) return zerosLike({ shape, dtype: "int32" });
    return weights ? weightedIndices(single, weights, shape, replace) : uniformIndices(single, n, shape, replace);
  };
  return array ? takeAlong(array, indices(), axis) : indices();
}
