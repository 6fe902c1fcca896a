/** Slices, and updates of slices, whose place is computed. As in JAX they are moved to lie inside the array. */

import { checkOptions, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, checkIntegers, range, removed, type Shape, sameShape } from "../base/shapes.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import { add, clamp, sub } from "./arithmetic.ts";
import { sameDType } from "./convert.ts";
import { iota } from "./create.ts";
import { checkIndices, fromEnd, takeAlong } from "./gather.ts";
import { bitwiseAnd, ge, lt, select } from "./logic.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { broadcastInDim, reshape } from "./shape.ts";
import { sliceInDim } from "./slice.ts";

/** Where a slice begins: an index for each axis, in a list or a vector. */
export type StartIndices = readonly ArrayLike[] | ArrayLike;

/** One index, as an array without axes. */
function oneIndex(fn: string, given: ArrayLike, name: string): NDArray {
  const index = checkIndices(fn, given, name);
  if (index.size === 1) return reshape(index, { newSizes: [] });
  throw new ShapeError(`${fn}: ${name} must be one integer, got an array of shape ${formatShape(index.shape)}.`);
}

/** The indices, one by one. */
function indexList(fn: string, given: StartIndices): readonly NDArray[] {
  if (Array.isArray(given)) return Array.from(given, (start) => oneIndex(fn, start, "startIndices"));
  const vector = checkIndices(fn, given as ArrayLike, "startIndices");
  if (vector.ndim === 1)
    return range(vector.size).map((i) => reshape(sliceInDim(vector, i, i + 1, 0), { newSizes: [] }));
  throw new ShapeError(
    `${fn}: startIndices must be a list, or a vector, of one index for every axis, got an array of shape ` +
      `${formatShape(vector.shape)}.`,
  );
}

/** The axes that a slice of `sizes` does not cover, with the place where it begins on each. */
function starts(fn: string, x: NDArray, indices: readonly NDArray[], sizes: Shape): [axis: number, at: NDArray][] {
  checkIntegers(fn, "sliceSizes", sizes, 0);
  const fits = indices.length === x.ndim && sizes.length === x.ndim && sizes.every((n, i) => n <= entry(x.shape, i));
  if (!fits) {
    throw new ShapeError(
      `${fn}: shape ${formatShape(x.shape)} needs one start index (got ${indices.length}) and a size that fits for ` +
        `every axis, got sizes ${formatShape(sizes)}.`,
    );
  }
  return range(x.ndim).flatMap((axis): [number, NDArray][] => {
    const size = entry(x.shape, axis);
    const room = size - entry(sizes, axis);
    return room === 0 ? [] : [[axis, clamp(0, fromEnd(entry(indices, axis), size), room)]];
  });
}

function sliceAt(fn: string, x: NDArray, indices: readonly NDArray[], sizes: Shape): NDArray {
  return starts(fn, x, indices, sizes).reduce(
    (part, [axis, at]) => takeAlong(part, add(iota("int32", entry(sizes, axis)), at), axis),
    x,
  );
}

function updateAt(fn: string, x: NDArray, part: NDArray, indices: readonly NDArray[]): NDArray {
  let values = part;
  let inside: NDArray | undefined;
  for (const [axis, at] of starts(fn, x, indices, part.shape)) {
    const place = sub(iota("int32", entry(x.shape, axis)), at);
    values = takeAlong(values, place, axis);
    const covered = broadcastInDim(bitwiseAnd(ge(place, 0), lt(place, entry(part.shape, axis))), {
      shape: x.shape,
      broadcastDimensions: [axis],
    });
    inside = inside ? bitwiseAnd(inside, covered) : covered;
  }
  return inside ? select(inside, values, x) : values;
}

/**
 * The part of `sliceSizes` that begins at `startIndices` (integers, one for each axis, in a list or a vector; negative ones
 * are counted from the end). Source: `jax.lax.dynamic_slice`.
 * @example lax.dynamicSlice(x, [i, 0], { sliceSizes: [2, 3] })
 */
export function dynamicSlice(
  x: ArrayLike,
  startIndices: StartIndices,
  options: { readonly sliceSizes: Shape },
  ...rest: never[]
): NDArray {
  const fn = "lax.dynamicSlice";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["sliceSizes"], ["sliceSizes"]);
  return sliceAt(fn, asArray(fn, x), indexList(fn, startIndices), chosen.sliceSizes);
}

/**
 * `x` with the part that begins at `startIndices` replaced by `update`. Source: `jax.lax.dynamic_update_slice`.
 * @param update of as many axes as `x`, none longer.
 * @example lax.dynamicUpdateSlice(np.zeros([3]), np.array([7]), [1]) // [0, 7, 0]
 */
