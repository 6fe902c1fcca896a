/** A kernel put together from tiles, each written to where it belongs as soon as it is computed. */
import { allocate, type DType, type TypedArray } from "../../base/dtypes.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { entry } from "../../base/lists.ts";
import { range, type Shape, sizeOf } from "../../base/shapes.ts";
import { type TreeDef, unflatten } from "../../base/tree.ts";
import { contiguous, permuteView, type View } from "../../base/view.ts";
import { ResidentArray } from "../../device/device.ts";
import { type Aval, makeAval } from "../../ir/aval.ts";
import { HostArray, type NDArray, storageOf } from "../../ir/ndarray.ts";
import { JoinedTiles } from "./join.ts";
import { type BatchPart, diagonalOnly, type ProgressOptions, partsOf, samePart, type Tiles } from "./tiling.ts";

/** Copies the elements of one view to the same places of another. */
function copyView(to: TypedArray, target: View, from: TypedArray, source: View): void {
  const { shape } = target;
  if (sizeOf(shape) === 0) return;
  // The last axes lie as one run in both, unless pairs are exchanged.
  let [axis, run] = [shape.length, 1];
  while (axis > 0 && target.strides[axis - 1] === run && source.strides[axis - 1] === run) run *= shape[--axis]!;
  const visit = (i: number, at: number, place: number): void => {
    if (i < axis) {
      const [forward, step] = [target.strides[i]!, source.strides[i]!];
      for (let k = 0; k < shape[i]!; k++) visit(i + 1, at + k * forward, place + k * step);
    } else if (run === 1) to[at] = from[place]!;
    else to.set(from.subarray(place, place + run), at);
  };
  visit(0, target.offset, source.offset);
}

/** One leaf of the kernel. */
class Assembly {
  #whole: { readonly storage: TypedArray; readonly aval: Aval } | undefined;

  constructor(
    readonly tiles: Tiles,
    readonly leaf: number,
  ) {}

  /** The leaf, once a tile has told its dtype and its other axes; it begins as zeros. */
  get whole(): HostArray {
    const { storage, aval } = this.#whole!;
    return new HostArray(storage, aval);
  }

  /** Writes the tile of some examples of x1 and of x2; of a symmetric kernel its mirror image as well. */
  put(tile: NDArray, rows: BatchPart, columns: BatchPart): void {
    if (tile instanceof HostArray) this.#put(tile, rows, columns);
  }

  #put(tile: HostArray, rows: BatchPart, columns: BatchPart): void {
    const { symmetric, sizes, layouts } = this.tiles;
    const layout = layouts[this.leaf]!;
    const onDiagonal = samePart(rows, columns);
    if (layout.kind === "pair") {
      const axes = [layout.first, layout.second];
      this.#write(tile, axes, [rows, columns], range(tile.ndim));
      if (symmetric && !onDiagonal) this.#write(tile, axes, [columns, rows], layout.mirror);
    } else if (onDiagonal) {
      if (layout.kind === "diagonal") this.#write(tile, [layout.axis], [rows], range(tile.ndim));
      else this.#accumulate(tile, (rows[1] - rows[0]) / sizes[0]);
    }
  }

  #write(tile: HostArray, axes: readonly number[], parts: readonly BatchPart[], mirror: readonly number[]): void {
    const source = permuteView(contiguous(tile.shape), mirror);
    const { sizes } = this.tiles;
    const shape = source.shape.map((n, i) => (axes.includes(i) ? sizes[axes.indexOf(i)]! : n));
    const { strides } = contiguous(shape);
    const offset = axes.reduce((sum, axis, i) => sum + parts[i]![0] * strides[axis]!, 0);
    copyView(this.#storage(shape, tile.dtype), { offset, shape: source.shape, strides }, storageOf(tile), source);
  }

  #accumulate(tile: HostArray, weight: number): void {
    const sum = this.#storage(tile.shape, tile.dtype);
    storageOf(tile).forEach((x, i) => {
      sum[i] = sum[i]! + weight * x;
    });
  }

  #storage(shape: Shape, dtype: DType): TypedArray {
    this.#whole ??= { storage: allocate(dtype, sizeOf(shape)), aval: makeAval(shape, dtype) };
    return this.#whole.storage;
  }
}

/** What a leaf of the kernel is put together in. */
interface Leaf {
  put(tile: NDArray, rows: BatchPart, columns: BatchPart): void;
  readonly whole: NDArray;
}

const leafFor = (tile: NDArray, tiles: Tiles, leaf: number): Leaf =>
  tile instanceof HostArray ? new Assembly(tiles, leaf) : new JoinedTiles(tiles, leaf);

/** Reports when a tile is done, which is at once or when its device says so. */
function report(tile: NDArray | undefined, call: () => void): void {
  // A device that fails tells whoever reads the kernel.
  if (tile instanceof ResidentArray) tile.device.done().then(call, () => {});
  else call();
}

/** Computes the tiles one after another; each is in its place in the kernel before the next one is computed. */
export function computeTiles(
  tiles: Tiles,
  tile: readonly [number, number],
  { onProgress, signal }: ProgressOptions,
): unknown {
  const [rows, columns] = [partsOf(tiles.sizes[0], tile[0]), partsOf(tiles.sizes[1], tile[1])];
  const onDiagonal = diagonalOnly(tiles);
  const wanted = (i: number, j: number): boolean => (onDiagonal ? i === j : !tiles.symmetric || i <= j);
  const pairs = rows.flatMap((row, i) =>
    columns.filter((_, j) => wanted(i, j)).map((column) => [row, column] as const),
  );
  let kernels: Leaf[] = [];
  let tree: TreeDef | undefined;
  pairs.forEach(([row, column], done) => {
    signal?.throwIfAborted();
    const [leaves, def] = flattenArguments<NDArray>(tiles.compute(row, column));
    if (!tree) kernels = leaves.map((leaf, i) => leafFor(leaf, tiles, i));
    tree = def;
    kernels.forEach((kernel, leaf) => {
      kernel.put(entry(leaves, leaf), row, column);
    });
    if (onProgress) report(leaves[0], () => onProgress(done + 1, pairs.length));
  });
  return unflatten(
    tree!,
    kernels.map(({ whole }) => whole),
  );
}
