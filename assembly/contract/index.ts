/**
 * CONTRACT: C[b,m,n] = sum over k of A[b,m,k] * B[b,n,k], each index a group of axes.
 *
 * Matrix products, convolutions and all of their transposes are this one kernel. The addressing is that of
 * TBLIS (Matthews 2018): the byte offsets of rows, columns and inner indices are written to small tables by an
 * odometer, and an element's address is `base + row offset + inner offset`. So a tensor with any axes and
 * strides, overlapping ones included (a convolution's patches), is read straight from where it lies:
 * implicit GEMM, a convolution as a product of matrices without im2col's copy of every patch.
 *
 * There are several ways to go about it: large operands are packed block by block (`blocked.ts`); where that would
 * cost more than it saves, sums run along contiguous inner indices, or along contiguous columns (`unpacked.ts`), as in
 * small items of a batch; tiny items are computed side by side (`panels.ts`).
 *
 * The roles of A and B may be exchanged: `rows` and `columns` below are m and n or n and m.
 */
import { contractBlocks } from "./blocked";
import { DOT_COLUMNS, DOT_ROWS } from "./dots";
import { REGION_BYTES, axesAt } from "../scratch";
import { TILE_COLUMNS_BYTES, TILE_ROWS } from "./microkernel";
import { DType, MAX_RANK } from "../opcodes";
import { contractPanels, prefersPanels } from "./panels";
import { Axes } from "../axes";
import { COLUMN_BLOCK_BYTES, KC, MAX_TABLED, PACKED_END } from "./tables";
import { contractDots, contractStream } from "./unpacked";

// Dot products: stretches long enough for their sums to be few.
@inline const DOT_MIN_BYTES: u32 = 256;
@inline const DOT_MAX_LINES: u32 = 24;
// Few columns are worth gathering for them, if all fit into the block of B that is packed otherwise.
@inline const DOT_MAX_GATHERED: u32 = 12;
@inline const DOT_GATHERED_BYTES: u32 = 524288;
// Streaming: the columns' part of B stays in L1, or is used by few rows.
@inline const STREAM_MAX_BYTES: u32 = 16384;
@inline const STREAM_MAX_ROWS: u32 = 24;
// Items of a batch: their columns' part of B takes little of L1, and their columns fit the table.
@inline const ITEM_MAX_BYTES: u32 = 2 * COLUMN_BLOCK_BYTES;
// A contiguous batch: beyond this many rows and columns it pays to gather what each item needs.
@inline const LANES_MAX_LINES: u32 = 16;

/** Runs `[CONTRACT, len, dtype, A, B, C, batchRank, mRank, nRank, kRank, ...]`. */
export function contractCommand(list: usize): void {
  contractBy(list, false);
}

/** The same; where it is large and only `half` is wanted, that half. */
export function contractBy(list: usize, half: bool): void {
  const dtype = load<u32>(list, 8);
  if (PACKED_END > REGION_BYTES) ERROR("CONTRACT's blocks exceed the scratch region");
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
  if (dtype == DType.FLOAT32) orient<f32>(list, batch, m, n, k, half);
  else if (dtype == DType.FLOAT64) orient<f64>(list, batch, m, n, k, half);
  else orient<i32>(list, batch, m, n, k, half);
}

/** Reads a group of axes and returns where the next one begins. */
function readGroup(axes: Axes, rank: i32, operands: i32, at: usize): usize {
  const bytes = (<usize>rank) << 2;
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
    k.isContiguous(0, sizeof<T>()) &&
    k.isContiguous(1, sizeof<T>()) &&
    <usize>k.total * sizeof<T>() >= DOT_MIN_BYTES &&
    min(m.total, n.total) <= DOT_MAX_LINES
  );
}

/** Whether the rows can be read as they lie, by far the most of what there is to read, and the columns are to be gathered. */
function prefersGatheredDots<T>(rows: Axes, columns: Axes, k: Axes, rowOperand: i32): bool {
  const bytes = <u64>k.total * sizeof<T>();
  return (
    k.isContiguous(rowOperand, sizeof<T>()) &&
    bytes >= DOT_MIN_BYTES &&
    columns.total <= DOT_MAX_GATHERED &&
    rows.total >= 4 * columns.total &&
    columns.total * bytes <= DOT_GATHERED_BYTES
  );
}

/** Whether B and C can be read along these columns, and too little would be done with what was packed. */
function prefersStream<T>(rows: Axes, columns: Axes, inner: u32): bool {
  return (
    columns.total >= <u32>(16 / sizeof<T>()) &&
    inner <= MAX_TABLED &&
    columns.isContiguous(0, sizeof<T>()) &&
    columns.isContiguous(1, sizeof<T>()) &&
    (rows.total <= STREAM_MAX_ROWS || <u64>inner * columns.total * sizeof<T>() <= STREAM_MAX_BYTES)
  );
}

