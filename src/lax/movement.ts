/** Arrays joined, taken apart and repeated: what follows from reshape, broadcast, slice and concatenate. */

import { checkOptions, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import {
  canonicalAxis,
  checkShape,
  broadcastShapes as commonShape,
  inserted,
  isIntegerList,
  MOST_AXES,
  range,
  removed,
  type Shape,
  sameShape,
  sizeOf,
} from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { broadcastInDim, broadcastTo, reshape } from "./shape.ts";
import { concatenate, operandList, sliceInDim } from "./slice.ts";

/**
 * The array repeated along new axes of `sizes`, which come first. Source: `jax.lax.broadcast`.
 * @example lax.broadcast(np.array([1, 2]), [2]) // [[1, 2], [1, 2]]
 */
export function broadcast(x: ArrayLike, sizes: Shape, ...rest: never[]): NDArray {
  const fn = "lax.broadcast";
  noMore(fn, rest);
  checkShape(fn, sizes);
  const operand = asArray(fn, x);
  const shape = [...sizes, ...operand.shape];
  checkShape(fn, shape);
  return broadcastInDim(operand, { shape, broadcastDimensions: range(operand.ndim, sizes.length) });
}

/**
 * The array repeated to the shape of another by NumPy's rules. Source: `jax.lax.broadcast_like`.
 * @example lax.broadcastLike(7, np.ones([2])) // [7, 7]
 */
export function broadcastLike(x: ArrayLike, like: ArrayLike, ...rest: never[]): NDArray {
  const fn = "lax.broadcastLike";
  noMore(fn, rest);
  const [operand, { shape }] = [asArray(fn, x), asArray(fn, like, "like")];
  if (!sameShape(commonShape(fn, [operand.shape, shape]), shape)) {
    throw new ShapeError(`${fn}: ${formatShape(operand.shape)} doesn't broadcast to ${formatShape(shape)}.`);
  }
  return broadcastTo(operand, shape);
}

/**
 * The shape that arrays of these shapes have together by NumPy's rules. Source: `jax.lax.broadcast_shapes`.
 * @example lax.broadcastShapes([2, 1], [1, 3]) // [2, 3]
 */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  for (const shape of shapes) checkShape("lax.broadcastShapes", shape);
  return commonShape("lax.broadcastShapes", shapes);
}

/**
 * The array with axes of size 1 in front, so that it has `rank`. Source: `jax.lax.broadcast_to_rank`.
 * @example lax.broadcastToRank(np.array([1, 2]), 2) // [[1, 2]]
 */
export function broadcastToRank(x: ArrayLike, rank: number, ...rest: never[]): NDArray {
  noMore("lax.broadcastToRank", rest);
  const operand = asArray("lax.broadcastToRank", x);
  if (Number.isInteger(rank) && rank >= operand.ndim && rank <= MOST_AXES) {
    const ones = new Array<number>(rank - operand.ndim).fill(1);
    return reshape(operand, { newSizes: [...ones, ...operand.shape] });
  }
  throw new ShapeError(
    `lax.broadcastToRank: rank must be a whole number from ${operand.ndim}, the axes of ${formatShape(operand.shape)}, to ` +
      `${MOST_AXES}, got ${describe(rank)}.`,
  );
}

/**
 * The axes from `startDimension` up to `stopDimension` (the end by default) joined to one. Source: `jax.lax.collapse`.
 * @example lax.collapse(lax.full([2, 3, 4], 1), 0, 2) // shape (6, 4)
 */
export function collapse(x: ArrayLike, startDimension: number, stopDimension?: number, ...rest: never[]): NDArray {
  const fn = "lax.collapse";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  const given = [startDimension, stopDimension ?? operand.ndim];
  const [start, stop] = (isIntegerList(given, -operand.ndim) ? given : [0, 0]).map((d) =>
    d < 0 ? d + operand.ndim : d,
  ) as [number, number];
  if (stop <= start || stop > operand.ndim) {
    throw new ShapeError(
      `${fn}: ${formatShape(operand.shape)} has no axes from ${describe(startDimension)} up to ${describe(stopDimension)}.`,
    );
  }
  const joined = sizeOf(operand.shape.slice(start, stop));
  return reshape(operand, { newSizes: [...operand.shape.slice(0, start), joined, ...operand.shape.slice(stop)] });
}

