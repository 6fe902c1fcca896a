/** What `nt.batch` knows of this namespace's kernel functions, `(x1, x2, ..., params, kwargs?)`. */
import { noMore } from "../../base/errors.ts";
import type { TreeFunction } from "../../transform/flat.ts";
import type { ExampleAxes } from "../tiles/tiling.ts";
import { type ApplyFn, canonicalBatchAxes, type VmapAxes } from "./apply.ts";
import { type AxesOptions, kernelLabels, mirrorOf, pairAxes } from "./axes.ts";
import { givenArguments, type KernelArguments } from "./compile-kernel.ts";
import { type Kwargs, sidesOf } from "./kwargs.ts";
import type { SideInputs } from "./problem.ts";
import { Recorder } from "./recording.ts";

type Pair<T> = readonly [T, T];

/** How parts of the inputs are to be computed. */
export interface Known {
  /** The keyword arguments of both sides, split as those of the whole inputs are. */
  readonly kwargs: Pair<Kwargs>;
  /** Where both sides have their examples; `null` where nothing says so. */
  readonly axes: Pair<ExampleAxes | null>;
  /** The kernel of some examples of one side with some of another; `null` for the same. */
  readonly kernel: (first: SideInputs, second: SideInputs | null) => unknown;
  /** Of a kernel of x1 with itself: how each leaf's axes are permuted where the sides are exchanged. */
  readonly mirrors: readonly (readonly number[])[] | null;
}

/** `x2` is `null` where it is the same as `x1`. */
type Know = (x1: unknown, x2: unknown, rest: readonly unknown[]) => Known;

const known = /* @__PURE__ */ new WeakMap<object, Know>();

interface KernelSettings extends AxesOptions {
  readonly vmapAxes?: VmapAxes;
}

/** A kernel function from inside and out. `get` is the argument before the parameters, where there is one. */
interface Declared {
  readonly fn: string;
  readonly f: ApplyFn;
  readonly settings: KernelSettings;
  readonly kernel: (args: KernelArguments, recorder: Recorder, get: unknown) => unknown;
  /** How many kernels of each output `get` asks for. */
  readonly countOf?: (get: unknown) => number;
}

/** Makes a kernel function known. */
export function declareKernel<F extends object>(kernelFn: F, declared: Declared): F {
  const { fn, f, settings, kernel, countOf } = declared;
  known.set(kernelFn, (x1, x2, rest) => {
    const [get, params, kwargs, ...further] = countOf ? rest : [null, ...rest];
    noMore(fn, further as never[]);
    const args = givenArguments(fn, x1, x2, params, (kwargs ?? {}) as Kwargs);
    const [own, others] = sidesOf(args[3], x1, x2);
    const recorder = new Recorder(fn, f);
    const side = (...given: SideInputs) => {
      const outs = recorder.outputs(args[2], given);
      return { outs, axes: canonicalBatchAxes(fn, settings.vmapAxes, given[0], outs, given[1]) };
    };
    const first = side(x1, own);
    const mirrors = (): number[][] =>
      first.outs.leaves.flatMap(({ shape }) => {
        const mirror = mirrorOf(kernelLabels(shape, shape, pairAxes(fn, shape, shape, settings)));
        return new Array<number[]>(countOf?.(get) ?? 1).fill(mirror);
      });
    return {
      kwargs: x2 === null ? [own, own] : [own, others],
      axes: [first.axes, x2 === null ? first.axes : side(x2, others).axes],
      kernel: ([a, kwargs1], second) => {
        const [b, kwargs2] = second ?? [null, kwargs1];
        return kernel([a, b, args[2], { sides: [kwargs1, kwargs2] }], recorder, get);
      },
      mirrors: x2 === null ? mirrors() : null,
    };
  });
  return kernelFn;
}

/** Of other functions nothing is known. */
export const knownOf = (kernelFn: TreeFunction, ...[x1, x2, rest]: Parameters<Know>): Known =>
  known.get(kernelFn)?.(x1, x2, rest) ?? {
    kwargs: [{}, {}],
    axes: [null, null],
    kernel: ([a], second) => kernelFn(a, second ? second[0] : null, ...rest),
    mirrors: null,
  };
