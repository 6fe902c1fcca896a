/**
 * Strided iteration: the one odometer that every kernel walks with.
 *
 * An `Axes` is a record in scratch: up to `MAX_RANK` sizes, up to three byte strides per axis (one per
 * operand that is walked in step), a position and the operands' byte offsets at that position.
 * `read` drops axes of size 1 and merges neighbours that form one longer axis for every operand, so
 * that the kernels see long inner runs and a contiguous view always has rank 1. A view of rank 0
 * reads as one axis of size 1, so that no kernel has to think of it.
 *
 * Offsets are 32-bit and wrap, hence negative strides and addresses above 2 GiB need no care.
 */
import { MAX_RANK } from "./opcodes";

// The record's arrays, in bytes from its beginning. The named fields come first.
@inline const ARRAY_BYTES: usize = MAX_RANK * 4;
@inline const SIZES: usize = 32;
@inline const INDEX: usize = SIZES + ARRAY_BYTES;
@inline const STRIDES: usize = INDEX + ARRAY_BYTES;

/** Bytes that one `Axes` record takes, a multiple of 16. */
@inline export const AXES_BYTES: usize = STRIDES + 3 * ARRAY_BYTES;

@unmanaged
export class Axes {
  /** Number of axes after merging, at least 1. */
  rank: i32;
  /** Number of elements. */
  total: u32;
  /** Byte offsets of the current position, one per operand. */
  offset0: usize;
  offset1: usize;
  offset2: usize;

  @inline private at(axis: i32): usize {
    return changetype<usize>(this) + ((<usize>axis) << 2);
  }

  @inline size(axis: i32): u32 {
    return load<u32>(this.at(axis), SIZES);
  }

  @inline index(axis: i32): u32 {
    return load<u32>(this.at(axis), INDEX);
  }

  @inline setIndex(axis: i32, value: u32): void {
    store<u32>(this.at(axis), value, INDEX);
  }

  @inline stride(operand: i32, axis: i32): usize {
    return load<u32>(this.at(axis) + <usize>operand * ARRAY_BYTES, STRIDES);
  }

  @inline setStride(operand: i32, axis: i32, value: usize): void {
    store<u32>(this.at(axis) + <usize>operand * ARRAY_BYTES, value, STRIDES);
  }

  /** The size of the innermost axis: the longest run that needs no carry. */
  @inline innerSize(): u32 {
    return this.size(this.rank - 1);
  }

  /** The byte stride of the innermost axis. */
  @inline innerStride(operand: i32): usize {
    return this.stride(operand, this.rank - 1);
  }

  /** Whether the operand's elements lie one after the other. */
  @inline isContiguous(operand: i32, itemSize: usize): bool {
    return this.rank == 1 && (this.innerStride(operand) == itemSize || this.total <= 1);
  }

  /** Whether every position of the operand is the same element. */
  @inline isUniform(operand: i32): bool {
    return this.rank == 1 && this.innerStride(operand) == 0;
  }

  /**
   * Reads `rank` sizes at `sizes` and `operands` lists of `rank` strides each at `strides`, merges
   * axes and goes to position 0. Strides of operands beyond `operands` are 0.
   */
  read(rank: i32, operands: i32, sizes: usize, strides: usize): void {
    // A list with more axes cannot be represented; stop rather than overwrite other records.
    if (rank > MAX_RANK) unreachable();
    this.rank = 0;
    this.total = 1;
    for (let axis = 0; axis < rank; ++axis) {
      const size = load<u32>(sizes + ((<usize>axis) << 2));
      this.total *= size;
      if (size != 1) this.append(size, operands, strides + ((<usize>axis) << 2), (<usize>rank) << 2);
    }
    if (this.rank == 0) this.push(1);
    this.rewind();
  }

  /** Adds an inner axis whose strides lie `step` bytes apart, or merges it into the present inner one. */
  private append(size: u32, operands: i32, strides: usize, step: usize): void {
    const last = this.rank - 1;
    let merges = last >= 0;
    for (let operand = 0; operand < operands; ++operand) {
      const stride = <usize>load<u32>(strides + <usize>operand * step);
      if (merges && this.stride(operand, last) != stride * size) merges = false;
    }
    let axis = last;
    if (merges) {
      store<u32>(this.at(last), this.size(last) * size, SIZES);
    } else {
      axis = this.push(size);
    }
    for (let operand = 0; operand < operands; ++operand) {
      this.setStride(operand, axis, load<u32>(strides + <usize>operand * step));
    }
  }

