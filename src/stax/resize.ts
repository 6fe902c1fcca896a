/** Interpolation of images. */

import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { frozen } from "../base/plain.ts";
import { range } from "../base/shapes.ts";
import { hostArray, type NDArray } from "../ir/ndarray.ts";
import { takeAlong } from "../lax/gather.ts";
import { dotGeneral } from "../lax/index.ts";
import { moveAxis } from "../lax/shape.ts";
import { array } from "../numpy/array.ts";
import type { AxisOptions } from "./constant.ts";
import { makeLayer, showShape } from "./layer.ts";
import type { InputShape, Layer } from "./types.ts";

const lanczos = (radius: number) => (x: number) => {
  const y = Math.PI * x;
  return x > radius ? 0 : x > 1e-3 ? (radius * Math.sin(y) * Math.sin(y / radius)) / (y * y) : 1;
};

/** The weight of an element at a distance. */
const FILTERS: Readonly<Record<string, (distance: number) => number>> = {
  linear: (x) => Math.max(0, 1 - x),
  cubic: (x) => (x >= 2 ? 0 : x >= 1 ? ((2.5 - 0.5 * x) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1),
  lanczos3: /* @__PURE__ */ lanczos(3),
  lanczos5: /* @__PURE__ */ lanczos(5),
};

/** The matrix (from, to) whose columns make each new element of the old ones. */
function weights(
  x: NDArray,
  from: number,
  to: number,
  filter: (distance: number) => number,
  antialias: boolean,
): NDArray {
  const step = from / to;
  const width = antialias ? Math.max(step, 1) : 1;
  const matrix = new Float64Array(from * to);
  for (let j = 0; j < to; j++) {
    const column = range(from).map((i) => filter(Math.abs((j + 0.5) * step - 0.5 - i) / width));
    const total = column.reduce((a, b) => a + b);
    column.forEach((w, i) => {
      matrix[i * to + j] = w / total;
    });
  }
  return array(matrix, { shape: [from, to], dtype: x.dtype === "float64" ? "float64" : "float32" });
}

function resizeAxis(
  x: NDArray,
  axis: number,
  to: number,
  filter: ((distance: number) => number) | undefined,
  antialias: boolean,
): NDArray {
  const from = entry(x.shape, axis);
  if (from === to) return x;
  if (filter) {
    const product = dotGeneral(x, weights(x, from, to, filter, antialias), { contractingDims: [[axis], [0]] });
    return moveAxis(product, x.ndim - 1, axis);
  }
  // In float32, as JAX rounds.
  const places = Int32Array.from(range(to), (i) => Math.fround(Math.fround((i + 0.5) * from) / to));
  return takeAlong(x, hostArray(places, [to], "int32"), axis);
}

/** How `stax.ImageResize` interpolates. */
export type ResizeMethod =
  | "nearest"
  | "linear"
  | "bilinear"
  | "trilinear"
  | "triangle"
  | "cubic"
  | "bicubic"
  | "tricubic"
  | "lanczos3"
  | "lanczos5";

/** Options of `stax.ImageResize`. */
export interface ImageResizeOptions extends AxisOptions {
  /** Whether shrinking widens the filter, so that every element counts. `true` by default. */
  readonly antialias?: boolean;
}

/**
 * Resizes the axes to `shape`, whose -1 leave an axis as it is. Source: `neural_tangents.stax.ImageResize`, that is
 * `jax.image.resize`. `batchAxis` and `channelAxis` change nothing.
 * @throws ShapeError when the inputs have another number of axes.
 * @example stax.ImageResize([-1, 16, 16, -1], "bilinear")
 */
export function ImageResize(
  shape: readonly number[],
  method: ResizeMethod,
  ...args: [antialias?: boolean, batchAxis?: number, channelAxis?: number] | [options: ImageResizeOptions]
): Layer {
  const fn = "stax.ImageResize";
  const { antialias = true } = namedArguments<ImageResizeOptions>(fn, ["antialias", "batchAxis", "channelAxis"], args);
  const sizes = frozen(shape);
  if (!Array.isArray(sizes) || !sizes.every((n) => Number.isInteger(n) && (n > 0 || n === -1))) {
    throw new TypeError(`${fn}: shape must be a list of positive sizes and -1, got ${describe(shape)}.`);
  }
  const given: unknown = method;
  const name =
    typeof given === "string" ? given.replace(/^(bi|tri)(?=linear|cubic)/, "").replace("triangle", "linear") : "";
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (!filter && name !== "nearest") {
    throw new TypeError(
      `${fn}: method must be "nearest", "${Object.keys(FILTERS).join('", "')}", got ${describe(method)}.`,
    );
  }
  const outputShape = (given: InputShape): InputShape => {
    if (given.length === sizes.length) return given.map((n, i) => (sizes[i] === -1 ? n : sizes[i]));
    throw new ShapeError(`${fn}: inputs ${showShape(given)} must have as many axes as shape ${formatShape(sizes)}.`);
  };
  return makeLayer({
    fn,
    outputShape,
    apply: (_, x) =>
      (outputShape(x.shape) as number[]).reduce((y, n, axis) => resizeAxis(y, axis, n, filter, antialias), x),
  });
}
