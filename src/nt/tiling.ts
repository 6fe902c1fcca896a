/** Kernels in tiles over parts of x1 and x2: what makes a kernel fit into memory when its whole would not. */
import { flatten, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, mul } from "../lax/arithmetic.ts";
import { transpose } from "../lax/shape.ts";
import { concatenate, sliceInDim } from "../lax/slice.ts";

/** Called after each tile with the number of tiles that are done and of all tiles. */
export type OnProgress = (done: number, total: number) => void;

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
  readonly compute: (part1: Part, part2: Part) => unknown;
}

export type Part = readonly [start: number, limit: number];

export function partsOf(size: number, tile: number): Part[] {
  const count = Math.max(1, Math.ceil(size / tile));
  return Array.from({ length: count }, (_, i): Part => [i * tile, Math.min(size, (i + 1) * tile)]);
}

export const samePart = (a: Part, b: Part): boolean => a[0] === b[0] && a[1] === b[1];

/** The examples of a part in every leaf; leaves whose axis is `null` are shared by all examples. */
export function takePart(tree: unknown, axes: readonly (number | null)[], [start, limit]: Part): unknown {
  const [leaves, def] = flatten<NDArray>(tree);
  return unflatten(
    def,
    leaves.map((x, i) => (axes[i] === null ? x : sliceInDim(x, start, limit, axes[i]!))),
  );
}

/** Tiles on the diagonal of the kernel are all there is when the batch axes are traced or diagonal. */
export const diagonalOnly = ({ layouts }: Tiles): boolean => layouts.every((layout) => layout.kind !== "pair");

/** Computes the tiles one after another and puts them together. */
export function computeTiles(tiles: Tiles, tile: readonly [number, number], onProgress?: OnProgress): unknown {
  const [rows, columns] = [partsOf(tiles.sizes[0], tile[0]), partsOf(tiles.sizes[1], tile[1])];
  const onDiagonal = diagonalOnly(tiles);
  const wanted = (i: number, j: number): boolean => (onDiagonal ? i === j : !tiles.symmetric || i <= j);
  const total = rows.flatMap((_, i) => columns.filter((__, j) => wanted(i, j))).length;
  let done = 0;
  let tree: ReturnType<typeof flatten>[1] | undefined;
  const results = rows.map((row, i) =>
    columns.map((column, j): NDArray[] | null => {
      if (!wanted(i, j)) return null;
      const [leaves, def] = flatten<NDArray>(tiles.compute(row, column));
      tree = def;
      onProgress?.(++done, total);
      return leaves;
    }),
  );
  const kernels = tiles.layouts.map((layout, k) => {
    const at = (i: number, j: number): NDArray | undefined => results[i]?.[j]?.[k];
    return assemble(layout, at, rows, columns);
  });
  return unflatten(tree!, kernels);
}

function assemble(
  layout: BatchLayout,
  at: (i: number, j: number) => NDArray | undefined,
  rows: readonly Part[],
  columns: readonly Part[],
): NDArray {
  switch (layout.kind) {
    case "pair": {
      const tile = (i: number, j: number): NDArray => at(i, j) ?? transpose(at(j, i)!, { permutation: layout.mirror });
      const bands = rows.map((_, i) =>
        concatenate(
          columns.map((__, j) => tile(i, j)),
          { dimension: layout.second },
        ),
      );
      return concatenate(bands, { dimension: layout.first });
    }
    case "diagonal":
      return concatenate(
        rows.map((_, i) => at(i, i)!),
        { dimension: layout.axis },
      );
    case "traced": {
      const count = rows.at(-1)![1];
      return rows.map(([start, limit], i) => mul(at(i, i)!, (limit - start) / count)).reduce((x, y) => add(x, y));
    }
  }
}

/** The largest tiles whose computation fits: the larger side is halved until `fits` says so; `null` when none does. */
export function chooseTile(
  tiles: Tiles,
  fits: (tile: readonly [number, number]) => boolean,
): readonly [number, number] | null {
  let [rows, columns] = tiles.sizes;
  const square = tiles.symmetric || diagonalOnly(tiles);
  while (!fits([rows, columns])) {
    if (rows <= 1 && columns <= 1) return null;
    if (square || rows === columns) [rows, columns] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
    else if (rows > columns) rows = Math.ceil(rows / 2);
    else columns = Math.ceil(columns / 2);
  }
  return [rows, columns];
}
