/**
 * Cache blocking: the way to contract large operands, in the structure of GotoBLAS and BLIS (van Zee, van de Geijn 2015):
 * three loops cut the problem into blocks that fit the caches, the block's part of each operand is packed into panels
 * in exactly the order in which the innermost loop wants it, and that loop keeps a tile of the result in registers.
 */
import { region } from "../scratch";
import { TILE_COLUMNS_BYTES, TILE_ROWS } from "./microkernel";
import { tile } from "./replaceable";
import { markRuns, pack } from "./pack";
import { Axes, tabulate } from "../axes";
import {
  COLUMN_BLOCK_BYTES,
  COLUMN_RUNS,
  COLUMN_RUNS_C,
  COLUMN_TABLE,
  COLUMN_TABLE_C,
  EDGE,
  EDGE_TABLE,
  INNER_RUNS_A,
  INNER_RUNS_B,
  INNER_TABLES,
  KC,
  MC,
  PACKED_A,
  PACKED_B,
  PANEL_STEPS,
  ROW_RUNS,
  ROW_TABLE,
  ROW_TABLE_C,
  columnEnd,
  columnStart,
  itemEnd,
  itemStart,
  rowEnd,
  rowStart,
  rowsAbove,
  scatterTile,
  share,
  shareHalf,
  tabulateColumns,
  tabulateRows,
} from "./tables";
import { areFinite, listAllSteps, renewColumns, squeeze } from "./zeros";

/**
 * A table or a packed block is made anew only if it is not the one that is there already: small operands, and operands
 * that a batch shares, are packed once.
 */
export function contractBlocks<T>(
  a: usize,
  b: usize,
  c: usize,
  batch: Axes,
  rows: Axes,
  columns: Axes,
  inner: Axes,
  swapped: bool,
  half: bool,
): void {
  const tileColumns = <u32>(TILE_COLUMNS_BYTES / sizeof<T>());
  const innerTableA = region(INNER_TABLES);
  const innerTableB = innerTableA + 4 * KC;
  const innerCount = inner.total;
  if (half) shareHalf(batch.total, rows.total);
  else share(batch.total, rows.total, columns.total, TILE_ROWS, tileColumns);
  const columnBlock: u32 = COLUMN_BLOCK_BYTES / <u32>sizeof<T>();
  const innerBlock = evenBlock(innerCount, KC, 4);
  const rowBlock = evenBlock(rowEnd - rowStart, MC, TILE_ROWS);
  for (let i: u32 = 0; i < TILE_ROWS; ++i)
    store<u32>(region(EDGE_TABLE) + ((<usize>i) << 2), i * <u32>TILE_COLUMNS_BYTES);
  // Where the present tables and packed blocks begin; nothing begins at -1.
  let tabledRow: u32 = -1;
  let tabledColumn: u32 = -1;
  let tabledInner: u32 = -1;
  let packedA: usize = 0;
  let packedB: usize = 0;
  let freshA = true;
  let freshB = true;
  let squeezed = false;
  listAllSteps();
  batch.seek(itemStart);
  for (let item = itemStart; item < itemEnd; ++item) {
    const baseA = a + (swapped ? batch.offset1 : batch.offset0);
    const baseB = b + (swapped ? batch.offset0 : batch.offset1);
    const baseC = c + batch.offset2;
    if (baseA != packedA) freshA = true;
    if (baseB != packedB) freshB = true;
    packedA = baseA;
    packedB = baseB;
    for (let column = columnStart; column < columnEnd; column += columnBlock) {
      const blockColumns = min(columnBlock, columnEnd - column);
      const lastRow = half ? min(rowEnd, rowsAbove(column + blockColumns - 1)) : rowEnd;
      if (column != tabledColumn) {
        tabulateColumns<T>(columns, column, blockColumns, tileColumns);
        tabledColumn = column;
        freshB = true;
      }
      // At least once, so that an empty sum stores zeros.
      let innerStart: u32 = 0;
      do {
        const blockInner = min(innerBlock, innerCount - innerStart);
        const bytesB = <usize>((blockColumns + tileColumns - 1) / tileColumns) * blockInner * TILE_COLUMNS_BYTES;
        if (innerStart != tabledInner) {
          tabulate(
            inner,
            innerStart,
            blockInner,
            swapped ? innerTableB : innerTableA,
            swapped ? innerTableA : innerTableB,
          );
          markRuns(innerTableA, blockInner, 16 / sizeof<T>(), sizeof<T>(), region(INNER_RUNS_A));
          markRuns(innerTableB, blockInner, 16 / sizeof<T>(), sizeof<T>(), region(INNER_RUNS_B));
          tabledInner = innerStart;
          freshA = true;
          freshB = true;
        }
        if (freshB) {
          pack<T>(
            region(PACKED_B),
            TILE_COLUMNS_BYTES,
            blockColumns,
            blockInner,
            baseB,
            region(COLUMN_TABLE),
            region(COLUMN_RUNS),
            innerTableB,
            region(INNER_RUNS_B),
          );
          renewColumns();
          freshB = false;
        }
        for (let row = rowStart; row < lastRow; row += rowBlock) {
          const blockRows = min(rowBlock, rowEnd - row);
          if (row != tabledRow) {
            tabulateRows<T>(rows, row, blockRows);
            tabledRow = row;
            freshA = true;
          }
          if (freshA || (squeezed && !areFinite(bytesB))) {
            pack<T>(
              region(PACKED_A),
              TILE_ROWS * sizeof<T>(),
              blockRows,
              blockInner,
              baseA,
              region(ROW_TABLE),
              region(ROW_RUNS),
              innerTableA,
              region(INNER_RUNS_A),
            );
            squeezed = squeeze(blockRows, blockInner, bytesB, isFloat<T>() && sizeof<T>() == 4);
            freshA = false;
          }
          multiplyBlock<T>(baseC, row, blockRows, column, blockColumns, blockInner, innerStart != 0, half);
        }
        innerStart += innerBlock;
      } while (innerStart < innerCount);
    }
    batch.advance(1);
  }
}

