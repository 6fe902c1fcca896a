/**
 * CONTRACT: C[b,m,n] = sum over k of A[b,m,k] * B[b,n,k], each index a group of axes.
 *
 * Matrix products, convolutions and all of their transposes are this one kernel. It has the structure
 * of GotoBLAS and BLIS (van Zee, van de Geijn 2015): three loops cut the problem into blocks that fit
 * the caches, the block's part of each operand is packed into panels in exactly the order in which the
 * innermost loop wants it, and that loop keeps a 4 x 8 tile of the result in registers.
 *
 * What differs is the addressing, which is that of TBLIS (Matthews 2018): the byte offsets of a
 * block's rows, columns and inner indices are written to three small tables by an odometer, and an
 * element's address is `base + row offset + inner offset`. So a tensor with any axes and strides,
 * overlapping ones included (a convolution's patches), is packed straight from where it lies.
 *
 * The roles of A and B may be exchanged: `rows` and `columns` below are m and n or n and m.
 */
import { DOT_COLUMNS, DOT_ROWS, multiplyDots } from "./dots";
import { REGION_BYTES, axesAt, region } from "./layout";
import { TILE_COLUMNS_BYTES, TILE_ROWS, multiplyTile } from "./microkernel";
import { DType } from "./opcodes";
import { markRuns, pack } from "./pack";
import { Axes, tabulate } from "./strided";

// Block sizes: a panel of B (KC x 8) stays in L1, the block of A (MC x KC) in L2, that of B in L3.
@inline const MC: u32 = 96;
@inline const KC: u32 = 320;
@inline const COLUMN_BLOCK_BYTES: u32 = 3072;

// When and how to do without packing (`prefersDots`): stretches long enough for their sums to be few.
@inline const DOT_MIN_BYTES: u32 = 256;
@inline const DOT_MAX_LINES: u32 = 24;
@inline const DOT_BLOCK_BYTES: u32 = 4096;

// The tables and blocks in scratch. A table has room for a panel's worth of padding.
@inline const ROW_TABLE: usize = 0;
@inline const ROW_TABLE_C: usize = ROW_TABLE + 4 * (MC + 8);
@inline const COLUMN_TABLE: usize = ROW_TABLE_C + 4 * (MC + 8);
@inline const COLUMN_TABLE_C: usize = COLUMN_TABLE + COLUMN_BLOCK_BYTES + 32;
@inline const INNER_TABLE_A: usize = COLUMN_TABLE_C + COLUMN_BLOCK_BYTES + 32;
@inline const INNER_TABLE_B: usize = INNER_TABLE_A + 4 * KC;
// One byte per place in a table that says whether a whole vector can be read from there.
@inline const ROW_RUNS: usize = INNER_TABLE_B + 4 * KC;
@inline const COLUMN_RUNS: usize = ROW_RUNS + MC + 16;
@inline const COLUMN_RUNS_C: usize = COLUMN_RUNS + COLUMN_BLOCK_BYTES / 4 + 16;
@inline const INNER_RUNS_A: usize = COLUMN_RUNS_C + COLUMN_BLOCK_BYTES / 4 + 16;
@inline const INNER_RUNS_B: usize = INNER_RUNS_A + KC;
@inline const EDGE: usize = (INNER_RUNS_B + KC + 15) & ~15;
@inline const PACKED_A: usize = EDGE + 4 * TILE_COLUMNS_BYTES;
@inline const PACKED_B: usize = PACKED_A + <usize>MC * KC * 8;

/** Runs `[CONTRACT, len, dtype, A, B, C, batchRank, mRank, nRank, kRank, ...]`. */
export function contractCommand(list: usize): void {
  const dtype = load<u32>(list, 8);
  if (PACKED_B + COLUMN_BLOCK_BYTES * KC > REGION_BYTES) ERROR("CONTRACT's blocks exceed the scratch region");
  const batchRank = load<i32>(list, 24);
  const mRank = load<i32>(list, 28);
  const nRank = load<i32>(list, 32);
  const kRank = load<i32>(list, 36);
  const batch = axesAt(0);
  const m = axesAt(1);
  const n = axesAt(2);
  const k = axesAt(3);
  let at = readGroup(batch, batchRank, 3, list + 40);
  at = readGroup(m, mRank, 2, at);
  at = readGroup(n, nRank, 2, at);
  readGroup(k, kRank, 2, at);
  if (batch.total == 0 || m.total == 0 || n.total == 0) return;
  if (dtype == DType.FLOAT32) orient<f32>(list, batch, m, n, k);
  else if (dtype == DType.FLOAT64) orient<f64>(list, batch, m, n, k);
  else orient<i32>(list, batch, m, n, k);
}

