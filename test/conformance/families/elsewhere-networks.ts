/** The networks of the checkpoints, written with the library's operations after the index's descriptions. */
import { lax, type NDArray, nn, numpy as np } from "cotangent";

/** Arrays by their names in the file. */
export type Arrays = Readonly<Record<string, NDArray>>;

/** A function of a checkpoint's arrays, statistics included, and of inputs. */
type CheckpointNetwork = (arrays: Arrays, x: NDArray) => NDArray;

function get(arrays: Arrays, name: string): NDArray {
  const x = arrays[name];
  if (x === undefined) throw new Error(`the checkpoint has no array ${name}`);
  return x;
}

/** What PyTorch calls weight and bias, running mean and variance, of channels along an axis of `ndim`. */
function batchNorm(x: NDArray, statistics: readonly NDArray[], shape: readonly number[]): NDArray {
  const [scale, bias, mean, variance] = statistics.map((s) => np.reshape(s, shape)) as [
    NDArray,
    NDArray,
    NDArray,
    NDArray,
  ];
  return x
    .sub(mean)
    .div(np.sqrt(variance.add(1e-5)))
    .mul(scale)
    .add(bias);
}

const batchSize = (x: NDArray): number => x.shape[0] ?? 1;

/** PyTorch's: images (N, C, H, W), kernels (out, in, H, W), matrices (out, in). */
function sharded(arrays: Arrays, x: NDArray): NDArray {
  const conv = lax.convGeneralDilated(x, get(arrays, "conv.weight"), {
    windowStrides: [1, 1],
    padding: [
      [1, 1],
      [1, 1],
    ],
    dimensionNumbers: ["NCHW", "OIHW", "NCHW"],
  });
  const names = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"];
  const biased = conv.add(np.reshape(get(arrays, "conv.bias"), [1, -1, 1, 1]));
  const normalized = batchNorm(
    biased,
    names.map((name) => get(arrays, name)),
    [1, -1, 1, 1],
  );
  const window = [1, 1, 2, 2];
  const pooled = lax.reduceWindowMax(nn.relu(normalized), {
    windowDimensions: window,
    windowStrides: window,
    padding: "VALID",
  });
  const flat = np.reshape(pooled, [batchSize(x), -1]);
  return flat.matmul(get(arrays, "fc.weight").T).add(get(arrays, "fc.bias"));
}

/** Flax's: images (N, H, W, C), kernels (H, W, in, out), matrices (in, out). */
function flaxCnn(arrays: Arrays, x: NDArray): NDArray {
  const param = (name: string) => get(arrays, `params.${name}`);
  const dense = (name: string, x: NDArray) => x.matmul(param(`${name}.kernel`)).add(param(`${name}.bias`));
  const conv = lax.convGeneralDilated(x, param("Conv_0.kernel"), {
    windowStrides: [1, 1],
    padding: "SAME",
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
  });
  const [mean, variance] = ["mean", "var"].map((name) => get(arrays, `batch_stats.BatchNorm_0.${name}`));
  const statistics = [param("BatchNorm_0.scale"), param("BatchNorm_0.bias"), mean as NDArray, variance as NDArray];
  const normalized = batchNorm(conv.add(param("Conv_0.bias")), statistics, [1, 1, 1, -1]);
  const window = [1, 2, 2, 1];
  const sums = lax.reduceWindowSum(nn.relu(normalized), {
    windowDimensions: window,
    windowStrides: window,
    padding: "VALID",
  });
  const flat = np.reshape(sums.div(4), [batchSize(x), -1]);
  const hidden = nn.gelu(dense("hidden", flat), { approximate: true });
  const centered = hidden.sub(hidden.mean({ axis: -1, keepdims: true }));
  const deviation = np.sqrt(centered.mul(centered).mean({ axis: -1, keepdims: true }).add(1e-6));
  const scaled = centered.div(deviation).mul(param("LayerNorm_0.scale")).add(param("LayerNorm_0.bias"));
  return dense("Dense_0", scaled);
}

export const NETWORKS: Readonly<Record<string, CheckpointNetwork>> = { sharded, flax_cnn: flaxCnn };