export function dynamicUpdateSlice(
  x: ArrayLike,
  update: ArrayLike,
  startIndices: StartIndices,
  ...rest: never[]
): NDArray {
  const fn = "lax.dynamicUpdateSlice";
  noMore(fn, rest);
  const [operand, part] = sameDType(fn, [x, update], ["x", "update"]);
  return updateAt(fn, operand, part, indexList(fn, startIndices));
}

/** `value` for one axis, `others` for the rest. */
const alongAxis = <T>(x: NDArray, axis: number, value: T, others: (size: number) => T): T[] =>
  x.shape.map((n, i) => (i === axis ? value : others(n)));

/** The start indices of which all but one are 0. */
const startAlong = (fn: string, x: NDArray, axis: number, index: ArrayLike, name: string): NDArray[] =>
  alongAxis(x, axis, oneIndex(fn, index, name), () => scalar(0, "int32"));

function sliceAlong(fn: string, x: NDArray, axis: number, start: NDArray[], size: number): NDArray {
  return sliceAt(
    fn,
    x,
    start,
    alongAxis(x, axis, size, (n) => n),
  );
}

/**
 * `sliceSize` elements of one axis from `startIndex` on. Source: `jax.lax.dynamic_slice_in_dim`.
 * @example lax.dynamicSliceInDim(np.arange(5), 1, 2) // [1, 2]
 */
export function dynamicSliceInDim(
  x: ArrayLike,
  startIndex: ArrayLike,
  sliceSize: number,
  axis = 0,
  ...rest: never[]
): NDArray {
  const fn = "lax.dynamicSliceInDim";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  const along = canonicalAxis(fn, axis, operand.ndim);
  return sliceAlong(fn, operand, along, startAlong(fn, operand, along, startIndex, "startIndex"), sliceSize);
}

/**
 * One place of an axis, which disappears with `keepdims: false`. Source: `jax.lax.dynamic_index_in_dim`.
 * @example lax.dynamicIndexInDim(np.arange(5), 2) // [2]
 */
export function dynamicIndexInDim(
  x: ArrayLike,
  index: ArrayLike,
  options?: { readonly axis?: number; readonly keepdims?: boolean },
  ...rest: never[]
): NDArray {
  const fn = "lax.dynamicIndexInDim";
  noMore(fn, rest);
  const { axis = 0, keepdims = true } = checkOptions(fn, options, ["axis", "keepdims"]);
  const operand = asArray(fn, x);
  const along = canonicalAxis(fn, axis, operand.ndim);
  const place = sliceAlong(fn, operand, along, startAlong(fn, operand, along, index, "index"), 1);
  return keepdims ? place : reshape(place, { newSizes: removed(place.shape, along) });
}

/**
 * `x` with a part of one axis replaced. Source: `jax.lax.dynamic_update_slice_in_dim`.
 * @example lax.dynamicUpdateSliceInDim(np.zeros([3]), np.array([7]), 1, 0) // [0, 7, 0]
 */
export function dynamicUpdateSliceInDim(
  x: ArrayLike,
  update: ArrayLike,
  startIndex: ArrayLike,
  axis = 0,
  ...rest: never[]
): NDArray {
  const fn = "lax.dynamicUpdateSliceInDim";
  noMore(fn, rest);
  const [operand, part] = sameDType(fn, [x, update], ["x", "update"]);
  const along = canonicalAxis(fn, axis, operand.ndim);
  return updateAt(fn, operand, part, startAlong(fn, operand, along, startIndex, "startIndex"));
}

/**
 * `x` with one place of an axis replaced; `update` may lack the axis. Source: `jax.lax.dynamic_update_index_in_dim`.
 * @example lax.dynamicUpdateIndexInDim(np.zeros([3]), 7, 1, 0) // [0, 7, 0]
 */
export function dynamicUpdateIndexInDim(
  x: ArrayLike,
  update: ArrayLike,
  index: ArrayLike,
  axis = 0,
  ...rest: never[]
): NDArray {
  const fn = "lax.dynamicUpdateIndexInDim";
  noMore(fn, rest);
  const [operand, part] = sameDType(fn, [x, update], ["x", "update"]);
  const along = canonicalAxis(fn, axis, operand.ndim);
  const newSizes = alongAxis(operand, along, 1, (n) => n);
  if (!sameShape(part.shape, newSizes) && !sameShape(part.shape, removed(operand.shape, along))) {
    throw new ShapeError(
      `${fn}: update must have shape ${formatShape(newSizes)} or lack axis ${along}, got ${formatShape(part.shape)}.`,
    );
  }
  return updateAt(fn, operand, reshape(part, { newSizes }), startAlong(fn, operand, along, index, "index"));
}