/** Reads a group of axes and returns where the next one begins. */
function readGroup(axes: Axes, rank: i32, operands: i32, at: usize): usize {
  const bytes = <usize>rank << 2;
  axes.read(rank, operands, at, at + bytes);
  return at + <usize>(operands + 1) * bytes;
}

/** How many tiles of this size cover the result. */
function tilesOf(rows: Axes, columns: Axes, tileRows: u32, tileColumns: u32): f64 {
  return <f64>((rows.total + tileRows - 1) / tileRows) * <f64>((columns.total + tileColumns - 1) / tileColumns);
}

/** What it costs to have these rows and columns, in steps of the tile's inner loop. */
function cost<T>(rows: Axes, columns: Axes, inner: u32): f64 {
  // A tile is stored by vectors if C's columns lie side by side, else element by element.
  const storing: f64 = columns.innerStride(1) == sizeof<T>() ? 8 : 32;
  return tilesOf(rows, columns, TILE_ROWS, <u32>(TILE_COLUMNS_BYTES / sizeof<T>())) * (<f64>inner + storing);
}

/** Whether both operands can be read as they lie, and too little would be done with what was packed. */
function prefersDots<T>(m: Axes, n: Axes, k: Axes): bool {
  return (
    k.isContiguous(0, sizeof<T>()) && k.isContiguous(1, sizeof<T>()) &&
    <usize>k.total * sizeof<T>() >= DOT_MIN_BYTES && min(m.total, n.total) <= DOT_MAX_LINES
  );
}

/** Decides how to go about it, and which operand gives the rows. */
function orient<T>(list: usize, batch: Axes, m: Axes, n: Axes, k: Axes): void {
  const a = <usize>load<u32>(list, 12);
  const b = <usize>load<u32>(list, 16);
  const c = <usize>load<u32>(list, 20);
  const dots = prefersDots<T>(m, n, k);
  const swap = dots
    ? tilesOf(n, m, DOT_ROWS, DOT_COLUMNS) < tilesOf(m, n, DOT_ROWS, DOT_COLUMNS)
    : cost<T>(n, m, k.total) < cost<T>(m, n, k.total);
  if (dots) contractDots<T>(swap ? b : a, swap ? a : b, c, batch, swap ? n : m, swap ? m : n, k.total, swap);
  else contract<T>(swap ? b : a, swap ? a : b, c, batch, swap ? n : m, swap ? m : n, k, swap);
}

/**
 * The loops around the other microkernel, which needs no packing (see dots.ts): a stretch of four
 * columns stays in L1 while all rows are multiplied by it.
 */
