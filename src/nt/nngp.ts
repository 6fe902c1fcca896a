/** The empirical NNGP kernel: f(x1) f(x2)^T. */

import { checkOptions, noMore } from "../base/errors.ts";
import { flattenArguments } from "../base/flatten.ts";
import { entry } from "../base/lists.ts";
import { sameStructure, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { contract } from "../lax/products/contract.ts";
import { checkFunction } from "../transform/flat.ts";
import type { AnyTree, ArraysOf } from "../transform/tree-types.ts";
import { type ApplyFn, callWith } from "./task/apply.ts";
import { type AxesOptions, kernelLabels, meanOfTraced, pairAxes } from "./task/axes.ts";
import { compileKernel, type InnerKernel, type KernelFn, kernelFunction } from "./task/compile-kernel.ts";
import { declareKernel } from "./task/known.ts";
import { checkDevice, type DeviceOption, type KernelDevice, placedKernel } from "./task/place.ts";

/** The mean over traced axes of the products of two outputs. */
export function outputProduct(fn: string, out1: NDArray, out2: NDArray, axes: AxesOptions): NDArray {
  const [x, y] = promoteToFloat(fn, [out1, out2]);
  const paired = pairAxes(fn, x.shape, y.shape, axes);
  const { first, second, out, sizes } = kernelLabels(x.shape, y.shape, paired);
  return meanOfTraced(contract(x, y, { lhs: first, rhs: second, out, sizes, windows: [] }), x.shape, paired);
}

export interface NngpOptions extends AxesOptions, DeviceOption {}

/**
 * Returns a function `(x1, x2, params, kwargs?)` that computes one sample of the NNGP kernel of `f`, the outer product of
 * its outputs, one kernel for each output leaf.
 *
 * The kernel's shape interleaves those of `f(x1)` and `f(x2)`: (N1, N2, C1, C2, ...). An axis in `traceAxes` (the last one
 * by default) is averaged over and disappears; one in `diagonalAxes` stands once. `x2 = null` means x1.
 * Source: `neural_tangents.empirical_nngp_fn`.
 * @throws ShapeError when traced or diagonal axes are out of range, overlap or differ in size.
 * @example const variances = nt.empiricalNngpFn(f, { diagonalAxes: [0] })(x, null, params);
 */
export function empiricalNngpFn<Out = NDArray, Params = AnyTree, X = AnyTree>(
  f: ApplyFn<Out, Params, X>,
  options: NngpOptions = {},
  ...rest: never[]
): KernelFn<ArraysOf<Out>, Params, X> {
  const fn = "nt.empiricalNngpFn";
  noMore(fn, rest);
  checkFunction(fn, f);
  const settings = nngpSettings(fn, options);
  const kernel = nngpKernel(fn, settings, options.device);
  return declareKernel(kernelFunction(fn, f, kernel), { fn, f, settings, kernel });
}

function nngpSettings(fn: string, options: NngpOptions): Required<AxesOptions> {
  const known = ["traceAxes", "diagonalAxes", "device"] as const;
  const { traceAxes = [-1], diagonalAxes = [], device } = checkOptions(fn, options, known);
  checkDevice(fn, device);
  return { traceAxes, diagonalAxes };
}

/** The same from inside, under the name of the function that the user called. */
export function nngpKernel(fn: string, axes: AxesOptions, device?: KernelDevice): InnerKernel {
  const kernel = compileKernel(null, (g, [x1, x2, params, [kwargs1, kwargs2]]) => {
    const [outs1, tree] = flattenArguments<NDArray>(callWith(g, params, x1, kwargs1));
    const [outs2, tree2] = x2 === null ? [outs1, tree] : flattenArguments<NDArray>(callWith(g, params, x2, kwargs2));
    if (!sameStructure(tree, tree2)) throw new TypeError(`${fn}: f(x1) and f(x2) must return trees of one structure.`);
    return unflatten(
      tree,
      outs1.map((out, i) => outputProduct(fn, out, entry(outs2, i), axes)),
    );
  });
  return placedKernel(fn, (args, recorder) => kernel(args, recorder).run(), kernel, device);
}
