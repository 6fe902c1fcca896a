/** Which kernel functions are known to be symmetric, so that half of a kernel of x1 with itself gives the other half. */
import { type ApplyFn, outputShapes } from "./apply.ts";
import { type AxesOptions, kernelLabels, mirrorOf, pairAxes } from "./axes.ts";

/** For inputs and the other arguments: how each leaf's axes are permuted; `null` where keyword arguments tell sides apart. */
type Mirrors = (x: unknown, rest: readonly unknown[]) => number[][] | null;

const mirrors = /* @__PURE__ */ new WeakMap<object, Mirrors>();

/** Makes it known for a function `(x1, x2, ...rest)`. */
export function declareSymmetric<F extends object>(kernelFn: F, own: Mirrors): F {
  mirrors.set(kernelFn, own);
  return kernelFn;
}

/** The mirrors of a kernel function `(x1, x2, params, kwargs?)` of `f`. */
export const kernelMirrors =
  (fn: string, f: ApplyFn, axes: AxesOptions): Mirrors =>
  (x, [params, kwargs]) =>
    Object.keys(kwargs ?? {}).length > 0
      ? null
      : outputShapes(f, params, x, {}).leaves.map(({ shape }) =>
          mirrorOf(kernelLabels(shape, shape, pairAxes(fn, shape, shape, axes))),
        );

export const mirrorsOf = (kernelFn: object, ...args: Parameters<Mirrors>): number[][] | null =>
  mirrors.get(kernelFn)?.(...args) ?? null;