function contractDots<T>(a: usize, b: usize, c: usize, batch: Axes, rows: Axes, columns: Axes, inner: u32, swapped: bool): void {
  const columnBlock: u32 = COLUMN_BLOCK_BYTES / 4;
  const innerBlock: u32 = DOT_BLOCK_BYTES / <u32>sizeof<T>();
  for (let column: u32 = 0; column < columns.total; column += columnBlock) {
    const blockColumns = min(columnBlock, columns.total - column);
    tabulate(columns, column, blockColumns, region(COLUMN_TABLE), region(COLUMN_TABLE_C));
    padTable(region(COLUMN_TABLE), blockColumns);
    for (let row: u32 = 0; row < rows.total; row += MC) {
      const blockRows = min(MC, rows.total - row);
      tabulate(rows, row, blockRows, region(ROW_TABLE), region(ROW_TABLE_C));
      padTable(region(ROW_TABLE), blockRows);
      for (let item: u32 = 0; item < batch.total; ++item) {
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
    for (let row: u32 = 0; row < rows; row += DOT_ROWS) {
      const rowTable = <usize>row << 2;
      multiplyDots<T>(a, b, region(ROW_TABLE) + rowTable, region(COLUMN_TABLE) + (<usize>column << 2), inner, region(EDGE), TILE_COLUMNS_BYTES);
      scatterTile<T>(
        c, region(ROW_TABLE_C) + rowTable, min(DOT_ROWS, rows - row), column, min(DOT_COLUMNS, columns - column), accumulate,
      );
    }
  }
}

/**
 * The blocked loops. A table or a packed block is made anew only if it is not the one that is there
 * already: small operands, and operands that a batch shares, are packed once.
 */
function contract<T>(a: usize, b: usize, c: usize, batch: Axes, rows: Axes, columns: Axes, inner: Axes, swapped: bool): void {
  const rowCount = rows.total;
  const columnCount = columns.total;
  const innerCount = inner.total;
  const columnBlock: u32 = COLUMN_BLOCK_BYTES / <u32>sizeof<T>();
  const innerBlock = evenBlock(innerCount, KC);
  const rowBlock = evenBlock(rowCount, MC);
  // Where the present tables and packed blocks begin; nothing begins at -1.
  let tabledRow: u32 = -1;
  let tabledColumn: u32 = -1;
  let tabledInner: u32 = -1;
  let packedA: usize = 0;
  let packedB: usize = 0;
  let freshA = true;
  let freshB = true;
  for (let item: u32 = 0; item < batch.total; ++item) {
    const baseA = a + (swapped ? batch.offset1 : batch.offset0);
    const baseB = b + (swapped ? batch.offset0 : batch.offset1);
    const baseC = c + batch.offset2;
    if (baseA != packedA) freshA = true;
    if (baseB != packedB) freshB = true;
    packedA = baseA;
    packedB = baseB;
    for (let column: u32 = 0; column < columnCount; column += columnBlock) {
      const blockColumns = min(columnBlock, columnCount - column);
      if (column != tabledColumn) {
        tabulateColumns<T>(columns, column, blockColumns);
        tabledColumn = column;
        freshB = true;
      }
      // At least once, so that an empty sum stores zeros.
      let innerStart: u32 = 0;
      do {
        const blockInner = min(innerBlock, innerCount - innerStart);
        if (innerStart != tabledInner) {
          tabulateInner<T>(inner, innerStart, blockInner, swapped);
          tabledInner = innerStart;
          freshA = true;
          freshB = true;
        }
        if (freshB) {
          pack<T>(
            region(PACKED_B), TILE_COLUMNS_BYTES, blockColumns, blockInner, baseB,
            region(COLUMN_TABLE), region(COLUMN_RUNS), region(swapped ? INNER_TABLE_A : INNER_TABLE_B), region(swapped ? INNER_RUNS_A : INNER_RUNS_B),
          );
          freshB = false;
        }
        for (let row: u32 = 0; row < rowCount; row += rowBlock) {
          const blockRows = min(rowBlock, rowCount - row);
          if (row != tabledRow) {
            tabulateRows<T>(rows, row, blockRows);
            tabledRow = row;
            freshA = true;
          }
          if (freshA) {
            pack<T>(
              region(PACKED_A), TILE_ROWS * sizeof<T>(), blockRows, blockInner, baseA,
              region(ROW_TABLE), region(ROW_RUNS), region(swapped ? INNER_TABLE_B : INNER_TABLE_A), region(swapped ? INNER_RUNS_B : INNER_RUNS_A),
            );
            freshA = false;
          }
          multiplyBlock<T>(baseC, blockRows, blockColumns, blockInner, innerStart != 0);
        }
        innerStart += innerBlock;
      } while (innerStart < innerCount);
    }
    batch.advance(1);
  }
}

/** Cuts `count` into equal blocks of at most `limit`, a multiple of 4 each, rather than one short one at the end. */
function evenBlock(count: u32, limit: u32): u32 {
  if (count <= limit) return max(count, 1);
  const blocks = (count + limit - 1) / limit;
  return ((count + blocks - 1) / blocks + 3) & ~3;
}

/** The last offsets are repeated, so that a panel's padding reads memory that is there. */
function padTable(table: usize, count: u32): void {
  const last = load<u32>(table + (<usize>count << 2) - 4);
  for (let i = count; i < count + 8; ++i) store<u32>(table + (<usize>i << 2), last);
}

function tabulateRows<T>(rows: Axes, start: u32, count: u32): void {
  tabulate(rows, start, count, region(ROW_TABLE), region(ROW_TABLE_C));
  padTable(region(ROW_TABLE), count);
  markRuns(region(ROW_TABLE), count, 16 / sizeof<T>(), sizeof<T>(), region(ROW_RUNS));
}

function tabulateColumns<T>(columns: Axes, start: u32, count: u32): void {
  tabulate(columns, start, count, region(COLUMN_TABLE), region(COLUMN_TABLE_C));
  padTable(region(COLUMN_TABLE), count);
  markRuns(region(COLUMN_TABLE), count, 16 / sizeof<T>(), sizeof<T>(), region(COLUMN_RUNS));
  markRuns(region(COLUMN_TABLE_C), count, <u32>(TILE_COLUMNS_BYTES / sizeof<T>()), sizeof<T>(), region(COLUMN_RUNS_C));
}

/** Operand 0 of the inner axes is A as the command names it, operand 1 is B. */
function tabulateInner<T>(inner: Axes, start: u32, count: u32, swapped: bool): void {
  tabulate(inner, start, count, region(INNER_TABLE_A), region(INNER_TABLE_B));
  markRuns(region(INNER_TABLE_A), count, 16 / sizeof<T>(), sizeof<T>(), region(INNER_RUNS_A));
  markRuns(region(INNER_TABLE_B), count, 16 / sizeof<T>(), sizeof<T>(), region(INNER_RUNS_B));
}

/** Multiplies the packed blocks and stores to, or adds to, a block of C. */
function multiplyBlock<T>(c: usize, rows: u32, columns: u32, inner: u32, accumulate: bool): void {
  const tileColumns = <u32>(TILE_COLUMNS_BYTES / sizeof<T>());
  const panelA = <usize>inner * TILE_ROWS * sizeof<T>();
  const panelB = <usize>inner * TILE_COLUMNS_BYTES;
  const edge = region(EDGE);
  let b = region(PACKED_B);
  for (let column: u32 = 0; column < columns; column += tileColumns, b += panelB) {
    const direct = column + tileColumns <= columns && load<u8>(region(COLUMN_RUNS_C) + column) != 0;
    const cColumn = c + <usize>load<u32>(region(COLUMN_TABLE_C) + (<usize>column << 2));
    let a = region(PACKED_A);
    for (let row: u32 = 0; row < rows; row += TILE_ROWS, a += panelA) {
      const rowOffsets = region(ROW_TABLE_C) + (<usize>row << 2);
      if (direct && row + TILE_ROWS <= rows) {
        multiplyTile<T>(
          a, b, inner, accumulate,
          cColumn + load<u32>(rowOffsets), cColumn + load<u32>(rowOffsets, 4),
          cColumn + load<u32>(rowOffsets, 8), cColumn + load<u32>(rowOffsets, 12),
        );
      } else {
        multiplyTile<T>(
          a, b, inner, false,
          edge, edge + TILE_COLUMNS_BYTES, edge + 2 * TILE_COLUMNS_BYTES, edge + 3 * TILE_COLUMNS_BYTES,
        );
        scatterTile<T>(c, rowOffsets, min(TILE_ROWS, rows - row), column, min(tileColumns, columns - column), accumulate);
      }
    }
  }
}

/** Moves a tile from the edge buffer to wherever its elements belong. */
function scatterTile<T>(c: usize, rowOffsets: usize, rows: u32, column: u32, columns: u32, accumulate: bool): void {
  const columnOffsets = region(COLUMN_TABLE_C) + (<usize>column << 2);
  let src = region(EDGE);
  for (let i: u32 = 0; i < rows; ++i, src += TILE_COLUMNS_BYTES) {
    const row = c + load<u32>(rowOffsets + (<usize>i << 2));
    for (let j: u32 = 0; j < columns; ++j) {
      const dst = row + load<u32>(columnOffsets + (<usize>j << 2));
      const value = load<T>(src + <usize>j * sizeof<T>());
      store<T>(dst, accumulate ? load<T>(dst) + value : value);
    }
  }
}
