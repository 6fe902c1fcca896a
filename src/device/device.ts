/** What a device is, which one arrays live on, and the one where everything else is computed. */
import { UnsupportedError } from "../base/errors.ts";
import type { Rates } from "../compile/cost.ts";
import { lower } from "../compile/lower.ts";
import type { Program } from "../compile/program.ts";
import { simplify } from "../compile/simplify.ts";
import type { Target } from "../compile/target.ts";
import type { Aval } from "../ir/aval.ts";
import { formatAval } from "../ir/aval.ts";
import { type Jaxpr, outputAvals } from "../ir/jaxpr.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";

export { compiled, programBytes } from "./compiled.ts";

/** A program as its device runs it. Nothing in it changes, so one plan serves any number of runs. */
export interface Plan {
  /** The bytes that a run takes at its peak, with the arrays that the outputs become. */
  readonly peakBytes: number;
  /** About the memory that the plan itself takes. */
  readonly bytes: number;
}

/** Where programs are planned and run. Plans and arrays of one device mean nothing to another. */
export interface Device<OwnPlan extends Plan = Plan, OwnArray extends NDArray = NDArray> {
  readonly name: string;
  readonly target: Target;
  /** The shapes and dtypes are those of the program's outputs. */
  plan(program: Program, outputs: readonly Aval[]): OwnPlan;
  /** The outputs of a plan for the values of the program's constants and inputs, in this order. */
  run(plan: OwnPlan, arrays: readonly NDArray[]): OwnArray[];
  /** A host's array on this device. */
  upload(array: HostArray): OwnArray;
  /** An array of this device in the host's memory. */
  read(array: OwnArray): HostArray;
  /** The most bytes that a computation may take. */
  memoryLimit(): number;
  /** How fast the device computes, measured when somebody asks first. */
  rates(): Rates;
}

let standard: Device | undefined;

/** Makes a device the one where programs run whose arrays live on none. */
export function setStandardDevice(device: Device): void {
  standard = device;
}

/** The device of programs whose arrays live on none. */
export function standardDevice(): Device {
  if (!standard) throw new Error('cotangent: no device is installed; import from "cotangent", not from its parts.');
  return standard;
}

/** Whether an array has values, and is no variable of a trace. */
export const isConcrete = (x: NDArray): boolean => x instanceof HostArray;

/** The device on which arrays live; those in the host's memory follow any. */
export function deviceOf(arrays: readonly NDArray[]): Device {
  const traced = arrays.find((x) => !isConcrete(x));
  if (traced) throw new UnsupportedError(`an array of ${formatAval(traced.aval)} lives on no device.`);
  return standardDevice();
}

/** A program planned for a device. */
export function planFor(device: Device, jaxpr: Jaxpr): Plan {
  return device.plan(lower(simplify(jaxpr), device.target), outputAvals(jaxpr));
}