/**
 * Copies of the array side by side, `reps[i]` along axis `i`. Source: `jax.lax.tile`.
 * @example lax.tile(np.array([1, 2]), [2]) // [1, 2, 1, 2]
 */
export function tile(x: ArrayLike, reps: readonly number[], ...rest: never[]): NDArray {
  noMore("lax.tile", rest);
  const operand = asArray("lax.tile", x);
  checkShape("lax.tile", reps);
  if (reps.length !== operand.ndim) {
    throw new ShapeError(
      `lax.tile: ${formatShape(operand.shape)} needs one of reps for each axis, got [${reps.join(", ")}].`,
    );
  }
  const repeated = broadcastInDim(operand, {
    shape: operand.shape.flatMap((n, i) => [entry(reps, i), n]),
    broadcastDimensions: operand.shape.map((_, i) => 2 * i + 1),
  });
  return reshape(repeated, { newSizes: operand.shape.map((n, i) => n * entry(reps, i)) });
}

/**
 * Arrays of one shape, or the slices of one array, joined along a new axis, the first by default. Source: `jax.lax.stack`.
 * @example lax.stack([np.array([1]), np.array([2])]) // [[1], [2]]
 */
export function stack(
  operands: readonly ArrayLike[] | NDArray,
  options?: { readonly axis?: number },
  ...rest: never[]
): NDArray {
  const fn = "lax.stack";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis"]);
  const arrays = operandList(fn, operands);
  const first = entry(arrays, 0);
  const axis = canonicalAxis(fn, chosen.axis ?? 0, first.ndim + 1);
  if (!arrays.every((x) => sameShape(x.shape, first.shape))) {
    const shapes = arrays.map((x) => formatShape(x.shape)).join(", ");
    throw new ShapeError(`${fn}: operands must have one shape, got ${shapes}.`);
  }
  const rows = arrays.map((x) => reshape(x, { newSizes: inserted(x.shape, axis, 1) }));
  return concatenate(rows, { dimension: axis });
}

/**
 * The slices along an axis (the first by default), which disappears. Source: `jax.lax.unstack`.
 * @example lax.unstack(np.array([[1], [2]])) // [[1], [2]]
 */
export function unstack(x: ArrayLike, options?: { readonly axis?: number }, ...rest: never[]): NDArray[] {
  const fn = "lax.unstack";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis"]);
  const operand = asArray(fn, x);
  const axis = canonicalAxis(fn, chosen.axis ?? 0, operand.ndim);
  return range(entry(operand.shape, axis)).map((i) => indexInDim(operand, i, { axis, keepdims: false }));
}

/**
 * The array cut along an axis (the first by default) into parts of the given sizes. Source: `jax.lax.split`.
 * @example lax.split(np.arange(3), [1, 2]) // [[0], [1, 2]]
 */
export function split(x: ArrayLike, sizes: Shape, options?: { readonly axis?: number }, ...rest: never[]): NDArray[] {
  const fn = "lax.split";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis"]);
  checkShape(fn, sizes);
  const operand = asArray(fn, x);
  const axis = canonicalAxis(fn, chosen.axis ?? 0, operand.ndim);
  if (sizes.reduce((a, b) => a + b, 0) !== operand.shape[axis]) {
    throw new ShapeError(
      `${fn}: sizes [${sizes.join(", ")}] must add up to axis ${axis} of ${formatShape(operand.shape)}.`,
    );
  }
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return sliceInDim(operand, start - size, start, axis);
  });
}

/**
 * The elements at one place of an axis (the first by default); it keeps size 1 unless `keepdims` is false. Negative places
 * count from the end. Source: `jax.lax.index_in_dim`.
 * @example lax.indexInDim(np.arange(5), 2) // [2]
 */
export function indexInDim(
  x: ArrayLike,
  index: number,
  options: { readonly axis?: number; readonly keepdims?: boolean } = {},
  ...rest: never[]
): NDArray {
  const fn = "lax.indexInDim";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis", "keepdims"]);
  const operand = asArray(fn, x);
  const axis = canonicalAxis(fn, chosen.axis ?? 0, operand.ndim);
  const place = canonicalAxis(fn, index, entry(operand.shape, axis), `index along axis ${axis}:`);
  const slice = sliceInDim(operand, place, place + 1, axis);
  return chosen.keepdims === false ? reshape(slice, { newSizes: removed(slice.shape, axis) }) : slice;
}
