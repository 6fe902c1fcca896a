/** WebGPU as users turn it on. All else of it is loaded then. */
import { checkOptions, describe, noMore } from "../../base/errors.ts";
import type { Rates } from "../../compile/cost.ts";
import { addDevice, type DeviceInfo, findDevice, replaceLost } from "../placement.ts";

/** The part of the web's `GPU` that is needed, so that these declarations need no others. */
export interface GpuLike {
  requestAdapter(options?: object): Promise<object | null>;
}

/** Options of `initWebGPU`. */
export interface WebGpuOptions {
  /** What `navigator.gpu` is in browsers; on Node what the package "webgpu" creates. Found by itself where there is one. */
  readonly gpu?: GpuLike;
  /** Which of several adapters. */
  readonly powerPreference?: "low-power" | "high-performance";
  /** How fast the adapter is, in place of a short measurement: what an earlier `initWebGPU()` has told. */
  readonly rates?: Rates;
}

const OPTIONS = ["gpu", "powerPreference", "rates"] as const;

let opening: Promise<DeviceInfo> | null = null;

/**
 * Opens a GPU, if it isn't open, and makes it the default device: the same program computes there, and reads its results
 * with `await x.data()`. `setDefaultDevice("cpu")`, `withDevice`, `array(data, { device })` and `x.to(device)` say otherwise. After a
 * loss of the device, when the processor has taken its place, it opens it again.
 * @returns what is known of the device. float32, int32, uint32 and bool are computed with there, arrays as large as it binds.
 * @throws DeviceError where there is no WebGPU, no adapter, or an adapter that gives no device; the processor computes on.
 * @throws TypeError for a `gpu` that is none, RangeError for another `powerPreference`.
 * @example
 * const { description, limits } = await initWebGPU();
 * const k = kernelFn(x1, x2, params);
 * await k.data();
 */
export function initWebGPU(options: WebGpuOptions = {}, ...rest: never[]): Promise<DeviceInfo> {
  const fn = "initWebGPU";
  noMore(fn, rest);
  const { gpu = null, powerPreference = null, rates = null } = checkOptions(fn, options, OPTIONS);
  if (powerPreference !== null && powerPreference !== "low-power" && powerPreference !== "high-performance") {
    throw new RangeError(
      `${fn}: powerPreference must be "low-power" or "high-performance", got ${describe(powerPreference)}.`,
    );
  }
  if (gpu !== null && typeof (gpu as Partial<GpuLike>).requestAdapter !== "function") {
    throw new TypeError(`${fn}: gpu must be a GPU like navigator.gpu, got ${describe(gpu)}.`);
  }
  const known = findDevice("webgpu");
  if (known) return Promise.resolve(known);
  opening ??= open(gpu, powerPreference, rates).finally(() => {
    opening = null;
  });
  return opening;
}

async function open(
  gpu: GpuLike | null,
  powerPreference: GPUPowerPreference | null,
  rates: Rates | null,
): Promise<DeviceInfo> {
  const { openWebGpu } = await import("./open.ts");
  const device = await openWebGpu({ gpu: gpu as GPU | null, powerPreference, rates });
  device.session.onFailure = () => replaceLost(device);
  return addDevice(device, { ...device.info, rates: device.rates() });
}
