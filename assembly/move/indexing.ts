/**
 * GATHER and SCATTER_ADD: rows read from, and added to, places that an array of indices names.
 *
 * Both see `[batch, rows, width]` beside `[batch, count, width]`, and each is the other's transpose: a
 * gather fills in for indices outside of `rows`, a scatter leaves them out. Rows are added in the order
 * of their indices, so that sums do not depend on the machine.
 */
import { copyBytes, fill } from "./gather";
import { DType } from "../opcodes";
import { sliceEnd, sliceStart } from "../threads";

/** `[GATHER, len, dtype, operand, indices, out, batch, rows, count, width, indexStep, lo, hi]` */
export function gatherRows(list: usize): void {
  const dtype = load<u32>(list, 8);
  if (dtype == DType.FLOAT64) gatherAs<u64>(list, load<u64>(list, 44));
  else if (dtype == DType.BOOL) gatherAs<u8>(list, load<u8>(list, 44));
  else gatherAs<u32>(list, load<u32>(list, 44));
}

function gatherAs<T>(list: usize, outside: T): void {
  const rows = load<u32>(list, 28);
  const count = load<u32>(list, 32);
  const width = load<u32>(list, 36);
  const indexStep = (<usize>load<u32>(list, 40)) << 2;
  const bytes = <usize>width * sizeof<T>();
  const total = load<u32>(list, 24) * count;
  const end = sliceEnd(total, 16);
  let at = sliceStart(total, 16);
  if (at == end) return;
  const batch = at / count;
  let i = at - batch * count;
  let operand = <usize>load<u32>(list, 12) + <usize>batch * rows * bytes;
  let indices = <usize>load<u32>(list, 16) + <usize>batch * indexStep;
  let out = <usize>load<u32>(list, 20) + <usize>at * bytes;
  while (at < end) {
    for (const stop = min(count, i + end - at); i < stop; ++i, ++at, out += bytes) {
      const row = load<u32>(indices + ((<usize>i) << 2));
      const from = operand + <usize>row * bytes;
      if (row >= rows) fill<T>(out, outside, width);
      else if (width == 1) store<T>(out, load<T>(from));
      else copyBytes(out, from, bytes);
    }
    i = 0;
    operand += <usize>rows * bytes;
    indices += indexStep;
  }
}

/** `[SCATTER_ADD, len, dtype, updates, indices, out, batch, rows, count, width, indexStep, replace]` */
export function scatterRows(list: usize): void {
  const dtype = load<u32>(list, 8);
  if (dtype == DType.FLOAT32) scatterAs<f32>(list);
  else if (dtype == DType.FLOAT64) scatterAs<f64>(list);
  else scatterAs<u32>(list);
}

function scatterAs<T>(list: usize): void {
  const batch = sliceStart(load<u32>(list, 24), 1);
  const rows = load<u32>(list, 28);
  const count = load<u32>(list, 32);
  const bytes = <usize>load<u32>(list, 36) * sizeof<T>();
  const indexStep = (<usize>load<u32>(list, 40)) << 2;
  const replace = load<u32>(list, 44) != 0;
  const plane = <usize>rows * bytes;
  let updates = <usize>load<u32>(list, 12) + <usize>batch * count * bytes;
  let indices = <usize>load<u32>(list, 16) + <usize>batch * indexStep;
  let out = <usize>load<u32>(list, 20) + <usize>batch * plane;
  for (let left = sliceEnd(load<u32>(list, 24), 1) - batch; left; --left) {
    memory.fill(out, 0, plane);
    for (let i: u32 = 0; i < count; ++i, updates += bytes) {
      const row = load<u32>(indices + ((<usize>i) << 2));
      if (row >= rows) continue;
      if (replace) copyBytes(out + <usize>row * bytes, updates, bytes);
      else addRow<T>(out + <usize>row * bytes, updates, bytes);
    }
    out += plane;
    indices += indexStep;
  }
}

function addRow<T>(dst: usize, src: usize, bytes: usize): void {
  const end = dst + bytes;
  for (; dst + 16 <= end; dst += 16, src += 16) v128.store(dst, v128.add<T>(v128.load(dst), v128.load(src)));
  for (; dst < end; dst += sizeof<T>(), src += sizeof<T>()) store<T>(dst, load<T>(dst) + load<T>(src));
}
