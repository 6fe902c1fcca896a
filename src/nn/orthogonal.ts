/** Initializers of orthogonal matrices. */

import { checkOptions, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, removed, type Shape, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { full } from "../lax/create.ts";
import { mul, pad, reshape } from "../lax/index.ts";
import { moveAxis } from "../lax/shape.ts";
import type { FloatDType } from "../random/bits.ts";
import * as matrices from "../random/multivariate.ts";
import { checkNumber, type Init, type Initializer, initializer } from "./initializer.ts";

/** Options of `nn.initializers.orthogonal` and `deltaOrthogonal`. */
export interface OrthogonalInitializerOptions {
  /** The axis that has the columns; the last by default. */
  readonly columnAxis?: number;
  /** `"float32"` by default. */
  readonly dtype?: FloatDType;
}

/** Orthogonal matrices times `scale`. */
const drawn =
  (scale: number, columnAxis: number): Init =>
  (key, shape, dtype, fn) => {
    if (shape.length < 2) {
      throw new ShapeError(`${fn}: parameters of shape ${formatShape(shape)} are no matrix; give at least two axes.`);
    }
    const axis = canonicalAxis(fn, columnAxis, shape.length, "columnAxis");
    if (sizeOf(shape) === 0) return full(shape, 0, dtype);
    const columns = entry(shape, axis);
    const matrix = matrices.orthogonal(key, sizeOf(shape) / columns, { dtype, m: columns });
    const separate = reshape(matrix, { newSizes: [...removed(shape, axis), columns] });
    return mul(moveAxis(separate, shape.length - 1, axis), scale);
  };

/** A builder of initializers by `init` from a scale and options. */
const orthogonalBy =
  (name: string, init: (scale: number, columnAxis: number) => Init) =>
  (scale = 1, options?: OrthogonalInitializerOptions, ...rest: never[]): Initializer => {
    const fn = `nn.initializers.${name}`;
    noMore(fn, rest);
    checkNumber(name, "scale", scale);
    const { columnAxis = -1, dtype = "float32" } = checkOptions(fn, options, ["columnAxis", "dtype"]);
    return initializer(name, dtype, init(scale, columnAxis));
  };

/**
 * Uniformly distributed orthogonal matrices times `scale`, whose rows are all axes but one; the shorter of rows and columns
 * are orthonormal. Source: `jax.nn.initializers.orthogonal`.
 * @throws ShapeError when the parameters have fewer than two axes.
 * @example nn.initializers.orthogonal()(random.key(0), [3, 2]) // shape [3, 2]
 */
export const orthogonal = /* @__PURE__ */ orthogonalBy("orthogonal", drawn);

/** Zeros around a matrix, which is put into the middle of the windows' axes. */
function inMiddle(matrix: NDArray, shape: Shape): NDArray {
  const windows = shape.slice(0, -2);
  const alone = reshape(matrix, { newSizes: [...windows.map(() => 1), ...matrix.shape] });
  const around = windows.map((n): [number, number, number] => {
    const before = Math.floor((n - 1) / 2);
    return [before, n - 1 - before, 0];
  });
  return pad(alone, 0, { paddingConfig: [...around, [0, 0, 0], [0, 0, 0]] });
}

/**
 * Kernels of convolutions, (...window, inputs, outputs), that are an orthogonal matrix times `scale` in the middle of the
 * window and 0 elsewhere. Source: `jax.nn.initializers.delta_orthogonal`.
 * @throws ShapeError when there aren't one to three axes of a window, or fewer outputs than inputs.
 * @example nn.initializers.deltaOrthogonal()(random.key(0), [3, 3, 2, 4]) // shape [3, 3, 2, 4]
 */
export const deltaOrthogonal = /* @__PURE__ */ orthogonalBy(
  "deltaOrthogonal",
  (scale, columnAxis) => (key, shape, dtype, fn) => {
    const [inputs, outputs] = shape.slice(-2);
    if (shape.length < 3 || shape.length > 5 || (outputs as number) < (inputs as number)) {
      throw new ShapeError(
        `${fn}: needs three to five axes, the last two of no fewer outputs than inputs, got ${formatShape(shape)}.`,
      );
    }
    if (sizeOf(shape) === 0) return full(shape, 0, dtype);
    return inMiddle(drawn(scale, columnAxis)(key, shape.slice(-2), dtype, fn), shape);
  },
);
