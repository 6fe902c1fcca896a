/** A kernel function compiled once for each structure, shape and program of `f`. */
import { noMore } from "../../base/errors.ts";
import { allNone, type PyTree } from "../../base/tree.ts";
import type { Cost } from "../../compile/cost.ts";
import { type Device, standardDevice } from "../../device/device.ts";
import { floatNumbers, type TreeFunction } from "../../transform/flat.ts";
import { CompiledFunction } from "../../transform/jit.ts";
import { costOfCall, memoryOfCall } from "../../transform/measured.ts";
import type { AnyTree, Given } from "../../transform/tree-types.ts";
import type { ApplyFn, VmapAxes } from "./apply.ts";
import { checkArguments } from "./check.ts";
import { type GivenKwargs, halvesOf, type Kwargs, sidesOf } from "./kwargs.ts";
import type { SideInputs, Task } from "./problem.ts";
import { Recorder, separateArrays } from "./recording.ts";

/** The other input of a kernel: `null`, or a tree of nulls, for the same as x1. */
export type SecondInput<X> = Given<X> | PyTree<never> | undefined;

/** Inputs `x1` and `x2`, the parameters of `f` and its keyword arguments. */
export type KernelFn<Result, Params = AnyTree, X = AnyTree> = (
  x1: Given<X>,
  x2: SecondInput<X>,
  params: Given<Params>,
  kwargs?: Kwargs,
) => Result;

/** A kernel function's arguments, checked, numbers among the parameters as floats; `x2` is `null` for the same as x1. */
export type KernelArguments = readonly [x1: unknown, x2: unknown, params: unknown, kwargs: GivenKwargs];

/** A kernel function from inside, for arguments that are checked. The parts of one call share what is recorded of `f`. */
export type InnerKernel = (args: KernelArguments, recorder: Recorder) => AnyTree;

/** The kernel function that users call. */
export function kernelFunction(fn: string, f: ApplyFn, kernel: InnerKernel): KernelFn<AnyTree> {
  return (x1, x2, params, kwargs = {}, ...rest: never[]) => {
    noMore(fn, rest);
    return kernel(givenArguments(fn, x1, x2, params, kwargs), new Recorder(fn, f));
  };
}

/** What a user gives, checked. */
export function givenArguments(fn: string, x1: unknown, x2: unknown, params: unknown, kwargs: Kwargs): KernelArguments {
  checkArguments(fn, x1, x2, params, kwargs);
  return [x1, x2 === undefined || allNone(x2) ? null : x2, floatNumbers(params), { both: kwargs }];
}

/** What a kernel is told beside its task. */
interface Beside {
  /** The bytes of memory that there are, where less than the kernel's settings say. */
  readonly room?: number;
  /** A further argument, traced like the others. */
  readonly extra?: unknown;
}

/** A call that is compiled and hasn't run. */
export interface PreparedCall {
  /** The bytes of memory that it takes at its peak. */
  readonly bytes: number;
  /** What it costs on a device, which must be the one where it is prepared. */
  cost(device: Device): Cost;
  readonly run: () => unknown;
}

/** A kernel function's parts for tiling: a call is prepared before it runs. */
export type CompiledKernel = (args: KernelArguments, recorder: Recorder, beside?: Beside) => PreparedCall;

/** A kernel of traced arrays and of `f`, which must be called in its place. */
export type Compute = (f: ApplyFn, task: Task, beside: Beside) => unknown;

/** The inputs of both sides, of one where they are the same. */
export function sideInputs([x1, x2, , kwargs]: KernelArguments): SideInputs[] {
  const [kwargs1, kwargs2] = halvesOf(kwargs);
  return x2 === null
    ? [[x1, kwargs1]]
    : [
        [x1, kwargs1],
        [x2, kwargs2],
      ];
}

/**
 * Wraps `compute`, which is written for traced arrays, so that it runs as a compiled plan. Arrays among the keyword
 * arguments and what `f` closes over are inputs of the plan; other values are part of what is compiled.
 */
export function compileKernel(vmapAxes: VmapAxes, compute: Compute): CompiledKernel {
  const forms = new CompiledFunction();
  return (args, recorder, beside = {}) => {
    const [x1, x2, params, kwargs] = args;
    const recording = recorder.record(vmapAxes, params, sideInputs(args));
    const { arrays, key: statics, join } = separateArrays(kwargs);
    // AUTO's choice depends on the device.
    const device = standardDevice();
    const variant = `${device.name} ${beside.room ?? device.memoryLimit()} ${statics} ${recording.key}`;
    const inputs = [x1, x2, params, arrays, recording.closed, beside.extra ?? null];
    const kernel: TreeFunction = (a, b, p, own, closed, extra) =>
      compute(recording.with(closed), [a, b, p, sidesOf(join(own), a, b)], { ...beside, extra });
    return {
      get bytes() {
        return memoryOfCall(forms, kernel, inputs, variant);
      },
      cost: (on) => costOfCall(forms, kernel, inputs, variant, on),
      run: () => forms.call(kernel, inputs, variant),
    };
  };
}
