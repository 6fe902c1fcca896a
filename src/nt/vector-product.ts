/** Products of the NTK with a vector, without the kernel. */

import { allNone } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { jvp, vjp } from "../transform/derivatives.ts";
import { checkFunction } from "../transform/flat.ts";
import { jit } from "../transform/jit.ts";
import { type ApplyFn, callWith } from "./apply.ts";
import { type Kwargs, splitKwargs } from "./kwargs.ts";

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
  checkFunction("nt.empiricalNtkVpFn", f);
  const second = x2 === undefined || allNone(x2) ? null : x2;
  const [kwargs1, kwargs2] = splitKwargs(kwargs, x1, second);
  const f1 = (p: unknown): Out => callWith(f, p, x1, kwargs1);
  const f2 = second === null ? f1 : (p: unknown): Out => callWith(f, p, second, kwargs2);
  return jit((cotangents: Out): Out => {
    const [tangent] = vjp(f2, params)[1](cotangents);
    return jvp(f1, [params], [tangent])[1];
  });
}
