/**
 * The microkernel: a tile of C is the sum of outer products of a panel of A and a panel of B.
 *
 * The tile is 4 rows by two vectors. Its 8 accumulators, 2 vectors of B and a broadcast element of A
 * fit the 16 vector registers of x86-64; larger tiles spill.
 */

import { multiplyAdd } from "./simd";

/** Rows of a tile. */
@inline export const TILE_ROWS: u32 = 4;
/** Bytes in a tile's row: two vectors. */
@inline export const TILE_COLUMNS_BYTES: usize = 32;

/** Stores, or adds to, one row of the tile. */
@inline
function storeRow<T>(c: usize, low: v128, high: v128, accumulate: bool): void {
  if (accumulate) {
    low = v128.add<T>(v128.load(c), low);
    high = v128.add<T>(v128.load(c, 16), high);
  }
  v128.store(c, low);
  v128.store(c, high, 16);
}

/** Multiplies a panel of A by a panel of B, `inner` steps long, into the tile with rows at c0 to c3. */
export function multiplyTile<T>(
  a: usize, b: usize, inner: u32, accumulate: bool, c0: usize, c1: usize, c2: usize, c3: usize,
): void {
  let low0 = i32x4.splat(0);
  let low1 = i32x4.splat(0);
  let low2 = i32x4.splat(0);
  let low3 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  let high1 = i32x4.splat(0);
  let high2 = i32x4.splat(0);
  let high3 = i32x4.splat(0);
  const end = b + <usize>inner * TILE_COLUMNS_BYTES;
  while (b < end) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    let x = v128.load_splat<T>(a);
    low0 = multiplyAdd<T>(x, low, low0);
    high0 = multiplyAdd<T>(x, high, high0);
    x = v128.load_splat<T>(a, sizeof<T>());
    low1 = multiplyAdd<T>(x, low, low1);
    high1 = multiplyAdd<T>(x, high, high1);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    low2 = multiplyAdd<T>(x, low, low2);
    high2 = multiplyAdd<T>(x, high, high2);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    low3 = multiplyAdd<T>(x, low, low3);
    high3 = multiplyAdd<T>(x, high, high3);
    a += TILE_ROWS * sizeof<T>();
    b += TILE_COLUMNS_BYTES;
  }
  storeRow<T>(c0, low0, high0, accumulate);
  storeRow<T>(c1, low1, high1, accumulate);
  storeRow<T>(c2, low2, high2, accumulate);
  storeRow<T>(c3, low3, high3, accumulate);
}
