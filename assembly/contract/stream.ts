/**
 * The microkernel for operands that are read where they lie, through the offset tables.
 *
 * One axis, of the result's columns or of its batch, runs contiguously in B and C, and in A as well or not
 * at all. A tile is 4 rows by two vectors along it, or one. That does without packing where operands are so small
 * that packing would cost as much as multiplying, and where no element is used more than a few times.
 */

import { multiplyAdd } from "../simd";

/** Rows of a tile. */
@inline export const STREAM_ROWS: u32 = 4;

/** An element of A for all lanes, or as many as there are lanes. */
@inline
function read<T>(a: usize, along: bool): v128 {
  return along ? v128.load(a) : v128.load_splat<T>(a);
}

/** Stores the first `columns` elements, of which there are fewer than in a vector. */
function storePart<T>(c: usize, x: v128, columns: u32): void {
  if (sizeof<T>() == 8 || columns > 1) v128.store64_lane(c, x, 0);
  if (sizeof<T>() == 4 && columns == 3) v128.store32_lane(c, x, 2, 8);
  if (sizeof<T>() == 4 && columns == 1) v128.store32_lane(c, x, 0);
}

/** Stores two vectors if `wide`, else one, or a part of it if there are fewer `columns`. */
@inline
function storeRow<T>(c: usize, low: v128, high: v128, second: usize, columns: u32, wide: bool): void {
  if (wide) {
    v128.store(c, low);
    v128.store(c + second, high);
  } else if (columns >= <u32>(16 / sizeof<T>())) {
    v128.store(c, low);
  } else {
    storePart<T>(c, low, columns);
  }
}

/**
 * Computes two rows, or four if `tall`, of one vector of columns, or of two if `wide`, the second of which begins `second`
 * bytes after the first. A single vector is stored in part if there are fewer `columns`, and doesn't accumulate.
 */
@inline
function multiplyTile<T>(
  a: usize,
  b: usize,
  c: usize,
  second: usize,
  columns: u32,
  rowTable: usize,
  rowTables: usize,
  k: usize,
  innerEnd: usize,
  tables: usize,
  accumulate: bool,
  along: bool,
  tall: bool,
  wide: bool,
): void {
  const a0 = a + load<u32>(rowTable);
  const a1 = a + load<u32>(rowTable, 4);
  const a2 = a + load<u32>(rowTable, 8);
  const a3 = a + load<u32>(rowTable, 12);
  rowTable += rowTables;
  let low0 = i32x4.splat(0);
  let low1 = i32x4.splat(0);
  let low2 = i32x4.splat(0);
  let low3 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  let high1 = i32x4.splat(0);
  let high2 = i32x4.splat(0);
  let high3 = i32x4.splat(0);
  if (wide && accumulate) {
    low0 = v128.load(c + load<u32>(rowTable));
    high0 = v128.load(c + load<u32>(rowTable) + second);
    low1 = v128.load(c + load<u32>(rowTable, 4));
    high1 = v128.load(c + load<u32>(rowTable, 4) + second);
    if (tall) {
      low2 = v128.load(c + load<u32>(rowTable, 8));
      high2 = v128.load(c + load<u32>(rowTable, 8) + second);
      low3 = v128.load(c + load<u32>(rowTable, 12));
      high3 = v128.load(c + load<u32>(rowTable, 12) + second);
    }
  }
  for (; k < innerEnd; k += 4) {
    const offsetA = load<u32>(k);
    const atB = b + load<u32>(k + tables);
    const low = v128.load(atB);
    const high = wide ? v128.load(atB + second) : low;
    let at = a0 + offsetA;
    let x = read<T>(at, along);
    low0 = multiplyAdd<T>(x, low, low0);
    if (along) x = v128.load(at + second);
    if (wide) high0 = multiplyAdd<T>(x, high, high0);
    at = a1 + offsetA;
    x = read<T>(at, along);
    low1 = multiplyAdd<T>(x, low, low1);
    if (along) x = v128.load(at + second);
    if (wide) high1 = multiplyAdd<T>(x, high, high1);
    if (tall) {
      at = a2 + offsetA;
      x = read<T>(at, along);
      low2 = multiplyAdd<T>(x, low, low2);
      if (along) x = v128.load(at + second);
      if (wide) high2 = multiplyAdd<T>(x, high, high2);
      at = a3 + offsetA;
      x = read<T>(at, along);
      low3 = multiplyAdd<T>(x, low, low3);
      if (along) x = v128.load(at + second);
      if (wide) high3 = multiplyAdd<T>(x, high, high3);
    }
  }
  storeRow<T>(c + load<u32>(rowTable), low0, high0, second, columns, wide);
  storeRow<T>(c + load<u32>(rowTable, 4), low1, high1, second, columns, wide);
  if (tall) {
    storeRow<T>(c + load<u32>(rowTable, 8), low2, high2, second, columns, wide);
    storeRow<T>(c + load<u32>(rowTable, 12), low3, high3, second, columns, wide);
  }
}