/** Cuts `count` into equal blocks of at most `limit`, a multiple of `step` each, rather than one short one at the end. */
function evenBlock(count: u32, limit: u32, step: u32): u32 {
  if (count <= limit) return max(count, 1);
  const blocks = (count + limit - 1) / limit;
  const size = (count + blocks - 1) / blocks;
  return ((size + step - 1) / step) * step;
}

/** Multiplies the packed blocks and stores to, or adds to, a block of C. */
function multiplyBlock<T>(
  c: usize,
  firstRow: u32,
  rows: u32,
  firstColumn: u32,
  columns: u32,
  inner: u32,
  accumulate: bool,
  half: bool,
): void {
  const tileColumns = <u32>(TILE_COLUMNS_BYTES / sizeof<T>());
  const panelA = <usize>inner * TILE_ROWS * sizeof<T>();
  const panelB = <usize>inner * TILE_COLUMNS_BYTES;
  let b = region(PACKED_B);
  for (let column: u32 = 0; column < columns; column += tileColumns, b += panelB) {
    const direct = column + tileColumns <= columns && load<u8>(region(COLUMN_RUNS_C) + column) != 0;
    const columnOffsets = region(COLUMN_TABLE_C) + ((<usize>column) << 2);
    const blockColumns = min(tileColumns, columns - column);
    const end = half ? min(firstRow + rows, rowsAbove(firstColumn + column)) : firstRow + rows;
    let a = region(PACKED_A);
    let entry = region(PANEL_STEPS);
    for (let row: u32 = 0; firstRow + row < end; row += TILE_ROWS, a += panelA, entry += 8) {
      const steps = load<u32>(entry);
      const count = load<u32>(entry, 4);
      const rowOffsets = region(ROW_TABLE_C) + ((<usize>row) << 2);
      if (direct) {
        tile<T>(a, b, steps, count, accumulate, c + load<u32>(columnOffsets), rowOffsets);
      } else {
        // The edge's sum begins with what is there, too, so that no bit depends on where an element lies.
        const blockRows = min(TILE_ROWS, rows - row);
        if (accumulate) scatterTile<T>(c, rowOffsets, blockRows, columnOffsets, blockColumns, true, false);
        tile<T>(a, b, steps, count, accumulate, region(EDGE), region(EDGE_TABLE));
        scatterTile<T>(c, rowOffsets, blockRows, columnOffsets, blockColumns, false, false);
      }
    }
  }
}
