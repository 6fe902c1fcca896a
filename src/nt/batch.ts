/** Any kernel function in batches. */
import { checkOptions, describe, ShapeError } from "../base/errors.ts";
import { allNone, flatten, map } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { checkFunction, flattenArrays, type TreeFunction } from "../transform/flat.ts";
import { evalShape, ShapeDtypeStruct } from "../transform/shapes.ts";
import { type BatchLayout, computeTiles, type OnProgress, samePart, takePart } from "./tiling.ts";

export interface BatchOptions {
  /** The most examples of x1, and of x2, in one call; sizes that don't divide are fine. */
  readonly batchSize: number;
  /** Called after each call with the number of calls that are done and of all calls. */
  readonly onProgress?: OnProgress;
}

const withBatch = (tree: unknown, size: number): unknown =>
  map((x: NDArray) => new ShapeDtypeStruct([size, ...x.shape.slice(1)], x.dtype), tree);

/** Finds the batch axes in the kernel by looking at its shapes for inputs of several sizes. */
function findLayouts(
  fn: string,
  kernel: (x1: unknown, x2: unknown) => unknown,
  x1: unknown,
  x2: unknown,
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
    mirror: [],
  }));
}

/**
 * Returns a kernel function like `kernelFn` that is called with at most `batchSize` examples of each input at a time; the
 * first axis of every input leaf is the batch. The kernel of examples must not depend on other examples.
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
    const same = x2 === undefined || allNone(x2);
    const other = same ? x1 : x2;
    const kernel = (a: unknown, b: unknown): unknown => kernelFn(a, b, ...rest);
    const axes = flatten(x1)[0].map(() => 0);
    const sizeOf = (x: unknown): number => flattenArrays(fn, x)[0][0]!.shape[0]!;
    return computeTiles(
      {
        sizes: [sizeOf(x1), sizeOf(other)],
        symmetric: false,
        layouts: findLayouts(fn, kernel, x1, other),
        inputs: (part1, part2) => [
          takePart(x1, axes, part1),
          same && samePart(part1, part2) ? null : takePart(other, axes, part2),
        ],
        compute: kernel,
      },
      [batchSize, batchSize],
      onProgress,
    );
  };
  return batched as F;
}
