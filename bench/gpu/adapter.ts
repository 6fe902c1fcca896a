/** The adapter that is measured, by Dawn, and the library's own device on it. */
import { createRequire } from "node:module";
import { type DeviceInfo, initWebGPU } from "cotangent";
import type { Rates } from "../../src/compile/cost.ts";
import { deviceNamed } from "../../src/device/device.ts";
import type { WebGpu } from "../../src/device/webgpu/device.ts";
import { DAWN_SWITCHES } from "../../test/webgpu/environment.mjs";
import { PassClock } from "./pass-clock.ts";

/** Dawn rounds timestamps to a tenth of a millisecond, so that pages can't tell who else computes. */
const EXACT_TIMES = "timestamp_quantization";

/** Dawn ends with its GPU, which a garbage collector takes from a device in use. */
const kept: GPU[] = [];

export interface Found {
  readonly gpu: GPU;
  readonly info: GPUAdapterInfo;
  /** A processor that stands in for a GPU: nothing of it is a GPU's speed. */
  readonly software: boolean;
}

function create(switches: readonly string[]): GPU {
  // Beside the bundle.
  const dawn = createRequire(import.meta.url)("./dawn/dawn.node");
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([...switches]) as GPU;
  kept.push(gpu);
  return gpu;
}

/** The adapter, if there is one. */
export async function findAdapter(): Promise<Found | null> {
  const exact = `disable-dawn-features=${EXACT_TIMES}`;
  const gpu = create([exact]);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return null;
  const { info } = adapter;
  const software =
    info.isFallbackAdapter ||
    /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${info.architecture} ${info.description}`);
  return { gpu: software ? create(DAWN_SWITCHES.map((list) => `${list},${EXACT_TIMES}`)) : gpu, info, software };
}

export interface Opened {
  readonly info: DeviceInfo;
  /** The library's device, */
  readonly own: WebGpu;
  /** and the one it has from the adapter. */
  readonly device: GPUDevice;
  /** Where the adapter has timestamps. */
  readonly clock: PassClock | null;
}

let last: GPUDevice | undefined;

/** Opens the adapter anew, with timestamps where it has them; nothing is measured where the rates are known. */
export async function open({ gpu }: Found, rates?: Rates): Promise<Opened> {
  last?.destroy();
  await last?.lost;
  let device: GPUDevice | undefined;
  const watched = {
    async requestAdapter() {
      const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
      if (!adapter) return null;
      const { limits, info, features } = adapter;
      const requestDevice = async (descriptor: GPUDeviceDescriptor): Promise<GPUDevice> => {
        const requiredFeatures: GPUFeatureName[] = features.has("timestamp-query") ? ["timestamp-query"] : [];
        device = await adapter.requestDevice({ ...descriptor, requiredFeatures });
        return device;
      };
      return { limits, info, features, requestDevice };
    },
  };
  const info = await initWebGPU(rates ? { gpu: watched, rates } : { gpu: watched });
  if (!device) throw new Error("bench: initWebGPU has not opened a device");
  last = device;
  const clock = device.features.has("timestamp-query") ? new PassClock(device) : null;
  return { info, own: deviceNamed("bench", "webgpu") as unknown as WebGpu, device, clock };
}
