/** Models by the names of their data files: functions of parameters with flax's names and of images. */
import { lax, type NDArray, numpy as np } from "cotangent";
import { lookup } from "./library.ts";

/** Objects of arrays, as flax names them. */
export interface ModelParams {
  readonly [name: string]: NDArray & ModelParams;
}

const get = (params: ModelParams, name: string): NDArray & ModelParams => {
  const found = params[name];
  if (found === undefined) throw new Error(`the model has no parameters ${name}`);
  return found;
};

const dense = (params: ModelParams, x: NDArray): NDArray =>
  np.add(np.matmul(x, get(params, "kernel")), get(params, "bias"));

/** A convolution of images; the number of groups follows from the kernel's input channels. */
function conv(
  params: ModelParams,
  x: NDArray,
  windowStrides: readonly number[] = [1, 1],
  padding: "SAME" | "VALID" = "SAME",
): NDArray {
  const kernel = get(params, "kernel");
  const product = lax.convGeneralDilated(x, kernel, {
    windowStrides,
    padding,
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
    featureGroupCount: (x.shape[3] as number) / (kernel.shape[2] as number),
  });
  return np.add(product, get(params, "bias"));
}

const EPSILON = 1e-6;

/** Over the last axis. */
function layerNorm(params: ModelParams, x: NDArray): NDArray {
  const centered = np.subtract(x, np.mean(x, { axis: -1, keepdims: true }));
  const variance = np.mean(np.multiply(centered, centered), { axis: -1, keepdims: true });
  const normalized = np.divide(centered, np.sqrt(np.add(variance, EPSILON)));
  return np.add(np.multiply(normalized, get(params, "scale")), get(params, "bias"));
}

/** The layer named `Dense_0` is the outer one. */
function mlp(params: ModelParams, x: NDArray): NDArray {
  const hidden = lookup("nn.gelu")(dense(get(params, "Dense_1"), x), { approximate: true });
  return dense(get(params, "Dense_0"), hidden);
}

const transposed = (x: NDArray): NDArray => lax.transpose(x, { permutation: [0, 2, 1] });

function mixerBlock(params: ModelParams, x: NDArray): NDArray {
  const tokens = transposed(layerNorm(get(params, "LayerNorm_0"), x));
  const mixed = np.add(x, transposed(mlp(get(params, "token_mixing"), tokens)));
  return np.add(mixed, mlp(get(params, "channel_mixing"), layerNorm(get(params, "LayerNorm_1"), mixed)));
}

/** An MLP-Mixer with as many blocks as there are parameters `Mix_0`, `Mix_1`, ... */
function mixer(params: ModelParams, images: NDArray): NDArray {
  const stem = get(params, "stem");
  const patches = conv(stem, images, get(stem, "kernel").shape.slice(0, 2));
  const [batch, height, width, channels] = patches.shape as [number, number, number, number];
  let x = lax.reshape(patches, { newSizes: [batch, height * width, channels] });
  for (let i = 0; params[`Mix_${i}`] !== undefined; i++) x = mixerBlock(get(params, `Mix_${i}`), x);
  const pooled = np.mean(layerNorm(get(params, "pre_head_layer_norm"), x), { axis: 1 });
  return dense(get(params, "head"), pooled);
}

function averagePool(x: NDArray, size: number): NDArray {
  const window = [1, size, size, 1];
  const sums = lookup("lax.reduceWindowSum")(x, { windowDimensions: window, windowStrides: window, padding: "VALID" });
  return np.divide(sums, size ** 2);
}

/** A depthwise-separable network: "SAME" convolutions but for the last, grouped one. */
function separable(params: ModelParams, images: NDArray): NDArray {
  const relu = lookup("nn.relu");
  const layer = (i: number): ModelParams => get(params, `Conv_${i}`);
  const depthwise = relu(conv(layer(1), relu(conv(layer(0), images))));
  const pointwise = relu(conv(layer(2), averagePool(depthwise, 2)));
  const grouped = conv(layer(3), pointwise, [2, 2], "VALID");
  const [batch] = grouped.shape as [number];
  const flat = lax.reshape(grouped, { newSizes: [batch, grouped.size / batch] });
  return lookup("nn.logSoftmax")(dense(get(params, "Dense_0"), flat));
}

export type Model = (params: ModelParams, x: NDArray) => NDArray;

export const MODELS: Readonly<Record<string, Model>> = { mixer, separable };
