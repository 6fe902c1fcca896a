/** What `nt.batch` knows of this namespace's kernel functions, `(x1, x2, ..., params, kwargs?)`. */
import { type ApplyFn, outputShapes } from "./apply.ts";
import { type AxesOptions, kernelLabels, mirrorOf, pairAxes } from "./axes.ts";
import { checkKwargs } from "./compile-kernel.ts";
import { SIDES, splitKwargs } from "./kwargs.ts";

/** How parts of the inputs are to be computed. */
interface Known {
  /** The arguments behind x1 and x2, the keyword arguments split as those of the whole inputs are. */
  readonly rest: readonly unknown[];
  /** Of a kernel of x1 with itself: how each leaf's axes are permuted where the sides are exchanged. */
  readonly mirrors: readonly (readonly number[])[] | null;
}

/** `x2` is `null` where it is the same as `x1`. */
type Know = (x1: unknown, x2: unknown, rest: readonly unknown[]) => Known;

const known = /* @__PURE__ */ new WeakMap<object, Know>();

/** Makes a kernel function known; `kernels` tells how many kernels of each output it gives, if `get` precedes `params`. */
export function declareKernel<F extends object>(
  kernelFn: F,
  fn: string,
  f: ApplyFn,
  axes: AxesOptions,
  kernels?: (get: unknown) => number,
): F {
  known.set(kernelFn, (x1, x2, rest) => {
    const at = kernels ? 1 : 0;
    const kwargs = rest[at + 1] ?? {};
    checkKwargs(fn, kwargs);
    const [own, others] = splitKwargs(kwargs, x1, x2);
    const mirrors = (): number[][] =>
      outputShapes(f, rest[at], x1, own).leaves.flatMap(({ shape }) => {
        const mirror = mirrorOf(kernelLabels(shape, shape, pairAxes(fn, shape, shape, axes)));
        return new Array<number[]>(kernels?.(rest[0]) ?? 1).fill(mirror);
      });
    return {
      rest: [...rest.slice(0, at + 1), { [SIDES]: x2 === null ? [own, own] : [own, others] }],
      mirrors: x2 === null ? mirrors() : null,
    };
  });
  return kernelFn;
}

/** Of other functions nothing is known. */
export const knownOf = (kernelFn: object, ...[x1, x2, rest]: Parameters<Know>): Known =>
  known.get(kernelFn)?.(x1, x2, rest) ?? { rest, mirrors: null };
