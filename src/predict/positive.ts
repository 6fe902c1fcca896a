/** Positive definite kernels: their Cholesky factor, and the error where there is none. */

import type { NDArray } from "../ir/ndarray.ts";
import { cholesky } from "../lax/factorizations.ts";
import { diagonal } from "../lax/matrix.ts";
import { all } from "../numpy/reductions.ts";
import { multiply, square } from "../numpy/ufuncs.ts";

/** Up to this part of its diagonal entry a pivot may be nothing but the rounding of two equal rows. */
const NOTHING = 4;

/** The Cholesky factor, and whether each pivot is more than the rounding of entries whose dtype has this epsilon. */
export function factorOf(matrix: NDArray, rounding: number): { factor: NDArray; isPositive: NDArray } {
  const factor = cholesky(matrix);
  const least = multiply(diagonal(matrix), NOTHING * rounding);
  return { factor, isPositive: all(square(diagonal(factor)).greater(least)) };
}

/** The least pivot for its diagonal entry, up to the first one that isn't positive, by the elimination of row after row. */
function smallestPivot(matrix: NDArray): { pivot: number; row: number } {
  const n = matrix.shape[0] ?? 0;
  const rows = Float64Array.from(matrix.dataSync());
  const at = (i: number, j: number): number => rows[i * n + j] ?? Number.NaN;
  const eliminated = (i: number, j: number): number => {
    let value = at(i, j);
    for (let k = 0; k < j; k++) value -= at(i, k) * at(j, k);
    return value;
  };
  let least = { pivot: Number.NaN, row: 0, part: Number.POSITIVE_INFINITY };
  for (let row = 0; row < n; row++) {
    for (let j = 0; j < row; j++) rows[row * n + j] = eliminated(row, j) / at(j, j);
    const pivot = eliminated(row, row);
    const part = pivot / Math.abs(at(row, row));
    if (!(part >= least.part)) least = { pivot, row, part };
    if (!(pivot > 0)) return least;
    rows[row * n + row] = Math.sqrt(pivot);
  }
  return least;
}

/** The error of a kernel that isn't positive definite, whose elements are at hand. */
export function notPositive(fn: string, matrix: NDArray, diagReg: number): RangeError {
  const { pivot, row } = smallestPivot(matrix);
  const advice = Number.isNaN(pivot)
    ? "it has elements that aren't finite"
    : `give a diagReg above ${diagReg}, or leave out examples that are there twice`;
  return new RangeError(
    `${fn}: the kernel of the train examples with diagReg ${diagReg} isn't positive definite: its smallest pivot is ` +
      `${pivot}, in row ${row}; ${advice}.`,
  );
}
