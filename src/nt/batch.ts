/** Any kernel function in batches. */

import { checkOptions, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { flattenArguments } from "../base/flatten.ts";
import { entry } from "../base/lists.ts";
import { allNone, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { isTracing } from "../ir/trace.ts";
import { checkFunction, flattenArrays, type TreeFunction } from "../transform/flat.ts";
import { evalShape, ShapeDtypeStruct } from "../transform/shapes.ts";
import { type Known, knownOf } from "./task/known.ts";
import type { Kwargs } from "./task/kwargs.ts";
import { forgotten } from "./task/one-example.ts";
import type { SideInputs } from "./task/problem.ts";
import { computeTiles } from "./tiles/assemble.ts";
import {
  type BatchLayout,
  type BatchPart,
  type ExampleAxes,
  type ProgressOptions,
  samePart,
  takeExamples,
} from "./tiles/tiling.ts";

/** Options of `nt.batch`. */
export interface BatchOptions extends ProgressOptions {
  /** The most examples of x1, and of x2, in one call; sizes that don't divide are fine. */
  readonly batchSize: number;
}

/** One of the two inputs with its keyword arguments, and where they have their examples. */
class Examples {
  constructor(
    readonly x: unknown,
    readonly kwargs: Kwargs,
    readonly axes: ExampleAxes,
  ) {}

  /** The leaves that have examples, each with its axis. */
  get #mapped(): [NDArray, number | null][] {
    const { inputs, kwargs } = this.axes;
    const lists = [
      [this.x, inputs] as const,
      ...Object.entries(kwargs).map(([key, axes]) => [this.kwargs[key], axes] as const),
    ];
    return lists.flatMap(([tree, axes]) =>
      flattenArrays("nt.batch", tree)[0].map((x, i): [NDArray, number | null] => [x, entry(axes, i)]),
    );
  }

  get size(): number {
    const [x, axis] = this.#mapped.find(([, place]) => place !== null)!;
    return entry(x.shape, axis!);
  }

  part(part: BatchPart): readonly [unknown, Kwargs] {
    return takeExamples(this.axes, this.x, this.kwargs, part);
  }

  /** The shapes of as many examples; keyword arguments without examples are left out. */
  shapes(size: number): unknown {
    const { inputs, kwargs } = this.axes;
    const resized = (tree: unknown, axes: readonly (number | null)[]): unknown => {
      const [arrays, def] = flattenArrays("nt.batch", tree);
      return unflatten(
        def,
        arrays.map(
          ({ shape, dtype }, k) =>
            new ShapeDtypeStruct(
              shape.map((n, i) => (i === axes[k] ? size : n)),
              dtype,
            ),
        ),
      );
    };
    const mapped = Object.entries(kwargs).map(([key, axes]) => [key, resized(this.kwargs[key], axes)]);
    return [resized(this.x, inputs), Object.fromEntries(mapped)];
  }
}

/** Where nothing else is known, the first axis of every leaf of an input is the batch, and there is no other. */
function firstAxes(fn: string, name: string, x: unknown): ExampleAxes {
  const shapes = flattenArrays(fn, x)[0].map(({ shape }) => shape);
  const size = shapes[0]?.[0];
  if (size !== undefined && shapes.every((shape) => shape[0] === size))
    return { inputs: shapes.map(() => 0), kwargs: {} };
  throw new ShapeError(
    `${fn}: the first axis of every leaf of ${name} is the batch and must have one size, got shapes ` +
      `${shapes.map(formatShape).join(", ") || "of no leaves"}.`,
  );
}

/** Finds the batch axes in the kernel by looking at its shapes for inputs of several sizes. */
function findLayouts(
  fn: string,
  kernel: Known["kernel"],
  [first, second]: readonly [Examples, Examples],
  mirrors: readonly (readonly number[])[] | null,
): BatchLayout[] {
  const whole = (a: SideInputs, b: SideInputs): unknown[] =>
    flattenArguments(kernel([a[0], { ...first.kwargs, ...a[1] }], [b[0], { ...second.kwargs, ...b[1] }]))[0];
  const shapes = (a: number, b: number): (readonly number[])[] =>
    (evalShape(whole as TreeFunction, first.shapes(a), second.shapes(b)) as ShapeDtypeStruct[]).map((s) => s.shape);
  const changed = (a: readonly number[], b: readonly number[]): number[] =>
    a.flatMap((n, i) => (n === b[i] ? [] : [i]));
  const only = (axes: number[], shape: readonly number[]): number => {
    if (axes.length === 1) return entry(axes, 0);
    throw new ShapeError(
      `${fn}: no axis of the kernel of shape (${shape.join(", ")}) follows the batch of the inputs.`,
    );
  };
  let base: (readonly number[])[];
  try {
    base = shapes(2, 3);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    // Inputs of different sizes are refused: the kernel is diagonal in the batch.
    const [two, three] = [shapes(2, 2), shapes(3, 3)];
    return two.map((shape, k) => ({ kind: "diagonal", axis: only(changed(shape, entry(three, k)), shape) }));
  }
  const [more, others] = [shapes(4, 3), shapes(2, 5)];
  return base.map((shape, k) => ({
    kind: "pair",
    first: only(changed(shape, entry(more, k)), shape),
    second: only(changed(shape, entry(others, k)), shape),
    mirror: mirrors?.[k] ?? [],
  }));
}

/**
 * Returns a kernel function like `kernelFn` that is called with at most `batchSize` examples of each input at a time. The
 * first axis of every input leaf is the batch; of kernel functions of this namespace with `vmapAxes`, the axes that these
 * name, of keyword arguments too (others are those that the whole inputs would get). The kernel of examples must not depend
 * on other examples. With kernel functions of this namespace half of the batches give the others where x2 is `null`.
 * Inside of a transformation or `jit` the kernel is computed as a whole.
 * Source: `neural_tangents.batch`.
 * @throws ShapeError when no axis of the kernel follows the batch, for example because it is traced over.
 * @example const kernelFn = nt.batch(nt.empiricalNtkFn(f, { vmapAxes: 0 }), { batchSize: 32 });
 */
export function batch<F extends TreeFunction>(kernelFn: F, options: BatchOptions, ...rest: never[]): F {
  const fn = "nt.batch";
  noMore(fn, rest);
  checkFunction(fn, kernelFn);
  const { batchSize, ...progress } = checkOptions(fn, options, ["batchSize", "onProgress", "signal"], ["batchSize"]);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new TypeError(`${fn}: batchSize must be a positive whole number, got ${describe(batchSize)}.`);
  }
  const batched = (x1: unknown, x2: unknown, ...given: unknown[]): unknown => {
    progress.signal?.throwIfAborted();
    if (isTracing()) return kernelFn(x1, x2, ...given);
    const same = x2 === undefined || allNone(x2);
    const other = same ? x1 : x2;
    const { kwargs, axes, kernel, mirrors } = knownOf(kernelFn, x1, same ? null : x2, given);
    const examples = [
      new Examples(x1, kwargs[0], axes[0] ?? firstAxes(fn, "x1", x1)),
      new Examples(other, kwargs[1], axes[1] ?? firstAxes(fn, "x2", other)),
    ] as const;
    const sizes = [examples[0].size, examples[1].size] as const;
    let layouts: BatchLayout[];
    try {
      layouts = findLayouts(fn, kernel, examples, mirrors);
    } catch (error) {
      const hint = examples.map((own) => forgotten(own.kwargs, own.axes.kwargs, own.size)).find(Boolean);
      throw hint && error instanceof ShapeError ? new ShapeError(`${fn}: ${error.message}${hint}`) : error;
    }
    if (sizes[0] !== sizes[1] && layouts.some(({ kind }) => kind === "diagonal")) {
      throw new ShapeError(
        `${fn}: the kernel is diagonal in the batch, which needs as many examples in x2 as in x1, got ${sizes.join(" and ")}.`,
      );
    }
    return computeTiles(
      {
        sizes,
        symmetric: mirrors !== null,
        layouts,
        compute: (part1, part2) =>
          kernel(examples[0].part(part1), same && samePart(part1, part2) ? null : examples[1].part(part2)),
      },
      [batchSize, batchSize],
      progress,
    );
  };
  return batched as F;
}
