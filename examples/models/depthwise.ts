// Depthwise separable convolutions (https://arxiv.org/abs/1704.04861), and grouped ones with shuffled channels.

import { type NDArray, nn, numpy as np } from "cotangent";
import { conv, type DType, dense, Initializer, type Weights } from "./layers.ts";

export interface DepthwiseOptions {
  readonly channels?: number;
  /** Channels of each block; every second block halves the image. */
  readonly widths?: readonly number[];
  /** Groups of the pointwise convolutions. */
  readonly groups?: number;
  readonly classes?: number;
  readonly dtype?: DType;
}

interface Block {
  /** (3, 3, 1, channels): one filter for each channel. */
  readonly depthwise: NDArray;
  /** (1, 1, channels / groups, width). */
  readonly pointwise: NDArray;
  readonly bias: NDArray;
}

export interface DepthwiseParams {
  readonly stem: NDArray;
  readonly blocks: readonly Block[];
  readonly head: Weights;
}

export function init(key: NDArray, options: DepthwiseOptions = {}): DepthwiseParams {
  const { channels = 3, widths = [32, 64, 64], groups = 2, classes = 10, dtype = "float32" } = options;
  const draw = new Initializer(key, dtype);
  const [first = 1] = widths;
  const stem = draw.conv(3, channels, first);
  const blocks = widths.map((width, i): Block => {
    const inputs = widths[i - 1] ?? first;
    return {
      depthwise: draw.conv(3, inputs, inputs, inputs),
      pointwise: draw.conv(1, inputs, width, groups),
      bias: np.zeros([width], { dtype }),
    };
  });
  return { stem, blocks, head: draw.dense(widths.at(-1) ?? first, classes) };
}

/** The channels of all groups in turn, so that the next block's groups see each of them. */
function shuffle(x: NDArray, groups: number): NDArray {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const split = np.reshape(x, [batch, height, width, groups, channels / groups]);
  return np.reshape(np.swapaxes(split, 3, 4), [batch, height, width, channels]);
}

/** The logits of images (batch, height, width, channels). */
export function apply({ stem, blocks, head }: DepthwiseParams, x: NDArray): NDArray {
  const h = blocks.reduce(
    (h, { depthwise, pointwise, bias }, i) => {
      const channels = h.shape[3] as number;
      const groups = channels / (pointwise.shape[2] as number);
      const spatial = conv(depthwise, h, { stride: 1 + (i % 2), groups: channels });
      return shuffle(nn.silu(conv(pointwise, spatial, { groups }).add(bias)), groups);
    },
    nn.silu(conv(stem, x)),
  );
  return dense(head, np.mean(h, { axis: [1, 2] }));
}
