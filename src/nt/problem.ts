/** A kernel's task made explicit: the two sides with their inputs, shapes and batch axes, and the parameters. */
import { formatTree, sameStructure, structure, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { vmap } from "../transform/vmap.ts";
import {
  type ApplyFn,
  type BatchAxes,
  callWith,
  canonicalBatchAxes,
  type OutputShapes,
  outputShapes,
  Parameters,
  type VmapAxes,
  withoutUnitBatch,
  withUnitBatch,
} from "./apply.ts";
import { type AxesOptions, pairAxes } from "./axes.ts";
import type { Kwargs } from "./kwargs.ts";
import type { Rules } from "./uses.ts";

/** What a method is told: the kernel's axes, and the switches of the structured method. */
export interface NtkSettings extends Required<AxesOptions> {
  readonly vmapAxes: VmapAxes;
  readonly rules: Rules;
  /** The bytes that a method may take where there is a choice. */
  readonly memoryLimit: number;
}

/** `f` as a function of the float parameters alone. */
export type OfParameters = (floats: readonly NDArray[]) => unknown;

/** One of the two inputs and what `f` does with it. */
export class Side {
  constructor(
    readonly f: ApplyFn,
    readonly parameters: Parameters,
    readonly x: unknown,
    readonly kwargs: Kwargs,
    readonly outs: OutputShapes,
    readonly batch: BatchAxes | null,
  ) {}

  /** `f` on the whole batch. */
  readonly whole: OfParameters = (floats) => callWith(this.f, this.parameters.with(floats), this.x, this.kwargs);

  /**
   * Runs `compute` on `f` of one example at a time, mapped over the batch axes; on the whole of `f` when there are none.
   * `compute` returns lists of arrays, one list per output leaf; `axisOf` tells where the batch axis goes in them.
   */
  perExample(compute: (single: OfParameters) => NDArray[][], axisOf: (output: number) => number): NDArray[][] {
    const { batch, x, kwargs } = this;
    if (batch === null) return compute(this.whole);
    const mapped = Object.keys(batch.kwargs);
    const fixed = Object.fromEntries(Object.entries(kwargs).filter(([key]) => !mapped.includes(key)));
    const one = (example: unknown, own: Kwargs): NDArray[][] => {
      const batched = mapped.map((key) => [key, withUnitBatch(own[key], batch.kwargs[key]!)]);
      const all = { ...fixed, ...Object.fromEntries(batched) };
      const input = withUnitBatch(example, batch.inputs);
      return compute((floats) =>
        withoutUnitBatch(callWith(this.f, this.parameters.with(floats), input, all), batch.outputs),
      );
    };
    const kwargsAxes = mapped.map((key) => [key, unflatten(structure(kwargs[key]), batch.kwargs[key]!)]);
    return vmap(one, {
      inAxes: [unflatten(structure(x), batch.inputs), Object.fromEntries(kwargsAxes)],
      outAxes: this.outs.leaves.map((_, i) => axisOf(i)),
    })(x, Object.fromEntries(mapped.map((key) => [key, kwargs[key]]))) as NDArray[][];
  }
}

export interface Problem {
  readonly parameters: Parameters;
  readonly first: Side;
  /** The same object as `first` when x2 is the same as x1. */
  readonly second: Side;
}

/** What a kernel is computed of: the inputs, the parameters, and the keyword arguments for each of the inputs. */
export type Task = readonly [x1: unknown, x2: unknown, params: unknown, kwargs: readonly [Kwargs, Kwargs]];

/** Validates the task: everything that the methods rely on, in one place, so that they all refuse the same things. */
export function prepare(
  fn: string,
  f: ApplyFn,
  axes: NtkSettings,
  [x1, x2, params, [kwargs1, kwargs2]]: Task,
): Problem {
  const parameters = new Parameters(params);
  const side = (x: unknown, own: Kwargs): Side => {
    const outs = outputShapes(f, params, x, own);
    return new Side(f, parameters, x, own, outs, canonicalBatchAxes(fn, axes.vmapAxes, x, outs, own));
  };
  const first = side(x1, kwargs1);
  const second = x2 === null ? first : side(x2, kwargs2);
  if (!sameStructure(first.outs.tree, second.outs.tree)) {
    throw new TypeError(
      `${fn}: f(x1) and f(x2) must return trees of one structure, got ${formatTree(first.outs.tree)} and ` +
        `${formatTree(second.outs.tree)}.`,
    );
  }
  first.outs.leaves.forEach((out, i) => {
    pairAxes(fn, out.shape, second.outs.leaves[i]!.shape, axes);
  });
  return { parameters, first, second };
}

/** A tree of kernels, one for each output leaf. */
export function perOutput({ first }: Problem, kernel: (output: number) => NDArray): unknown {
  return unflatten(
    first.outs.tree,
    first.outs.leaves.map((_, i) => kernel(i)),
  );
}
