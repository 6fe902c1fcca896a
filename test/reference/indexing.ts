/** GATHER, SCATTER_ADD and ARGSORT. */
import { type DType, type TypedArray, viewBuffer } from "../../src/base/dtypes.ts";

type Arrays = readonly TypedArray[];

/** `out[b, i] = x[b, indices[b, i]]`, rows of `width` elements; the bits `low`, `high` outside of the rows. */
export function gather(dtype: DType, [x, indices]: Arrays, [out]: Arrays, args: readonly number[]): void {
  const [batch, rows, count, width, indexStep, low, high] = args;
  const fill = viewBuffer(dtype, Int32Array.of(low, high).buffer, 0, 1)[0];
  for (let b = 0; b < batch; ++b) {
    for (let i = 0; i < count; ++i) {
      const row = indices[b * indexStep + i];
      const isInside = row >= 0 && row < rows;
      for (let w = 0; w < width; ++w) {
        out[(b * count + i) * width + w] = isInside ? x[(b * rows + row) * width + w] : fill;
      }
    }
  }
}

/** Zeros, and `out[b, indices[b, i]] += updates[b, i]`, or `=` if `replace`. */
export function scatterAdd(_: DType, [updates, indices]: Arrays, [out]: Arrays, args: readonly number[]): void {
  const [batch, rows, count, width, indexStep, replace] = args;
  const sums = new Float64Array(batch * rows * width);
  for (let b = 0; b < batch; ++b) {
    for (let i = 0; i < count; ++i) {
      const row = indices[b * indexStep + i];
      if (row < 0 || row >= rows) continue;
      for (let w = 0; w < width; ++w) {
        const place = (b * rows + row) * width + w;
        const value = updates[(b * count + i) * width + w];
        sums[place] = replace ? value : sums[place] + value;
      }
    }
  }
  // What is too large for an integer wraps around here.
  out.set(sums);
}

/** Each row in ascending order, and the places that its elements come from. */
export function argsort(_: DType, [x]: Arrays, [values, places]: Arrays, [rows, width]: readonly number[]): void {
  for (let row = 0; row < rows; ++row) {
    const data = x.subarray(row * width, (row + 1) * width);
    const order = Array.from(data.keys()).sort((i, j) => ascending(data[i], data[j]));
    places.set(order, row * width);
    values.set(
      order.map((i) => data[i]),
      row * width,
    );
  }
}

/** NaN last, the zeros equal; sorting is stable. */
function ascending(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return Number(x > y) - Number(x < y);
}
