// What the models have in common: parameters drawn layer by layer, and layers as plain functions.

import { lax, type NDArray, nn, numpy as np, random } from "cotangent";

export type DType = "float32" | "float64";

export interface Weights {
  readonly w: NDArray;
  readonly b: NDArray;
}

export interface Norm {
  readonly scale: NDArray;
  readonly offset: NDArray;
}

/** Draws the parameters of one layer after the other, each from a key of its own. */
export class Initializer {
  #drawn = 0;
  constructor(
    readonly key: NDArray,
    readonly dtype: DType = "float32",
  ) {}

  /** Normal with variance `gain / fanIn`. */
  normal(shape: readonly number[], fanIn: number, gain = 1): NDArray {
    const key = random.foldIn(this.key, this.#drawn++);
    return random.normal(key, shape, { dtype: this.dtype }).mul(Math.sqrt(gain / fanIn));
  }

  dense(inputs: number, outputs: number, gain = 1): Weights {
    return { w: this.normal([inputs, outputs], inputs, gain), b: np.zeros([outputs], { dtype: this.dtype }) };
  }

  /** A filter of shape (height, width, inputs / groups, outputs). */
  conv(size: number, inputs: number, outputs: number, groups = 1): NDArray {
    return this.normal([size, size, inputs / groups, outputs], (size * size * inputs) / groups, 2);
  }

  norm(channels: number): Norm {
    return { scale: np.ones([channels], { dtype: this.dtype }), offset: np.zeros([channels], { dtype: this.dtype }) };
  }
}

export const dense = ({ w, b }: Weights, x: NDArray): NDArray => np.matmul(x, w).add(b);

/** A convolution of images (batch, height, width, channels). */
export function conv(w: NDArray, x: NDArray, { stride = 1, groups = 1 } = {}): NDArray {
  return lax.convGeneralDilated(x, w, {
    windowStrides: [stride, stride],
    padding: "SAME",
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
    featureGroupCount: groups,
  });
}

export const layerNorm = ({ scale, offset }: Norm, x: NDArray): NDArray =>
  nn.standardize(x, { axis: -1, epsilon: 1e-5 }).mul(scale).add(offset);