  /** Adds an inner axis with strides 0 and returns its number. */
  push(size: u32): i32 {
    const axis = this.rank++;
    store<u32>(this.at(axis), size, SIZES);
    for (let operand = 0; operand < 3; ++operand) this.setStride(operand, axis, 0);
    return axis;
  }

  /** Multiplies the strides of the first two operands. */
  stretch(factor: u32): void {
    for (let axis = 0; axis < this.rank; ++axis) {
      for (let operand = 0; operand < 2; ++operand) this.setStride(operand, axis, this.stride(operand, axis) * factor);
    }
  }

  /** Exchanges two axes. */
  swap(a: i32, b: i32): void {
    this.swapWords(this.at(a) + SIZES, this.at(b) + SIZES);
    for (let operand = 0; operand < 3; ++operand) {
      const list = STRIDES + <usize>operand * ARRAY_BYTES;
      this.swapWords(this.at(a) + list, this.at(b) + list);
    }
  }

  @inline private swapWords(a: usize, b: usize): void {
    const word = load<u32>(a);
    store<u32>(a, load<u32>(b));
    store<u32>(b, word);
  }

  /** Goes to position 0. */
  rewind(): void {
    this.offset0 = 0;
    this.offset1 = 0;
    this.offset2 = 0;
    for (let axis = 0; axis < this.rank; ++axis) this.setIndex(axis, 0);
  }

  /** Goes to a position counted in row-major order. */
  seek(position: u32): void {
    this.rewind();
    for (let axis = this.rank - 1; axis >= 0 && position != 0; --axis) {
      const size = this.size(axis);
      const rest = position / size;
      const index = position - rest * size;
      this.setIndex(axis, index);
      this.move(axis, index);
      position = rest;
    }
  }

  /** How many elements, at most `limit`, follow before the innermost axis ends. */
  @inline run(limit: u32): u32 {
    const last = this.rank - 1;
    return min(limit, this.size(last) - this.index(last));
  }

  /** How many whole rows (stretches of the innermost axis), at most `limit` elements, follow before the axis around them ends. */
  @inline wholeRows(limit: u32): u32 {
    const last = this.rank - 1;
    if (last == 0 || this.index(last) != 0) return 0;
    return min(limit / this.size(last), this.size(last - 1) - this.index(last - 1));
  }

  /** The byte stride from row to row. */
  @inline rowStride(operand: i32): usize {
    return this.stride(operand, this.rank - 2);
  }

  /** Goes `count` elements on, where `count` is at most `run(count)`. From the end it wraps to position 0. */
  advance(count: u32): void {
    this.advanceAlong(this.rank - 1, count);
  }

  /** Goes `count` rows on, where `count` is at most `wholeRows(...)`. */
  advanceRows(count: u32): void {
    this.advanceAlong(this.rank - 2, count);
  }

  private advanceAlong(axis: i32, count: u32): void {
    let index = this.index(axis) + count;
    this.move(axis, count);
    while (index >= this.size(axis)) {
      this.move(axis, 0 - index);
      this.setIndex(axis, 0);
      if (--axis < 0) return;
      index = this.index(axis) + 1;
      this.move(axis, 1);
    }
    this.setIndex(axis, index);
  }

  /** Adds `count` steps along an axis to the offsets. */
  @inline private move(axis: i32, count: u32): void {
    this.offset0 += <usize>count * this.stride(0, axis);
    this.offset1 += <usize>count * this.stride(1, axis);
    this.offset2 += <usize>count * this.stride(2, axis);
  }
}

/** Writes the byte offsets of `count` positions from `start` on into two tables of 32-bit words. */
export function tabulate(axes: Axes, start: u32, count: u32, table0: usize, table1: usize): void {
  axes.seek(start);
  const step0 = axes.innerStride(0);
  const step1 = axes.innerStride(1);
  let done: u32 = 0;
  while (done < count) {
    const run = axes.run(count - done);
    let offset0 = axes.offset0;
    let offset1 = axes.offset1;
    for (const end = done + run; done < end; ++done) {
      store<u32>(table0 + ((<usize>done) << 2), offset0);
      store<u32>(table1 + ((<usize>done) << 2), offset1);
      offset0 += step0;
      offset1 += step1;
    }
    axes.advance(run);
  }
}
