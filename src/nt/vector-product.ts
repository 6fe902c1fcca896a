/** Products of the NTK with a vector, without the kernel. */
import type { NDArray } from "../ir/ndarray.ts";
import { jvp, vjp } from "../transform/derivatives.ts";
import { checkFunction } from "../transform/flat.ts";
import { type ApplyFn, callWith } from "./apply.ts";
import { compileKernel } from "./compile-kernel.ts";
import { type Kwargs, splitKwargs } from "./kwargs.ts";
import { Parameters } from "./parameters.ts";

/**
 * Returns a function from cotangents (a tree like `f(params, x2)`) to the product of the NTK with them (a tree like
 * `f(params, x1)`), at the cost of a few forward passes. `x2 = null` means x1. Source:
 * `neural_tangents.empirical_ntk_vp_fn`.
 * @example const product = nt.empiricalNtkVpFn(f, x1, x2, params)(cotangents);
 */
export function empiricalNtkVpFn<Out = NDArray>(
  f: ApplyFn<Out>,
  x1: unknown,
  x2: unknown,
  params: unknown,
  kwargs: Kwargs = {},
): (cotangents: Out) => Out {
  const fn = "nt.empiricalNtkVpFn";
  checkFunction(fn, f);
  const product = compileKernel(fn, f, null, (g, a, b, p, given, cotangents) => {
    const [kwargs1, kwargs2] = splitKwargs(given, a, b);
    const f1 = (own: unknown): unknown => callWith(g, own, a, kwargs1);
    const f2 = b === null ? f1 : (own: unknown): unknown => callWith(g, own, b, kwargs2);
    const parameters = new Parameters(fn, p);
    const byFloats =
      (of: typeof f1) =>
      (floats: readonly NDArray[]): unknown =>
        of(parameters.with(floats));
    const [tangent] = vjp(byFloats(f2), parameters.floats)[1](cotangents);
    return jvp(byFloats(f1), [parameters.floats], [tangent])[1];
  });
  return (cotangents) => product(x1, x2, params, kwargs, cotangents).run() as Out;
}
