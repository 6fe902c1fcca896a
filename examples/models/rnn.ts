// A gated recurrent network (minimal GRU) over lax.scan: the same weights at every step.

import { lax, type NDArray, nn, numpy as np } from "cotangent";
import { type DType, dense, Initializer, type Weights } from "./layers.ts";

export interface RnnOptions {
  readonly features?: number;
  readonly width?: number;
  readonly classes?: number;
  readonly dtype?: DType;
}

export interface RnnParams {
  readonly gate: Weights;
  readonly candidate: Weights;
  readonly head: Weights;
}

export function init(key: NDArray, options: RnnOptions = {}): RnnParams {
  const { features = 8, width = 32, classes = 10, dtype = "float32" } = options;
  const draw = new Initializer(key, dtype);
  return {
    gate: draw.dense(features + width, width),
    candidate: draw.dense(features + width, width),
    head: draw.dense(width, classes),
  };
}

/** The logits after the last step of sequences (batch, time, features). */
export function apply({ gate, candidate, head }: RnnParams, x: NDArray): NDArray {
  const step = (h: NDArray, input: NDArray): [NDArray, null] => {
    const open = nn.sigmoid(dense(gate, np.concatenate([input, h], { axis: -1 })));
    const next = np.tanh(dense(candidate, np.concatenate([input, open.mul(h)], { axis: -1 })));
    return [h.add(open.mul(next.sub(h))), null];
  };
  const start = np.zeros([x.shape[0] as number, gate.b.size], { dtype: gate.b.dtype });
  const [last] = lax.scan(step, start, np.swapaxes(x, 0, 1));
  return dense(head, last);
}
