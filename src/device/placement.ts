/** Which devices there are, and which one computes. */
import { describe, noMore, UnsupportedError } from "../base/errors.ts";
import { flatten } from "../base/tree.ts";
import type { Rates } from "../compile/cost.ts";
import { HostArray, NDArray } from "../ir/ndarray.ts";
import { inScope, isStandard, ResidentArray, setStandardDevice } from "./current.ts";
import type { Device } from "./device.ts";

/** What is known of a device: plain data, of WebGPU's own words where it is a GPU. */
export interface DeviceInfo {
  readonly name: "cpu" | "webgpu";
  /** Who made the adapter, its family, and its own name, as far as the runtime tells. */
  readonly vendor?: string;
  readonly architecture?: string;
  readonly description?: string;
  /** Those of WebGPU's limits that decide what fits, such as `maxStorageBufferBindingSize`, the bytes of the largest array. */
  readonly limits?: Readonly<Record<string, number>>;
  /** The optional features that it was opened with. */
  readonly features?: readonly string[];
  /** How fast it was when it was opened. */
  readonly rates?: Rates;
}

/** A device's name, or what `devices()` and `initWebGPU()` tell of it. */
export type DeviceLike = DeviceInfo["name"] | "wasm" | DeviceInfo;

interface Installed {
  readonly device: Device;
  readonly info: DeviceInfo;
}

const installed = new Map<string, Installed>();

/** Makes a device known by its name, in the place of one of the same name that is lost, and the default one. */
export function addDevice(device: Device, info: DeviceInfo): DeviceInfo {
  installed.set(device.name, { device, info });
  setStandardDevice(device);
  return info;
}

/** The first one takes the place of a default device that is lost. */
export function replaceLost(device: Device): void {
  const [first] = installed.values();
  if (first && isStandard(device)) setStandardDevice(first.device);
}

/** A device that can compute. */
export function findDevice(name: string): DeviceInfo | null {
  const found = installed.get(name);
  return found && !found.device.lost?.() ? structuredClone(found.info) : null;
}

/**
 * The devices that can compute; WebGPU is among them after `initWebGPU()`, as long as it isn't lost. Source: `jax.devices`.
 * @returns the processor first; copies, which may be changed.
 * @example devices().map(({ name }) => name) // ["cpu"]
 */
export function devices(...rest: never[]): DeviceInfo[] {
  noMore("devices", rest);
  return [...installed.keys()].map(findDevice).filter((info) => info !== null);
}

/** The same as devices, that of the processor first. */
export const usableDevices = (): Device[] =>
  [...installed.values()].map(({ device }) => device).filter((device) => !device.lost?.());

/** The device that is meant. */
export function deviceNamed(fn: string, given: DeviceLike): Device {
  const name = typeof given === "object" && given !== null ? given.name : given;
  // What computes on the processor.
  const found = installed.get(name === "wasm" ? "cpu" : name);
  if (found) return found.device;
  const hint = name === "webgpu" ? "; call await initWebGPU() first" : "";
  const names = [...installed.keys()].map((known) => `"${known}"`).join(", ");
  throw new UnsupportedError(`${fn}: there is no device ${describe(given)}, only ${names}${hint}.`);
}

/**
 * Chooses where is computed with arrays that live on no device, such as those just made: "cpu" from the start, "webgpu" after
 * `initWebGPU()`. What lives on a device is computed with there. Source: `jax.default_device`.
 * @throws UnsupportedError for a device that isn't there, such as "webgpu" before `initWebGPU()`.
 * @example setDefaultDevice("cpu")
 */
export function setDefaultDevice(device: DeviceLike, ...rest: never[]): void {
  noMore("setDefaultDevice", rest);
  setStandardDevice(deviceNamed("setDefaultDevice", device));
}

/**
 * Calls `fn` with everything computed on one device, and returns its result. Arrays in the host's memory, which are those
 * of the processor, move there by themselves; others must have been read. The arrays that were made on the device meanwhile are
 * destroyed, but for those in the result; if functions are in it, which may hold arrays, nothing is.
 * @returns what `fn` returns: arrays of the shapes and dtypes that they have on every device, on this one.
 * @throws UnsupportedError for a device that isn't there, for `float64` on WebGPU, and for arrays of another device that
 * haven't been read.
 * @throws DeviceError for a device that is lost.
 * @throws TypeError when `fn` is asynchronous: what runs while it waits would be computed there, too.
 * @example const k = withDevice("webgpu", () => kernelFn(x1, x2, params)); await k.data();
 */
export function withDevice<Result>(device: DeviceLike, fn: () => Result, ...rest: never[]): Result {
  const name = "withDevice";
  noMore(name, rest);
  if (typeof fn !== "function") throw new TypeError(`${name}: fn must be a function, got ${describe(fn)}.`);
  const [result, made] = inScope(deviceNamed(name, device), fn);
  if (result instanceof Promise) {
    throw new TypeError(
      `${name}: fn must not be asynchronous; await what it returns outside: await withDevice(...).data().`,
    );
  }
  const [leaves] = flatten(result);
  if (leaves.every(holdsNothing)) {
    const kept = new Set(leaves);
    for (const array of made) if (!kept.has(array)) array.destroy();
  }
  return result;
}

/** Whether a leaf is what it looks like: an array or plain data, and nothing that may hold other arrays. */
const holdsNothing = (leaf: unknown): boolean =>
  leaf instanceof NDArray || ArrayBuffer.isView(leaf) || (typeof leaf !== "object" && typeof leaf !== "function");

/**
 * The array on another device; itself if it is there. What only a GPU holds can't be read at once, so the way to the
 * processor is a promise. Source: `jax.device_put`.
 * @throws UnsupportedError for a device that isn't there, for `float64` on WebGPU, and for an array on a GPU that is lost or
 * hasn't been read, on the way to another one.
 * @throws TypeError for an array inside of a trace.
 * @example const there = x.to("webgpu"); const back = await np.sum(there).to("cpu");
 */
export function moveTo(x: NDArray, device: "webgpu"): NDArray;
export function moveTo(x: NDArray, device: "cpu"): Promise<NDArray>;
export function moveTo(x: NDArray, device: DeviceLike): NDArray | Promise<NDArray>;
export function moveTo(x: NDArray, device: DeviceLike, ...rest: never[]): NDArray | Promise<NDArray> {
  const fn = "NDArray.to";
  noMore(fn, rest);
  const target = deviceNamed(fn, device);
  return target.name === "cpu" ? read(fn, x) : placed(fn, x, target);
}

/** The array on a device, at once. */
export function placed(fn: string, x: NDArray, device: Device): NDArray {
  if (x instanceof ResidentArray && x.device === device) return x;
  const host = x instanceof ResidentArray ? x.host : x;
  if (host instanceof HostArray) return device.upload(host);
  if (host) return refuseTraced(fn);
  throw new UnsupportedError(`${fn}: an array that lives on a GPU must be read before it can move: await x.data().`);
}

async function read(fn: string, x: NDArray): Promise<HostArray> {
  if (x instanceof HostArray) return x;
  if (!(x instanceof ResidentArray)) return refuseTraced(fn);
  await x.data();
  return x.device.read(x);
}

function refuseTraced(fn: string): never {
  throw new TypeError(`${fn}: a traced array lives on no device; move what goes into the function.`);
}
