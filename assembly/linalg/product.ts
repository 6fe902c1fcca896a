/** Products of matrices inside of a decomposition, by the contraction kernels. */
import { DType } from "../opcodes";

/** The kernels' own, which is in another module. */
@external("env", "contract")
declare function contract(list: usize): void;

/** Bytes of a CONTRACT's list with one axis in each group but no batch. */
@inline export const LIST_BYTES: usize = 80;

/** Where the list is written: threads have one memory, so that each decomposition has its own place. */
let list: usize = 0;

export function useList(address: usize): void {
  list = address;
}

/**
 * `C[i, j] = sum over l of A[i, l] B[j, l]` in float64, with `m` rows, `n` columns and `k` terms. Strides are in bytes; the
 * elements of a row of A or C lie side by side.
 */
export function product(
  a: usize,
  aRow: usize,
  b: usize,
  bColumn: usize,
  bInner: usize,
  c: usize,
  cRow: usize,
  m: usize,
  n: usize,
  k: usize,
): void {
  store<u32>(list, DType.FLOAT64, 8);
  store<u32>(list, a, 12);
  store<u32>(list, b, 16);
  store<u32>(list, c, 20);
  store<u32>(list, 0, 24);
  store<u32>(list, 1, 28);
  store<u32>(list, 1, 32);
  store<u32>(list, 1, 36);
  store<u32>(list, m, 40);
  store<u32>(list, aRow, 44);
  store<u32>(list, cRow, 48);
  store<u32>(list, n, 52);
  store<u32>(list, bColumn, 56);
  store<u32>(list, 8, 60);
  store<u32>(list, k, 64);
  store<u32>(list, 8, 68);
  store<u32>(list, bInner, 72);
  contract(list);
}
