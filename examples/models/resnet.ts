// ResNet18 with batch normalization: https://arxiv.org/abs/1512.03385.

import { type NDArray, nn, numpy as np } from "cotangent";
import { conv, type DType, dense, Initializer, type Norm, type Weights } from "./layers.ts";

export interface ResNetOptions {
  /** Channels of the first stage; they double from stage to stage. */
  readonly width?: number;
  /** Residual blocks of each stage: ResNet18 by default. */
  readonly blocks?: readonly number[];
  readonly channels?: number;
  readonly classes?: number;
  readonly dtype?: DType;
}

interface Block {
  readonly conv1: NDArray;
  readonly norm1: Norm;
  readonly conv2: NDArray;
  readonly norm2: Norm;
  /** Where the number of channels or the size changes. */
  readonly projection: { readonly conv: NDArray; readonly norm: Norm } | null;
}

export interface ResNetParams {
  readonly stem: { readonly conv: NDArray; readonly norm: Norm };
  readonly stages: readonly (readonly Block[])[];
  readonly head: Weights;
}

/** The running statistics of one batch normalization. */
export interface Statistics {
  readonly mean: NDArray;
  readonly variance: NDArray;
}

/** The statistics of all layers, in the order in which the network meets them. */
export type ResNetState = readonly Statistics[];

const stride = (stage: number, block: number): number => (stage > 0 && block === 0 ? 2 : 1);

export function init(key: NDArray, options: ResNetOptions = {}): { params: ResNetParams; state: ResNetState } {
  const { width = 64, blocks = [2, 2, 2, 2], channels = 3, classes = 1000, dtype = "float32" } = options;
  const draw = new Initializer(key, dtype);
  const state: Statistics[] = [];
  const norm = (size: number): Norm => {
    state.push({ mean: np.zeros([size], { dtype }), variance: np.ones([size], { dtype }) });
    return draw.norm(size);
  };
  const stem = { conv: draw.conv(7, channels, width), norm: norm(width) };
  let now = width;
  const stages = blocks.map((count, stage) =>
    Array.from({ length: count }, (_, block): Block => {
      const [inputs, outputs] = [now, width * 2 ** stage];
      now = outputs;
      const changes = inputs !== outputs || stride(stage, block) !== 1;
      return {
        conv1: draw.conv(3, inputs, outputs),
        norm1: norm(outputs),
        conv2: draw.conv(3, outputs, outputs),
        norm2: norm(outputs),
        projection: changes ? { conv: draw.conv(1, inputs, outputs), norm: norm(outputs) } : null,
      };
    }),
  );
  return { params: { stem, stages, head: draw.dense(now, classes) }, state };
}

export interface ResNetMode {
  readonly state: ResNetState;
  /** Whether batches are normalized by their own statistics, which then move the running ones. */
  readonly train?: boolean;
}

const MOMENTUM = 0.9;
const EPSILON = 1e-5;

/** The logits of images (batch, height, width, channels), and the statistics afterwards. */
export function apply(
  { stem, stages, head }: ResNetParams,
  x: NDArray,
  { state, train = false }: ResNetMode,
): [logits: NDArray, state: ResNetState] {
  const after: Statistics[] = [];
  const normalize = ({ scale, offset }: Norm, h: NDArray): NDArray => {
    const running = state[after.length]!;
    const own = { mean: np.mean(h, { axis: [0, 1, 2] }), variance: np.var(h, { axis: [0, 1, 2] }) };
    const moved = (old: NDArray, now: NDArray): NDArray => old.mul(MOMENTUM).add(now.mul(1 - MOMENTUM));
    after.push(
      train ? { mean: moved(running.mean, own.mean), variance: moved(running.variance, own.variance) } : running,
    );
    const { mean, variance } = train ? own : running;
    return h
      .sub(mean)
      .mul(scale.div(np.sqrt(variance.add(EPSILON))))
      .add(offset);
  };
  let h = nn.relu(normalize(stem.norm, conv(stem.conv, x, { stride: 2 })));
  h = nn.maxPool(h, [3, 3], { strides: [2, 2], padding: "SAME" });
  stages.forEach((blocks, stage) => {
    blocks.forEach(({ conv1, norm1, conv2, norm2, projection }, block) => {
      const step = { stride: stride(stage, block) };
      const inner = nn.relu(normalize(norm1, conv(conv1, h, step)));
      const residual = normalize(norm2, conv(conv2, inner));
      const shortcut = projection ? normalize(projection.norm, conv(projection.conv, h, step)) : h;
      h = nn.relu(residual.add(shortcut));
    });
  });
  return [dense(head, np.mean(h, { axis: [1, 2] })), after];
}
