/** What `nt.batch` knows of this namespace's kernel functions, `(x1, x2, ..., params, kwargs?)`. */
import { noMore } from "../../base/errors.ts";
import type { ExampleAxes } from "../tiles/tiling.ts";
import { type ApplyFn, canonicalBatchAxes, outputShapes, type VmapAxes } from "./apply.ts";
import { type AxesOptions, kernelLabels, mirrorOf, pairAxes } from "./axes.ts";
import { checkArguments } from "./check.ts";
import { type Kwargs, SIDES, splitKwargs } from "./kwargs.ts";

type Pair<T> = readonly [T, T];

/** How parts of the inputs are to be computed. */
interface Known {
  /** The keyword arguments of both sides, split as those of the whole inputs are. */
  readonly kwargs: Pair<Kwargs>;
  /** Where both sides have their examples; `null` where nothing says so. */
  readonly axes: Pair<ExampleAxes | null>;
  /** The arguments behind x1 and x2. */
  readonly rest: (kwargs: Pair<Kwargs>) => readonly unknown[];
  /** Of a kernel of x1 with itself: how each leaf's axes are permuted where the sides are exchanged. */
  readonly mirrors: readonly (readonly number[])[] | null;
}

/** `x2` is `null` where it is the same as `x1`. */
type Know = (x1: unknown, x2: unknown, rest: readonly unknown[]) => Known;

const known = /* @__PURE__ */ new WeakMap<object, Know>();

interface KernelSettings extends AxesOptions {
  readonly vmapAxes?: VmapAxes;
}

/** Makes a kernel function known; `kernels` tells how many kernels of each output it gives, if `get` precedes `params`. */
export function declareKernel<F extends object>(
  kernelFn: F,
  fn: string,
  f: ApplyFn,
  settings: KernelSettings,
  kernels?: (get: unknown) => number,
): F {
  known.set(kernelFn, (x1, x2, rest) => {
    const at = kernels ? 1 : 0;
    const kwargs = (rest[at + 1] ?? {}) as Kwargs;
    checkArguments(fn, x1, x2, rest[at], kwargs);
    noMore(fn, rest.slice(at + 2) as never[]);
    const [own, others] = splitKwargs(kwargs, x1, x2);
    const side = (x: unknown, given: Kwargs) => {
      const outs = outputShapes(fn, f, rest[at], x, given);
      return { outs, axes: canonicalBatchAxes(fn, settings.vmapAxes, x, outs, given) };
    };
    const first = side(x1, own);
    const mirrors = (): number[][] =>
      first.outs.leaves.flatMap(({ shape }) => {
        const mirror = mirrorOf(kernelLabels(shape, shape, pairAxes(fn, shape, shape, settings)));
        return new Array<number[]>(kernels?.(rest[0]) ?? 1).fill(mirror);
      });
    return {
      kwargs: x2 === null ? [own, own] : [own, others],
      axes: [first.axes, x2 === null ? first.axes : side(x2, others).axes],
      rest: (pair) => [...rest.slice(0, at + 1), { [SIDES]: pair }],
      mirrors: x2 === null ? mirrors() : null,
    };
  });
  return kernelFn;
}

/** Of other functions nothing is known. */
export const knownOf = (kernelFn: object, ...[x1, x2, rest]: Parameters<Know>): Known =>
  known.get(kernelFn)?.(x1, x2, rest) ?? { kwargs: [{}, {}], axes: [null, null], rest: () => rest, mirrors: null };
