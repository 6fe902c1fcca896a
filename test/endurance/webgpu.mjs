// 10,000 kernels on WebGPU, each read; then as many arrays that nobody reads or destroys. Memory must stay flat.
//
//   node test/endurance/webgpu.mjs [kernels]      (needs dist/ and an adapter; see test/webgpu/environment.mjs)

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { array, initWebGPU, numpy as np, nt, withDevice } from "../../dist/node/index.js";
import { DAWN_SWITCHES } from "../webgpu/environment.mjs";

const require = createRequire(new URL("../runtimes/package.json", import.meta.url));
const { create, globals } = await import(pathToFileURL(require.resolve("webgpu")).href);
Object.assign(globalThis, globals);
const gpu = create(DAWN_SWITCHES);
const alive = { buffers: 0, bytes: 0 };

/** Counts the buffers that exist. */
function watch(device) {
  const make = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = make(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    alive.buffers++;
    alive.bytes += descriptor.size;
    buffer.destroy = () => {
      alive.buffers--;
      alive.bytes -= descriptor.size;
      destroy();
    };
    return buffer;
  };
  return device;
}

await initWebGPU({
  gpu: {
    async requestAdapter(options) {
      const adapter = await gpu.requestAdapter(options);
      const { limits, info, features } = adapter;
      return { limits, info, features, requestDevice: async (d) => watch(await adapter.requestDevice(d)) };
    },
  },
});

const count = Number(process.argv[2] ?? 10_000);
const wave = (...shape) =>
  array(
    Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i)),
    { shape },
  );
const params = [wave(8, 16), wave(16, 3)];
const kernelFn = nt.empiricalNtkFn(([w, v], x) => np.matmul(np.tanh(np.matmul(x, w)), v), { vmapAxes: 0 });
const x = wave(12, 8);

const report = (what) =>
  console.log(
    `${what}: ${alive.buffers} buffers, ${(alive.bytes / 2 ** 20).toFixed(1)} MiB on the device, ` +
      `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB resident`,
  );

const start = performance.now();
const marks = [];
for (let i = 1; i <= count; i++) {
  await withDevice("webgpu", () => kernelFn(wave(12, 8), x, params)).data();
  if (i % (count / 5) === 0) {
    report(`${i} kernels, ${((performance.now() - start) / i).toFixed(2)} ms each`);
    marks.push({ ...alive });
  }
}
const large = wave(512, 512).to("webgpu");
for (let i = 1; i <= count / 5; i++) {
  large.add(i);
  if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  if (i % (count / 25) === 0) report(`${i} arrays of 1 MiB that nobody reads`);
}
const [first, last] = [marks[0], marks.at(-1)];
// Small buffers wait for the collector, whose time is its own.
const flat = last.bytes <= first.bytes + 2 ** 24 && last.buffers <= 1000 && alive.bytes <= 2 ** 28;
console.log(flat ? "flat" : "FAIL: memory grows");
process.exit(flat ? 0 : 1);
