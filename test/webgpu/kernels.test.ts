/** Kernels on the device: whole, in tiles and batches, where they are chosen to be computed, and what they cost. */
import { array, type NDArray, numpy as np, nt, setDefaultDevice, withDevice } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { deviceNamed } from "../../src/device/placement.ts";
import { open, RATES } from "./opened.ts";

await open();

const wave = (...shape: number[]): NDArray => {
  const size = shape.reduce((a, b) => a * b, 1);
  return array(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i + shape.length)),
    { shape },
  );
};

const network = ([w, v]: NDArray[], x: NDArray): NDArray => np.matmul(np.tanh(np.matmul(x, w)), v);
const params = [wave(4, 6), wave(6, 3)];
const [x1, x2] = [wave(7, 4), wave(5, 4)];

async function isNear(got: NDArray, wanted: NDArray): Promise<void> {
  assert.equal(got.shape, wanted.shape);
  const [values, expected] = [await got.data(), wanted.dataSync()];
  const scale = Math.max(...Array.from(expected, Math.abs));
  expected.forEach((x, i) => {
    assert.ok(Math.abs(values[i] - x) <= 1e-5 * scale, `element ${i} is ${values[i]}, not ${x}`);
  });
}

for (const [name, implementation] of Object.entries(nt.NtkImplementation)) {
  test(`${name} as on the processor`, async () => {
    const kernelFn = nt.empiricalNtkFn(network, { vmapAxes: 0, implementation, traceAxes: [] });
    for (const other of [null, x2]) {
      const got = withDevice("webgpu", () => kernelFn(x1, other, params));
      await isNear(got, kernelFn(x1, other, params));
    }
  });
}

for (const [name, axes] of [
  ["pairs", { traceAxes: [] }],
  ["a diagonal", { diagonalAxes: [0] }],
] as const) {
  test(`batches of ${name} are joined on the device`, async () => {
    const whole = nt.empiricalNtkFn(network, { vmapAxes: 0, ...axes });
    const done: number[][] = [];
    const inParts = nt.batch(whole, { batchSize: 3, onProgress: (...counts) => done.push(counts) });
    const got = withDevice("webgpu", () => inParts(x1, null, params)) as NDArray;
    await isNear(got, whole(x1, null, params));
    const total = name === "pairs" ? 6 : 3;
    assert.equal(
      done,
      Array.from({ length: total }, (_, i) => [i + 1, total]),
      "progress follows the device",
    );
  });
}

for (const [name, axes, other] of [
  ["pairs", { traceAxes: [] }, x2],
  ["a trace", { traceAxes: [0] }, null],
] as const) {
  test(`a kernel of ${name} that doesn't fit is computed in tiles`, async () => {
    let tiles = 0;
    const onProgress = (_: number, total: number): void => {
      tiles = total;
    };
    const many = wave(40, 4);
    const options = { vmapAxes: 0, ...axes } as const;
    const { peakMemory } = withDevice("webgpu", () =>
      nt.costOf(network, many, other, params, options),
    ).JACOBIAN_CONTRACTION;
    const limited = nt.empiricalNtkFn(network, { ...options, memoryLimit: 0.6 * peakMemory, onProgress });
    const got = withDevice("webgpu", () => limited(many, other, params));
    await isNear(got, nt.empiricalNtkFn(network, options)(many, other, params));
    assert.ok(tiles > 1, `${tiles} tiles`);
  });
}

test("where a kernel is computed", async () => {
  const isOnGpu = (k: unknown): boolean => String(k).includes("on webgpu");
  const [cpu, gpu, auto] = (["cpu", "webgpu", "auto"] as const).map((device) =>
    nt.empiricalKernelFn(network, { vmapAxes: 0, device }),
  );
  assert.not(isOnGpu(cpu(x1, x2, "ntk", params)));
  assert.ok(isOnGpu(gpu(x1, x2, "ntk", params)));
  assert.ok(isOnGpu(gpu(x1, x2, "nngp", params)));
  const there = params.map((w) => w.to("webgpu"));
  assert.ok(isOnGpu(auto(x1, x2, "ntk", there)), "what lives on a device stays there");
  assert.not(isOnGpu(auto(x1, x2, "ntk", params)), "a small kernel isn't worth the way");
  const device = deviceNamed("test", "webgpu") as unknown as { setRates(rates: typeof RATES): void };
  device.setRates({ contract: 1e15, map: 1e15, memory: 1e15, dispatch: 1e9, transfer: 1e12, latency: 1e-9 });
  const fast = nt.empiricalKernelFn(network, { vmapAxes: 0, device: "auto" });
  assert.ok(isOnGpu(fast(x1, x2, "ntk", params)), "a device that is fast enough is");
  device.setRates(RATES);
  setDefaultDevice("webgpu");
  try {
    assert.ok(isOnGpu(nt.empiricalNtkFn(network)(x1, x2, params)));
  } finally {
    setDefaultDevice("cpu");
  }
});

test("costs are those of the device", () => {
  const here = nt.costOf(network, x1, x2, params, { vmapAxes: 0 });
  const there = withDevice("webgpu", () => nt.costOf(network, x1, x2, params, { vmapAxes: 0 }));
  assert.ok(there.JACOBIAN_CONTRACTION.predictedSeconds > here.JACOBIAN_CONTRACTION.predictedSeconds);
  assert.ok(there.JACOBIAN_CONTRACTION.predictedSeconds > 5 / (RATES.dispatch ?? 1), "every dispatch takes its time");
});

test.run();
