/** CHOLESKY, TRIANGULAR_SOLVE, LU and LU_SOLVE. */
import type { DType, TypedArray } from "../../src/base/dtypes.ts";
import { dot, type Matrix, readMatrices, writeMatrices } from "./matrices.ts";

type Arrays = readonly TypedArray[];

export function cholesky(_: DType, [a]: Arrays, [out]: Arrays, [batch, n]: readonly number[]): void {
  writeMatrices(out, readMatrices(a, batch, n, n).map(lowerFactor));
}

/** The lower triangle L with L L^T = A; NaN in all of it when there is none. */
function lowerFactor(a: Matrix): Matrix {
  const l: Matrix = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; ++i) {
    for (let j = 0; j <= i; ++j) {
      const rest = a[i][j] - dot(l[i].slice(0, j), l[j]);
      // Not "negative or 0": this way NaN is noticed too.
      if (i === j && !(rest > 0)) return a.map((row, r) => row.map((_, c) => (c <= r ? NaN : 0)));
      l[i][j] = i === j ? Math.sqrt(rest) : rest / l[j][j];
    }
  }
  return l;
}

interface Triangle {
  readonly lower: boolean;
  readonly transposed: boolean;
  readonly unitDiagonal: boolean;
}

/** `args` end with flags: lower | transposed << 1 | unitDiagonal << 2. */
export function triangularSolve(_: DType, [a, b]: Arrays, [out]: Arrays, args: readonly number[]): void {
  const [batch, m, n, flags] = args;
  const triangle = { lower: (flags & 1) !== 0, transposed: (flags & 2) !== 0, unitDiagonal: (flags & 4) !== 0 };
  const sides = readMatrices(b, batch, m, n);
  const solutions = readMatrices(a, batch, m, m).map((matrix, i) => solveTriangle(matrix, sides[i], triangle));
  writeMatrices(out, solutions);
}

/** The solution x of A x = b, one row after the other; the other triangle isn't read. */
function solveTriangle(a: Matrix, b: Matrix, { lower, transposed, unitDiagonal }: Triangle): Matrix {
  const x = b.map((row) => [...row]);
  const order = [...a.keys()];
  if (lower === transposed) order.reverse();
  order.forEach((i, step) => {
    for (const j of order.slice(0, step)) {
      const factor = transposed ? a[j][i] : a[i][j];
      x[i] = x[i].map((value, column) => value - factor * x[j][column]);
    }
    if (!unitDiagonal) x[i] = x[i].map((value) => value / a[i][i]);
  });
  return x;
}

/** Both factors in one matrix; `pivots` are the rows exchanged with row 0, 1, ..., and the sign of all exchanges. */
export function lu(_: DType, [a]: Arrays, [out, pivots]: Arrays, [batch, n]: readonly number[]): void {
  const matrices = readMatrices(a, batch, n, n);
  writeMatrices(pivots, [matrices.map(factorize)]);
  writeMatrices(out, matrices);
}

/** Replaces a matrix by its factors, and returns its pivots. */
function factorize(a: Matrix): number[] {
  const pivots = [...a.keys()];
  let sign = 1;
  for (let k = 0; k < a.length; ++k) {
    const pivot = pivotOf(a, k);
    pivots[k] = pivot;
    if (pivot !== k) sign = -sign;
    [a[k], a[pivot]] = [a[pivot], a[k]];
    if (a[k][k] === 0) continue;
    for (let i = k + 1; i < a.length; ++i) {
      const factor = a[i][k] / a[k][k];
      a[i] = a[i].map((value, j) => (j < k ? value : j === k ? factor : value - factor * a[k][j]));
    }
  }
  return [...pivots, sign];
}

/** The first of the rows from `k` on whose element in column `k` is the largest. */
function pivotOf(a: Matrix, k: number): number {
  let pivot = k;
  for (let i = k + 1; i < a.length; ++i) if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) pivot = i;
  return pivot;
}

/** The first input is the matrix itself, for derivatives only. */
export function luSolve(_: DType, [, factors, pivots, b]: Arrays, [out]: Arrays, args: readonly number[]): void {
  const [batch, m, n, flags] = args;
  const exchanges = readMatrices(pivots, 1, batch, m + 1)[0];
  const sides = readMatrices(b, batch, m, n);
  const solutions = readMatrices(factors, batch, m, m).map((matrix, i) =>
    solveFactorized(matrix, exchanges[i].slice(0, m), sides[i], (flags & 2) !== 0),
  );
  writeMatrices(out, solutions);
}

/** Solves with the factors of P A = L U, or of its transpose. */
function solveFactorized(factors: Matrix, pivots: readonly number[], b: Matrix, transposed: boolean): Matrix {
  const l = { lower: true, transposed, unitDiagonal: true };
  const u = { lower: false, transposed, unitDiagonal: false };
  const [first, second] = transposed ? [u, l] : [l, u];
  const side = transposed ? b : exchanged(b, pivots, [...pivots.keys()]);
  const x = solveTriangle(factors, solveTriangle(factors, side, first), second);
  return transposed ? exchanged(x, pivots, [...pivots.keys()].reverse()) : x;
}

/** The rows after exchanging those at `order` with their pivots, one after the other. */
function exchanged(x: Matrix, pivots: readonly number[], order: readonly number[]): Matrix {
  const rows = [...x];
  for (const k of order) [rows[k], rows[pivots[k]]] = [rows[pivots[k]], rows[k]];
  return rows;
}
