/** Where a kernel is computed: where its arrays live, where the user says, or where it is done first. */
import { describe, UnsupportedError } from "../../base/errors.ts";
import {
  type Device,
  type DeviceLike,
  deviceNamed,
  inScope,
  ResidentArray,
  usableDevices,
  whereTheyLive,
} from "../../device/device.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { isTracing } from "../../ir/trace.ts";
import { flattenArrays } from "../../transform/flat.ts";
import type { CompiledKernel, InnerKernel, KernelArguments } from "./compile-kernel.ts";
import type { Recorder } from "./recording.ts";

/** A device, or the one that is predicted to have the kernel in the host's memory first. */
export type KernelDevice = "auto" | DeviceLike;

export interface DeviceOption {
  /**
   * Where the kernel is computed. Without it that is where the arrays live, or the default device; "auto" takes the device
   * that is predicted to be first, counting the ways there and back, if no array lives on one yet.
   */
  readonly device?: KernelDevice;
}

/** Throws for what names no device; one that isn't open yet may be when the kernel is called. */
export function checkDevice(fn: string, device: unknown): void {
  const name = typeof device === "object" && device !== null && "name" in device ? device.name : device;
  if (name === undefined || ["auto", "cpu", "wasm", "webgpu"].includes(String(name))) return;
  throw new TypeError(`${fn}: device must be "auto", "cpu", "webgpu" or one of devices(), got ${describe(device)}.`);
}

/** The kernel on the device that the option names. */
export function placedKernel(
  fn: string,
  kernel: InnerKernel,
  compiled: CompiledKernel,
  option: KernelDevice | undefined,
): InnerKernel {
  return (args, recorder) => {
    const arrays = flattenArrays(fn, args.slice(0, 3))[0];
    const run = (): unknown => kernel(args, recorder);
    // Inside of a trace the program around decides.
    if (option === undefined || isTracing()) return whereTheyLive(arrays, run);
    const device = option === "auto" ? fastest(arrays, args, recorder, compiled) : deviceNamed(fn, option);
    return device ? inScope(device, run)[0] : whereTheyLive(arrays, run);
  };
}

/** The device that is predicted to be first; `null` where the arrays have decided. */
function fastest(
  arrays: readonly NDArray[],
  args: KernelArguments,
  recorder: Recorder,
  compiled: CompiledKernel,
): Device | null {
  const devices = usableDevices();
  if (devices.length < 2 || arrays.some((x) => x instanceof ResidentArray)) return null;
  const inputs = arrays.reduce((bytes, x) => bytes + 4 * x.size, 0);
  const times = devices.map((device) => inScope(device, () => seconds(device, inputs, args, recorder, compiled))[0]);
  return devices[times.indexOf(Math.min(...times))] ?? null;
}

/** Until the host has the kernel; a device that can't compute it takes endless time. */
function seconds(
  device: Device,
  inputs: number,
  args: KernelArguments,
  recorder: Recorder,
  compiled: CompiledKernel,
): number {
  const { transfer = Number.POSITIVE_INFINITY, latency = 0 } = device.rates();
  try {
    const { predictedSeconds, outputBytes } = compiled(args, recorder).cost(device);
    return predictedSeconds + (inputs + outputBytes) / transfer + latency;
  } catch (error) {
    if (error instanceof UnsupportedError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}
