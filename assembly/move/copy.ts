/**
 * COPY, FILL and SLICE.
 *
 * A copy may visit its elements in any order. The axes are sorted so that the destination is written
 * with its smallest stride innermost; if the source runs fastest along another axis, these two axes
 * are walked in square tiles, small enough that every cache line which is touched is used up before it
 * is evicted.
 */
import { copyBytes, fill } from "./gather";
import { axesAt } from "../scratch";
import { transpose4x4 } from "../simd";
import { Axes } from "../axes";
import { sliceEnd, sliceStart } from "../threads";

// Side of a tile in elements: 32 rows of 32 doubles stay in a 32 KiB cache on both sides.
@inline const TILE: u32 = 32;

// A thread's slice of what is written begins on a cache line, whatever the size of an element.
@inline const LINE: u32 = 64;

/** `[COPY, len, itemSize, rank, src, dst, sizes[rank], srcStrides[rank], dstStrides[rank]]` */
export function copy(list: usize): void {
  const itemSize = load<u32>(list, 8);
  const rank = load<i32>(list, 12);
  const sizes = list + 24;
  const axes = axesAt(0);
  axes.read(rank, 2, sizes, sizes + ((<usize>rank) << 2));
  if (axes.total == 0) return;
  const src = <usize>load<u32>(list, 16);
  const dst = <usize>load<u32>(list, 20);
  if (itemSize == 4) copyStrided<u32>(src, dst, axes);
  else if (itemSize == 8) copyStrided<u64>(src, dst, axes);
  else copyStrided<u8>(src, dst, axes);
}

/** `[FILL, len, itemSize, dst, count, lo, hi]` */
export function fillCommand(list: usize): void {
  const itemSize = load<u32>(list, 8);
  const start = sliceStart(load<u32>(list, 16), LINE);
  const count = sliceEnd(load<u32>(list, 16), LINE) - start;
  const dst = <usize>load<u32>(list, 12) + <usize>start * itemSize;
  if (itemSize == 4) fill<u32>(dst, load<u32>(list, 20), count);
  else if (itemSize == 8) fill<u64>(dst, <u64>load<u32>(list, 20) | ((<u64>load<u32>(list, 24)) << 32), count);
  else memory.fill(dst, load<u8>(list, 20), count);
}

/** `[SLICE, len, bytes, src, dst, srcStep, dstStep]` */
export function slice(list: usize, trip: u32): void {
  const src = load<u32>(list, 12) + trip * load<u32>(list, 20);
  copyBytes(load<u32>(list, 16) + trip * load<u32>(list, 24), src, load<u32>(list, 8));
}

/** The distance that a stride covers, whichever way it goes. */
@inline
function span(stride: usize): i32 {
  return abs(<i32>stride);
}

/** Sorts the axes by falling destination stride (insertion sort: there are few). */
function sortAxes(axes: Axes): void {
  for (let axis = 1; axis < axes.rank; ++axis) {
    for (let i = axis; i > 0 && span(axes.stride(1, i - 1)) < span(axes.stride(1, i)); --i) axes.swap(i - 1, i);
  }
}

/** The axis along which the source has its smallest stride other than 0. */
function fastestSourceAxis(axes: Axes): i32 {
  let best = axes.rank - 1;
  for (let axis = best - 1; axis >= 0; --axis) {
    const stride = span(axes.stride(0, axis));
    if (stride != 0 && stride < span(axes.stride(0, best))) best = axis;
  }
  return best;
}

/** Copies a strided view: operand 0 of `axes` is the source, operand 1 the destination. */
function copyStrided<T>(src: usize, dst: usize, axes: Axes): void {
  sortAxes(axes);
  const inner = axes.rank - 1;
  const fastest = fastestSourceAxis(axes);
  if (fastest != inner) {
    axes.swap(fastest, inner - 1);
    copyTiled<T>(src, dst, axes);
    return;
  }
  let left = sliceStart(axes.total, LINE);
  axes.seek(left);
  left = sliceEnd(axes.total, LINE) - left;
  const srcStride = axes.innerStride(0);
  const dstStride = axes.innerStride(1);
  while (left) {
    const run = axes.run(left);
    copyRun<T>(src + axes.offset0, dst + axes.offset1, srcStride, dstStride, run);
    axes.advance(run);
    left -= run;
  }
}

function copyRun<T>(src: usize, dst: usize, srcStride: usize, dstStride: usize, count: u32): void {
  if (dstStride == sizeof<T>()) {
    if (srcStride == sizeof<T>()) {
      copyBytes(dst, src, <usize>count * sizeof<T>());
      return;
    }
    if (srcStride == 0) {
      fill<T>(dst, load<T>(src), count);
      return;
    }
  }
  for (let i: u32 = 0; i < count; ++i) {
    store<T>(dst, load<T>(src));
    src += srcStride;
    dst += dstStride;
  }
}

/** Copies with the two innermost axes in tiles and the others around them. */
function copyTiled<T>(src: usize, dst: usize, axes: Axes): void {
  const inner = axes.rank - 1;
  const rows = axes.size(inner - 1);
  const columns = axes.size(inner);
  const srcRow = axes.stride(0, inner - 1);
  const srcColumn = axes.stride(0, inner);
  const dstRow = axes.stride(1, inner - 1);
  const dstColumn = axes.stride(1, inner);
  const planes = axes.total / rows / columns;
  axes.rank -= 2;
  if (axes.rank == 0) axes.push(1);
  // Threads share out the rows of tiles of all planes.
  const tileRows = (rows + TILE - 1) / TILE;
  const end = sliceEnd(planes * tileRows, 1);
  for (let tile = sliceStart(planes * tileRows, 1); tile < end; ++tile) {
    const plane = tile / tileRows;
    const row = (tile - plane * tileRows) * TILE;
    axes.seek(plane);
    for (let column: u32 = 0; column < columns; column += TILE) {
      copyTile<T>(
        src + axes.offset0 + <usize>row * srcRow + <usize>column * srcColumn,
        dst + axes.offset1 + <usize>row * dstRow + <usize>column * dstColumn,
        min(TILE, rows - row),
        min(TILE, columns - column),
        srcRow,
        srcColumn,
        dstRow,
        dstColumn,
      );
    }
  }
}

function copyTile<T>(
  src: usize,
  dst: usize,
  rows: u32,
  columns: u32,
  srcRow: usize,
  srcColumn: usize,
  dstRow: usize,
  dstColumn: usize,
): void {
  // A full tile of a plain transposition of 32-bit elements goes through registers, four by four.
  if (sizeof<T>() == 4 && rows == TILE && columns == TILE && srcRow == 4 && dstColumn == 4) {
    for (let row: u32 = 0; row < TILE; row += 4) {
      for (let column: u32 = 0; column < TILE; column += 4) {
        const from = src + row * 4 + <usize>column * srcColumn;
        transpose4x4(
          dst + <usize>row * dstRow + column * 4,
          dstRow,
          from,
          from + srcColumn,
          from + 2 * srcColumn,
          from + 3 * srcColumn,
        );
      }
    }
    return;
  }
  for (let row: u32 = 0; row < rows; ++row) {
    let from = src;
    let to = dst;
    for (let column: u32 = 0; column < columns; ++column) {
      store<T>(to, load<T>(from));
      from += srcColumn;
      to += dstColumn;
    }
    src += srcRow;
    dst += dstRow;
  }
}
