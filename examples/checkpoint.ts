// A checkpoint of Flax, its network in this library's operations, and its kernel beside Python's.

import { readFile } from "node:fs/promises";
import { lax, type NDArray, nn, numpy as np, nt } from "cotangent";
import { loadNpz, loadSafetensors } from "cotangent/io";

interface Affine {
  readonly kernel: NDArray;
  readonly bias: NDArray;
}
interface Params {
  readonly conv: Affine;
  readonly bn: { readonly scale: NDArray; readonly bias: NDArray };
  readonly fc: Affine;
}
interface Variables {
  readonly params: Params;
  readonly batch_stats: { readonly bn: { readonly mean: NDArray; readonly var: NDArray } };
}

// Names such as "params/conv/kernel" are a tree. checkpoint/write.py has made the files.
const file = (name: string) => readFile(new URL(`checkpoint/${name}`, import.meta.url));
const { params, batch_stats } = await loadSafetensors<Variables>(file("flax.safetensors"));

/** Flax's module in inference: images (N, H, W, C). The statistics aren't parameters, and no derivative is taken by them. */
function f({ conv, bn, fc }: Params, x: NDArray): NDArray {
  const features = lax.convGeneralDilated(x, conv.kernel, {
    windowStrides: [1, 1],
    padding: "SAME",
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
  });
  const { mean, var: variance } = batch_stats.bn;
  const scale = bn.scale.div(np.sqrt(variance.add(1e-5)));
  const hidden = nn.relu(features.add(conv.bias).sub(mean).mul(scale).add(bn.bias));
  const pooled = nn.avgPool(hidden, [2, 2], { strides: [2, 2] });
  return pooled
    .reshape([x.shape[0] ?? 0, -1])
    .matmul(fc.kernel)
    .add(fc.bias);
}

// What Python computed: PyTorch's images have their channels first.
const expected = await loadNpz<{ x: NDArray; y: NDArray; ntk: NDArray }>(file("expected.npz"), { dtype: "float32" });
const x = np.transpose(expected.x, { axes: [0, 2, 3, 1] });
const kernel = nt.empiricalNtkFn(f, { traceAxes: [], vmapAxes: 0 })(x, null, params);

const deviation = (a: NDArray, b: NDArray) =>
  np
    .max(np.abs(a.sub(b)))
    .div(np.max(np.abs(b)))
    .item();
console.log(`outputs (${f(params, x).shape}): ${deviation(f(params, x), expected.y).toExponential(1)} from Python's`);
console.log(`kernel (${kernel.shape}): ${deviation(kernel, expected.ntk).toExponential(1)} from Python's`);
if (!(deviation(kernel, expected.ntk) < 1e-5)) throw new Error("the kernel isn't Python's");
