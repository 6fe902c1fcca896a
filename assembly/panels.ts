/**
 * Many small products at once: the lanes of a vector are items of the batch.
 *
 * The elements of a few dozen items are packed so that an element's lanes lie side by side. Then a product of
 * matrices is one of numbers that happen to be vectors, without edges, and the results go back as the operands came.
 */
import { region } from "./layout";
import { markRuns, pack } from "./pack";
import { lanes } from "./replaceable";
import { Axes, tabulate } from "./strided";
import { COLUMN_TABLE, COLUMN_TABLE_C, MC, PACKED_A, PACKED_B, ROW_TABLE, ROW_TABLE_C, itemEnd, itemStart, rowEnd, rowStart, share } from "./tables";

/** Bytes of an element's lanes. */
@inline const LANES: usize = 64;
/** Most elements that an item has in a panel: all three panels stay in L1. */
@inline const PANEL_ELEMENTS: u32 = 256;
/** With more columns than this the items are better streamed one by one. */
@inline const PANEL_MAX_COLUMNS: u32 = 3;
/** Fewer items than this leave too many lanes empty. */
@inline const PANEL_MIN_ITEMS: u32 = 8;

// The tables take the place of the blocked way's block of A, the panels that of its block of B.
@inline const TABLE_BYTES: usize = 4 * (PANEL_ELEMENTS + 8);
@inline const ITEMS_A: usize = PACKED_A;
@inline const ITEMS_B: usize = ITEMS_A + TABLE_BYTES;
@inline const ITEMS_C: usize = ITEMS_B + TABLE_BYTES;
@inline const INNER_A: usize = ITEMS_C + TABLE_BYTES;
@inline const INNER_B: usize = INNER_A + TABLE_BYTES;
@inline const ELEMENTS_A: usize = INNER_B + TABLE_BYTES;
@inline const ELEMENTS_B: usize = ELEMENTS_A + TABLE_BYTES;
// Where an element, a row of A's panel and a row of C's panel begin in a panel.
@inline const PANEL_STEPS: usize = ELEMENTS_B + TABLE_BYTES;
@inline const PANEL_ROWS_A: usize = PANEL_STEPS + TABLE_BYTES;
@inline const PANEL_ROWS_C: usize = PANEL_ROWS_A + TABLE_BYTES;
// One byte for each place in a table: whether a whole vector begins there.
@inline const ITEM_RUNS_A: usize = PANEL_ROWS_C + TABLE_BYTES;
@inline const ITEM_RUNS_B: usize = ITEM_RUNS_A + PANEL_ELEMENTS;
@inline const ITEM_RUNS_C: usize = ITEM_RUNS_B + PANEL_ELEMENTS;
@inline const ELEMENT_RUNS_A: usize = ITEM_RUNS_C + PANEL_ELEMENTS;
@inline const ELEMENT_RUNS_B: usize = ELEMENT_RUNS_A + PANEL_ELEMENTS;
@inline const STEP_RUNS: usize = ELEMENT_RUNS_B + PANEL_ELEMENTS;

// Not a multiple of a page: loads would wait for unrelated stores whose addresses have the same low bits.
@inline const PANEL_BYTES: usize = LANES * PANEL_ELEMENTS + 1344;
@inline const PANEL_A: usize = PACKED_B;
@inline const PANEL_B: usize = PANEL_A + PANEL_BYTES;
// The last tile of rows may reach beyond the rows, here and in A.
@inline const PANEL_C: usize = PANEL_B + PANEL_BYTES;

/** Whether one item after the other lies in C without a gap. */
function holdsItems<T>(batch: Axes, rows: Axes, columns: Axes): bool {
  const row = <usize>columns.total * sizeof<T>();
  return rows.isContiguous(1, row) && batch.innerStride(2) == <usize>rows.total * row;
}

/** Whether many items are so small that they are better computed side by side, and C can take them as they come. */
export function prefersPanels<T>(batch: Axes, rows: Axes, columns: Axes, inner: u32): bool {
  const larger = max(inner, columns.total);
  return (
    batch.innerSize() >= PANEL_MIN_ITEMS && columns.total <= PANEL_MAX_COLUMNS && columns.isContiguous(1, sizeof<T>()) &&
    inner * columns.total <= PANEL_ELEMENTS && inner <= PANEL_ELEMENTS &&
    (batch.innerStride(2) == columns.total * sizeof<T>() || (rows.total * larger <= PANEL_ELEMENTS && holdsItems<T>(batch, rows, columns)))
  );
}

/** Multiples of a step. */
function tabulateSteps(table: usize, step: u32): void {
  for (let i: u32 = 0; i < PANEL_ELEMENTS + 8; ++i) store<u32>(region(table) + (<usize>i << 2), i * step);
}

/** The offsets of some items, the last repeated to fill the lanes. */
function tabulateItems<T>(table: usize, runs: usize, items: u32, stride: usize): void {
  for (let i: u32 = 0; i < <u32>(LANES / sizeof<T>()); ++i) store<u32>(region(table) + (<usize>i << 2), min(i, items - 1) * <u32>stride);
  markRuns(region(table), items, 16 / sizeof<T>(), sizeof<T>(), region(runs));
}

