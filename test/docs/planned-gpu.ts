/** A GPU without an adapter: it plans whatever it is asked to compute, as WebGPU would, and computes nothing. */
import { GUARANTEED } from "../../gpu/kernel.ts";
import { noMore } from "../../src/base/errors.ts";
import { ResidentArray } from "../../src/device/current.ts";
import { type Device, inScope } from "../../src/device/device.ts";
import { planProgram, type WebGpuPlan } from "../../src/device/webgpu/plan.ts";
import { makeTarget } from "../../src/device/webgpu/target.ts";
import type { Aval } from "../../src/ir/aval.ts";
import type { NDArray } from "../../src/ir/ndarray.ts";

class PlannedArray extends ResidentArray {
  readonly host = null;

  constructor(readonly aval: Aval) {
    super();
  }

  get device(): Device {
    return plannedGpu;
  }

  override data(...rest: never[]): Promise<never> {
    noMore("NDArray.data", rest);
    return Promise.reject(new Error("an array that is only planned"));
  }
}

function refuse(): never {
  throw new Error("a device that only plans");
}

export const plannedGpu: Device<WebGpuPlan, PlannedArray> = {
  name: "webgpu",
  target: makeTarget(GUARANTEED),
  plan: (program, avals) => planProgram(program, avals, GUARANTEED),
  run: ({ outputs }) => outputs.map(({ aval }) => new PlannedArray(aval)),
  upload: ({ aval }) => new PlannedArray(aval),
  read: refuse,
  memoryLimit: () => 2 ** 31,
  largestBuffer: () => 2 ** 27,
  done: () => Promise.resolve(),
  rates: refuse,
};

/** Calls a function with an array on the device, and everything computed there. The error, where it isn't possible. */
export function whatPlanningSays(fn: (x: NDArray) => unknown, { aval }: NDArray): Error | null {
  try {
    inScope(plannedGpu as Device, () => fn(new PlannedArray(aval)));
    return null;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
