/** The decompositions: all but EIGEN and SVD copy their matrices to where the results go and work in place. */
import { Command, SHARED } from "../opcodes";
import { sliceEnd, sliceStart, useThread } from "../threads";
import { cholesky } from "./cholesky";
import { symmetric } from "./eigen";
import { householder } from "./householder";
import { jacobi } from "./jacobi";
import { ITEM, useType } from "./rows";
import { singular } from "./singular";
import { factorize, solveFactorized, solveTriangle } from "./solve";

@inline
function word(command: usize, index: usize): usize {
  return load<u32>(command + 8 + (index << 2));
}

/** Runs one command, or the part of it that is for this one of so many threads. */
export function linalg(list: usize, thread: u32, threads: u32): void {
  const command = load<u32>(list) & ~SHARED;
  if (command == Command.EIGEN) return symmetric(list);
  if (command == Command.SVD) return singular(list);
  useThread(thread, threads);
  useType(<u32>word(list, 0));
  if (command == Command.TRIANGULAR_SOLVE) solve(list + 4, word(list, 1), 0);
  else if (command == Command.LU_SOLVE) solve(list + 12, word(list, 2), word(list, 3));
  else decompose(command, list);
}

/**
 * Both solves, from the right-hand side on.
 * TRIANGULAR_SOLVE: `[.., len, dtype, A, b, x, batch, m, n, flags]`.
 * LU_SOLVE: `[.., len, dtype, unread, lu, pivots, b, x, batch, m, n, transposed]`.
 */
function solve(list: usize, a: usize, pivots: usize): void {
  const m = word(list, 4);
  const n = word(list, 5);
  const flags = <u32>word(list, 6);
  const bytes = m * n * ITEM;
  const first = <usize>sliceStart(<u32>word(list, 3), 1);
  const count = <usize>sliceEnd(<u32>word(list, 3), 1) - first;
  let x = word(list, 2) + first * bytes;
  memory.copy(x, word(list, 1) + first * bytes, count * bytes);
  a += first * m * m * ITEM;
  if (pivots) pivots += first * (m + 1) * ITEM;
  for (let left = count; left; --left) {
    if (pivots) solveFactorized(a, pivots, x, m, n, flags);
    else solveTriangle(a, x, m, n, flags);
    a += m * m * ITEM;
    pivots += pivots ? (m + 1) * ITEM : 0;
    x += bytes;
  }
}

/** CHOLESKY, LU, HOUSEHOLDER and JACOBI: `[.., len, dtype, A, out, (out2,) batch, rows, columns, count, elements of out2]`. */
function decompose(command: u32, list: usize): void {
  // CHOLESKY alone has a single output.
  const at = command == Command.CHOLESKY ? list - 4 : list;
  const rows = word(at, 5);
  const columns = word(at, 6);
  const count = word(at, 7);
  const bytes = rows * columns * ITEM;
  const first = <usize>sliceStart(<u32>word(at, 4), 1);
  const matrices = <usize>sliceEnd(<u32>word(at, 4), 1) - first;
  let a = word(list, 2) + first * bytes;
  let out = word(at, 3) + first * word(at, 8) * ITEM;
  memory.copy(a, word(list, 1) + first * bytes, matrices * bytes);
  for (let left = matrices; left; --left) {
    if (command == Command.CHOLESKY) cholesky(a, rows);
    else if (command == Command.LU) factorize(a, out, rows);
    else if (command == Command.HOUSEHOLDER) householder(a, out, rows, columns, count);
    else jacobi(a, out, rows, columns, count);
    a += bytes;
    out += word(at, 8) * ITEM;
  }
}
