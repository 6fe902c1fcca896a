/** What goes wrong: every wait ends, with an error that says what to do, and the processor computes on. */
// Alone: it takes WebGPU away from its process.
import {
  array,
  DeviceError,
  devices,
  initWebGPU,
  jit,
  lax,
  type NDArray,
  numpy as np,
  setDefaultDevice,
  withDevice,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { open } from "./opened.ts";

/** The message of the error of this class that a promise ends with. */
async function rejection(promise: Promise<unknown>, type = DeviceError): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.instance(error, type);
    return (error as Error).message;
  }
  throw new Error("a promise that should be rejected");
}

const collatz = jit((x: NDArray) =>
  lax.whileLoop(
    ([i]) => np.less(i, 1000),
    ([i, v]) => [np.add(i, 1), np.add(v, 1)],
    [array(0), x] as [NDArray, NDArray],
  ),
);

test("no WebGPU, no adapter, no device", async () => {
  const none = { requestAdapter: async () => null };
  assert.match(await rejection(initWebGPU({ gpu: none })), "WebGPU finds no adapter on this machine");
  assert.match(await rejection(initWebGPU()), 'on Node install the package "webgpu" (npm i webgpu), or pass its GPU');
  const limits = { maxBufferSize: 1 };
  const refusing = {
    requestAdapter: async () => ({ limits, requestDevice: () => Promise.reject(new Error("Required limit (8)")) }),
  };
  assert.match(await rejection(initWebGPU({ gpu: refusing })), "the adapter gives no device: Required limit (8)");
  assert.throws(
    () => withDevice("webgpu", () => 0),
    'there is no device "webgpu", only "cpu"; call await initWebGPU() first',
  );
  assert.equal(devices(), [{ name: "cpu" }]);
});

test("a device that is destroyed in the middle of a run, and its successor", async () => {
  const first = await open();
  const x = array([1, 2], { device: "webgpu" });
  const read = x.add(1);
  await read.data();
  const [, unread] = collatz(x);
  const pending = [unread.data(), x.mul(2).data()];
  first.device.destroy();
  for (const promise of pending) assert.match(await rejection(promise), "webgpu: the device is lost (destroyed");
  assert.throws(() => x.add(1), /initWebGPU\(\) opens the device again/);
  assert.equal((await read.to("cpu")).add(1).toArray(), [3, 4]);
  assert.equal(array([1, 2]).add(1).toArray(), [2, 3]);
  assert.equal(
    devices().map(({ name }) => name),
    ["cpu"],
  );

  await open();
  const y = array([3, 4], { device: "webgpu" });
  assert.equal(Array.from(await y.add(1).data()), [4, 5]);
  assert.throws(() => y.add(x), /two devices: float32\[2\] on webgpu and float32\[2\] on a webgpu that is lost/);
  assert.equal(Array.from(await read.to("webgpu").add(y).data()), [5, 7]);
});

test("memory that isn't there", async () => {
  let refusals = 0;
  let attempts = 0;
  const scopes: string[] = [];
  await open("adapter", (spoilt) => {
    const [push, pop] = [spoilt.pushErrorScope.bind(spoilt), spoilt.popErrorScope.bind(spoilt)];
    spoilt.pushErrorScope = (filter) => {
      scopes.push(filter);
      push(filter);
    };
    spoilt.popErrorScope = async () => {
      const error = pop();
      if (scopes.pop() !== "out-of-memory") return error;
      await error;
      attempts++;
      return attempts <= refusals ? ({ message: "no memory" } as GPUError) : null;
    };
  });
  const sum = (rows: number): Promise<ArrayLike<number>> => np.sum(np.zeros([rows, 4000]).to("webgpu")).data();
  refusals = 1;
  assert.is((await sum(5000))[0], 0);
  assert.is(attempts, 2, "a second try, after all that is idle has gone");
  refusals = attempts + 2;
  const message = await rejection(sum(6000));
  assert.match(
    message,
    /no room for an array of 92 MiB beside the \d+ MiB that are in use; give kernels a smaller memoryLimit/,
  );
  assert.is((await sum(6000))[0], 0);
  const whole = np.zeros([6000, 4000]).to("webgpu");
  await np.sum(whole).data();
  refusals = attempts + 1;
  assert.match(await rejection(whole.data()), "no room for an array of 128 MiB", "nor for the way to the host");
  assert.is((await whole.data()).length, 24e6);
});

test("an open device is the default, until it is lost or another one is chosen", async () => {
  const { device, wasDefault } = await open();
  assert.ok(wasDefault);
  setDefaultDevice("webgpu");
  const there = array([1, 2]).add(1);
  assert.match(String(there), "on webgpu");
  assert.equal(Array.from(await there.data()), [2, 3]);
  const unread = there.mul(2);
  device.destroy();
  await device.lost;
  assert.equal(array([1, 2]).add(1).toArray(), [2, 3], "the processor has taken its place");
  await rejection(unread.data());
  assert.ok((await open()).wasDefault);
});

test("a shader that the adapter's compiler refuses", async () => {
  await open("adapter", (spoilt) => {
    const make = spoilt.createShaderModule.bind(spoilt);
    spoilt.createShaderModule = ({ label, code }) =>
      make({ ...(label && { label }), code: code.includes("arcTangent") ? `${code}\nfn broken( {` : code });
  });
  const x = array([1, 2], { device: "webgpu" });
  const message = await rejection(np.arctan(x).add(1).data());
  assert.match(message, /the adapter's compiler refuses the shader "map of 1": .*Please report this/s);
  assert.equal(Array.from(await x.add(1).data()), [2, 3], "others are as good as before");
});

test("what the device doesn't have", async () => {
  const x = array([1, 2], { dtype: "float64" });
  assert.throws(
    () => x.to("webgpu"),
    /webgpu has no float64, got float64\(2,\); convert it first: x.astype\("float32"\)/,
  );
  assert.throws(() => withDevice("webgpu", () => x.add(1)), /the device webgpu has no float64/);
});

test("arrays that are destroyed", async () => {
  const x = array([1, 2], { device: "webgpu" });
  const y = x.add(1);
  x.destroy();
  assert.equal(Array.from(await y.data()), [2, 3]);
  assert.match(await rejection(x.add(1).data()), "this array was destroyed");
  const [kept, lost] = withDevice("webgpu", () => {
    const inner = array([1, 2]).mul(3);
    return [[inner.add(1)], { hidden: () => inner }] as const;
  });
  assert.equal(Array.from(await kept[0].data()), [4, 7]);
  assert.equal(Array.from(await lost.hidden().data()), [3, 6], "a function may hold what isn't in the result");
  let outside: NDArray | undefined;
  withDevice("webgpu", () => {
    outside = array([1, 2]).mul(3);
  });
  assert.match(await rejection((outside as NDArray).data()), "this array was destroyed");
});

test("where a program computes", async () => {
  const there = array([1, 2], { device: "webgpu" });
  assert.throws(
    () => withDevice("cpu", () => there.add(1)),
    /float32\[2\] lives on webgpu, and nothing moves without being told/,
  );
  await there.data();
  assert.equal(withDevice("cpu", () => there.add(1)).toArray(), [2, 3]);
  assert.throws(() => withDevice("webgpu", async () => there.add(1)), /fn must not be asynchronous/);
});

test.run();
