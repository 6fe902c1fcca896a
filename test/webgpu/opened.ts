/** WebGPU opened for a test, with a hold on the device that the library gets. */
import { type DeviceInfo, initWebGPU, setDefaultDevice } from "cotangent";
import type { Rates } from "../../src/compile/cost.ts";
import { standardDevice } from "../../src/device/device.ts";
import { deviceNamed } from "../../src/device/placement.ts";
import type { WebGpu } from "../../src/device/webgpu/device.ts";
import type { WebGpuPlan } from "../../src/device/webgpu/plan.ts";
import { openDawn } from "./dawn.ts";

/** A slow adapter's, so that tests don't wait for a measurement. */
export const RATES: Rates = { contract: 1e9, map: 1e9, memory: 1e9, dispatch: 1e4, transfer: 1e9, latency: 1e-3 };

export interface Opened {
  readonly info: DeviceInfo;
  readonly device: GPUDevice;
  /** Whether everything was computed there, until tests put the processor in its place. */
  readonly wasDefault: boolean;
}

let last: GPUDevice | undefined;

/** Opens an adapter anew; `change` may spoil the device before the library sees it. */
export async function open(
  backend: "adapter" | "null" = "adapter",
  change: (device: GPUDevice) => void = () => {},
  rates: Rates | null = RATES,
): Promise<Opened> {
  last?.destroy();
  await last?.lost;
  const gpu = await openDawn(backend);
  let device: GPUDevice | undefined;
  const watched = {
    async requestAdapter(options?: GPURequestAdapterOptions) {
      const adapter = await gpu.requestAdapter(options);
      if (!adapter) throw new Error("no WebGPU adapter: install Debian's chromium, or set VK_DRIVER_FILES");
      const { limits, info, features } = adapter;
      const requestDevice = async (descriptor: GPUDeviceDescriptor): Promise<GPUDevice> => {
        device = await adapter.requestDevice(descriptor);
        change(device);
        return device;
      };
      return { limits, info, features, requestDevice };
    },
  };
  const info = await initWebGPU({ gpu: watched, ...(rates && { rates }) });
  if (!device) throw new Error("initWebGPU has not opened a device");
  last = device;
  // What tests compare with is the processor's.
  const wasDefault = standardDevice().name === info.name;
  setDefaultDevice("cpu");
  return { info, device, wasDefault };
}

/** The open device, and a list that its plans are added to from now on. */
export function watchPlans(): { readonly device: WebGpu; readonly plans: WebGpuPlan[] } {
  const device = deviceNamed("test", "webgpu") as WebGpu;
  const plans: WebGpuPlan[] = [];
  const plan = device.plan.bind(device);
  device.plan = (...args) => {
    const made = plan(...args);
    plans.push(made);
    return made;
  };
  return { device, plans };
}
