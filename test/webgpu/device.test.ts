import { array, debug, devices, jit, lax, type NDArray, numpy as np, nt, withDevice } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { deviceNamed } from "../../src/device/placement.ts";
import type { WebGpu } from "../../src/device/webgpu/device.ts";
import { open } from "./opened.ts";

const { info, device } = await open();

async function isNear(x: NDArray, wanted: readonly number[], tolerance = 1e-5): Promise<void> {
  const got = await x.data();
  assert.is(got.length, wanted.length);
  const scale = Math.max(...wanted.map(Math.abs));
  wanted.forEach((value, i) => {
    assert.ok(Math.abs(got[i] - value) <= tolerance * scale, `element ${i} is ${got[i]}, not ${value}`);
  });
}

test("what is known of the device", () => {
  assert.is(info.name, "webgpu");
  assert.equal(
    devices().map(({ name }) => name),
    ["cpu", "webgpu"],
  );
});

test("buffers that many arrays were read through at once are few afterwards", async () => {
  const mappable = new Set<GPUBuffer>();
  const { createBuffer } = device;
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer.call(device, descriptor);
    if (descriptor.usage & GPUBufferUsage.MAP_READ) {
      mappable.add(buffer);
      const { destroy } = buffer;
      buffer.destroy = () => {
        mappable.delete(buffer);
        return destroy.call(buffer);
      };
    }
    return buffer;
  };
  try {
    const arrays = Array.from({ length: 100 }, (_, i) => array([i], { device: "webgpu" }).add(1));
    const read = await Promise.all(arrays.map((x) => x.data()));
    assert.equal(
      read.map(([value]) => value),
      arrays.map((_, i) => i + 1),
    );
    assert.ok(mappable.size <= 16, `${mappable.size} are left`);
  } finally {
    device.createBuffer = createBuffer;
  }
});

test("what a program shows follows when it has been read, in order, alone and in a loop", async () => {
  const seen: unknown[] = [];
  const show = (...values: NDArray[]): void =>
    debug.callback((...given) => seen.push(given.map((x) => x.item())), ...values);
  const x = array(3, { device: "webgpu" });
  show(x);
  const double = (x: NDArray): NDArray => lax.foriLoop(0, 2, (i, y) => show(i, y) ?? y.mul(2), x);
  const y = jit((x: NDArray) => show(x.add(1)) ?? double(x))(x);
  assert.equal(seen, []);
  assert.equal([...(await y.data())], [12]);
  await new Promise((done) => setTimeout(done));
  assert.equal(seen, [[3], [4], [0, 3], [1, 6]]);
});

test("eager operations are computed where their arrays live, and read with patience", async () => {
  const x = array([1, 2, 3], { device: "webgpu" });
  const y = np.exp(x.mul(2)).add(1);
  assert.throws(
    () => y.dataSync(),
    /float32\[3\] lives on webgpu, which can't be read at once: await x\.data\(\) first/,
  );
  await isNear(
    y,
    [1, 2, 3].map((v) => Math.exp(2 * v) + 1),
  );
  assert.equal(y.toArray(), Array.from(y.dataSync()));
});

test("an array without elements is given and read, and nothing is written for it, which would end Deno", async () => {
  const sizes: number[] = [];
  const { queue } = device;
  const write = queue.writeBuffer.bind(queue);
  queue.writeBuffer = (buffer, offset, data) => {
    sizes.push(data.byteLength);
    write(buffer, offset, data);
  };
  const none = array(new Float32Array(0), { shape: [0, 3], device: "webgpu" });
  await isNear(np.exp(none), []);
  await isNear(np.concatenate([none, array([[1, 2, 3]], { device: "webgpu" })]), [1, 2, 3]);
  queue.writeBuffer = write;
  assert.ok(sizes.length > 0 && sizes.every((bytes) => bytes > 0), `bytes of each write: ${sizes}`);
});

test("a compiled function takes numbers", async () => {
  const f = jit((x: NDArray, y: NDArray) => x.mul(y).add(np.sin(x)));
  const got = withDevice("webgpu", () => f(array([1, 2]), array(3)));
  await isNear(
    got,
    [1, 2].map((v) => 3 * v + Math.sin(v)),
  );
});

test("a loop that a condition ends", async () => {
  const x = array([1, 2], { device: "webgpu" });
  const double = jit((x: NDArray) =>
    lax.whileLoop(
      ([i]) => np.less(i, 13),
      ([i, v]) => [np.add(i, 1), np.multiply(v, 2)],
      [array(0), x] as [NDArray, NDArray],
    ),
  );
  const [count, y] = double(x);
  await isNear(count, [13]);
  await isNear(y, [2 ** 13, 2 ** 14]);
});

test("a kernel", async () => {
  const f = (w: NDArray, x: NDArray) => np.tanh(np.matmul(x, w));
  const values = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i + 1));
  const [w, x] = [array(values(12), { shape: [4, 3] }), array(values(20), { shape: [5, 4] })];
  const kernelFn = nt.empiricalNtkFn(f);
  const wanted = kernelFn(x, null, w) as NDArray;
  const got = withDevice("webgpu", () => kernelFn(x, null, w)) as NDArray;
  await isNear(got, Array.from(wanted.dataSync()));
});

test("heavy kernels that run again and again are compiled for their shapes", async () => {
  const device = deviceNamed("test", "webgpu") as WebGpu;
  device.heavyFlops = 1000;
  const wave = (...shape: number[]) =>
    array(
      Float32Array.from({ length: 400 }, (_, i) => Math.sin(i + 1)),
      { shape },
    );
  const [a, b] = [wave(10, 40), wave(40, 10)];
  const wanted = Array.from(np.matmul(a, b).dataSync());
  const product = jit((x: NDArray, y: NDArray) => np.matmul(x, y));
  const { pipelines } = device.session;
  const run = () =>
    isNear(
      withDevice("webgpu", () => product(a, b)),
      wanted,
    );
  for (let i = 0; i < 3; i++) await run();
  const count = pipelines.count;
  for (let i = 0; i < 200 && pipelines.count === count; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(pipelines.count, count + 1, "in the background");
  for (let i = 0; i < 2; i++) await run();
});

test.run();
