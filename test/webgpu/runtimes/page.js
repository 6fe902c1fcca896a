// In a page: a kernel on the GPU, the loss of its device in the middle of another, and the way back. Sets `globalThis.outcome`.

import * as cotangent from "../dist/cotangent.js";
import { cnn, compareDevices, kernelOf } from "./kernel.js";

const { initWebGPU } = cotangent;

/** The runtime's GPU, with a hold on the device that the library gets. */
function watched() {
  const held = { device: null };
  const requestAdapter = async (options) => {
    const adapter = await navigator.gpu.requestAdapter(options);
    if (!adapter) return null;
    const { limits, info, features } = adapter;
    const requestDevice = async (descriptor) => (held.device = await adapter.requestDevice(descriptor));
    return { limits, info, features, requestDevice };
  };
  return { held, gpu: { requestAdapter } };
}

const messageOf = (promise) =>
  promise.then(
    () => "nothing went wrong",
    (error) => `${error.constructor === cotangent.DeviceError ? "DeviceError" : error.name}: ${error.message}`,
  );

async function withGpu() {
  const kernel = kernelOf(cotangent, cnn, [8, 8, 3]);
  const { held, gpu } = watched();
  const info = await initWebGPU({ gpu });
  const error = await compareDevices(kernel);
  const pending = [kernel("webgpu").data(), kernel("webgpu").data()];
  held.device.destroy();
  const lost = await Promise.all(pending.map(messageOf));
  const onProcessor = (await kernel("cpu").data()).length;
  await initWebGPU();
  return { info, error, lost, onProcessor, recovered: await compareDevices(kernel) };
}

async function withoutAdapter() {
  const kernel = kernelOf(cotangent, cnn, [8, 8, 3]);
  return { message: await messageOf(initWebGPU()), onProcessor: (await kernel("cpu").data()).length };
}

const run = location.hash === "#without" ? withoutAdapter : withGpu;
globalThis.outcome = run().catch((error) => ({ error: error.stack }));
