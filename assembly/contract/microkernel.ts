/**
 * The microkernel: a tile of C is the sum of outer products of a panel of A and a panel of B.
 *
 * The tile is 5 rows by two vectors. Its 10 accumulators, 2 vectors of B, a broadcast element of A and a
 * product fit the 15 vector registers that engines give out on x86-64, and one pass of the loop is long
 * enough to hide what the loop itself costs. Larger tiles spill, smaller ones wait.
 */

import { TILE_COLUMN_BYTES, TILE_ROWS as ROWS } from "../opcodes";
import { multiplyAdd } from "../simd";

/** Rows of a tile. */
@inline export const TILE_ROWS: u32 = ROWS;
/** Bytes in a tile's row: two vectors. */
@inline export const TILE_COLUMNS_BYTES: usize = TILE_COLUMN_BYTES;

@inline
function storeRow(c: usize, low: v128, high: v128): void {
  v128.store(c, low);
  v128.store(c, high, 16);
}

/**
 * Multiplies a panel of A by a panel of B, whose `count` rows that belong to those of A have their byte offsets in `steps`,
 * and stores the tile to, or adds it to, the rows whose byte offsets from `c` are in the table. Two rows of the table may be
 * one: all is read before anything is stored, so rows that only fill up the tile repeat the last one. What is there is
 * touched before the sums begin, so that it has come near when they end; the result keeps the engine from leaving that out.
 */
export function multiplyTile<T>(
  a: usize,
  b: usize,
  steps: usize,
  count: u32,
  accumulate: bool,
  c: usize,
  rowTable: usize,
): u32 {
  let low0 = i32x4.splat(0);
  let low1 = i32x4.splat(0);
  let low2 = i32x4.splat(0);
  let low3 = i32x4.splat(0);
  let low4 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  let high1 = i32x4.splat(0);
  let high2 = i32x4.splat(0);
  let high3 = i32x4.splat(0);
  let high4 = i32x4.splat(0);
  const touched =
    load<u32>(c + load<u32>(rowTable)) +
    load<u32>(c + load<u32>(rowTable, 4)) +
    load<u32>(c + load<u32>(rowTable, 8)) +
    load<u32>(c + load<u32>(rowTable, 12)) +
    load<u32>(c + load<u32>(rowTable, 16));
  for (const end = steps + ((<usize>count) << 1); steps < end; steps += 2) {
    const at = b + load<u16>(steps);
    const low = v128.load(at);
    const high = v128.load(at, 16);
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
    x = v128.load_splat<T>(a, 4 * sizeof<T>());
    low4 = multiplyAdd<T>(x, low, low4);
    high4 = multiplyAdd<T>(x, high, high4);
    a += TILE_ROWS * sizeof<T>();
  }
  if (accumulate) {
    low0 = v128.add<T>(v128.load(c + load<u32>(rowTable)), low0);
    high0 = v128.add<T>(v128.load(c + load<u32>(rowTable), 16), high0);
    low1 = v128.add<T>(v128.load(c + load<u32>(rowTable, 4)), low1);
    high1 = v128.add<T>(v128.load(c + load<u32>(rowTable, 4), 16), high1);
    low2 = v128.add<T>(v128.load(c + load<u32>(rowTable, 8)), low2);
    high2 = v128.add<T>(v128.load(c + load<u32>(rowTable, 8), 16), high2);
    low3 = v128.add<T>(v128.load(c + load<u32>(rowTable, 12)), low3);
    high3 = v128.add<T>(v128.load(c + load<u32>(rowTable, 12), 16), high3);
    low4 = v128.add<T>(v128.load(c + load<u32>(rowTable, 16)), low4);
    high4 = v128.add<T>(v128.load(c + load<u32>(rowTable, 16), 16), high4);
    storeRow(c + load<u32>(rowTable), low0, high0);
    storeRow(c + load<u32>(rowTable, 4), low1, high1);
    storeRow(c + load<u32>(rowTable, 8), low2, high2);
    storeRow(c + load<u32>(rowTable, 12), low3, high3);
    storeRow(c + load<u32>(rowTable, 16), low4, high4);
    return touched;
  }
  storeRow(c + load<u32>(rowTable), low0, high0);
  storeRow(c + load<u32>(rowTable, 4), low1, high1);
  storeRow(c + load<u32>(rowTable, 8), low2, high2);
  storeRow(c + load<u32>(rowTable, 12), low3, high3);
  storeRow(c + load<u32>(rowTable, 16), low4, high4);
  return touched;
}
