/** Layers without arithmetic. */

import { namedArguments } from "../base/arguments.ts";
import { describe, noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, removed, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { reshape } from "../lax/index.ts";
import { moveAxis } from "../lax/shape.ts";
import { layerOf, makeLayer, sizeOrUnknown } from "./layer.ts";
import type { InputShape, Layer } from "./types.ts";

/**
 * Gives back its inputs. Source: `neural_tangents.stax.Identity`.
 * @example stax.Identity()[1]([], np.array([3])) // [3]
 */
export function Identity(...rest: never[]): Layer {
  const fn = "stax.Identity";
  noMore(fn, rest);
  return layerOf(
    fn,
    (_, inputShape) => [inputShape, []],
    (_, inputs) => inputs as NDArray,
  );
}

/** Options of `stax.Flatten`. */
export interface FlattenOptions {
  readonly batchAxis?: number;
  /** 0 (the default) or 1. */
  readonly batchAxisOut?: number;
}

/**
 * Makes one axis of all but the batch's. Source: `neural_tangents.stax.Flatten`.
 * Outputs: (batch, features), or (features, batch) with `batchAxisOut: 1`.
 * @example stax.Flatten()[0](random.key(0), [-1, 4, 4, 3])[0] // [-1, 48]
 */
export function Flatten(...args: [batchAxis?: number, batchAxisOut?: number] | [options: FlattenOptions]): Layer {
  const fn = "stax.Flatten";
  const { batchAxis = 0, batchAxisOut = 0 } = namedArguments<FlattenOptions>(fn, ["batchAxis", "batchAxisOut"], args);
  if (![0, 1, -1, -2].includes(batchAxisOut)) {
    throw new TypeError(`${fn}: batchAxisOut must be 0 or 1, got ${describe(batchAxisOut)}.`);
  }
  const batchFirst = batchAxisOut === 0 || batchAxisOut === -2;
  const outputShape = (shape: InputShape): InputShape => {
    const batch = canonicalAxis(fn, batchAxis, shape.length, "batchAxis");
    const sizes = [entry(shape, batch), sizeOrUnknown(removed(shape, batch))];
    return batchFirst ? sizes : sizes.reverse();
  };
  return makeLayer({
    fn,
    outputShape,
    apply: (_, x) => {
      const batch = canonicalAxis(fn, batchAxis, x.ndim, "batchAxis");
      const moved = moveAxis(x, batch, batchFirst ? 0 : x.ndim - 1);
      return reshape(moved, { newSizes: outputShape(x.shape) as Shape });
    },
  });
}
