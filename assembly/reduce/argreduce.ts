/** ARGMAX and ARGMIN: the position of the first extreme element, where NaN beats everything. */
import { Axes } from "../axes";
import { gatherItems } from "../move/gather";

/** Writes one int32 for each of the next `left` kept elements; `buffer` is scratch for `bufferBytes` bytes of gathered elements. */
export function argReduce<T>(
  largest: bool,
  dst: usize,
  src: usize,
  kept: Axes,
  left: u32,
  reduced: Axes,
  buffer: usize,
  bufferBytes: u32,
): void {
  for (; left; --left) {
    store<i32>(dst, argOne<T>(largest, src + kept.offset0, reduced, buffer, bufferBytes));
    kept.advance(1);
    dst += 4;
  }
}

/** The position of the extreme element of the view that begins at `base`; 0 if it is empty. */
function argOne<T>(largest: bool, base: usize, axes: Axes, buffer: usize, bufferBytes: u32): i32 {
  const total = axes.total;
  if (total == 0) return 0;
  const limit = bufferBytes / <u32>sizeof<T>();
  const contiguous = axes.isContiguous(0, sizeof<T>());
  axes.rewind();
  let best = load<T>(base);
  let found: u32 = 0;
  for (let start: u32 = 0; start < total; start += limit) {
    const count = min(limit, total - start);
    let run = base + <usize>start * sizeof<T>();
    if (!contiguous) {
      run = buffer;
      gatherItems<T>(run, base, axes, count);
    }
    for (let i: u32 = 0; i < count; ++i) {
      const value = load<T>(run + <usize>i * sizeof<T>());
      // Not "greater": this way NaN is taken too.
      if (largest ? !(value <= best) : !(value >= best)) {
        best = value;
        found = start + i;
      }
      if (isFloat<T>() && best != best) return found;
    }
  }
  return found;
}
