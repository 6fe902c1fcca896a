/** The ways to contract without packing: by dot products, and by streaming through B and C as they lie. */
import { DOT_COLUMNS, DOT_ROWS } from "./dots";
import { region } from "./layout";
import { dots, lanes, stream } from "./replaceable";
import { STREAM_ROWS } from "./stream";
import { Axes, tabulate } from "./strided";
import {
  COLUMN_BLOCK_BYTES, COLUMN_TABLE, COLUMN_TABLE_C, EDGE, INNER_TABLES, MC, ROW_TABLE, ROW_TABLE_C,
  columnEnd, columnStart, itemEnd, itemStart, rowEnd, rowStart, scatterTile, share, tabulateColumns, tabulateRows,
} from "./tables";

/** Bytes of a stretch of the inner index: four columns' stay in L1 while all rows are multiplied by them. */
@inline const DOT_BLOCK_BYTES: u32 = 4096;
/** Bytes of B that stay in L1 while all rows are multiplied by them. */
@inline const STREAM_BYTES: u32 = 16384;

/** The loops around the microkernel that multiplies rows by columns along the inner index (see dots.ts). */
export function contractDots<T>(a: usize, b: usize, c: usize, batch: Axes, rows: Axes, columns: Axes, inner: u32, swapped: bool): void {
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
        const baseB = b + (swapped ? batch.offset0 : batch.offset1);
        for (let start: u32 = 0; start < inner; start += innerBlock) {
          const offset = <usize>start * sizeof<T>();
          multiplyDotBlock<T>(
            baseA + offset, baseB + offset, c + batch.offset2, blockRows, blockColumns, min(innerBlock, inner - start), start != 0,
          );
        }
        batch.advance(1);
      }
    }
  }
}

/** One stretch of the inner index, for the rows and columns in the tables. */
function multiplyDotBlock<T>(a: usize, b: usize, c: usize, rows: u32, columns: u32, inner: u32, accumulate: bool): void {
  for (let column: u32 = 0; column < columns; column += DOT_COLUMNS) {
    const columnTable = <usize>column << 2;
    for (let row: u32 = 0; row < rows; row += DOT_ROWS) {
      const rowTable = <usize>row << 2;
      dots<T>(a, b, region(ROW_TABLE) + rowTable, region(COLUMN_TABLE) + columnTable, inner, region(EDGE), 32);
      scatterTile<T>(
        c, region(ROW_TABLE_C) + rowTable, min(DOT_ROWS, rows - row),
        region(COLUMN_TABLE_C) + columnTable, min(DOT_COLUMNS, columns - column), false, accumulate,
      );
    }
  }
}

/**
 * The loops around the microkernel that reads its operands where they lie (see stream.ts): the columns are contiguous
 * in B and C, and in A if they are `along` it, else they don't occur there.
 */
export function contractStream<T>(
  a: usize, b: usize, c: usize, batch: Axes, rows: Axes, columns: u32, inner: Axes, swapped: bool, along: bool,
): void {
  const tileColumns = <u32>(32 / sizeof<T>());
  const innerTableA = region(INNER_TABLES);
  const innerTableB = innerTableA + (<usize>inner.total << 2);
  tabulate(inner, 0, inner.total, swapped ? innerTableB : innerTableA, swapped ? innerTableA : innerTableB);
  share(batch.total, rows.total, columns, STREAM_ROWS, tileColumns);
  const strip = max(STREAM_BYTES / 32 / max(inner.total, 1), 1) * tileColumns;
  for (let row = rowStart; row < rowEnd; row += MC) {
    const blockRows = min(MC, rowEnd - row);
    tabulateRows<T>(rows, row, blockRows);
    batch.seek(itemStart);
    for (let item = itemStart; item < itemEnd; ++item) {
      const baseA = a + (swapped ? batch.offset1 : batch.offset0);
      const baseB = b + (swapped ? batch.offset0 : batch.offset1);
      const baseC = c + batch.offset2;
      for (let column = columnStart; column < columnEnd; column += strip) {
        const to = min(column + strip, columnEnd);
        if (along) lanes<T>(baseA, baseB, baseC, blockRows, column, to, columns, inner.total, region(ROW_TABLE), region(ROW_TABLE_C), innerTableA, innerTableB);
        else stream<T>(baseA, baseB, baseC, blockRows, column, to, columns, inner.total, region(ROW_TABLE), region(ROW_TABLE_C), innerTableA, innerTableB);
      }
      batch.advance(1);
    }
  }
}
