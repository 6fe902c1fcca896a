/**
 * A batch with itself, where the kernel of a pair of examples is that of the exchanged pair, transposed. Blocks of examples
 * stand in a ring, and each meets itself and the next half of the others, so that any two have met.
 */
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import { takeAlong } from "../../lax/gather.ts";
import { gt, select } from "../../lax/logic.ts";
import { broadcastInDim, reshape, transpose } from "../../lax/shape.ts";
import { einsum } from "../../numpy/einsum.ts";
import { type KernelLabels, mirrorOf } from "../task/axes.ts";

/** With this many blocks 17/32 of the pairs meet, and there are 17 copies of what the linear programs hold. */
const BLOCKS = 32;

function table(rows: number, columns: number, entry: (row: number, column: number) => number): NDArray {
  const entries = Int32Array.from({ length: rows * columns }, (_, i) => entry(Math.floor(i / columns), i % columns));
  return hostArray(entries, [rows, columns], "int32");
}

/** How the pairs of a batch with itself are computed. */
export interface Ring {
  readonly blocks: number;
  /** How many examples a block has, and how many these meet. */
  readonly sizes: readonly [block: number, met: number];
  /** Rows of examples as `[block, example, ...]`: those of the block itself, or those that it meets. */
  readonly take: (rows: NDArray, side: 0 | 1) => NDArray;
  /** The kernel of products `[block, example, ...output, met example, ...output]`; outputs have their batch on `axis`. */
  readonly kernel: (products: NDArray, labels: KernelLabels, axis: number) => NDArray;
}

/** The ring of a batch of `count` examples. */
export function ringOf(count: number): Ring {
  const size = Math.ceil(count / BLOCKS);
  const blocks = Math.ceil(count / size);
  const round = blocks * size;
  const sizes = [size, size * (Math.floor(blocks / 2) + 1)] as const;
  const met = sizes[1];
  // The last block is filled up with zeros, which nobody reads.
  const examples = sizes.map((n) => table(blocks, n, (block, i) => (block * size + i) % round));
  // Where in the list of pairs that have met (i, j) stands, or (j, i) in its place; and whether it is itself there.
  const ahead = (i: number, j: number): number => (j - i + (i % size) + round) % round;
  const place = (i: number, j: number): number => i * met + ahead(i, j);
  const places = table(count, count, (i, j) => (ahead(i, j) < met ? place(i, j) : place(j, i)));
  const given = table(count, count, (i, j) => Number(ahead(i, j) < met));
  return {
    blocks,
    sizes,
    take: (rows, side) => takeAlong(rows, examples[side]!, 0),
    kernel: (products, labels, axis) => {
      const batch = [labels.first[axis]!, labels.second[axis]!];
      const rest = (list: readonly number[]): number[] => list.filter((label) => !batch.includes(label));
      const [block, row, column] = [0, 1, 2].map((i) => labels.sizes.length + i) as [number, number, number];
      const from = [block, row, ...rest(labels.first), column, ...rest(labels.second)];
      const out = rest(labels.out);
      const pairs = einsum(products, from, [block, row, column, ...out]) as NDArray;
      const list = reshape(pairs, { newSizes: [round * met, ...pairs.shape.slice(3)] });
      const found = takeAlong(list, places, 0);
      const mirror = mirrorOf({ ...labels, out }).map((i) => i + 2);
      const exchanged = transpose(found, { permutation: [0, 1, ...mirror] });
      const direct = broadcastInDim(gt(given, 0), { shape: found.shape, broadcastDimensions: [0, 1] });
      return einsum(select(direct, found, exchanged), [...batch, ...out], labels.out) as NDArray;
    },
  };
}
