/** The ways to contract without packing: by dot products, and by streaming through B and C as they lie. */
import { DOT_COLUMNS, DOT_ROWS } from "./dots";
import { region } from "../scratch";
import { markRuns, pack } from "./pack";
import { dots, lanes, stream } from "./replaceable";
import { STREAM_ROWS } from "./stream";
import { Axes, tabulate } from "../axes";
import {
  COLUMN_BLOCK_BYTES,
  COLUMN_RUNS,
  COLUMN_TABLE,
  COLUMN_TABLE_C,
  EDGE,
  INNER_RUNS_B,
  INNER_TABLES,
  MC,
  PACKED_A,
  PACKED_B,
  ROW_TABLE,
  ROW_TABLE_C,
  columnEnd,
  columnStart,
  itemEnd,
  itemStart,
  rowEnd,
  rowStart,
  scatterTile,
  share,
  tabulateColumns,
  tabulateRows,
} from "./tables";

/** Bytes of a stretch of the inner index: four columns' stay in L1 while all rows are multiplied by them. */
@inline const DOT_BLOCK_BYTES: u32 = 4096;
/** Bytes of B that stay near while all rows are multiplied by them, and how many of its rows they are. */
@inline const STREAM_BYTES: u32 = 32768;
@inline const STREAM_INNER: u32 = 16;
@inline const STREAM_SMALL_BYTES: u32 = 16384;
/** With so few rows that every element of B is read once, long stretches of its rows come faster. */
@inline const STREAM_ONCE_BYTES: u32 = 65536;
@inline const STREAM_ONCE_INNER: u32 = 8;

/** Gathers the elements of some columns, which lie `step` bytes apart, to a block of their own, one column after the other. */
function gatherColumns<T>(b: usize, columns: u32, inner: u32, step: usize): void {
  const bytes = <usize>inner * sizeof<T>();
  let dst = region(PACKED_B);
  for (let column: u32 = 0; column < columns; ++column) {
    let from = b + load<u32>(region(COLUMN_TABLE) + ((<usize>column) << 2));
    for (const end = dst + bytes; dst < end; dst += sizeof<T>(), from += step) store<T>(dst, load<T>(from));
  }
  for (let i: u32 = 0; i < columns + DOT_COLUMNS; ++i) {
    store<u32>(region(INNER_TABLES) + ((<usize>i) << 2), min(i, columns - 1) * <u32>bytes);
  }
}

/**
 * The loops around the microkernel that multiplies rows by columns along the inner index (see dots.ts). Columns whose
 * elements lie `step` bytes apart are gathered first; they are few enough for one block.
 */
export function contractDots<T>(
  a: usize,
  b: usize,
  c: usize,
  batch: Axes,
  rows: Axes,
  columns: Axes,
  inner: u32,
  step: usize,
  swapped: bool,
): void {
  const gathers = step != sizeof<T>();
  let gathered: usize = 0;
  const columnBlock: u32 = COLUMN_BLOCK_BYTES / 4;
  const innerBlock: u32 = DOT_BLOCK_BYTES / <u32>sizeof<T>();
  share(batch.total, rows.total, columns.total, DOT_ROWS, DOT_COLUMNS);
  for (let column = columnStart; column < columnEnd; column += columnBlock) {
    const blockColumns = min(columnBlock, columnEnd - column);
    tabulateColumns<T>(columns, column, blockColumns, DOT_COLUMNS);
    for (let row = rowStart; row < rowEnd; row += MC) {
      const blockRows = min(MC, rowEnd - row);
      tabulateRows<T>(rows, row, blockRows);
      batch.seek(itemStart);
      for (let item = itemStart; item < itemEnd; ++item) {
        const baseA = a + (swapped ? batch.offset1 : batch.offset0);
        let baseB = b + (swapped ? batch.offset0 : batch.offset1);
        if (gathers) {
          if (baseB != gathered) gatherColumns<T>(baseB, blockColumns, inner, step);
          gathered = baseB;
          baseB = region(PACKED_B);
        }
        for (let start: u32 = 0; start < inner; start += innerBlock) {
          const offset = <usize>start * sizeof<T>();
          multiplyDotBlock<T>(
            baseA + offset,
            baseB + offset,
            c + batch.offset2,
            blockRows,
            blockColumns,
            gathers ? region(INNER_TABLES) : region(COLUMN_TABLE),
            min(innerBlock, inner - start),
            start != 0,
          );
        }
        batch.advance(1);
      }
    }
  }
}

/** One stretch of the inner index, for the rows and columns in the tables; `columnTableB` says where the columns lie in B. */
function multiplyDotBlock<T>(
  a: usize,
  b: usize,
  c: usize,
  rows: u32,
  columns: u32,
  columnTableB: usize,
  inner: u32,
  accumulate: bool,
): void {
  for (let column: u32 = 0; column < columns; column += DOT_COLUMNS) {
    const columnTable = (<usize>column) << 2;
    for (let row: u32 = 0; row < rows; row += DOT_ROWS) {
      const rowTable = (<usize>row) << 2;
      dots<T>(a, b, region(ROW_TABLE) + rowTable, columnTableB + columnTable, inner, region(EDGE), 32);
      scatterTile<T>(
        c,
        region(ROW_TABLE_C) + rowTable,
        min(DOT_ROWS, rows - row),
        region(COLUMN_TABLE_C) + columnTable,
        min(DOT_COLUMNS, columns - column),
        false,
        accumulate,
      );
    }
  }
}

