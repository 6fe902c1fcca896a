/**
 * Many tiny products at once: the lanes of vectors are items of the batch. For float32, whose vectors are long enough.
 *
 * An item's elements lie side by side in memory, in some order. The memory of a few items is transposed as it lies, so
 * that each element's lanes are neighbours, and an element's place is its offset times their number. Then a product of
 * matrices is one of numbers that happen to be vectors, without edges, and the results are transposed back.
 */
import { region } from "../scratch";
import { lanes } from "./replaceable";
import { transpose4x4 } from "../simd";
import { Axes, tabulate } from "../axes";
import {
  COLUMN_TABLE,
  COLUMN_TABLE_C,
  INNER_TABLES,
  KC,
  PACKED_B,
  ROW_TABLE,
  ROW_TABLE_C,
  itemEnd,
  itemStart,
  rowEnd,
  rowStart,
  share,
  tabulateColumns,
  tabulateRows,
} from "./tables";

/** Items that are computed side by side, or a multiple of them if they are small. */
@inline const GROUP: u32 = 16;
/** Most elements that an item may have in an operand: all three panels stay in L1. */
@inline const PANEL_ELEMENTS: u32 = 96;
/** Most elements of B that are better transposed here than packed. */
@inline const PANEL_PACKED: u32 = 36;
/** Most columns that leave too much of a vector empty when they are stored along it. */
@inline const PANEL_COLUMNS: u32 = 3;
// Not a multiple of a page: loads would wait for unrelated stores whose addresses have the same low bits.
@inline const PANEL_BYTES: usize = 4 * GROUP * PANEL_ELEMENTS + 320;
@inline const PANEL_A: usize = PACKED_B;
@inline const PANEL_B: usize = PANEL_A + PANEL_BYTES;
@inline const PANEL_C: usize = PANEL_B + PANEL_BYTES;

/** How many elements lie from an item's first to its last; more than any item has where it goes backwards. */
function span(x: Axes, operandX: i32, y: Axes, operandY: i32): u32 {
  return ((extent(x, operandX) + extent(y, operandY)) >> 2) + 1;
}

function extent(axes: Axes, operand: i32): u32 {
  const stride = <u32>axes.innerStride(operand);
  return axes.rank == 1 && axes.total <= PANEL_ELEMENTS && stride <= 4 * PANEL_ELEMENTS
    ? (axes.total - 1) * stride
    : 8 * PANEL_ELEMENTS;
}

/**
 * Whether items are better computed side by side than one after the other: many of them, with few columns or with a B
 * that would have to be packed for little; and whether they lie without gaps in C.
 */
export function prefersPanels(batch: Axes, rows: Axes, columns: Axes, inner: Axes, swapped: bool): bool {
  if (columns.total > PANEL_COLUMNS && columns.isContiguous(0, 4)) return false;
  const elements = rows.total * columns.total;
  return (
    batch.innerSize() >= GROUP &&
    inner.total != 0 &&
    elements <= PANEL_ELEMENTS &&
    span(rows, 1, columns, 1) == elements &&
    span(rows, 0, inner, i32(swapped)) <= PANEL_ELEMENTS &&
    span(columns, 0, inner, i32(!swapped)) <= PANEL_PACKED
  );
}

/** Transposes a matrix; where its size is no multiple of a vector's, the last vectors overlap. */
function transpose(dst: usize, dstStep: usize, src: usize, srcStep: usize, lines: u32, elements: u32): void {
  if (lines < 4 || elements < 4) {
    for (let line: u32 = 0; line < lines; ++line, src += srcStep, dst += 4) {
      for (let i: u32 = 0; i < elements; ++i) store<u32>(dst + <usize>i * dstStep, load<u32>(src + ((<usize>i) << 2)));
    }
    return;
  }
  for (let i: u32 = 0; i < lines; i += 4) {
    const line = <usize>min(i, lines - 4);
    for (let j: u32 = 0; j < elements; j += 4) {
      const element = <usize>min(j, elements - 4);
      const from = src + line * srcStep + (element << 2);
      const next = from + srcStep;
      transpose4x4(dst + (line << 2) + element * dstStep, dstStep, from, next, next + srcStep, next + 2 * srcStep);
    }
  }
}

/** Computes a batch whose items lie as `prefersPanels` asks for. */
export function contractPanels(
  a: usize,
  b: usize,
  c: usize,
  batch: Axes,
  rows: Axes,
  columns: Axes,
  inner: Axes,
  swapped: bool,
): void {
  const operandA = i32(swapped);
  const operandB = 1 - operandA;
  const elementsA = span(rows, 0, inner, operandA);
  const elementsB = span(columns, 0, inner, operandB);
  const elementsC = rows.total * columns.total;
  const innerTableA = region(INNER_TABLES);
  const innerTableB = innerTableA + 4 * KC;
  // As many as the panels have room for.
  const most = (PANEL_ELEMENTS / max(max(elementsA, elementsB), elementsC)) * GROUP;
  const lane = (<usize>most) << 2;
  rows.stretch(most);
  columns.stretch(most);
  inner.stretch(most);
  tabulate(inner, 0, inner.total, swapped ? innerTableB : innerTableA, swapped ? innerTableA : innerTableB);
  tabulateRows<f32>(rows, 0, rows.total);
  tabulateColumns<f32>(columns, 0, columns.total, 1);
  share(batch.total, 1, 0, 1, 1);
  if (rowStart == rowEnd) return;
  for (let item = itemStart; item < itemEnd; ) {
    batch.seek(item);
    const left = min(batch.run(-1), most);
    const group = max(left & ~(GROUP - 1), GROUP);
    item += min(left, group);
    // A group that would reach beyond the innermost axis begins earlier instead.
    if (left < group) batch.seek(item - group);
    transpose(
      region(PANEL_A),
      lane,
      a + (swapped ? batch.offset1 : batch.offset0),
      batch.innerStride(operandA),
      group,
      elementsA,
    );
    transpose(
      region(PANEL_B),
      lane,
      b + (swapped ? batch.offset0 : batch.offset1),
      batch.innerStride(operandB),
      group,
      elementsB,
    );
    for (let column: u32 = 0; column < columns.total; ++column) {
      const entry = (<usize>column) << 2;
      lanes<f32>(
        region(PANEL_A),
        region(PANEL_B) + load<u32>(region(COLUMN_TABLE) + entry),
        region(PANEL_C) + load<u32>(region(COLUMN_TABLE_C) + entry),
        rows.total,
        0,
        group,
        group,
        inner.total,
        region(ROW_TABLE),
        region(ROW_TABLE_C),
        innerTableA,
        innerTableB,
      );
    }
    transpose(c + batch.offset2, batch.innerStride(2), region(PANEL_C), lane, elementsC, group);
  }
}
