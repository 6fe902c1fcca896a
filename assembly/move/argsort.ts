/**
 * ARGSORT: each row sorted in ascending order, with the places that its elements come from.
 *
 * A stable merge sort of the places, from pairs upwards. NaN is the largest value, and the two zeros
 * are equal. The buffer of the sorted values holds every other generation until the values are known.
 */
import { copyBytes } from "./gather";
import { DType } from "../opcodes";
import { sliceEnd, sliceStart } from "../threads";

/** `[ARGSORT, len, dtype, operand, values, places, rows, width]` */
export function argsort(list: usize): void {
  const dtype = load<u32>(list, 8);
  if (dtype == DType.FLOAT32) sortRows<f32>(list);
  else if (dtype == DType.FLOAT64) sortRows<f64>(list);
  else if (dtype == DType.INT32) sortRows<i32>(list);
  else sortRows<u32>(list);
}

function sortRows<T>(list: usize): void {
  const row = sliceStart(load<u32>(list, 24), 1);
  const width = load<u32>(list, 28);
  const bytes = <usize>width * sizeof<T>();
  let operand = <usize>load<u32>(list, 12) + <usize>row * bytes;
  let values = <usize>load<u32>(list, 16) + <usize>row * bytes;
  let places = <usize>load<u32>(list, 20) + ((<usize>(row * width)) << 2);
  for (let left = sliceEnd(load<u32>(list, 24), 1) - row; left; --left) {
    sortRow<T>(operand, values, places, width);
    operand += bytes;
    values += bytes;
    places += (<usize>width) << 2;
  }
}

@inline
function place(list: usize, i: u32): u32 {
  return load<u32>(list + ((<usize>i) << 2));
}

@inline
function valueAt<T>(operand: usize, index: u32): T {
  return load<T>(operand + <usize>index * sizeof<T>());
}

function sortRow<T>(operand: usize, values: usize, places: usize, width: u32): void {
  for (let i: u32 = 0; i < width; ++i) store<u32>(places + ((<usize>i) << 2), i);
  let from = places;
  let to = values;
  for (let run: u32 = 1; run < width; run <<= 1) {
    for (let start: u32 = 0; start < width; start += 2 * run) {
      const middle = min(start + run, width);
      merge<T>(operand, from, to, start, middle, min(middle + run, width));
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  if (from != places) copyBytes(places, from, (<usize>width) << 2);
  for (let i: u32 = 0; i < width; ++i) {
    store<T>(values + <usize>i * sizeof<T>(), valueAt<T>(operand, place(places, i)));
  }
}

/** Merges the runs [start, middle) and [middle, end) of places. */
function merge<T>(operand: usize, from: usize, to: usize, start: u32, middle: u32, end: u32): void {
  let left = start;
  let right = middle;
  for (let i = start; i < end; ++i) {
    let takesRight = left == middle;
    if (!takesRight && right < end) {
      const a = valueAt<T>(operand, place(from, left));
      const b = valueAt<T>(operand, place(from, right));
      takesRight = b < a;
      if (isFloat<T>() && a != a && b == b) takesRight = true;
    }
    store<u32>(to + ((<usize>i) << 2), place(from, takesRight ? right++ : left++));
  }
}
