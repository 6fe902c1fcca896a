/** Stacks of matrices as nested arrays. */
import type { TypedArray } from "../../src/base/dtypes.ts";

/** Rows of elements. */
export type Matrix = number[][];

export function readMatrices(data: TypedArray, count: number, rows: number, columns: number): Matrix[] {
  const row = (i: number): number[] => [...data.subarray(i * columns, (i + 1) * columns)];
  return Array.from({ length: count }, (_, b) => Array.from({ length: rows }, (_, i) => row(b * rows + i)));
}

/** Writes matrices one after the other, rounded to what the array holds. */
export function writeMatrices(out: TypedArray, matrices: readonly Matrix[]): void {
  out.set(matrices.flat(2));
}

export const identity = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => Number(i === j)));

export const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, v, i) => sum + v * y[i], 0);
