// The programs that Deno and Chromium run, on the library that they are given.

/** The largest difference of two lists, relative to the first one's largest entry; NaN counts as one. */
function distance(want, got) {
  const scale = Math.max(...Array.from(want, Math.abs));
  const worst = Math.max(...Array.from(want, (value, i) => Math.abs(value - got[i])));
  return want.length === got.length && scale > 0 ? worst / scale : Number.NaN;
}

const images = ({ array }, n, [height, width, channels], shift) =>
  array(
    Float32Array.from({ length: n * height * width * channels }, (_, i) => Math.sin(i + shift)),
    { shape: [n, height, width, channels] },
  );

/** A network's NTK, as a function of where it is computed. */
export function kernelOf(cotangent, layers, size) {
  const { nt, random, stax, withDevice } = cotangent;
  const [initFn, applyFn] = stax.serial(...layers(stax));
  const [, params] = initFn(random.key(0), [-1, ...size]);
  const kernelFn = nt.empiricalNtkFn(applyFn, { traceAxes: [], vmapAxes: 0 });
  const [x1, x2] = [images(cotangent, 4, size, 0), images(cotangent, 3, size, 0.5)];
  return (device) => withDevice(device, () => kernelFn(x1, x2, params));
}

export const cnn = ({ Conv, Relu, Flatten, Dense }) => [
  Conv(8, [3, 3]),
  Relu(),
  Conv(8, [3, 3]),
  Relu(),
  Flatten(),
  Dense(3),
];
export const mlp = ({ Flatten, Dense, Relu }) => [Flatten(), Dense(16), Relu(), Dense(3)];

/** How far the GPU is from the processor. */
export async function compareDevices(kernel) {
  const want = await kernel("cpu").data();
  return distance(want, await kernel("webgpu").data());
}
