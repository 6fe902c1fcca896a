/** What convolutions and pooling have in common: windows that slide over spatial axes. */

import { describe, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { frozen } from "../base/plain.ts";
import { checkIntegers, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { concatenate, pad, reduceSum, reshape, sliceInDim } from "../lax/index.ts";
import { resolvePadding } from "../lax/products/conv.ts";
import { showShape } from "./layer.ts";
import type { InputShape } from "./types.ts";

/** Zeros around the image, none, or the image continued as a torus. */
export type Padding = "SAME" | "VALID" | "CIRCULAR";

export function checkPadding(fn: string, padding: unknown): Padding {
  if (padding === "SAME" || padding === "VALID" || padding === "CIRCULAR") return padding;
  throw new TypeError(`${fn}: padding must be "SAME", "VALID" or "CIRCULAR", got ${describe(padding)}.`);
}

/** A list of `count` positive integers; `null` stands for ones. */
export function checkWindow(fn: string, name: string, sizes: unknown, count: number): readonly number[] {
  if (sizes === null || sizes === undefined) return new Array<number>(count).fill(1);
  checkIntegers(fn, name, sizes, 1, count);
  return frozen(sizes);
}

/** The layer's geometry: which axes its windows slide over, and how. */
export interface Windows {
  readonly spatialAxes: readonly number[];
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
}

/** The sizes of the spatial axes after the layer. */
export function windowedSizes(fn: string, sizes: readonly number[], windows: Windows, shape: InputShape): number[] {
  return sizes.map((n, i) => {
    const [window, stride] = [entry(windows.window, i), entry(windows.strides, i)];
    if (windows.padding !== "VALID") return Math.ceil(n / stride);
    if (window <= n) return Math.floor((n - window) / stride) + 1;
    throw new ShapeError(
      `${fn}: a window of size ${window} does not fit axis ${windows.spatialAxes[i]} of inputs ${showShape(shape)} ` +
        'with padding "VALID".',
    );
  });
}

/** One axis continued periodically by `low` elements before and `high` after. */
function wrapAxis(x: NDArray, axis: number, low: number, high: number): NDArray {
  const n = entry(x.shape, axis);
  const pieces: NDArray[] = [];
  for (let at = -low; at < n + high; ) {
    const start = ((at % n) + n) % n;
    const limit = Math.min(n, start + n + high - at);
    pieces.push(sliceInDim(x, start, limit, axis));
    at += limit - start;
  }
  return concatenate(pieces, { dimension: axis });
}

/** The inputs padded as a torus, such that without padding the windows give the sizes of `"SAME"`. */
export function wrapPad(fn: string, x: NDArray, { spatialAxes, window, strides }: Windows): NDArray {
  const sizes = spatialAxes.map((axis) => entry(x.shape, axis));
  const pads = resolvePadding(fn, "SAME", sizes, window, strides);
  return range(spatialAxes.length).reduce((padded, i) => {
    const [low, high] = entry(pads, i);
    return low + high === 0 ? padded : wrapAxis(padded, entry(spatialAxes, i), low, high);
  }, x);
}

/** An axis cut to `size` around its middle, with what is cut off added where a torus of that size has it. */
export function unwrapAxis(x: NDArray, axis: number, size: number): NDArray {
  const n = entry(x.shape, axis);
  const before = (size - (Math.floor((n - size) / 2) % size)) % size;
  const turns = Math.ceil((before + n) / size);
  const padded = pad(x, 0, {
    paddingConfig: x.shape.map((_, i) => (i === axis ? [before, turns * size - before - n, 0] : [0, 0, 0])),
  });
  const newSizes = x.shape.flatMap((m, i) => (i === axis ? [turns, size] : [m]));
  return reduceSum(reshape(padded, { newSizes }), { axes: axis });
}
