/** Reading windows at the places that an array of indices names. */

import { checkOptions, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxes, checkIntegers, range, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { rem } from "./arithmetic.ts";
import { filled } from "./create.ts";
import { checkIndices, fromEnd, type GatherIndices, gatherRows } from "./gather.ts";
import { type GatherScatterMode, readDimensions, windowRows } from "./index-windows.ts";
import { ge, select } from "./logic.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { broadcastInDim, broadcastTo, expandDims } from "./shape.ts";
import { concatenate } from "./slice.ts";

/** Source: `jax.lax.GatherDimensionNumbers`. */
export interface GatherDimensionNumbers {
  /** The result's axes that run inside a window. */
  readonly offsetDims: readonly number[];
  /** The operand's axes, of size 1 in a window, that the result lacks. */
  readonly collapsedSliceDims: readonly number[];
  /** The operand's axis that each component of an index counts along. */
  readonly startIndexMap: readonly number[];
  /** Axes of the operand that go with axes of the indices: each window is read from its own place along these. */
  readonly operandBatchingDims?: readonly number[];
  readonly startIndicesBatchingDims?: readonly number[];
}

/** Options of `lax.gather`. */
export interface GatherOptions {
  readonly dimensionNumbers: GatherDimensionNumbers;
  /** The windows' sizes along the operand's axes. */
  readonly sliceSizes: Shape;
  /** `"promise_in_bounds"` by default. */
  readonly mode?: GatherScatterMode | null;
  /** What windows outside hold with the mode `"fill"`; by default NaN, the extreme integer, true. */
  readonly fillValue?: number | boolean | null;
  /** Promises that are of no use here. */
  readonly uniqueIndices?: boolean;
  readonly indicesAreSorted?: boolean;
}

const NAMES = [
  "offsetDims",
  "collapsedSliceDims",
  "startIndexMap",
  "operandBatchingDims",
  "startIndicesBatchingDims",
] as const;

/**
 * The windows of `x` at the corners that `startIndices` names: its last axis holds an index's components, the others count
 * windows and stand in the result beside the windows' own axes. Source: `jax.lax.gather`.
 * @throws ShapeError naming what does not fit.
 * @example
 * // the rows 2 and 0
 * lax.gather(x, array([[2], [0]], { dtype: "int32" }), {
 *   dimensionNumbers: { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] }, sliceSizes: [1, x.shape[1]],
 * })
 */
export function gather(x: ArrayLike, startIndices: ArrayLike, options: GatherOptions, ...rest: never[]): NDArray {
  const fn = "lax.gather";
  noMore(fn, rest);
  const required = ["dimensionNumbers", "sliceSizes"];
  const chosen = checkOptions(
    fn,
    options,
    [...required, "mode", "fillValue", "uniqueIndices", "indicesAreSorted"],
    required,
  );
  const { sliceSizes, mode, fillValue } = chosen;
  const operand = asArray(fn, x);
  checkIntegers(fn, "sliceSizes", sliceSizes, 0, operand.ndim);
  const indices = checkIndices(fn, startIndices, "startIndices");
  const dims = readDimensions(fn, chosen.dimensionNumbers, NAMES, operand, indices);
  const { index, operandToRows, windowsFromRows } = windowRows(fn, operand, indices, sliceSizes, dims, mode ?? "clip");
  const read = gatherRows(operandToRows(operand), index, fillValue === null || fillValue === undefined);
  if (fillValue === null || fillValue === undefined) return windowsFromRows(read);
  const inside = broadcastInDim(broadcastTo(ge(index, 0), [entry(read.shape, 0), entry(index.shape, 1)]), {
    shape: read.shape,
    broadcastDimensions: [0, 1],
  });
  return windowsFromRows(select(inside, read, filled(fn, [], fillValue, read.dtype)));
}

/**
 * The elements at `indices`, one array of integers for each of `axes` and all of one shape, which comes first in the
 * result; they are taken modulo the axis' size. Source: `jax.lax.index_take`.
 * @example lax.indexTake(np.array([10, 20]), [np.array([1, 0], { dtype: "int32" })], [0]) // [20, 10]
 */
export function indexTake(
  x: ArrayLike,
  indices: readonly GatherIndices[],
  axes: readonly number[],
  ...rest: never[]
): NDArray {
  const fn = "lax.indexTake";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  checkIntegers(fn, "axes", axes);
  const places = canonicalAxes(fn, axes, operand.ndim, "axes");
  if (!Array.isArray(indices) || indices.length === 0 || indices.length !== places.length) {
    throw new TypeError(
      `${fn}: needs one array of indices for each axis, got ${show(indices)} for axes ${show(axes)}.`,
    );
  }
  const columns = Array.from(indices, (list, i) => {
    const size = entry(operand.shape, entry(places, i));
    if (size === 0) throw new ShapeError(`${fn}: axis ${places[i]} of ${formatShape(operand.shape)} has no elements.`);
    const column = checkIndices(fn, list, `indices[${i}]`);
    return expandDims(fromEnd(rem(column, size), size), { axes: [column.ndim] });
  });
  const startIndices = concatenate(columns, { dimension: entry(columns, 0).ndim - 1 });
  const kept = operand.ndim - places.length;
  return gather(operand, startIndices, {
    dimensionNumbers: {
      offsetDims: range(kept, startIndices.ndim - 1),
      collapsedSliceDims: [...places].sort((a, b) => a - b),
      startIndexMap: places,
    },
    sliceSizes: operand.shape.map((n, a) => (places.includes(a) ? 1 : n)),
  });
}
