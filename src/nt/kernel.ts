/** Both kernels from one function. */

import { describe, noMore } from "../base/errors.ts";
import { flattenArguments } from "../base/flatten.ts";
import { entry } from "../base/lists.ts";
import { unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { checkFunction } from "../transform/flat.ts";
import type { AnyTree, ArraysOf, Given, WithLeaves } from "../transform/tree-types.ts";
import { nngpKernel } from "./nngp.ts";
import { type NtkOptions, ntkKernel, ntkSettings } from "./ntk.ts";
import type { ApplyFn } from "./task/apply.ts";
import { givenArguments, type InnerKernel, type KernelArguments, type SecondInput } from "./task/compile-kernel.ts";
import { declareKernel } from "./task/known.ts";
import type { Kwargs } from "./task/kwargs.ts";
import { Recorder } from "./task/recording.ts";

/** The kernels that `nt.empiricalKernelFn` gives. */
export type KernelName = "nngp" | "ntk";

/** The kernels asked for by a list, or by `null` for both. */
export type EmpiricalKernel<Name extends KernelName = KernelName> = { readonly [name in Name]: NDArray };

type Get = KernelName | readonly KernelName[] | null | undefined;

/** A kernel, or for each output an object of kernels. */
export interface EmpiricalKernelFn<Out, Params, X> {
  (x1: Given<X>, x2: SecondInput<X>, get: KernelName, params: Given<Params>, kwargs?: Kwargs): ArraysOf<Out>;
  <Name extends KernelName = KernelName>(
    x1: Given<X>,
    x2: SecondInput<X>,
    get: readonly Name[] | null | undefined,
    params: Given<Params>,
    kwargs?: Kwargs,
  ): WithLeaves<Out, EmpiricalKernel<Name>>;
}

const NAMES: readonly KernelName[] = ["nngp", "ntk"];

function checkGet(get: unknown): KernelName[] {
  const given = get ?? NAMES;
  const list = Array.isArray(given) ? Array.from(given) : [given];
  if (list.length > 0 && list.every((name) => NAMES.includes(name))) return list;
  throw new TypeError(
    `nt.empiricalKernelFn: get must be "nngp", "ntk", a list of these, or null for both, got ${describe(get)}.`,
  );
}

/**
 * Returns a function `(x1, x2, get, params, kwargs?)` that computes the NNGP kernel, the NTK, or both. `get` is `"nngp"` or
 * `"ntk"` for one kernel, a list or `null` (both) for an object of kernels; for trees of outputs, the tree of these.
 * Options as for `empiricalNtkFn`. Source: `neural_tangents.empirical_kernel_fn`.
 * @example const { nngp, ntk } = nt.empiricalKernelFn(f, { vmapAxes: 0 })(xTest, xTrain, null, params);
 */
export function empiricalKernelFn<Out = NDArray, Params = AnyTree, X = AnyTree>(
  f: ApplyFn<Out, Params, X>,
  options: NtkOptions = {},
  ...rest: never[]
): EmpiricalKernelFn<Out, Params, X> {
  const fn = "nt.empiricalKernelFn";
  noMore(fn, rest);
  checkFunction(fn, f);
  const settings = ntkSettings(fn, options);
  const kernels: Readonly<Record<KernelName, InnerKernel>> = {
    nngp: nngpKernel(fn, settings, options.device),
    ntk: ntkKernel(fn, settings, options),
  };
  const kernel = (args: KernelArguments, recorder: Recorder, get: unknown): unknown => {
    const names = checkGet(get);
    const results = names.map((name) => kernels[name](args, recorder));
    if (typeof get === "string") return results[0];
    const perName = results.map((tree) => flattenArguments<NDArray>(tree)[0]);
    const outputs = entry(perName, 0).map((_, i) =>
      Object.fromEntries(names.map((name, k) => [name, entry(perName, k)[i]])),
    );
    return unflatten(flattenArguments(results[0])[1], outputs);
  };
  const kernelFn = (
    x1: unknown,
    x2: unknown,
    get: Get,
    params: unknown,
    kwargs: Kwargs = {},
    ...further: never[]
  ): AnyTree => {
    noMore(fn, further);
    checkGet(get);
    return kernel(givenArguments(fn, x1, x2, params, kwargs), new Recorder(fn, f), get);
  };
  return declareKernel(kernelFn, { fn, f, settings, kernel, countOf: (get) => checkGet(get).length });
}
