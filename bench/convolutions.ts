/** The convolutions of the docstring's network: forwards, and both gradients as its NTK needs them. */
import { jit, lax, type NDArray, random, vjp, vmap } from "cotangent";
import { type Job, measureJobs } from "./support/subject.ts";

const IMAGES = 20;
const LOGITS = 10;
const CHANNELS = 32;

const draw = (seed: number, shape: readonly number[]): NDArray => random.normal(random.key(seed), shape);

const conv = (x: NDArray, w: NDArray): NDArray =>
  lax.convGeneralDilated(x, w, {
    windowStrides: [1, 1],
    padding: "VALID",
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
  });

interface Layer {
  readonly name: string;
  /** Pixels on a side of the input, and its channels. */
  readonly side: number;
  readonly channels: number;
}

const LAYERS: readonly Layer[] = [
  { name: "first convolution", side: 32, channels: 3 },
  { name: "second convolution", side: 30, channels: CHANNELS },
  { name: "third convolution", side: 28, channels: CHANNELS },
];

const flopsOf = ({ side, channels }: Layer, images: number): number =>
  2 * images * (side - 2) ** 2 * 9 * channels * CHANNELS;

const kernelOf = ({ channels }: Layer): NDArray => draw(1, [3, 3, channels, CHANNELS]);

function forward(layer: Layer): Job {
  const [x, w] = [draw(0, [IMAGES, layer.side, layer.side, layer.channels]), kernelOf(layer)];
  const run = jit(conv);
  return { name: `${layer.name}, ${IMAGES} images`, work: flopsOf(layer, IMAGES), call: () => run(x, w) };
}

/** Cotangents of every image's logits. */
const cotangents = ({ side }: Layer): NDArray => draw(2, [IMAGES, LOGITS, side - 2, side - 2, CHANNELS]);

function dataGradient(layer: Layer): Job {
  const { side, channels } = layer;
  const [w, ct] = [kernelOf(layer), cotangents(layer).reshape([-1, side - 2, side - 2, CHANNELS])];
  const x = draw(0, [IMAGES * LOGITS, side, side, channels]);
  const run = jit((w: NDArray, ct: NDArray) => vjp((x: NDArray) => conv(x, w), x)[1](ct));
  const name = `${layer.name}, gradient by data, ${IMAGES} images x ${LOGITS} logits`;
  return { name, work: flopsOf(layer, IMAGES * LOGITS), call: () => run(w, ct) };
}

function weightGradient(layer: Layer): Job {
  const { side, channels } = layer;
  const [x, w, ct] = [draw(0, [IMAGES, side, side, channels]), kernelOf(layer), cotangents(layer)];
  const one = (x: NDArray, ct: NDArray) => vjp((w: NDArray) => conv(x.reshape([1, ...x.shape]), w), w)[1](ct);
  const ofImage = (x: NDArray, cts: NDArray) => vmap((ct: NDArray) => one(x, ct.reshape([1, ...ct.shape])))(cts);
  const run = jit((x: NDArray, ct: NDArray) => vmap(ofImage)(x, ct));
  const name = `${layer.name}, gradient by weights per image, ${IMAGES} images x ${LOGITS} logits`;
  return { name, work: flopsOf(layer, IMAGES * LOGITS), call: () => run(x, ct) };
}

export const convolutions = measureJobs(
  "Convolutions of the docstring's network",
  "flops",
  // The NTK needs no gradient by the images.
  [
    ...LAYERS.map((layer) => () => forward(layer)),
    ...LAYERS.slice(1).map((layer) => () => dataGradient(layer)),
    ...LAYERS.map((layer) => () => weightGradient(layer)),
  ],
);
