// MLP-Mixer: https://arxiv.org/abs/2105.01601.

import { type NDArray, nn, numpy as np } from "cotangent";
import { conv, type DType, dense, Initializer, layerNorm, type Norm, type Weights } from "./layers.ts";

export interface MixerOptions {
  readonly imageSize?: number;
  readonly patchSize?: number;
  readonly channels?: number;
  readonly width?: number;
  readonly tokensWidth?: number;
  readonly channelsWidth?: number;
  readonly depth?: number;
  readonly classes?: number;
  readonly dtype?: DType;
}

interface Mlp {
  readonly hidden: Weights;
  readonly output: Weights;
}

interface Block {
  readonly norm1: Norm;
  readonly tokens: Mlp;
  readonly norm2: Norm;
  readonly channels: Mlp;
}

export interface MixerParams {
  readonly patches: { readonly w: NDArray; readonly b: NDArray };
  readonly blocks: readonly Block[];
  readonly norm: Norm;
  readonly head: Weights;
}

export function init(key: NDArray, options: MixerOptions = {}): MixerParams {
  const { imageSize = 32, patchSize = 4, channels = 3, width = 64, depth = 4, classes = 10 } = options;
  const { tokensWidth = width / 2, channelsWidth = 4 * width, dtype = "float32" } = options;
  const draw = new Initializer(key, dtype);
  const tokens = (imageSize / patchSize) ** 2;
  const mlp = (size: number, hidden: number): Mlp => ({
    hidden: draw.dense(size, hidden),
    output: draw.dense(hidden, size),
  });
  return {
    patches: { w: draw.conv(patchSize, channels, width), b: np.zeros([width], { dtype }) },
    blocks: Array.from({ length: depth }, () => ({
      norm1: draw.norm(width),
      tokens: mlp(tokens, tokensWidth),
      norm2: draw.norm(width),
      channels: mlp(width, channelsWidth),
    })),
    norm: draw.norm(width),
    head: draw.dense(width, classes),
  };
}

const mix = ({ hidden, output }: Mlp, x: NDArray): NDArray => dense(output, nn.gelu(dense(hidden, x)));

/** The logits of images (batch, height, width, channels). */
export function apply({ patches, blocks, norm, head }: MixerParams, x: NDArray): NDArray {
  const grid = conv(patches.w, x, { stride: patches.w.shape[0] as number }).add(patches.b);
  const embedded = np.reshape(grid, [x.shape[0] as number, -1, patches.b.size]);
  const mixed = blocks.reduce((h, { norm1, tokens, norm2, channels }) => {
    const across = np.swapaxes(mix(tokens, np.swapaxes(layerNorm(norm1, h), 1, 2)), 1, 2);
    const between = h.add(across);
    return between.add(mix(channels, layerNorm(norm2, between)));
  }, embedded);
  return dense(head, np.mean(layerNorm(norm, mixed), { axis: 1 }));
}
