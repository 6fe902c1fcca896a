/** Arrays that are read through windows, with the windows written out. */
import { range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { Window } from "../../ir/primitive.ts";
import { expandDims } from "../shape.ts";
import { concatenate, pad, sliceInDim } from "../slice.ts";
import type { Labelled } from "./labels.ts";
import { windowPadding } from "./windows.ts";

/** An array whose axes carry labels; windows make some axes depend on two labels, as in `contract.ts`. */
export interface WindowedOperand extends Labelled {
  readonly windows: readonly Window[];
}

/** The array with zeros around and between the elements of an axis, so that the window stays inside. */
function padded(array: NDArray, axis: number, window: Window, sizes: readonly number[]): NDArray {
  const { low, high, interior } = windowPadding(window, array.shape[axis]!, sizes);
  const around = [low, high, interior] as const;
  const paddingConfig = array.shape.map((_, i) => (i === axis ? around : ([0, 0, 0] as const)));
  return pad(array, 0, { paddingConfig });
}

/**
 * The operand with two axes in the place of each that a window slides over: what the window's shorter axis meets, element
 * by element, one beside the other. (The patches of a convolution.)
 */
export function unfold({ array, labels, windows }: WindowedOperand, sizes: readonly number[]): WindowedOperand {
  let unfolded = array;
  const all: number[] = [];
  for (const label of labels) {
    const axis = all.length;
    const window = windows.find((w) => w.input === label);
    if (!window) {
      all.push(label);
      continue;
    }
    const { first, second } = window;
    const [long, short] = sizes[first.label]! < sizes[second.label]! ? [second, first] : [first, second];
    const whole = padded(unfolded, axis, window, sizes);
    const reach = (sizes[long.label]! - 1) * long.step + 1;
    const pieces = range(sizes[short.label]!).map((i) => {
      const start = i * short.step;
      return expandDims(sliceInDim(whole, start, start + reach, axis, long.step), { axes: [axis + 1] });
    });
    unfolded = concatenate(pieces, { dimension: axis + 1 });
    all.push(long.label, short.label);
  }
  return { array: unfolded, labels: all, windows: [] };
}
