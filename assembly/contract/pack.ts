/**
 * Packing: a block of an operand, read through its offset tables, becomes panels.
 *
 * A panel is a few rows of A (or columns of B; here both are called lines) by all of the block's inner
 * indices, stored inner index by inner index, so that the microkernel reads it from front to back.
 * Prefetching is left to the processor, since WebAssembly has no instruction for it: it recognises such a
 * stream, and not the jumps of an offset table.
 * The lines go in groups of one vector, and what is left of them one by one. A group is read with vector
 * loads where its lines are neighbours in memory, or, where instead inner indices are, by small
 * transpositions; only what is neither costs a load per element.
 */
import { transpose2x2, transpose4x4 } from "../simd";

/** Marks, for every place in a table of byte offsets, whether `width` consecutive elements begin there. */
export function markRuns(table: usize, count: u32, width: u32, itemSize: usize, marks: usize): void {
  // How many elements from this place on are known to be consecutive, going backwards.
  let run: u32 = 0;
  let next: u32 = 0;
  for (let i = <i32>count - 1; i >= 0; --i) {
    const offset = load<u32>(table + ((<usize>i) << 2));
    run = offset + <u32>itemSize == next ? run + 1 : 1;
    store<u8>(marks + i, run >= width ? 1 : 0);
    next = offset;
  }
}

/**
 * Packs `lines` lines by `inner` inner indices into panels whose rows are `panelBytes` long. The line
 * table is padded to whole panels.
 */
export function pack<T>(
  dst: usize,
  panelBytes: usize,
  lines: u32,
  inner: u32,
  base: usize,
  lineTable: usize,
  lineRuns: usize,
  innerTable: usize,
  innerRuns: usize,
): void {
  const lanes = <u32>(16 / sizeof<T>());
  const panelLines = <u32>(panelBytes / sizeof<T>());
  for (let line: u32 = 0; line < lines; line += panelLines, dst += panelBytes * inner) {
    let to = dst;
    let group: u32 = 0;
    for (; group + lanes <= panelLines; group += lanes, to += 16) {
      const first = line + group;
      const offsets = lineTable + ((<usize>first) << 2);
      if (first + lanes <= lines && load<u8>(lineRuns + first))
        packLines(to, panelBytes, inner, base + load<u32>(offsets), innerTable);
      else packInner<T>(to, panelBytes, inner, base, offsets, innerTable, innerRuns);
    }
    for (; group < panelLines; ++group, to += sizeof<T>()) {
      packLine<T>(to, panelBytes, inner, base + load<u32>(lineTable + ((<usize>(line + group)) << 2)), innerTable);
    }
  }
}

function packLine<T>(dst: usize, step: usize, inner: u32, base: usize, innerTable: usize): void {
  for (const end = innerTable + ((<usize>inner) << 2); innerTable < end; innerTable += 4, dst += step) {
    store<T>(dst, load<T>(base + load<u32>(innerTable)));
  }
}

/** A group whose lines are neighbours: one vector per inner index. */
function packLines(dst: usize, step: usize, inner: u32, base: usize, innerTable: usize): void {
  for (const end = innerTable + ((<usize>inner) << 2); innerTable < end; innerTable += 4, dst += step) {
    v128.store(dst, v128.load(base + load<u32>(innerTable)));
  }
}

/** Any other group: transposes where a vector's worth of inner indices are neighbours, else goes one by one. */
function packInner<T>(
  dst: usize,
  step: usize,
  inner: u32,
  base: usize,
  offsets: usize,
  innerTable: usize,
  innerRuns: usize,
): void {
  const r0 = base + load<u32>(offsets);
  const r1 = base + load<u32>(offsets, 4);
  const r2 = sizeof<T>() == 4 ? base + load<u32>(offsets, 8) : 0;
  const r3 = sizeof<T>() == 4 ? base + load<u32>(offsets, 12) : 0;
  for (let k: u32 = 0; k < inner; ) {
    const offset = <usize>load<u32>(innerTable + ((<usize>k) << 2));
    if (load<u8>(innerRuns + k)) {
      if (sizeof<T>() == 4) transpose4x4(dst, step, r0 + offset, r1 + offset, r2 + offset, r3 + offset);
      else transpose2x2(dst, step, r0 + offset, r1 + offset);
      k += <u32>(16 / sizeof<T>());
      dst += step * (16 / sizeof<T>());
      continue;
    }
    store<T>(dst, load<T>(r0 + offset));
    store<T>(dst, load<T>(r1 + offset), sizeof<T>());
    if (sizeof<T>() == 4) {
      store<T>(dst, load<T>(r2 + offset), 2 * sizeof<T>());
      store<T>(dst, load<T>(r3 + offset), 3 * sizeof<T>());
    }
    ++k;
    dst += step;
  }
}
