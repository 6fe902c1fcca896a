/**
 * The microkernel for operands that are read where they lie, through the offset tables.
 *
 * One axis, of the result's columns or of its batch, runs contiguously in B and C, and in A as well or not
 * at all. A tile is 4 rows by two vectors along it. That does without packing where operands are so small
 * that packing would cost as much as multiplying, and where no element is used more than a few times.
 */

import { multiplyAdd } from "./simd";

/** Rows of a tile. */
@inline export const STREAM_ROWS: u32 = 4;

/** An element of A for all lanes, or as many as there are lanes. */
@inline
function read<T>(a: usize, along: bool): v128 {
  return along ? v128.load(a) : v128.load_splat<T>(a);
}

/**
 * Computes two rows, or four if `tall`, of the columns `from` to `to`, of which there are `columns` in all, at least one
 * vector. The tables hold the byte offsets of the rows in A and in C, and of the inner index in A and in B. A tile that
 * would reach beyond the columns begins earlier instead, and its two vectors overlap if there are not even as many
 * columns: what is computed twice is stored twice. The sums go on from what is there if they `accumulate`, which no tile
 * that overlaps another may do.
 */
@inline
function multiplyStrip<T>(
  a: usize, b: usize, c: usize, from: u32, to: u32, columns: u32, inner: u32,
  rowTableA: usize, rowTableC: usize, innerTableA: usize, innerTableB: usize, accumulate: bool, along: bool, tall: bool,
): void {
  const lanes = <u32>(16 / sizeof<T>());
  const last = columns < 2 * lanes ? 0 : columns - 2 * lanes;
  const second = <usize>min(lanes, columns - lanes) * sizeof<T>();
  const innerEnd = innerTableA + (<usize>inner << 2);
  const tables = innerTableB - innerTableA;
  for (let column = from; column < to; column += 2 * lanes) {
    const offset = <usize>min(column, last) * sizeof<T>();
    const base = along ? a + offset : a;
    const a0 = base + load<u32>(rowTableA);
    const a1 = base + load<u32>(rowTableA, 4);
    const a2 = base + load<u32>(rowTableA, 8);
    const a3 = base + load<u32>(rowTableA, 12);
    const bColumn = b + offset;
    const cColumn = c + offset;
    const c0 = cColumn + load<u32>(rowTableC);
    const c1 = cColumn + load<u32>(rowTableC, 4);
    const c2 = cColumn + load<u32>(rowTableC, 8);
    const c3 = cColumn + load<u32>(rowTableC, 12);
    let low0 = i32x4.splat(0);
    let low1 = i32x4.splat(0);
    let low2 = i32x4.splat(0);
    let low3 = i32x4.splat(0);
    let high0 = i32x4.splat(0);
    let high1 = i32x4.splat(0);
    let high2 = i32x4.splat(0);
    let high3 = i32x4.splat(0);
    if (accumulate) {
      low0 = v128.load(c0);
      high0 = v128.load(c0 + second);
      low1 = v128.load(c1);
      high1 = v128.load(c1 + second);
      if (tall) {
        low2 = v128.load(c2);
        high2 = v128.load(c2 + second);
        low3 = v128.load(c3);
        high3 = v128.load(c3 + second);
      }
    }
    for (let k = innerTableA; k < innerEnd; k += 4) {
      const offsetA = load<u32>(k);
      const offsetB = bColumn + load<u32>(k + tables);
      const low = v128.load(offsetB);
      const high = v128.load(offsetB + second);
      let at = a0 + offsetA;
      let x = read<T>(at, along);
      low0 = multiplyAdd<T>(x, low, low0);
      if (along) x = v128.load(at + second);
      high0 = multiplyAdd<T>(x, high, high0);
      at = a1 + offsetA;
      x = read<T>(at, along);
      low1 = multiplyAdd<T>(x, low, low1);
      if (along) x = v128.load(at + second);
      high1 = multiplyAdd<T>(x, high, high1);
      if (tall) {
        at = a2 + offsetA;
        x = read<T>(at, along);
        low2 = multiplyAdd<T>(x, low, low2);
        if (along) x = v128.load(at + second);
        high2 = multiplyAdd<T>(x, high, high2);
        at = a3 + offsetA;
        x = read<T>(at, along);
        low3 = multiplyAdd<T>(x, low, low3);
        if (along) x = v128.load(at + second);
        high3 = multiplyAdd<T>(x, high, high3);
      }
    }
    v128.store(c0, low0);
    v128.store(c0 + second, high0);
    v128.store(c1, low1);
    v128.store(c1 + second, high1);
    if (tall) {
      v128.store(c2, low2);
      v128.store(c2 + second, high2);
      v128.store(c3, low3);
      v128.store(c3 + second, high3);
    }
  }
}

/** The rows 0 to `rows`, four by four; the tables of rows are padded to whole tiles by their last. */
@inline
function multiplyRows<T>(
  a: usize, b: usize, c: usize, rows: u32, from: u32, to: u32, columns: u32, inner: u32,
  rowTableA: usize, rowTableC: usize, innerTableA: usize, innerTableB: usize, accumulate: bool, along: bool,
): void {
  let row: u32 = 0;
  for (; row + 2 < rows; row += STREAM_ROWS, rowTableA += 4 * STREAM_ROWS, rowTableC += 4 * STREAM_ROWS) {
    multiplyStrip<T>(a, b, c, from, to, columns, inner, rowTableA, rowTableC, innerTableA, innerTableB, accumulate, along, true);
  }
  if (row < rows) multiplyStrip<T>(a, b, c, from, to, columns, inner, rowTableA, rowTableC, innerTableA, innerTableB, accumulate, along, false);
}

/** `multiplyRows` for columns: every element of A is multiplied by a stretch of B. */
export function multiplyStream<T>(
  a: usize, b: usize, c: usize, rows: u32, from: u32, to: u32, columns: u32, inner: u32,
  rowTableA: usize, rowTableC: usize, innerTableA: usize, innerTableB: usize, accumulate: bool,
): void {
  multiplyRows<T>(a, b, c, rows, from, to, columns, inner, rowTableA, rowTableC, innerTableA, innerTableB, accumulate, false);
}

/** `multiplyRows` for a batch that lies contiguously in all operands: stretches of A are multiplied by stretches of B. */
export function multiplyLanes<T>(
  a: usize, b: usize, c: usize, rows: u32, from: u32, to: u32, columns: u32, inner: u32,
  rowTableA: usize, rowTableC: usize, innerTableA: usize, innerTableB: usize,
): void {
  multiplyRows<T>(a, b, c, rows, from, to, columns, inner, rowTableA, rowTableC, innerTableA, innerTableB, false, true);
}
