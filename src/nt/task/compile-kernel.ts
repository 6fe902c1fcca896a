/** A kernel function compiled once for each structure, shape and program of `f`. */
import { allNone, type PyTree } from "../../base/tree.ts";
import { floatNumbers, type TreeFunction } from "../../transform/flat.ts";
import { CompiledFunction } from "../../transform/jit.ts";
import type { AnyTree, Given } from "../../transform/tree-types.ts";
import type { ApplyFn, VmapAxes } from "./apply.ts";
import { checkArguments } from "./check.ts";
import { halves, type Kwargs } from "./kwargs.ts";
import { Recording, separateArrays } from "./recording.ts";

/** The other input of a kernel: `null`, or a tree of nulls, for the same as x1. */
export type SecondInput<X> = Given<X> | PyTree<never> | undefined;

/** Inputs `x1` and `x2`, the parameters of `f` and its keyword arguments. */
export type KernelFn<Result, Params = AnyTree, X = AnyTree> = (
  x1: Given<X>,
  x2: SecondInput<X>,
  params: Given<Params>,
  kwargs?: Kwargs,
) => Result;

/** A kernel function's arguments, whatever they are. */
export type KernelArguments = Parameters<KernelFn<unknown, unknown, unknown>>;

/** A call that is compiled and hasn't run. */
export interface PreparedCall {
  /** The bytes of memory that it takes at its peak. */
  readonly bytes: number;
  readonly run: () => unknown;
}

/** A kernel function's parts for tiling: a call is prepared before it runs. What the kernel needs beside may follow. */
export type CompiledKernel = (...args: [...KernelArguments, extra?: unknown]) => PreparedCall;

/** A kernel of traced arrays and of `f`, which must be called in its place; a further argument may follow. */
export type Compute = (
  f: ApplyFn,
  x1: unknown,
  x2: unknown,
  params: unknown,
  kwargs: Kwargs,
  extra: unknown,
) => unknown;

/**
 * Wraps `compute`, which is written for traced arrays, so that it runs as a compiled plan. Arrays among the keyword
 * arguments and what `f` closes over are inputs of the plan; other values are part of what is compiled.
 */
export function compileKernel(fn: string, f: ApplyFn, vmapAxes: VmapAxes, compute: Compute): CompiledKernel {
  const forms = new CompiledFunction();
  return (x1, x2, givenParams, kwargs = {}, extra = null) => {
    checkArguments(fn, x1, x2, givenParams, kwargs);
    const params = floatNumbers(givenParams);
    const second = x2 === undefined || allNone(x2) ? null : x2;
    const recording = new Recording(fn, f);
    const [kwargs1, kwargs2] = halves(kwargs);
    recording.recordSide(vmapAxes, params, x1, kwargs1);
    if (second !== null) recording.recordSide(vmapAxes, params, second, kwargs2);
    const { arrays, key: statics, join } = separateArrays(kwargs);
    const variant = `${statics} ${recording.key}`;
    const inputs = [x1, second, params, arrays, recording.closed, extra];
    const kernel: TreeFunction = (a, b, p, own, closed, more) =>
      compute(recording.with(closed), a, b, p, join(own), more);
    return {
      get bytes() {
        return forms.memoryBytes(kernel, inputs, variant);
      },
      run: () => forms.call(kernel, inputs, variant),
    };
  };
}
