/** A kernel put together from tiles on a device that only writes whole arrays: they are laid side by side at the end. */
import { entry } from "../../base/lists.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { add, mul } from "../../lax/arithmetic.ts";
import { transpose } from "../../lax/shape.ts";
import { concatenate } from "../../lax/slice.ts";
import { type BatchPart, samePart, type Tiles } from "./tiling.ts";

/** One leaf of the kernel. */
export class JoinedTiles {
  /** By the places of a tile's examples; a symmetric kernel's mirror images as well. */
  readonly #rows = new Map<number, Map<number, NDArray>>();
  #sum: NDArray | undefined;

  constructor(
    readonly tiles: Tiles,
    readonly leaf: number,
  ) {}

  put(tile: NDArray, rows: BatchPart, columns: BatchPart): void {
    const { symmetric, sizes, layouts } = this.tiles;
    const layout = entry(layouts, this.leaf);
    const onDiagonal = samePart(rows, columns);
    if (layout.kind === "pair") {
      this.#place(tile, rows[0], columns[0]);
      if (symmetric && !onDiagonal) {
        this.#place(transpose(tile, { permutation: layout.mirror }), columns[0], rows[0]);
      }
    } else if (onDiagonal) {
      if (layout.kind === "diagonal") this.#place(tile, 0, rows[0]);
      else this.#accumulate(mul(tile, (rows[1] - rows[0]) / sizes[0]));
    }
  }

  #place(tile: NDArray, row: number, column: number): void {
    const line = this.#rows.get(row) ?? new Map<number, NDArray>();
    line.set(column, tile);
    this.#rows.set(row, line);
  }

  #accumulate(tile: NDArray): void {
    this.#sum = this.#sum ? add(this.#sum, tile) : tile;
  }

  get whole(): NDArray {
    if (this.#sum) return this.#sum;
    const layout = entry(this.tiles.layouts, this.leaf);
    const [first, second] =
      layout.kind === "pair" ? [layout.first, layout.second] : [0, (layout as { axis: number }).axis];
    const lines = inOrder(this.#rows).map((line) => joined(inOrder(line), second));
    return joined(lines, first);
  }
}

const inOrder = <Value>(map: ReadonlyMap<number, Value>): Value[] =>
  [...map].sort(([a], [b]) => a - b).map(([, value]) => value);

const joined = (list: readonly NDArray[], axis: number): NDArray =>
  list.length === 1 ? entry(list, 0) : concatenate(list, { dimension: axis });