/**
 * The loops around the microkernel that reads its operands where they lie (see stream.ts): the columns are contiguous in C
 * and in B, where small items' may be packed first, and in A if they are `along` it, else they don't occur there.
 */
export function contractStream<T>(
  a: usize,
  b: usize,
  c: usize,
  batch: Axes,
  rows: Axes,
  columnAxes: Axes,
  columns: u32,
  inner: Axes,
  swapped: bool,
  along: bool,
): void {
  const terms = inner.total;
  const tileColumns = <u32>(32 / sizeof<T>());
  const innerTableA = region(INNER_TABLES);
  const innerTableB = innerTableA + ((<usize>terms) << 2);
  tabulate(inner, 0, terms, swapped ? innerTableB : innerTableA, swapped ? innerTableA : innerTableB);
  share(batch.total, rows.total, columns, STREAM_ROWS, tileColumns);
  const once = rows.total <= STREAM_ROWS;
  // What stays in L1 as it is needs no cutting.
  const small = along || <u64>terms * columns * sizeof<T>() <= STREAM_SMALL_BYTES;
  const stretch = small ? terms : min(terms, once ? STREAM_ONCE_INNER : STREAM_INNER);
  const strip = small
    ? columns
    : max((once ? STREAM_ONCE_BYTES : STREAM_BYTES) / 32 / max(stretch, 1), 1) * tileColumns;
  // The last tile overlaps the one before it, and its sums are made in one go.
  const single = stretch == terms ? 0 : (columns / tileColumns) * tileColumns;
  // Small items go to the microkernel together.
  let most = small && !along ? itemEnd : 1;
  const stepA = batch.innerStride(swapped ? 1 : 0);
  const stepB = batch.innerStride(swapped ? 0 : 1);
  const packs = !along && !columnAxes.isContiguous(0, sizeof<T>());
  const pitch = (<usize>columns * sizeof<T>() + 15) & ~15;
  const panel = pitch * terms;
  const packTable = region(PACKED_A);
  if (packs) {
    most = min(most, STREAM_SMALL_BYTES / max(<u32>panel, 1) + 1);
    tabulateColumns<T>(columnAxes, 0, columns, 1);
    memory.copy(packTable, innerTableB, (<usize>terms) << 2);
    markRuns(packTable, terms, 16 / sizeof<T>(), sizeof<T>(), region(INNER_RUNS_B));
    for (let k: u32 = 0; k < terms; ++k) store<u32>(innerTableB + ((<usize>k) << 2), k * <u32>pitch);
  }
  for (let row = rowStart; row < rowEnd; row += MC) {
    const blockRows = min(MC, rowEnd - row);
    tabulateRows<T>(rows, row, blockRows);
    batch.seek(itemStart);
    for (let item = itemStart; item < itemEnd; ) {
      const items = batch.run(min(most, itemEnd - item));
      const baseA = a + (swapped ? batch.offset1 : batch.offset0);
      let baseB = b + (swapped ? batch.offset0 : batch.offset1);
      const baseC = c + batch.offset2;
      if (packs) {
        let to = region(PACKED_B);
        for (let i: u32 = 0; i < items; ++i, to += panel, baseB += stepB) {
          pack<T>(
            to,
            pitch,
            columns,
            terms,
            baseB,
            region(COLUMN_TABLE),
            region(COLUMN_RUNS),
            packTable,
            region(INNER_RUNS_B),
          );
        }
        baseB = region(PACKED_B);
      }
      for (let column = columnStart; column < columnEnd; column += strip) {
        const to = min(column + strip, columnEnd);
        if (along) {
          lanes<T>(
            baseA,
            baseB,
            baseC,
            blockRows,
            column,
            to,
            columns,
            terms,
            region(ROW_TABLE),
            region(ROW_TABLE_C),
            innerTableA,
            innerTableB,
          );
          continue;
        }
        const tiled = min(to, single);
        for (let start: u32 = 0; column < tiled && start < terms; start += stretch) {
          const table = (<usize>start) << 2;
          stream<T>(
            baseA,
            baseB,
            baseC,
            1,
            0,
            0,
            0,
            blockRows,
            column,
            tiled,
            columns,
            min(stretch, terms - start),
            region(ROW_TABLE),
            region(ROW_TABLE_C),
            innerTableA + table,
            innerTableB + table,
            start != 0,
          );
        }
        if (tiled < to) {
          stream<T>(
            baseA,
            baseB,
            baseC,
            items,
            stepA,
            packs ? panel : stepB,
            batch.innerStride(2),
            blockRows,
            max(column, tiled),
            to,
            columns,
            terms,
            region(ROW_TABLE),
            region(ROW_TABLE_C),
            innerTableA,
            innerTableB,
            false,
          );
        }
      }
      batch.advance(items);
      item += items;
    }
  }
}
