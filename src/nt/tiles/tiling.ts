/** Kernels in tiles over parts of x1 and x2: what makes a kernel fit into memory when its whole would not. */

import { flattenArguments } from "../../base/flatten.ts";
import { entry } from "../../base/lists.ts";
import { unflatten } from "../../base/tree.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { sliceInDim } from "../../lax/slice.ts";
import type { LeafBatchAxes } from "../task/apply.ts";
import type { Kwargs } from "../task/kwargs.ts";

/** Called after each tile with the number of tiles that are done and of all tiles. */
export type OnProgress = (done: number, total: number) => void;

/** What this library reads of an `AbortSignal`, whose type not every runtime's declarations have. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  throwIfAborted(): void;
}

/** How a long computation tells how far it is, and is ended. */
export interface ProgressOptions {
  /** Called after each tile or batch with the number of those that are done and of all. */
  readonly onProgress?: OnProgress;
  /**
   * Ends the computation before its next tile or batch, with the signal's reason as the error. The processor computes
   * without a pause, in which no timer and no message arrives: `onProgress` is where to look for them and to abort.
   */
  readonly signal?: AbortSignalLike;
}

/** What the batch axes of the inputs become in one leaf of the kernel. */
export type BatchLayout =
  /** They stand at these two places. */
  | { readonly kind: "pair"; readonly first: number; readonly second: number; readonly mirror: readonly number[] }
  /** The diagonal alone is computed, at this place. */
  | { readonly kind: "diagonal"; readonly axis: number }
  /** They are averaged over. */
  | { readonly kind: "traced" };

/** A task cut into pieces along the batch axis. */
export interface Tiles {
  /** Examples in x1 and x2. */
  readonly sizes: readonly [number, number];
  /** Whether the kernel of (x2, x1) follows from that of (x1, x2), so that only half of the tiles are computed. */
  readonly symmetric: boolean;
  readonly layouts: readonly BatchLayout[];
  /** The kernels of some examples of x1 and of x2. */
  readonly compute: (part1: BatchPart, part2: BatchPart) => unknown;
}

export type BatchPart = readonly [start: number, limit: number];

export function partsOf(size: number, tile: number): BatchPart[] {
  const count = Math.max(1, Math.ceil(size / tile));
  return Array.from({ length: count }, (_, i): BatchPart => [i * tile, Math.min(size, (i + 1) * tile)]);
}

export const samePart = (a: BatchPart, b: BatchPart): boolean => a[0] === b[0] && a[1] === b[1];

/** The examples of a part in every leaf; leaves whose axis is `null` are shared by all examples. */
export function takePart(tree: unknown, axes: readonly (number | null)[], [start, limit]: BatchPart): unknown {
  const [leaves, def] = flattenArguments<NDArray>(tree);
  return unflatten(
    def,
    leaves.map((x, i) => {
      const axis = entry(axes, i);
      return axis === null ? x : sliceInDim(x, start, limit, axis);
    }),
  );
}

/** Where an input and its keyword arguments have their examples. */
export type ExampleAxes = Pick<LeafBatchAxes, "inputs" | "kwargs">;

/** The examples of a part in an input and in the keyword arguments that are mapped. */
export function takeExamples(
  axes: ExampleAxes,
  x: unknown,
  kwargs: Kwargs,
  part: BatchPart,
): readonly [unknown, Kwargs] {
  const mapped = Object.entries(axes.kwargs).map(([key, own]) => [key, takePart(kwargs[key], own, part)]);
  return [takePart(x, axes.inputs, part), { ...kwargs, ...Object.fromEntries(mapped) }];
}

/** Tiles on the diagonal of the kernel are all there is when the batch axes are traced or diagonal. */
export const diagonalOnly = ({ layouts }: Tiles): boolean => layouts.every((layout) => layout.kind !== "pair");

/** The largest tiles whose computation fits: the larger side is halved until `fits` says so; `null` when none does. */
export function chooseTile(
  tiles: Tiles,
  fits: (tile: readonly [number, number]) => boolean,
): readonly [number, number] | null {
  let [rows, columns] = tiles.sizes;
  const paired = tiles.layouts.some(({ kind }) => kind !== "pair");
  const square = tiles.symmetric || paired;
  // Where one output is paired along the batch and another one isn't, tiles beside the diagonal must be square as well.
  const divides = paired && !diagonalOnly(tiles);
  while ((divides && rows > 0 && tiles.sizes[0] % rows > 0) || !fits([rows, columns])) {
    if (rows <= 1 && columns <= 1) return null;
    if (square || rows === columns) [rows, columns] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
    else if (rows > columns) rows = Math.ceil(rows / 2);
    else columns = Math.ceil(columns / 2);
  }
  return [rows, columns];
}
