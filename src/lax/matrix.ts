/** What the rules of the decompositions are written with: operations on stacks of matrices, `(..., rows, columns)`. */
import { range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { abs, sign, square, sub } from "./arithmetic.ts";
import { broadcastedIota, full } from "./create.ts";
import { eq, select } from "./logic.ts";
import { dotGeneral } from "./products/dot.ts";
import { reduceMax } from "./reduce.ts";
import { broadcastInDim, reshape, transpose } from "./shape.ts";
import { sliceInDim } from "./slice.ts";

/** The sizes of the matrices. */
export const matrixShape = (x: NDArray): [rows: number, columns: number] => x.shape.slice(-2) as [number, number];

const batchAxes = (x: NDArray): number[] => range(x.ndim - 2);

export const transposed = (x: NDArray): NDArray =>
  transpose(x, { permutation: [...batchAxes(x), x.ndim - 1, x.ndim - 2] });

/** The products of the matrices of two stacks of one batch shape. */
export const matmul = (x: NDArray, y: NDArray): NDArray =>
  dotGeneral(x, y, { contractingDims: [[x.ndim - 1], [y.ndim - 2]], batchDims: [batchAxes(x), batchAxes(y)] });

/** An array of the batch axes, and behind them those of `own` (-2: rows, -1: columns), repeated to the shape of `like`. */
export const spread = (x: NDArray, like: NDArray, ...own: readonly (-2 | -1)[]): NDArray =>
  broadcastInDim(x, {
    shape: like.shape,
    broadcastDimensions: [...batchAxes(like), ...own.map((axis) => like.ndim + axis)],
  });

/** 1 below the diagonal, 0 on it, -1 above. */
export const side = (x: NDArray): NDArray =>
  sign(sub(broadcastedIota(x.dtype, x.shape, x.ndim - 2), broadcastedIota(x.dtype, x.shape, x.ndim - 1)));

/** Identity matrices of the shape of `x`. */
export const identityLike = (x: NDArray): NDArray => sub(1, square(side(x)));

/** The diagonals of matrices that have at least as many columns as rows. */
export function diagonal(x: NDArray): NDArray {
  const [rows, columns] = matrixShape(x);
  const flat = reshape(x, { newSizes: [...x.shape.slice(0, -2), rows * columns] });
  return sliceInDim(flat, 0, Math.max(0, (rows - 1) * (columns + 1) + 1), x.ndim - 2, columns + 1);
}

/** The largest absolute value of each matrix; 1 for zeros and for no elements. */
export function magnitude(x: NDArray): NDArray {
  if (x.size === 0) return full(x.shape.slice(0, -2), 1, x.dtype);
  const largest = reduceMax(abs(x), { axes: [-2, -1] });
  return select(eq(largest, 0), full(largest.shape, 1, x.dtype), largest);
}

/** The distance from 1 to the next larger number. */
export const epsilon = ({ dtype }: NDArray): number => (dtype === "float64" ? 2 ** -52 : 2 ** -23);
