/** The empirical NTK: J(x1) J(x2)^T, where J is the Jacobian of f by its parameters. */
import { checkOptions, describe, noMore } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import type { Rates } from "../compile/cost.ts";
import { standardDevice } from "../device/device.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { checkFunction } from "../transform/flat.ts";
import type { AnyTree, ArraysOf } from "../transform/tree-types.ts";
import { methodOf } from "./methods/choice.ts";
import { NtkImplementation } from "./methods/implementation.ts";
import type { ApplyFn, VmapAxes } from "./task/apply.ts";
import type { AxesOptions } from "./task/axes.ts";
import { compileKernel, type InnerKernel, type KernelFn, kernelFunction } from "./task/compile-kernel.ts";
import { declareKernel } from "./task/known.ts";
import { checkDevice, type DeviceOption, placedKernel } from "./task/place.ts";
import { type NtkSettings, prepare } from "./task/problem.ts";
import { type MemoryOptions, withinMemory } from "./tiles/memory.ts";

/** Options of `nt.empiricalNtkFn` and `nt.empiricalKernelFn`. */
export interface NtkOptions extends AxesOptions, MemoryOptions, DeviceOption {
  /**
   * Axes over which `f` acts on each example by itself, so that Jacobians are computed example by example: a number (the
   * batch axis of inputs and outputs alike), a tree of them, or `[inAxes, outAxes, kwargsAxes]`. A list of three is
   * always taken as the latter. Wrong by definition for functions that couple examples, such as batch normalization:
   * leave it `null` (the default) for these.
   */
  readonly vmapAxes?: VmapAxes;
  /** The method, by number or name, such as `"AUTO"`; they all give the same kernel. */
  readonly implementation?: NtkImplementation | keyof typeof NtkImplementation;
  /** For tests of structured derivatives: `false` computes Jacobians of single equations by jvp or vjp, not by rules. */
  readonly jRules?: boolean;
  /** For tests of structured derivatives: `false` uses no structure. */
  readonly sRules?: boolean;
  /** For tests of structured derivatives with `jRules: false`: forward or reverse mode; `null` takes the cheaper one. */
  readonly fwd?: boolean | null;
  /**
   * How fast the machine is, by which AUTO chooses, in place of a measurement of a few milliseconds: operations a second in
   * contractions, instructions on an element a second in elementwise programs, bytes a second in copies. What is left out
   * is measured.
   */
  readonly rates?: Partial<Rates>;
}

const NTK_OPTIONS = [
  "traceAxes",
  "diagonalAxes",
  "vmapAxes",
  "implementation",
  "jRules",
  "sRules",
  "fwd",
  "memoryLimit",
  "onProgress",
  "signal",
  "rates",
  "device",
] as const;

const RATES = ["contract", "map", "memory", "dispatch", "transfer", "latency"] as const;

function checkRates(fn: string, rates: Partial<Rates>): void {
  if (!isPlainObject(rates)) throw new TypeError(`${fn}: rates must be an object of numbers, got ${describe(rates)}.`);
  for (const [name, rate] of Object.entries(checkOptions(`${fn}: rates`, rates, RATES))) {
    if (typeof rate === "number" && rate > 0 && rate < Number.POSITIVE_INFINITY) continue;
    throw new RangeError(`${fn}: rates.${name} must be a positive number a second, got ${describe(rate)}.`);
  }
}

/** The options in full, checked. */
export function ntkSettings(fn: string, options: NtkOptions): NtkSettings {
  const given = checkOptions(fn, options, NTK_OPTIONS);
  const { traceAxes = [-1], diagonalAxes = [], vmapAxes = null } = given;
  const { jRules = true, sRules = true, fwd = null, memoryLimit = Number.POSITIVE_INFINITY, rates = {} } = given;
  checkRates(fn, rates);
  checkDevice(fn, given.device);
  if (typeof memoryLimit !== "number" || !(memoryLimit > 0)) {
    throw new RangeError(`${fn}: memoryLimit must be a positive number of bytes, got ${describe(memoryLimit)}.`);
  }
  return {
    traceAxes,
    diagonalAxes,
    vmapAxes,
    rules: { jRules, sRules, fwd },
    // Each call has a device of its own.
    get memoryLimit() {
      return Math.min(memoryLimit, standardDevice().memoryLimit());
    },
    rates,
  };
}

/**
 * Returns a function `(x1, x2, params, kwargs?)` that computes the NTK of `f`, one kernel for each output leaf.
 *
 * The kernel's shape interleaves those of `f(x1)` and `f(x2)`: (N1, N2, C1, C2, ...). An axis in `traceAxes` (the last one
 * by default) is averaged over and disappears; one in `diagonalAxes` stands once. `x2 = null` means x1. The dtype is what
 * parameters and outputs promote to.
 *
 * It is compiled once for each combination of shapes. Each call traces `f` once at each shape (x1, x2, with `vmapAxes` one
 * example), which computes nothing, so that what `f` reads beside its arguments is seen as it is then: other arrays with
 * dimensions go into what is compiled already, and another number, scalar array or flag is compiled anew, as is a `policy`
 * of `checkpoint` that `f` makes anew at each call.
 *
 * Keyword arguments go to `f` as its third argument: a list of two is split between x1 and x2, `rng` is one key for equal
 * inputs and two different ones otherwise. Source: `neural_tangents.empirical_ntk_fn`.
 * @throws ShapeError when traced or diagonal axes are out of range, overlap or differ in size.
 * @example
 * const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0 });
 * const kernel = kernelFn(xTest, xTrain, params); // (nTest, nTrain)
 */
export function empiricalNtkFn<Out = NDArray, Params = AnyTree, X = AnyTree>(
  f: ApplyFn<Out, Params, X>,
  options: NtkOptions = {},
  ...rest: never[]
): KernelFn<ArraysOf<Out>, Params, X> {
  const fn = "nt.empiricalNtkFn";
  noMore(fn, rest);
  checkFunction(fn, f);
  const settings = ntkSettings(fn, options);
  const kernel = ntkKernel(fn, settings, options);
  return declareKernel(kernelFunction(fn, f, kernel), { fn, f, settings, kernel });
}

/** The same from inside, under the name of the function that the user called. */
export function ntkKernel(fn: string, settings: NtkSettings, options: NtkOptions): InnerKernel {
  const { implementation = NtkImplementation.JACOBIAN_CONTRACTION, device, ...progress } = options;
  const method = methodOf(fn, implementation);
  const kernel = compileKernel(settings.vmapAxes, (g, task, { room = settings.memoryLimit }) =>
    method(fn, prepare(fn, g, settings, task), { ...settings, memoryLimit: room }),
  );
  return placedKernel(fn, withinMemory(fn, kernel, settings, progress), kernel, device);
}