/** The offsets of the elements of some rows or columns, one line after the other. */
function tabulateElements<T>(table: usize, runs: usize, lineTable: usize, lines: u32, innerTable: usize, inner: u32): void {
  let to = region(table);
  for (let line: u32 = 0; line < lines; ++line) {
    const offset = load<u32>(region(lineTable) + (<usize>line << 2));
    for (let k: u32 = 0; k < inner; ++k, to += 4) store<u32>(to, offset + load<u32>(region(innerTable) + (<usize>k << 2)));
  }
  markRuns(region(table), lines * inner, 16 / sizeof<T>(), sizeof<T>(), region(runs));
}

/** Stores a panel's elements, item after item. */
function unpack<T>(c: usize, panel: usize, elements: u32, items: u32): void {
  pack<T>(c, elements * sizeof<T>(), elements, items, panel, region(PANEL_STEPS), region(STEP_RUNS), region(ITEMS_C), region(ITEM_RUNS_C));
}

export function contractPanels<T>(a: usize, b: usize, c: usize, batch: Axes, rows: Axes, columns: Axes, inner: Axes, swapped: bool): void {
  const terms = inner.total;
  const width = columns.total;
  const whole = holdsItems<T>(batch, rows, columns);
  // Items that are stored whole are computed whole.
  share(batch.total, whole ? 1 : rows.total, 1, 1, 1);
  const lastRow = whole ? rowEnd * rows.total : rowEnd;
  const rowBlock = whole ? rows.total : min(PANEL_ELEMENTS / max(terms, width), MC);
  tabulate(inner, 0, terms, region(swapped ? INNER_B : INNER_A), region(swapped ? INNER_A : INNER_B));
  tabulate(columns, 0, width, region(COLUMN_TABLE), region(COLUMN_TABLE_C));
  tabulateElements<T>(ELEMENTS_B, ELEMENT_RUNS_B, COLUMN_TABLE, width, INNER_B, terms);
  tabulateSteps(PANEL_STEPS, <u32>LANES);
  tabulateSteps(PANEL_ROWS_A, terms * <u32>LANES);
  tabulateSteps(PANEL_ROWS_C, width * <u32>LANES);
  memory.fill(region(STEP_RUNS), 0, PANEL_ELEMENTS);
  let tabledRow: u32 = -1;
  batch.seek(itemStart);
  for (let item = itemStart; item < itemEnd; ) {
    const items = batch.run(min(<u32>(LANES / sizeof<T>()), itemEnd - item));
    tabulateItems<T>(ITEMS_A, ITEM_RUNS_A, items, batch.innerStride(swapped ? 1 : 0));
    tabulateItems<T>(ITEMS_B, ITEM_RUNS_B, items, batch.innerStride(swapped ? 0 : 1));
    tabulateItems<T>(ITEMS_C, ITEM_RUNS_C, items, sizeof<T>());
    const baseA = a + (swapped ? batch.offset1 : batch.offset0);
    const baseB = b + (swapped ? batch.offset0 : batch.offset1);
    pack<T>(region(PANEL_B), LANES, items, width * terms, baseB, region(ITEMS_B), region(ITEM_RUNS_B), region(ELEMENTS_B), region(ELEMENT_RUNS_B));
    for (let row = rowStart; row < lastRow; row += rowBlock) {
      const count = min(rowBlock, lastRow - row);
      if (row != tabledRow) {
        tabulate(rows, row, count, region(ROW_TABLE), region(ROW_TABLE_C));
        tabulateElements<T>(ELEMENTS_A, ELEMENT_RUNS_A, ROW_TABLE, count, INNER_A, terms);
        tabledRow = row;
      }
      pack<T>(region(PANEL_A), LANES, items, count * terms, baseA, region(ITEMS_A), region(ITEM_RUNS_A), region(ELEMENTS_A), region(ELEMENT_RUNS_A));
      for (let column: u32 = 0; column < width; ++column) {
        lanes<T>(
          region(PANEL_A), region(PANEL_B) + <usize>(column * terms) * LANES, region(PANEL_C) + <usize>column * LANES,
          count, 0, items, <u32>(LANES / sizeof<T>()), terms,
          region(PANEL_ROWS_A), region(PANEL_ROWS_C), region(PANEL_STEPS), region(PANEL_STEPS),
        );
      }
      if (whole) {
        unpack<T>(c + batch.offset2, region(PANEL_C), count * width, items);
        continue;
      }
      for (let i: u32 = 0; i < count; ++i) {
        const offset = load<u32>(region(ROW_TABLE_C) + (<usize>i << 2));
        unpack<T>(c + batch.offset2 + offset, region(PANEL_C) + <usize>(i * width) * LANES, width, items);
      }
    }
    batch.advance(items);
    item += items;
  }
}
