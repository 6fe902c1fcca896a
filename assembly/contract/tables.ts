/**
 * What the ways to contract share: the offset tables in scratch, and the part of the result that this thread computes.
 */
import { REGION_BYTES, region } from "../scratch";
import { DIAGONAL_BLOCK, TILE_ROWS } from "../opcodes";
import { markRuns } from "./pack";
import { Axes, tabulate } from "../axes";
import { sliceEnd, sliceStart, threadCount, threadIndex } from "../threads";

// Block sizes: a panel of B (KC x 8) stays in L1, the block of A (MC x KC) in L2, that of B in L3.
@inline export const MC: u32 = 100;
@inline export const KC: u32 = 320;
@inline export const COLUMN_BLOCK_BYTES: u32 = 3072;

// The tables and blocks in scratch. A table has room for a panel's worth of padding.
@inline export const ROW_TABLE: usize = 0;
@inline export const ROW_TABLE_C: usize = ROW_TABLE + 4 * (MC + 8);
@inline export const COLUMN_TABLE: usize = ROW_TABLE_C + 4 * (MC + 8);
@inline export const COLUMN_TABLE_C: usize = COLUMN_TABLE + COLUMN_BLOCK_BYTES + 32;
// One byte per place in a table that says whether a whole vector can be read from there.
@inline export const ROW_RUNS: usize = COLUMN_TABLE_C + COLUMN_BLOCK_BYTES + 32;
@inline export const COLUMN_RUNS: usize = ROW_RUNS + MC + 16;
@inline export const COLUMN_RUNS_C: usize = COLUMN_RUNS + COLUMN_BLOCK_BYTES / 4 + 16;
@inline export const INNER_RUNS_A: usize = COLUMN_RUNS_C + COLUMN_BLOCK_BYTES / 4 + 16;
@inline export const INNER_RUNS_B: usize = INNER_RUNS_A + KC;
// A tile on its way to places that are no vectors, and the offsets of its rows.
@inline export const EDGE: usize = (INNER_RUNS_B + KC + 15) & ~15;
@inline export const EDGE_TABLE: usize = EDGE + 5 * 32;
@inline export const INNER_TABLES: usize = EDGE_TABLE + 32;
// What follows the tables of the blocked way: its blocks.
@inline export const PACKED_A: usize = INNER_TABLES + 8 * KC;
@inline export const PACKED_B: usize = PACKED_A + <usize>MC * KC * 8;
// The inner indices that each panel of A is multiplied at, as offsets in a panel of B: where the list is, and its length.
@inline export const ALL_STEPS: usize = PACKED_B + COLUMN_BLOCK_BYTES * KC;
@inline export const STEPS: usize = ALL_STEPS + 2 * KC;
@inline export const PANEL_STEPS: usize = STEPS + (MC / TILE_ROWS) * 2 * KC;
// A panel's beginning without its zeros.
@inline export const PROBE: usize = PANEL_STEPS + (MC / TILE_ROWS) * 8;
@inline export const PACKED_END: usize = PROBE + 512;

/** Most inner indices whose offsets two tables can hold where no blocks follow. */
@inline export const MAX_TABLED: u32 = <u32>((REGION_BYTES - INNER_TABLES) >> 3);

/** This thread's items, rows and columns. Sums are never split. */
export let itemStart: u32 = 0;
export let itemEnd: u32 = 0;
export let rowStart: u32 = 0;
export let rowEnd: u32 = 0;
export let columnStart: u32 = 0;
export let columnEnd: u32 = 0;

/** Finds this thread's part: of the batch if it is large enough to be shared fairly, else of the rows or columns. */
export function share(items: u32, rows: u32, columns: u32, tileRows: u32, tileColumns: u32): void {
  itemStart = rowStart = columnStart = 0;
  itemEnd = items;
  rowEnd = rows;
  columnEnd = columns;
  const threads = threadCount();
  if (items % threads == 0 || items >= 8 * threads) {
    itemStart = sliceStart(items, 1);
    itemEnd = sliceEnd(items, 1);
  } else if (rows / tileRows >= columns / tileColumns) {
    rowStart = sliceStart(rows, tileRows);
    rowEnd = sliceEnd(rows, tileRows);
  } else {
    columnStart = sliceStart(columns, tileColumns);
    columnEnd = sliceEnd(columns, tileColumns);
  }
}

/** The same where only what stands right of the diagonal is computed: rows with about as many elements as the others'. */
export function shareHalf(items: u32, rows: u32): void {
  share(items, rows, 0, TILE_ROWS, 1);
  columnEnd = rows;
  if (rowEnd - rowStart == rows) return;
  columnStart = rowStart = cutHalf(rows, threadIndex());
  rowEnd = cutHalf(rows, threadIndex() + 1);
}

/** Where the rows of thread number `index` begin. */
function cutHalf(rows: u32, index: u32): u32 {
  const left = 1 - <f64>index / <f64>threadCount();
  const blocks = nearest((<f64>rows * (1 - sqrt(left))) / DIAGONAL_BLOCK);
  return left == 0 ? rows : min(rows, <u32>blocks * DIAGONAL_BLOCK);
}

/** Where the rows end that stand above a column, or beside it in the block on the diagonal. */
@inline
export function rowsAbove(column: u32): u32 {
  return (column / DIAGONAL_BLOCK + 1) * DIAGONAL_BLOCK;
}

/** The last offsets are repeated, so that a tile's padding reads memory that is there. */
function padTable(table: usize, count: u32): void {
  const last = load<u32>(table + ((<usize>count) << 2) - 4);
  for (let i = count; i < count + 8; ++i) store<u32>(table + ((<usize>i) << 2), last);
}

/** The offsets of a block's rows. */
export function tabulateRows<T>(rows: Axes, start: u32, count: u32): void {
  tabulate(rows, start, count, region(ROW_TABLE), region(ROW_TABLE_C));
  padTable(region(ROW_TABLE), count);
  padTable(region(ROW_TABLE_C), count);
  markRuns(region(ROW_TABLE), count, 16 / sizeof<T>(), sizeof<T>(), region(ROW_RUNS));
}

/** The offsets of a block's columns, where a tile has `tileColumns`. */
export function tabulateColumns<T>(columns: Axes, start: u32, count: u32, tileColumns: u32): void {
  tabulate(columns, start, count, region(COLUMN_TABLE), region(COLUMN_TABLE_C));
  padTable(region(COLUMN_TABLE), count);
  markRuns(region(COLUMN_TABLE), count, 16 / sizeof<T>(), sizeof<T>(), region(COLUMN_RUNS));
  markRuns(region(COLUMN_TABLE_C), count, tileColumns, sizeof<T>(), region(COLUMN_RUNS_C));
}

/** Adds to, or stores at, the places of C that a tile in the edge buffer belongs to; or reads them into it. */
export function scatterTile<T>(
  c: usize,
  rowOffsets: usize,
  rows: u32,
  columnOffsets: usize,
  columns: u32,
  gather: bool,
  accumulate: bool,
): void {
  let edge = region(EDGE);
  for (let i: u32 = 0; i < rows; ++i, edge += 32) {
    const row = c + load<u32>(rowOffsets + ((<usize>i) << 2));
    for (let j: u32 = 0; j < columns; ++j) {
      const at = row + load<u32>(columnOffsets + ((<usize>j) << 2));
      const value = edge + <usize>j * sizeof<T>();
      if (gather) store<T>(value, load<T>(at));
      else store<T>(at, accumulate ? load<T>(at) + load<T>(value) : load<T>(value));
    }
  }
}
