/** Layers that standardize or drop activations. */

import { namedArguments } from "../base/arguments.ts";
import { describe } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { type Axes, canonicalAxes, range, sizeOf } from "../base/shapes.ts";
import { NDArray } from "../ir/ndarray.ts";
import { add, broadcastInDim, div, mul, reduceSum, rsqrt, select, square, sub } from "../lax/index.ts";
import { bernoulli } from "../random/index.ts";
import { checkKey } from "../random/keys.ts";
import { makeLayer } from "./layer.ts";
import type { Layer } from "./types.ts";

/** The mean over `axes`, repeated along them. */
function spreadMean(x: NDArray, axes: readonly number[]): NDArray {
  const mean = div(reduceSum(x, { axes }), sizeOf(axes.map((axis) => entry(x.shape, axis))));
  const kept = range(x.ndim).filter((i) => !axes.includes(i));
  return broadcastInDim(mean, { shape: x.shape, broadcastDimensions: kept });
}

/** Options of `stax.LayerNorm`. */
export interface LayerNormOptions {
  /** The axes to normalize over, the last by default. */
  readonly axis?: Axes;
  /** Added to the variance. 1e-12 by default. */
  readonly eps?: number;
  readonly batchAxis?: number;
  readonly channelAxis?: number;
}

/**
 * Mean 0 and variance 1 over `axis`. It has no parameters. Source: `neural_tangents.stax.LayerNorm`.
 * @example stax.LayerNorm()[0](random.key(0), [-1, 4])[0] // [-1, 4]
 */
export function LayerNorm(
  ...args: [axis?: Axes, eps?: number, batchAxis?: number, channelAxis?: number] | [options: LayerNormOptions]
): Layer {
  const fn = "stax.LayerNorm";
  const names = ["axis", "eps", "batchAxis", "channelAxis"] as const;
  const { axis = -1, eps = 1e-12 } = namedArguments<LayerNormOptions>(fn, [...names], args);
  return makeLayer({
    fn,
    outputShape: (shape) => shape,
    apply: (_, x) => {
      const axes = canonicalAxes(fn, axis, x.ndim).sort((a, b) => a - b);
      const centered = sub(x, spreadMean(x, axes));
      return mul(centered, rsqrt(add(spreadMean(square(centered), axes), eps)));
    },
  });
}

/** Options of `stax.Dropout`. */
export interface DropoutOptions {
  readonly mode?: "train" | "test";
}

/**
 * In training keeps each activation with probability `rate`, divided by `rate`, and sets the others to 0; in testing
 * changes nothing. Training needs a key: `applyFn(params, x, { rng })`. Source: `neural_tangents.stax.Dropout`.
 * @param rate the probability to keep, above 0 and at most 1.
 * @example stax.Dropout(0.9, "test")[1]([], np.array([3])) // [3]
 */
export function Dropout(rate: number, ...args: [mode?: "train" | "test"] | [options: DropoutOptions]): Layer {
  const fn = "stax.Dropout";
  const { mode = "train" } = namedArguments<DropoutOptions>(fn, ["mode"], args);
  if (mode !== "train" && mode !== "test") {
    throw new TypeError(`${fn}: mode must be "train" or "test", got ${describe(mode)}.`);
  }
  if (typeof rate !== "number" || !(rate > 0 && rate <= 1)) {
    throw new TypeError(`${fn}: rate, the probability to keep, must be above 0 and at most 1, got ${describe(rate)}.`);
  }
  return makeLayer({
    fn,
    outputShape: (shape) => shape,
    apply: (_, x, { rng }) => {
      if (mode === "test") return x;
      if (!(rng instanceof NDArray)) {
        throw new TypeError(
          `${fn}: needs a key in training, applyFn(params, inputs, {rng: random.key(0)}); got ${describe(rng)}.`,
        );
      }
      return select(bernoulli(checkKey(fn, rng), rate, x.shape), div(x, rate), 0);
    },
  });
}
