/** What the rules of the decompositions are written with: operations on stacks of matrices, `(..., rows, columns)`. */
import { range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { broadcastedIota, zerosLike } from "./create.ts";
import { dotGeneral } from "./dot.ts";
import { ge, select } from "./logic.ts";
import { broadcastInDim, reshape, transpose } from "./shape.ts";
import { sliceInDim } from "./slice.ts";

/** The sizes of the matrices. */
export const matrixShape = (x: NDArray): [rows: number, columns: number] => x.shape.slice(-2) as [number, number];

/** The axes in front of the matrices'. */
export const batchAxes = (x: NDArray): number[] => range(x.ndim - 2);

export const transposed = (x: NDArray): NDArray =>
  transpose(x, { permutation: [...batchAxes(x), x.ndim - 1, x.ndim - 2] });

export const matmul = (x: NDArray, y: NDArray): NDArray =>
  dotGeneral(x, y, { contractingDims: [[x.ndim - 1], [y.ndim - 2]], batchDims: [batchAxes(x), batchAxes(y)] });

/** `x` where the row's number plus `offset` is at least the column's, zeros elsewhere. */
export function lowerTriangle(x: NDArray, offset = 0): NDArray {
  const place = (axis: number): NDArray => broadcastedIota("float32", matrixShape(x), axis);
  const shifted = offset === 0 ? place(0) : add(place(0), offset);
  return select(acrossBatch(ge(shifted, place(1)), x), x, zerosLike(x));
}

/** The array repeated along the axes of `like` that aren't named: its own are `axes`. */
export const spread = (x: NDArray, like: NDArray, axes: readonly number[]): NDArray =>
  broadcastInDim(x, { shape: like.shape, broadcastDimensions: axes });

/** One matrix for all of the stack. */
const acrossBatch = (x: NDArray, like: NDArray): NDArray => spread(x, like, [like.ndim - 2, like.ndim - 1]);