/** Whether the items of a batch are so small that they are best streamed one after the other, with B as it lies or packed first. */
function prefersItems<T>(batch: Axes, columns: Axes, inner: u32): bool {
  return (
    batch.innerSize() > 1 &&
    columns.isContiguous(1, sizeof<T>()) &&
    inner <= KC &&
    <u64>(inner + 2) * columns.total * sizeof<T>() <= ITEM_MAX_BYTES
  );
}

/** Whether the batch's innermost axis is contiguous in all operands, and items are small. */
function prefersLanes<T>(batch: Axes, m: Axes, n: Axes, inner: u32): bool {
  return (
    batch.innerSize() >= <u32>(16 / sizeof<T>()) &&
    inner <= MAX_TABLED &&
    min(m.total, n.total) <= LANES_MAX_LINES &&
    batch.innerStride(0) == sizeof<T>() &&
    batch.innerStride(1) == sizeof<T>() &&
    batch.innerStride(2) == sizeof<T>() &&
    batch.rank + n.rank <= MAX_RANK
  );
}

/** Decides how to go about it, and which operand gives the rows. Integers always take the blocked way: one is enough for them. */
function orient<T>(list: usize, batch: Axes, m: Axes, n: Axes, k: Axes, half: bool): void {
  const a = <usize>load<u32>(list, 12);
  const b = <usize>load<u32>(list, 16);
  const c = <usize>load<u32>(list, 20);
  if (isFloat<T>()) {
    if (prefersLanes<T>(batch, m, n, k.total)) {
      if (m.total < n.total) contractLanes<T>(b, a, c, batch, n, m, k, true);
      else contractLanes<T>(a, b, c, batch, m, n, k, false);
      return;
    }
    if (prefersDots<T>(m, n, k)) {
      if (tilesOf(n, m, DOT_ROWS, DOT_COLUMNS) < tilesOf(m, n, DOT_ROWS, DOT_COLUMNS))
        contractDots<T>(b, a, c, batch, n, m, k.total, sizeof<T>(), true);
      else contractDots<T>(a, b, c, batch, m, n, k.total, sizeof<T>(), false);
      return;
    }
    const itemsA = prefersItems<T>(batch, n, k.total);
    if (prefersItems<T>(batch, m, k.total) && !(itemsA && (n.total >= m.total || !m.isContiguous(0, sizeof<T>())))) {
      return contractItems<T>(b, a, c, batch, n, m, k, true);
    }
    if (itemsA) return contractItems<T>(a, b, c, batch, m, n, k, false);
    if (prefersGatheredDots<T>(m, n, k, 0))
      return contractDots<T>(a, b, c, batch, m, n, k.total, k.innerStride(1), false);
    if (prefersGatheredDots<T>(n, m, k, 1))
      return contractDots<T>(b, a, c, batch, n, m, k.total, k.innerStride(0), true);
    if (prefersStream<T>(m, n, k.total)) return contractStream<T>(a, b, c, batch, m, n, n.total, k, false, false);
    if (prefersStream<T>(n, m, k.total)) return contractStream<T>(b, a, c, batch, n, m, m.total, k, true, false);
  }
  if (cost<T>(n, m, k.total) < cost<T>(m, n, k.total)) contractBlocks<T>(b, a, c, batch, n, m, k, true, false);
  else contractBlocks<T>(a, b, c, batch, m, n, k, false, half);
}

/** Small items are computed side by side, or one after the other. */
function contractItems<T>(
  a: usize,
  b: usize,
  c: usize,
  batch: Axes,
  rows: Axes,
  columns: Axes,
  inner: Axes,
  swapped: bool,
): void {
  if (sizeof<T>() == 4 && prefersPanels(batch, rows, columns, inner, swapped))
    contractPanels(a, b, c, batch, rows, columns, inner, swapped);
  else contractStream<T>(a, b, c, batch, rows, columns, columns.total, inner, swapped, false);
}

/** The innermost axis of the batch takes the place of the columns, which become part of the batch. */
function contractLanes<T>(
  a: usize,
  b: usize,
  c: usize,
  batch: Axes,
  rows: Axes,
  columns: Axes,
  inner: Axes,
  swapped: bool,
): void {
  const width = batch.innerSize();
  batch.total = (batch.total / width) * columns.total;
  --batch.rank;
  for (let axis = 0; axis < columns.rank; ++axis) {
    const added = batch.push(columns.size(axis));
    batch.setStride(swapped ? 0 : 1, added, columns.stride(0, axis));
    batch.setStride(2, added, columns.stride(1, axis));
  }
  contractStream<T>(a, b, c, batch, rows, columns, width, inner, swapped, true);
}
