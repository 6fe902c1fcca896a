/** `image`: interpolation of images, under `jax.image`'s name. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { itemSize } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { checkRoom, checkShape, range, type Shape } from "../base/shapes.ts";
import { hostArray, type NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { takeAlong } from "../lax/gather.ts";
import { dotGeneral } from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { moveAxis } from "../lax/shape.ts";
import { array } from "./array.ts";

/** How `image.resize` and `stax.ImageResize` interpolate. */
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

/** The weight of an element at a distance. */
type Filter = (distance: number) => number;

const lanczos = (radius: number) => (x: number) => {
  const y = Math.PI * x;
  return x > radius ? 0 : x > 1e-3 ? (radius * Math.sin(y) * Math.sin(y / radius)) / (y * y) : 1;
};

const FILTERS: Readonly<Record<string, Filter>> = {
  linear: (x) => Math.max(0, 1 - x),
  cubic: (x) => (x >= 2 ? 0 : x >= 1 ? ((2.5 - 0.5 * x) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1),
  lanczos3: /* @__PURE__ */ lanczos(3),
  lanczos5: /* @__PURE__ */ lanczos(5),
};

/** The matrix (from, to) whose columns make each new element of the old ones. */
function weights(x: NDArray, from: number, to: number, filter: Filter, antialias: boolean): NDArray {
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

function resizeAxis(x: NDArray, axis: number, to: number, filter: Filter | null, antialias: boolean): NDArray {
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

/** The filter of a method; `null` for the nearest element. */
export function filterNamed(fn: string, method: unknown): Filter | null {
  if (method === "nearest") return null;
  const name =
    typeof method === "string" ? method.replace(/^(bi|tri)(?=linear|cubic)/, "").replace("triangle", "linear") : "";
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (filter) return filter;
  throw new TypeError(
    `${fn}: method must be "nearest", "${Object.keys(FILTERS).join('", "')}", got ${describe(method)}.`,
  );
}

/** The array with its axes resized, one after another. */
export const resized = (x: NDArray, shape: Shape, filter: Filter | null, antialias: boolean): NDArray =>
  shape.reduce((y, n, axis) => resizeAxis(y, axis, n, filter, antialias), x);

/** Options of `image.resize`. */
export interface ResizeOptions {
  /** Whether shrinking widens the filter, so that every element counts. `true` by default. */
  readonly antialias?: boolean;
}

/**
 * The image with its axes, whatever they are, resized to `shape` by interpolation; pixels have their centres at halves. As a
 * float, but for `"nearest"`, which keeps the dtype. Source: `jax.image.resize`.
 * @param shape a size for each axis of `image`.
 * @param method `"nearest"`, `"linear"` (`"bilinear"`, `"triangle"`), `"cubic"` (`"bicubic"`; Keys' filter), `"lanczos3"` or
 * `"lanczos5"`.
 * @throws ShapeError when `shape` has another number of axes, or an empty axis would have to grow.
 * @example
 * image.resize(np.array([[0, 2], [4, 6]]), [4, 2], "nearest") // [[0, 2], [0, 2], [4, 6], [4, 6]]
 * image.resize(np.array([0, 2, 4, 6]), [2], "linear", { antialias: false }) // [1, 5]
 */
export function resize(
  image: ArrayLike,
  shape: Shape,
  method: ResizeMethod,
  ...args: Arguments<[antialias: boolean], ResizeOptions>
): NDArray {
  const fn = "image.resize";
  const { antialias = true } = namedArguments<ResizeOptions>(fn, ["antialias"], args);
  checkShape(fn, shape);
  const filter = filterNamed(fn, method);
  const x = filter ? promoteToFloat(fn, [image], ["image"])[0] : asArray(fn, image, "image");
  if (shape.length !== x.ndim || x.shape.some((n, i) => n === 0 && shape[i] !== 0)) {
    throw new ShapeError(
      `${fn}: an image of shape ${formatShape(x.shape)} can't be resized to ${formatShape(shape)}: shape must have as many ` +
        "axes, and an empty one stays empty.",
    );
  }
  checkRoom(fn, shape, itemSize(x.dtype));
  for (const [i, n] of shape.entries()) {
    // The weights of an axis that changes are a matrix of float64.
    if (filter && n !== x.shape[i]) checkRoom(`${fn}: the weights of axis ${i}`, [entry(x.shape, i), n], 8);
  }
  return resized(x, shape, filter, antialias);
}
