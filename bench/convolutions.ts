/** Convolutions: the docstring's network, as its NTK needs them, and ResNet18's, as training does. */
import { jit, lax, type NDArray, random, vjp, vmap } from "cotangent";
import { type Job, measureJobs, type Subject } from "./support/subject.ts";

const IMAGES = 20;
const LOGITS = 10;
/** Images in a batch for ResNet18. */
const BATCH = 4;

interface Layer {
  readonly name: string;
  /** Pixels on a side of the input, and of the output. */
  readonly side: number;
  readonly outSide: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly window: number;
  readonly stride: number;
  readonly padding: "VALID" | "SAME";
}

const draw = (seed: number, shape: readonly number[]): NDArray => random.normal(random.key(seed), shape);

const conv = (x: NDArray, w: NDArray, { stride, padding }: Layer): NDArray =>
  lax.convGeneralDilated(x, w, {
    windowStrides: [stride, stride],
    padding,
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
  });

const images = (n: number, { side, channels }: Layer): NDArray => draw(0, [n, side, side, channels]);
const weights = ({ window, channels, outChannels }: Layer): NDArray => draw(1, [window, window, channels, outChannels]);
const cotangents = (front: readonly number[], { outSide, outChannels }: Layer): NDArray =>
  draw(2, [...front, outSide, outSide, outChannels]);

/** Operations at the borders count as if the padding were multiplied. */
const flopsOf = ({ outSide, window, channels, outChannels }: Layer, n: number): number =>
  2 * n * outSide ** 2 * window ** 2 * channels * outChannels;

function forward(layer: Layer, n: number): Job {
  const [x, w] = [images(n, layer), weights(layer)];
  const run = jit((x: NDArray, w: NDArray) => conv(x, w, layer));
  return { name: `${layer.name}, ${n} images`, work: flopsOf(layer, n), call: () => run(x, w) };
}

function dataGradient(layer: Layer, n: number, note: string): Job {
  const [x, w, ct] = [images(n, layer), weights(layer), cotangents([n], layer)];
  const run = jit((w: NDArray, ct: NDArray) => vjp((x: NDArray) => conv(x, w, layer), x)[1](ct));
  return { name: `${layer.name}, gradient by data, ${note}`, work: flopsOf(layer, n), call: () => run(w, ct) };
}

function weightGradient(layer: Layer): Job {
  const [x, w, ct] = [images(BATCH, layer), weights(layer), cotangents([BATCH], layer)];
  const run = jit((x: NDArray, ct: NDArray) => vjp((w: NDArray) => conv(x, w, layer), w)[1](ct));
  const name = `${layer.name}, gradient by weights, ${BATCH} images`;
  return { name, work: flopsOf(layer, BATCH), call: () => run(x, ct) };
}

function weightGradients(layer: Layer): Job {
  const [x, w, ct] = [images(IMAGES, layer), weights(layer), cotangents([IMAGES, LOGITS], layer)];
  const one = (x: NDArray, ct: NDArray) => vjp((w: NDArray) => conv(x.reshape([1, ...x.shape]), w, layer), w)[1](ct);
  const ofImage = (x: NDArray, cts: NDArray) => vmap((ct: NDArray) => one(x, ct.reshape([1, ...ct.shape])))(cts);
  const run = jit((x: NDArray, ct: NDArray) => vmap(ofImage)(x, ct));
  const name = `${layer.name}, gradient by weights per image, ${IMAGES} images x ${LOGITS} logits`;
  return { name, work: flopsOf(layer, IMAGES * LOGITS), call: () => run(x, ct) };
}

const docstring = (name: string, side: number, channels: number): Layer => ({
  ...{ name: `${name} convolution`, side, channels, window: 3, outSide: side - 2, outChannels: 32 },
  ...{ stride: 1, padding: "VALID" },
});

const DOCSTRING = [docstring("first", 32, 3), docstring("second", 30, 32), docstring("third", 28, 32)];

const resNet = (window: number, channels: number, outChannels: number, side: number, stride = 1): Layer => ({
  ...{ name: `${window} x ${window}, ${channels} to ${outChannels}, ${side} x ${side}${stride > 1 ? " by 2" : ""}` },
  ...{ side, channels, window, outSide: side / stride, outChannels, stride, padding: "SAME" },
});

/** One of each kind. */
const RESNET18 = [
  resNet(7, 3, 64, 224, 2),
  resNet(3, 64, 64, 56),
  resNet(3, 64, 128, 56, 2),
  resNet(1, 64, 128, 56, 2),
  resNet(3, 128, 128, 28),
  resNet(3, 256, 256, 14),
  resNet(3, 512, 512, 7),
];

const ofDocstring = measureJobs("Convolutions of the docstring's network", "flops", [
  ...DOCSTRING.map((layer) => () => forward(layer, IMAGES)),
  // The NTK needs no gradient by the images.
  ...DOCSTRING.slice(1).map(
    (layer) => () => dataGradient(layer, IMAGES * LOGITS, `${IMAGES} images x ${LOGITS} logits`),
  ),
  ...DOCSTRING.map((layer) => () => weightGradients(layer)),
]);

const ofResNet = measureJobs(
  `Convolutions of ResNet18, ${BATCH} images of 224 x 224`,
  "flops",
  RESNET18.flatMap((layer) => [
    () => forward(layer, BATCH),
    () => dataGradient(layer, BATCH, `${BATCH} images`),
    () => weightGradient(layer),
  ]),
);

export const convolutions: Subject = async (machine, report) =>
  (await Promise.all([ofDocstring(machine, report), ofResNet(machine, report)])).flat();
