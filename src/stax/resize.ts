/** Interpolation of images. */

import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { frozen } from "../base/plain.ts";
import { filterNamed, type ResizeMethod, resized } from "../numpy/image.ts";
import type { AxisOptions } from "./constant.ts";
import { makeLayer, showShape } from "./layer.ts";
import type { InputShape, Layer } from "./types.ts";

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
  const filter = filterNamed(fn, method);
  const outputShape = (given: InputShape): InputShape => {
    if (given.length === sizes.length) return given.map((n, i) => (sizes[i] === -1 ? n : sizes[i]));
    throw new ShapeError(`${fn}: inputs ${showShape(given)} must have as many axes as shape ${formatShape(sizes)}.`);
  };
  return makeLayer({
    fn,
    outputShape,
    apply: (_, x) => resized(x, outputShape(x.shape) as number[], filter, antialias),
  });
}
