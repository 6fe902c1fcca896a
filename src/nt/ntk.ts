/** The empirical NTK: J(x1) J(x2)^T, where J is the Jacobian of f by its parameters. */
import { checkOptions, describe, UnsupportedError } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { checkFunction } from "../transform/flat.ts";
import type { ApplyFn, VmapAxes } from "./apply.ts";
import type { AxesOptions } from "./axes.ts";
import { compileKernel, type KernelFn } from "./compile-kernel.ts";
import { NtkImplementation } from "./implementation.ts";
import { jacobianContraction } from "./jacobian-contraction.ts";
import { type NtkAxes, type Problem, prepare } from "./problem.ts";
import { structuredDerivatives } from "./structured-derivatives.ts";
import { ntkVectorProducts } from "./vector-products.ts";

export interface NtkOptions extends AxesOptions {
  /**
   * Axes over which `f` acts on each example by itself, so that Jacobians are computed example by example: a number (the
   * batch axis of inputs and outputs alike), a tree of them, or `[inAxes, outAxes, kwargsAxes]`. A list of three is
   * always taken as the latter. Wrong by definition for functions that couple examples, such as batch normalization:
   * leave it `null` (the default) for these.
   */
  readonly vmapAxes?: VmapAxes;
  readonly implementation?: NtkImplementation;
}

export const NTK_OPTIONS = ["traceAxes", "diagonalAxes", "vmapAxes", "implementation"] as const;

type Method = (fn: string, problem: Problem, axes: NtkAxes) => unknown;

const METHODS: Readonly<Record<number, Method>> = {
  [NtkImplementation.JACOBIAN_CONTRACTION]: jacobianContraction,
  [NtkImplementation.NTK_VECTOR_PRODUCTS]: ntkVectorProducts,
  [NtkImplementation.STRUCTURED_DERIVATIVES]: structuredDerivatives,
};

function methodOf(fn: string, implementation: unknown): Method {
  const names = Object.entries(NtkImplementation);
  const found = names.find(([, value]) => value === implementation);
  if (!found) {
    const known = names.map(([name, value]) => `${name} (${value})`).join(", ");
    throw new TypeError(`${fn}: implementation must be one of ${known}, got ${describe(implementation)}.`);
  }
  const method = METHODS[found[1]];
  if (method) return method;
  throw new UnsupportedError(
    `${fn}: implementation ${found[0]} is not available in this version; use NtkImplementation.JACOBIAN_CONTRACTION.`,
  );
}

/**
 * Returns a function `(x1, x2, params, kwargs?)` that computes the NTK of `f`, one kernel for each output leaf.
 *
 * The kernel's shape interleaves those of `f(x1)` and `f(x2)`: (N1, N2, C1, C2, ...). An axis in `traceAxes` (the last one
 * by default) is averaged over and disappears; one in `diagonalAxes` stands once. `x2 = null` means x1. The dtype is what
 * parameters and outputs promote to. It is traced and compiled once for each combination of shapes.
 *
 * Keyword arguments go to `f` as its third argument: a list of two is split between x1 and x2, `rng` is one key for equal
 * inputs and two different ones otherwise. Source: `neural_tangents.empirical_ntk_fn`.
 * @throws ShapeError when traced or diagonal axes are out of range, overlap or differ in size.
 * @example
 * const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0 });
 * const kernel = kernelFn(xTest, xTrain, params); // (nTest, nTrain)
 */
export function empiricalNtkFn<Out = NDArray>(f: ApplyFn<Out>, options: NtkOptions = {}): KernelFn<Out> {
  const fn = "nt.empiricalNtkFn";
  checkFunction(fn, f);
  checkOptions(fn, options, NTK_OPTIONS);
  const method = methodOf(fn, options.implementation ?? NtkImplementation.JACOBIAN_CONTRACTION);
  const axes = {
    traceAxes: options.traceAxes ?? [-1],
    diagonalAxes: options.diagonalAxes ?? [],
    vmapAxes: options.vmapAxes ?? null,
  };
  return compileKernel(fn, (x1, x2, params, kwargs = {}) =>
    method(fn, prepare(fn, f, axes, [x1, x2, params, kwargs]), axes),
  );
}
