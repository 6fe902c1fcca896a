/** What stands around an axis that a window slides over. */
import type { Shape } from "../../base/shapes.ts";
import type { ContractParams, Window } from "../../ir/primitive.ts";

/** The zeros that a window reads around and between the elements of an axis; negative: elements it never reads. */
export interface WindowPadding {
  readonly low: number;
  readonly high: number;
  readonly interior: number;
}

/** What must stand around an axis of `size` elements so that every position of the window lies inside. */
export function windowPadding(window: Window, size: number, sizes: readonly number[]): WindowPadding {
  const { first, second, low, dilation } = window;
  if (sizes[first.label] === 0 || sizes[second.label] === 0) return { low: 0, high: 0, interior: 0 };
  const reach = (sizes[first.label]! - 1) * first.step + (sizes[second.label]! - 1) * second.step + 1;
  const extent = size === 0 ? 0 : (size - 1) * dilation + 1;
  return { low, high: reach - low - extent, interior: dilation - 1 };
}

/** What must stand around every axis of `lhs` for several contractions at once, which differ in where their windows begin. */
export function commonPadding(shape: Shape, all: readonly ContractParams[]): WindowPadding[] {
  const of = ({ lhs, windows, sizes }: ContractParams, axis: number): WindowPadding => {
    const window = windows.find((w) => w.input === lhs[axis]);
    return window ? windowPadding(window, shape[axis]!, sizes) : { low: 0, high: 0, interior: 0 };
  };
  return shape.map((_, axis) =>
    all
      .map((params) => of(params, axis))
      .reduce((a, b) => ({ low: Math.max(a.low, b.low), high: Math.max(a.high, b.high), interior: a.interior })),
  );
}

/** Whether the window stays inside the data, so that nothing has to be padded. */
export const staysInside = ({ low, high, interior }: WindowPadding): boolean => low <= 0 && high <= 0 && interior === 0;
