/** Products of the NTK with a vector, without the kernel. */
import { noMore } from "../base/errors.ts";
import { unflatten } from "../base/tree.ts";
import { makeAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { jvp, vjp } from "../transform/derivatives.ts";
import { checkFunction, flattenArrays, matchLeaves } from "../transform/flat.ts";
import type { AnyTree, ArraysOf, Given, Settled } from "../transform/tree-types.ts";
import { type ApplyFn, callWith, outputShapes } from "./task/apply.ts";
import { compileKernel, givenArguments, type KernelArguments, type SecondInput } from "./task/compile-kernel.ts";
import { kept } from "./task/kept.ts";
import type { Kwargs } from "./task/kwargs.ts";
import { Parameters } from "./task/parameters.ts";
import { Recorder } from "./task/recording.ts";

/**
 * Returns a function from cotangents (a tree like `f(params, x2)`) to the product of the NTK with them (a tree like
 * `f(params, x1)`), at the cost of a few forward passes. `x2 = null` means x1. Source:
 * `neural_tangents.empirical_ntk_vp_fn`.
 * @example const product = nt.empiricalNtkVpFn(f, x1, x2, params)(cotangents);
 */
export function empiricalNtkVpFn<Out = NDArray, Params = AnyTree, X = AnyTree>(
  f: ApplyFn<Out, Params, X>,
  x1: Settled<Given<X>>,
  x2: Settled<SecondInput<X>>,
  params: Settled<Given<Params>>,
  kwargs: Kwargs = {},
  ...rest: never[]
): (cotangents: Given<Out>) => ArraysOf<Out> {
  const fn = "nt.empiricalNtkVpFn";
  noMore(fn, rest);
  checkFunction(fn, f);
  const args = kept(fn, givenArguments(fn, x1, x2, params, kwargs)) as KernelArguments;
  const product = compileKernel(null, (g, [a, b, p, [kwargs1, kwargs2]], { extra: cotangents }) => {
    const f1 = (q: unknown): unknown => callWith(g, q, a, kwargs1);
    const f2 = b === null ? f1 : (q: unknown): unknown => callWith(g, q, b, kwargs2);
    const parameters = new Parameters(fn, p);
    const byFloats =
      (of: typeof f1) =>
      (floats: readonly NDArray[]): unknown =>
        of(parameters.with(floats));
    const outs = outputShapes(fn, g, p, b ?? a, b === null ? kwargs1 : kwargs2);
    const avals = outs.leaves.map(({ shape, dtype }) => makeAval(shape, dtype));
    const given = unflatten(outs.tree, matchLeaves(fn, "cotangents", cotangents, outs.tree, avals));
    const [tangent] = vjp(byFloats(f2), parameters.floats)[1](given);
    return jvp(byFloats(f1), [parameters.floats], [tangent])[1];
  });
  return (cotangents, ...further: never[]) => {
    noMore(fn, further);
    const [arrays, tree] = flattenArrays(fn, cotangents);
    return product(args, new Recorder(fn, f), { extra: unflatten(tree, arrays) }).run() as ArraysOf<Out>;
  };
}
