/**
 * Reading strided views into contiguous memory, a stretch at a time.
 *
 * A gather goes on from wherever its `Axes` stands, so that consecutive blocks of one view need no
 * division to find their place.
 */
import { Axes } from "../axes";

/** Fills `count` elements at `dst` with one value. */
export function fill<T>(dst: usize, value: T, count: u32): void {
  const end = dst + <usize>count * sizeof<T>();
  const splat = v128.splat<T>(value);
  for (; dst + 16 <= end; dst += 16) v128.store(dst, splat);
  for (; dst < end; dst += sizeof<T>()) store<T>(dst, value);
}

/** Copies `bytes` bytes, which may be few: the engines' `memory.copy` is a call that costs more than a short loop. */
export function copyBytes(dst: usize, src: usize, bytes: usize): void {
  if (bytes > 512) memory.copy(dst, src, bytes);
  else copyFewBytes(dst, src, bytes);
}

/** The last vector overlaps the one before it. */
@inline
function copyFewBytes(dst: usize, src: usize, bytes: usize): void {
  const end = dst + bytes;
  if (bytes >= 16) {
    const last = src + bytes - 16;
    for (; dst + 16 < end; dst += 16, src += 16) v128.store(dst, v128.load(src));
    v128.store(end - 16, v128.load(last));
    return;
  }
  for (; dst + 4 <= end; dst += 4, src += 4) store<u32>(dst, load<u32>(src));
  for (; dst < end; ++dst, ++src) store<u8>(dst, load<u8>(src));
}

/** Copies `count` elements of type T from a strided run to a contiguous run of type U. */
@inline
function readRun<T, U>(dst: usize, src: usize, stride: usize, count: u32): void {
  if (stride == 0) {
    fill<U>(dst, <U>load<T>(src), count);
    return;
  }
  if (sizeof<T>() == sizeof<U>() && stride == sizeof<T>()) {
    copyBytes(dst, src, <usize>count * sizeof<T>());
    return;
  }
  for (let i: u32 = 0; i < count; ++i) {
    store<U>(dst, <U>load<T>(src));
    dst += sizeof<U>();
    src += stride;
  }
}

/**
 * Reads the next `count` elements of operand 0 (elements of type T in memory) into contiguous memory
 * as elements of type U.
 */
export function gather<T, U>(dst: usize, base: usize, axes: Axes, count: u32): void {
  const stride = axes.innerStride(0);
  while (count) {
    if (sizeof<T>() == sizeof<U>() && stride == sizeof<T>()) {
      // Whole rows that are short are copied without the odometer's help.
      const rows = axes.wholeRows(count);
      if (rows > 1) {
        const bytes = <usize>axes.innerSize() * sizeof<T>();
        const step = axes.rowStride(0);
        let src = base + axes.offset0;
        for (const end = dst + <usize>rows * bytes; dst < end; dst += bytes, src += step) copyBytes(dst, src, bytes);
        axes.advanceRows(rows);
        count -= rows * axes.innerSize();
        continue;
      }
    }
    const run = axes.run(count);
    readRun<T, U>(dst, base + axes.offset0, stride, run);
    axes.advance(run);
    dst += <usize>run * sizeof<U>();
    count -= run;
  }
}

/** Reads the next elements of a view into contiguous memory, bit by bit. */
@inline
export function gatherItems<T>(dst: usize, base: usize, axes: Axes, count: u32): void {
  if (sizeof<T>() == 8) gather<u64, u64>(dst, base, axes, count);
  else if (sizeof<T>() == 4) gather<u32, u32>(dst, base, axes, count);
  else gather<u8, u8>(dst, base, axes, count);
}
