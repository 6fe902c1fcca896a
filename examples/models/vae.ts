// A convolutional variational autoencoder: https://arxiv.org/abs/1312.6114.

import { lax, type NDArray, nn, numpy as np, random } from "cotangent";
import { conv, type DType, dense, Initializer, type Weights } from "./layers.ts";

export interface VaeOptions {
  /** The images' height and width, a multiple of 4. */
  readonly imageSize?: number;
  readonly channels?: number;
  readonly width?: number;
  readonly latents?: number;
  readonly dtype?: DType;
}

export interface VaeParams {
  readonly encoder: { readonly convs: readonly NDArray[]; readonly mean: Weights; readonly logVariance: Weights };
  readonly decoder: { readonly latents: Weights; readonly convs: readonly NDArray[] };
}

export function init(key: NDArray, options: VaeOptions = {}): VaeParams {
  const { imageSize = 28, channels = 1, width = 16, latents = 8, dtype = "float32" } = options;
  const draw = new Initializer(key, dtype);
  const flat = (imageSize / 4) ** 2 * 2 * width;
  return {
    encoder: {
      convs: [draw.conv(3, channels, width), draw.conv(3, width, 2 * width)],
      mean: draw.dense(flat, latents),
      logVariance: draw.dense(flat, latents),
    },
    decoder: {
      latents: draw.dense(latents, flat),
      convs: [draw.conv(4, 2 * width, width), draw.conv(4, width, channels)],
    },
  };
}

/** The transpose of a convolution with stride 2: the image is spread apart by zeros, which the filter fills in. */
function upsample(w: NDArray, x: NDArray): NDArray {
  return lax.convGeneralDilated(x, w, {
    windowStrides: [1, 1],
    padding: [
      [2, 2],
      [2, 2],
    ],
    lhsDilation: [2, 2],
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
  });
}

/** The mean and the logarithm of the variance of the latents of images (batch, height, width, channels). */
export function encode({ encoder }: VaeParams, x: NDArray): [mean: NDArray, logVariance: NDArray] {
  const h = encoder.convs.reduce((h, w) => nn.relu(conv(w, h, { stride: 2 })), x);
  const flat = np.reshape(h, [x.shape[0] as number, -1]);
  return [dense(encoder.mean, flat), dense(encoder.logVariance, flat)];
}

/** The logits of the images' pixels for latents (batch, latents). */
export function decode({ decoder }: VaeParams, z: NDArray): NDArray {
  const [first, second] = decoder.convs as [NDArray, NDArray];
  const channels = first.shape[2] as number;
  const size = Math.sqrt(decoder.latents.b.size / channels);
  const h = np.reshape(nn.relu(dense(decoder.latents, z)), [-1, size, size, channels]);
  return upsample(second, nn.relu(upsample(first, h)));
}

/** The images' pixels as logits, of latents drawn with `rng`, or with `noise` that was drawn before. */
export function apply(
  params: VaeParams,
  x: NDArray,
  { rng, noise }: { readonly rng?: NDArray; readonly noise?: NDArray },
): { logits: NDArray; mean: NDArray; logVariance: NDArray } {
  const [mean, logVariance] = encode(params, x);
  const epsilon = noise ?? random.normal(rng as NDArray, mean.shape, { dtype: mean.dtype as DType });
  const z = mean.add(np.exp(logVariance.mul(0.5)).mul(epsilon));
  return { logits: decode(params, z), mean, logVariance };
}

/** The negative evidence lower bound of images with pixels from 0 to 1, per image. */
export function loss(params: VaeParams, x: NDArray, draws: Parameters<typeof apply>[2]): NDArray {
  const { logits, mean, logVariance } = apply(params, x, draws);
  const crossEntropy = np.sum(nn.softplus(logits).sub(x.mul(logits)));
  const divergence = np.sum(np.exp(logVariance).add(np.square(mean)).sub(1).sub(logVariance)).mul(0.5);
  return crossEntropy.add(divergence).div(x.shape[0] as number);
}
