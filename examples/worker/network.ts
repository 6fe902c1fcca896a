/** The network, a perceptron with tanh, and its kernel functions. */
import { type NDArray, numpy as np, nt, setMemoryLimit } from "cotangent";

/** A layer's weights, (inputs, outputs), and its biases. */
export interface Layer {
  readonly w: NDArray;
  readonly b: NDArray;
}

/** The outputs for each row of `x`; as many layers, and as wide, as the parameters say. */
export function network(params: readonly Layer[], x: NDArray): NDArray {
  return params.reduce((h, { w, b }, i) => (i === 0 ? h : np.tanh(h)).matmul(w).add(b), x);
}

// An isolate has 128 MB for everything. Kernel functions made after this are computed in parts that need no more of
// WebAssembly's memory, and what can't be is an error before it runs.
setMemoryLimit(32 * 2 ** 20);

// Made once: they keep what they compile for each shape. The method is named, since a Worker's clock stands still while it
// computes, and `AUTO` would have to measure.
const options = { vmapAxes: 0, implementation: "STRUCTURED_DERIVATIVES" } as const;

/** By what is asked for: the kernel, and for each pair of examples the mean over the outputs or all pairs of outputs. */
export const kernelFns = {
  ntk: {
    mean: nt.empiricalNtkFn(network, options),
    pairs: nt.empiricalNtkFn(network, { ...options, traceAxes: [] }),
  },
  nngp: {
    mean: nt.empiricalNngpFn(network),
    pairs: nt.empiricalNngpFn(network, { traceAxes: [] }),
  },
};
