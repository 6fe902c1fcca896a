/** Which device arrays live on, and the one where everything else is computed. */
import type { TypedArray } from "../base/dtypes.ts";
import { noMore, UnsupportedError } from "../base/errors.ts";
import { HostArray, NDArray } from "../ir/ndarray.ts";
import { isTracing } from "../ir/trace.ts";
import type { Device } from "./device.ts";

/** An array in the memory of a device that isn't the host's. */
export abstract class ResidentArray extends NDArray {
  abstract readonly device: Device;
  /** The same in the host's memory, where it has been read. */
  abstract readonly host: HostArray | null;

  constructor() {
    super();
    // What a trace computes may become part of a program, which lives longer.
    if (!isTracing()) scope?.made.push(this);
  }

  override dataSync(...rest: never[]): TypedArray {
    noMore("NDArray.dataSync", rest);
    if (this.host) return this.host.dataSync();
    throw new UnsupportedError(
      `${named(this)} lives on ${this.device.name}, which can't be read at once: await x.data() first; then ` +
        "dataSync(), toArray(), item() and comparisons work, too.",
    );
  }

  override toString(): string {
    return this.host?.toString() ?? `NDArray ${named(this)} on ${this.device.name}: await x.data() to see it`;
  }
}

/** `float32[5,20]`. */
const named = ({ aval }: NDArray): string => `${aval.dtype}[${aval.shape.join()}]`;

let standard: Device | undefined;

/** What runs inside of `withDevice`: where it computes, and the arrays that it has made there. */
interface Scope {
  readonly device: Device;
  readonly made: ResidentArray[];
}

let scope: Scope | null = null;

/** Where the arrays of a computation with several parts live, for the parts that have none. */
let preferred: Device | null = null;

/** Makes a device the one where programs run whose arrays live on none. */
export function setStandardDevice(device: Device): void {
  standard = device;
}

export const isStandard = (device: Device): boolean => standard === device;

/** The device of programs whose arrays live on none. */
export function standardDevice(): Device {
  const device = scope?.device ?? preferred ?? standard;
  if (!device) throw new Error('cotangent: no device is installed; import from "cotangent", not from its parts.');
  return device;
}

/** Calls `fn` with everything on one device, and returns its result with the arrays that were made there. */
export function inScope<Result>(device: Device, fn: () => Result): [result: Result, made: readonly ResidentArray[]] {
  const outer = scope;
  const own: Scope = { device, made: [] };
  scope = own;
  try {
    return [fn(), own.made];
  } finally {
    scope = outer;
  }
}

/** Calls `fn`, a computation with some arrays; what it computes without them is computed where they live. */
export function whereTheyLive<Result>(arrays: readonly NDArray[], fn: () => Result): Result {
  if (!arrays.every(isConcrete)) return fn();
  const outer = preferred;
  preferred = deviceOf(arrays);
  try {
    return fn();
  } finally {
    preferred = outer;
  }
}

/** Whether an array has values, and is no variable of a trace. */
export const isConcrete = (x: NDArray): boolean => x instanceof HostArray || x instanceof ResidentArray;

/**
 * The device on which arrays live; those in the host's memory follow the others. Inside of `withDevice` that device, and what
 * has been read follows, too.
 * @throws UnsupportedError when arrays live on two devices, or elsewhere than they are to be computed with.
 */
export function deviceOf(arrays: readonly NDArray[]): Device {
  let found: ResidentArray | undefined;
  for (const x of arrays) {
    if (x instanceof HostArray) continue;
    if (!(x instanceof ResidentArray)) throw new UnsupportedError(`an array of ${named(x)} lives on no device.`);
    if (x.device === scope?.device || (scope && x.host)) continue;
    if (scope) refuseElsewhere(x, scope.device);
    if (found && found.device !== x.device) refuseTwo(found, x);
    found = x;
  }
  return found?.device ?? standardDevice();
}

function refuseElsewhere(x: ResidentArray, { name }: Device): never {
  throw new UnsupportedError(
    `withDevice("${name}"): ${named(x)} lives on ${deviceName(x.device)}, and nothing moves without being told: ` +
      `await x.data() before, or move it: await x.to("${name}").`,
  );
}

function refuseTwo(a: ResidentArray, b: ResidentArray): never {
  throw new UnsupportedError(
    `one operation on arrays of two devices: ${named(a)} on ${deviceName(a.device)} and ${named(b)} on ` +
      `${deviceName(b.device)}; move one of them: await x.to("${a.device.name}").`,
  );
}

/** Two devices may have one name: one that is lost, and its successor. */
const deviceName = (device: Device): string => (device.lost?.() ? `a ${device.name} that is lost` : device.name);
