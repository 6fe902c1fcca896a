/**
 * The microkernel for operands that need no packing.
 *
 * Where the inner index runs contiguously in both operands, a tile of C is a set of dot products. Six
 * vectors loaded from 2 rows and 4 columns feed 8 accumulators, whose lanes are added up at the end.
 * That is as much arithmetic per load as in the packed microkernel, so it wins wherever there are too
 * few rows or columns to make packing worth while: a Jacobian with few outputs against another.
 */

import { multiplyAdd } from "../simd";

/** Rows of a tile. */
@inline export const DOT_ROWS: u32 = 2;
/** Columns of a tile. */
@inline export const DOT_COLUMNS: u32 = 4;

/** Stores the lane sums of four vectors side by side. */
@inline
function storeSums<T>(dst: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  if (sizeof<T>() == 4) {
    const x01 = v128.add<T>(v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), v128.shuffle<i32>(x0, x1, 2, 6, 3, 7));
    const x23 = v128.add<T>(v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), v128.shuffle<i32>(x2, x3, 2, 6, 3, 7));
    v128.store(dst, v128.add<T>(v128.shuffle<i64>(x01, x23, 0, 2), v128.shuffle<i64>(x01, x23, 1, 3)));
  } else {
    v128.store(dst, v128.add<T>(v128.shuffle<i64>(x0, x1, 0, 2), v128.shuffle<i64>(x0, x1, 1, 3)));
    v128.store(dst, v128.add<T>(v128.shuffle<i64>(x2, x3, 0, 2), v128.shuffle<i64>(x2, x3, 1, 3)), 16);
  }
}

/**
 * Multiplies 2 rows by 4 columns, whose byte offsets are in the tables, over `inner` elements. The sums
 * go to `dst`, the second row `pitch` bytes after the first.
 */
export function multiplyDots<T>(
  a: usize,
  b: usize,
  rowTable: usize,
  columnTable: usize,
  inner: u32,
  dst: usize,
  pitch: usize,
): void {
  let a0 = a + load<u32>(rowTable);
  let a1 = a + load<u32>(rowTable, 4);
  let b0 = b + load<u32>(columnTable);
  let b1 = b + load<u32>(columnTable, 4);
  let b2 = b + load<u32>(columnTable, 8);
  let b3 = b + load<u32>(columnTable, 12);
  let x00 = i32x4.splat(0);
  let x01 = i32x4.splat(0);
  let x02 = i32x4.splat(0);
  let x03 = i32x4.splat(0);
  let x10 = i32x4.splat(0);
  let x11 = i32x4.splat(0);
  let x12 = i32x4.splat(0);
  let x13 = i32x4.splat(0);
  const bytes = <usize>inner * sizeof<T>();
  const whole = bytes & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const r0 = v128.load(a0 + i);
    const r1 = v128.load(a1 + i);
    let column = v128.load(b0 + i);
    x00 = multiplyAdd<T>(r0, column, x00);
    x10 = multiplyAdd<T>(r1, column, x10);
    column = v128.load(b1 + i);
    x01 = multiplyAdd<T>(r0, column, x01);
    x11 = multiplyAdd<T>(r1, column, x11);
    column = v128.load(b2 + i);
    x02 = multiplyAdd<T>(r0, column, x02);
    x12 = multiplyAdd<T>(r1, column, x12);
    column = v128.load(b3 + i);
    x03 = multiplyAdd<T>(r0, column, x03);
    x13 = multiplyAdd<T>(r1, column, x13);
  }
  storeSums<T>(dst, x00, x01, x02, x03);
  storeSums<T>(dst + pitch, x10, x11, x12, x13);
  for (; i < bytes; i += sizeof<T>()) {
    addProducts<T>(dst, load<T>(a0 + i), b0 + i, b1 + i, b2 + i, b3 + i);
    addProducts<T>(dst + pitch, load<T>(a1 + i), b0 + i, b1 + i, b2 + i, b3 + i);
  }
}

/** Adds one more term to four sums. */
function addProducts<T>(dst: usize, x: T, b0: usize, b1: usize, b2: usize, b3: usize): void {
  store<T>(dst, load<T>(dst) + x * load<T>(b0));
  store<T>(dst, load<T>(dst, sizeof<T>()) + x * load<T>(b1), sizeof<T>());
  store<T>(dst, load<T>(dst, 2 * sizeof<T>()) + x * load<T>(b2), 2 * sizeof<T>());
  store<T>(dst, load<T>(dst, 3 * sizeof<T>()) + x * load<T>(b3), 3 * sizeof<T>());
}
