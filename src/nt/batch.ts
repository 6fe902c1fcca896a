/** Any kernel function in batches. */
import { checkOptions, describe, formatShape, ShapeError } from "../base/errors.ts";
import { allNone, flatten, leaves } from "../base/tree.ts";
import { isTracing } from "../ir/trace.ts";
import { checkFunction, flattenArrays, mapArrays, type TreeFunction } from "../transform/flat.ts";
import { evalShape, ShapeDtypeStruct } from "../transform/shapes.ts";
import { computeTiles } from "./assemble.ts";
import { knownOf } from "./known.ts";
import { type BatchLayout, type OnProgress, type Part, samePart, takePart } from "./tiling.ts";

export interface BatchOptions {
  /** The most examples of x1, and of x2, in one call; sizes that don't divide are fine. */
  readonly batchSize: number;
  /** Called after each call with the number of calls that are done and of all calls. */
  readonly onProgress?: OnProgress;
}

const withBatch = (tree: unknown, size: number): unknown =>
  mapArrays((x) => new ShapeDtypeStruct([size, ...x.shape.slice(1)], x.dtype), tree);

/** How many examples an input holds: the size of the first axis of its leaves. */
function batchOf(fn: string, name: string, x: unknown): number {
  const shapes = flattenArrays(fn, x)[0].map(({ shape }) => shape);
  const size = shapes[0]?.[0];
  if (size !== undefined && shapes.every((shape) => shape[0] === size)) return size;
  throw new ShapeError(
    `${fn}: the first axis of every leaf of ${name} is the batch and must have one size, got shapes ` +
      `${shapes.map(formatShape).join(", ") || "of no leaves"}.`,
  );
}

/** Finds the batch axes in the kernel by looking at its shapes for inputs of several sizes. */
function findLayouts(
  fn: string,
  kernel: (x1: unknown, x2: unknown) => unknown,
  x1: unknown,
  x2: unknown,
  mirrors: readonly (readonly number[])[] | null,
): BatchLayout[] {
  const shapes = (a: number, b: number): (readonly number[])[] =>
    flatten<ShapeDtypeStruct>(evalShape(kernel, withBatch(x1, a), withBatch(x2, b)))[0].map((s) => s.shape);
  const changed = (a: readonly number[], b: readonly number[]): number[] =>
    a.flatMap((n, i) => (n === b[i] ? [] : [i]));
  const only = (axes: number[], shape: readonly number[]): number => {
    if (axes.length === 1) return axes[0]!;
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
    return two.map((shape, k) => ({ kind: "diagonal", axis: only(changed(shape, three[k]!), shape) }));
  }
  const [first, second] = [shapes(4, 3), shapes(2, 5)];
  return base.map((shape, k) => ({
    kind: "pair",
    first: only(changed(shape, first[k]!), shape),
    second: only(changed(shape, second[k]!), shape),
    mirror: mirrors?.[k] ?? [],
  }));
}

/**
 * Returns a kernel function like `kernelFn` that is called with at most `batchSize` examples of each input at a time; the
 * first axis of every input leaf is the batch. The kernel of examples must not depend on other examples. With
 * kernel functions of this namespace, keyword arguments are those that the whole inputs would get (they aren't cut), and
 * half of the batches give the others where x2 is `null`.
 * Inside of a transformation or `jit` the kernel is computed as a whole.
 * Source: `neural_tangents.batch`.
 * @throws ShapeError when no axis of the kernel follows the batch, for example because it is traced over.
 * @example const kernelFn = nt.batch(nt.empiricalNtkFn(f, { vmapAxes: 0 }), { batchSize: 32 });
 */
export function batch<F extends TreeFunction>(kernelFn: F, options: BatchOptions): F {
  const fn = "nt.batch";
  checkFunction(fn, kernelFn);
  checkOptions(fn, options, ["batchSize", "onProgress"]);
  const { batchSize, onProgress } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new TypeError(`${fn}: batchSize must be a positive whole number, got ${describe(batchSize)}.`);
  }
  const batched = (x1: unknown, x2: unknown, ...rest: unknown[]): unknown => {
    if (isTracing()) return kernelFn(x1, x2, ...rest);
    const same = x2 === undefined || allNone(x2);
    const other = same ? x1 : x2;
    const { rest: split, mirrors } = knownOf(kernelFn, x1, same ? null : x2, rest);
    const kernel = (a: unknown, b: unknown): unknown => kernelFn(a, b, ...split);
    const part = (x: unknown, range: Part): unknown =>
      takePart(
        x,
        leaves(x).map(() => 0),
        range,
      );
    const sizes = [batchOf(fn, "x1", x1), batchOf(fn, "x2", other)] as const;
    const layouts = findLayouts(fn, kernel, x1, other, mirrors);
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
        compute: (part1, part2) => kernel(part(x1, part1), same && samePart(part1, part2) ? null : part(other, part2)),
      },
      [batchSize, batchSize],
      onProgress,
    );
  };
  return batched as F;
}
