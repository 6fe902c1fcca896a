/** What a device is: all that the layers above see of this folder. */
import type { Rates } from "../compile/cost.ts";
import { hasDigits, lowered, withoutDigitsOf } from "../compile/digits.ts";
import type { Program } from "../compile/program.ts";
import type { Target } from "../compile/target.ts";
import type { Aval } from "../ir/aval.ts";
import { type Separated, separated } from "../ir/effects.ts";
import { type Jaxpr, outputAvals } from "../ir/jaxpr.ts";
import type { HostArray, NDArray } from "../ir/ndarray.ts";

export { compiled, programBytes } from "./compiled.ts";
export {
  deviceOf,
  inScope,
  isConcrete,
  ResidentArray,
  setStandardDevice,
  standardDevice,
  whereTheyLive,
} from "./current.ts";
export { type DeviceInfo, type DeviceLike, deviceNamed, moveTo, placed, usableDevices } from "./placement.ts";

/** A program as its device runs it. Nothing in it changes, so one plan serves any number of runs. */
export interface Plan {
  /** The bytes that a run takes at its peak, with the arrays that the outputs become. */
  readonly peakBytes: number;
  /** The bytes of the largest array in it; a device may not be able to hold one that would fit with all others. */
  readonly largestBuffer: number;
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
  /** The bytes of the largest array that it can compute with. */
  largestBuffer(): number;
  /** Resolves when all that was asked of it is done. */
  done(): Promise<void>;
  /** How fast the device computes, measured when somebody asks first. */
  rates(): Rates;
  /** Whether it can compute no more; a device that can't be lost has none. */
  lost?(): boolean;
}

/** The calls of the host that programs make when their plans have run. */
const calls = new WeakMap<Plan, Separated>();

/** A program planned for a device. */
export function planFor(device: Device, jaxpr: Jaxpr): Plan {
  const { target } = device;
  const own = separated(jaxpr);
  const program = own?.jaxpr ?? jaxpr;
  const avals = outputAvals(program);
  const plan = device.plan(lowered(program, target), hasDigits(target) ? avals : avals.map(withoutDigitsOf));
  if (own) calls.set(plan, own);
  return plan;
}

/** The program's outputs, after which the calls of the host in it have been made. */
export function runPlan(device: Device, plan: Plan, arrays: readonly NDArray[]): NDArray[] {
  const outputs = device.run(plan, arrays);
  return calls.get(plan)?.perform(outputs) ?? outputs;
}
