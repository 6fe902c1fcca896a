/** A kernel's task made explicit: the two sides with their inputs, shapes and batch axes, and the parameters. */
import { flattenArguments } from "../../base/flatten.ts";
import { formatTree, sameStructure, unflatten } from "../../base/tree.ts";
import type { Rates } from "../../compile/cost.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { Rules } from "../structure/uses.ts";
import {
  type ApplyFn,
  callWith,
  canonicalBatchAxes,
  type LeafBatchAxes,
  type OutputShapes,
  outputShapes,
  type VmapAxes,
  withUnitBatch,
} from "./apply.ts";
import { type AxesOptions, pairAxes } from "./axes.ts";
import type { Kwargs } from "./kwargs.ts";
import { oneExample, withoutUnitBatch } from "./one-example.ts";
import { Parameters } from "./parameters.ts";

/** What a method is told: the kernel's axes, and the switches of the structured method. */
export interface NtkSettings extends Required<AxesOptions> {
  readonly vmapAxes: VmapAxes;
  readonly rules: Rules;
  /** The bytes that a method may take where there is a choice. */
  readonly memoryLimit: number;
  /** What is known of the machine's speed without a measurement. */
  readonly rates: Partial<Rates>;
}

/** `f` as a function of the float parameters alone. */
export type OfParameters = (floats: readonly NDArray[]) => unknown;

/** Inputs and keyword arguments, of a batch or of one example. */
export type SideInputs = readonly [x: unknown, kwargs: Kwargs];

/** One of the two inputs and what `f` does with it. */
export class Side {
  constructor(
    readonly fn: string,
    readonly f: ApplyFn,
    readonly parameters: Parameters,
    readonly x: unknown,
    readonly kwargs: Kwargs,
    readonly outs: OutputShapes,
    readonly batch: LeafBatchAxes | null,
  ) {}

  /** `f` on the whole batch. */
  readonly whole: OfParameters = (floats) => callWith(this.f, this.parameters.with(floats), this.x, this.kwargs);

  get #mapped(): string[] {
    return Object.keys(this.batch!.kwargs);
  }

  /** The inputs and the keyword arguments that have a batch axis. */
  get examples(): SideInputs {
    return [this.x, Object.fromEntries(this.#mapped.map((key) => [key, this.kwargs[key]]))];
  }

  /** Where these have it. */
  get exampleAxes(): unknown {
    const { inputs, kwargs } = this.batch!;
    const own = this.#mapped.map((key) => [key, unflatten(flattenArguments(this.kwargs[key])[1], kwargs[key]!)]);
    return [unflatten(flattenArguments(this.x)[1], inputs), Object.fromEntries(own)];
  }

  /** `f` on one example, which is given without batch axes and gets ones of size 1. */
  single([example, own]: SideInputs): OfParameters {
    const { inputs, outputs, kwargs } = this.batch!;
    const units = this.#mapped.map((key) => [key, withUnitBatch(own[key], kwargs[key]!)]);
    const all = { ...this.kwargs, ...Object.fromEntries(units) };
    const x = withUnitBatch(example, inputs);
    return (floats) => {
      const call = (): unknown => callWith(this.f, this.parameters.with(floats), x, all);
      return withoutUnitBatch(oneExample(this, call, outputs), outputs);
    };
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
  const parameters = new Parameters(fn, params);
  const side = (x: unknown, own: Kwargs): Side => {
    const outs = outputShapes(fn, f, params, x, own);
    return new Side(fn, f, parameters, x, own, outs, canonicalBatchAxes(fn, axes.vmapAxes, x, outs, own));
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