/**
 * Computes the rows 0 to `rows`, four by four, of the columns `from` to `to`, of which there are `columns` in all, in items
 * that lie `stepA`, `stepB` and `stepC` bytes apart. The tables hold the byte offsets of the rows in A and in C, padded to
 * whole tiles by their last, and of the inner index in A and in B. A tile that would reach beyond the columns begins
 * earlier instead: what is computed twice is stored twice. The sums go on from what is there if they `accumulate`, which
 * no tile that overlaps another may do.
 */
@inline
function multiplyItems<T>(
  a: usize,
  b: usize,
  c: usize,
  items: u32,
  stepA: usize,
  stepB: usize,
  stepC: usize,
  rows: u32,
  from: u32,
  to: u32,
  columns: u32,
  inner: u32,
  rowTableA: usize,
  rowTableC: usize,
  innerTableA: usize,
  innerTableB: usize,
  accumulate: bool,
  along: bool,
): void {
  const lanes = <u32>(16 / sizeof<T>());
  const tables = innerTableB - innerTableA;
  const innerEnd = innerTableA + ((<usize>inner) << 2);
  const rowEnd = rowTableA + ((<usize>rows) << 2);
  const rowTables = rowTableC - rowTableA;
  const lastVector = columns < lanes ? 0 : columns - lanes;
  const lastPair = columns < 2 * lanes ? 0 : columns - 2 * lanes;
  const second = <usize>min(lanes, lastVector) * sizeof<T>();
  for (; items; --items, a += stepA, b += stepB, c += stepC) {
    for (let row = rowTableA; row < rowEnd; row += 4 * STREAM_ROWS) {
      for (let column = from; column < to; column += 2 * lanes) {
        if (!along && column + lanes >= columns) {
          const offset = <usize>lastVector * sizeof<T>();
          multiplyTile<T>(
            a,
            b + offset,
            c + offset,
            0,
            columns,
            row,
            rowTables,
            innerTableA,
            innerEnd,
            tables,
            false,
            false,
            true,
            false,
          );
          continue;
        }
        const offset = <usize>min(column, lastPair) * sizeof<T>();
        const baseA = along ? a + offset : a;
        if (row + 8 < rowEnd)
          multiplyTile<T>(
            baseA,
            b + offset,
            c + offset,
            second,
            columns,
            row,
            rowTables,
            innerTableA,
            innerEnd,
            tables,
            accumulate,
            along,
            true,
            true,
          );
        else
          multiplyTile<T>(
            baseA,
            b + offset,
            c + offset,
            second,
            columns,
            row,
            rowTables,
            innerTableA,
            innerEnd,
            tables,
            accumulate,
            along,
            false,
            true,
          );
      }
    }
  }
}

/** Multiplies every element of A by a stretch of B; a whole vector of B is read even where there are fewer columns. */
export function multiplyStream<T>(
  a: usize,
  b: usize,
  c: usize,
  items: u32,
  stepA: usize,
  stepB: usize,
  stepC: usize,
  rows: u32,
  from: u32,
  to: u32,
  columns: u32,
  inner: u32,
  rowTableA: usize,
  rowTableC: usize,
  innerTableA: usize,
  innerTableB: usize,
  accumulate: bool,
): void {
  multiplyItems<T>(
    a,
    b,
    c,
    items,
    stepA,
    stepB,
    stepC,
    rows,
    from,
    to,
    columns,
    inner,
    rowTableA,
    rowTableC,
    innerTableA,
    innerTableB,
    accumulate,
    false,
  );
}

/** Multiplies stretches of A by stretches of B, where a batch lies contiguously in all operands. */
export function multiplyLanes<T>(
  a: usize,
  b: usize,
  c: usize,
  rows: u32,
  from: u32,
  to: u32,
  columns: u32,
  inner: u32,
  rowTableA: usize,
  rowTableC: usize,
  innerTableA: usize,
  innerTableB: usize,
): void {
  multiplyItems<T>(
    a,
    b,
    c,
    1,
    0,
    0,
    0,
    rows,
    from,
    to,
    columns,
    inner,
    rowTableA,
    rowTableC,
    innerTableA,
    innerTableB,
    false,
    true,
  );
}
