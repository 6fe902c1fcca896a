/** The NTK within a given amount of memory. */
import { isTracing } from "../ir/trace.ts";
import { flattenArrays, traceFunction } from "../transform/flat.ts";
import { kernelLabels, mirrorOf, pairAxes } from "./axes.ts";
import type { CompiledKernel, KernelFn } from "./compile-kernel.ts";
import type { Kwargs } from "./kwargs.ts";
import type { NtkSettings, Problem } from "./problem.ts";
import {
  type BatchLayout,
  chooseTile,
  computeTiles,
  type OnProgress,
  samePart,
  type Tiles,
  takePart,
} from "./tiling.ts";

export interface MemoryOptions {
  /**
   * The most bytes that a computation may take at its peak; 4 GiB, the most that WebAssembly can have, by default. A kernel
   * that needs more is computed in tiles over x1 and x2 where `vmapAxes` allows it.
   */
  readonly memoryLimit?: number;
  /** Called after each tile. */
  readonly onProgress?: OnProgress;
}

/** The most that WebAssembly can address. */
export const WASM_LIMIT = 2 ** 32;

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

type Arguments = Parameters<KernelFn<unknown>>;

/** What becomes of the batch axis of output `i`. */
function layoutOf(fn: string, { first, second }: Problem, i: number, settings: NtkSettings): BatchLayout {
  const [shape1, shape2] = [first.outs.leaves[i]!.shape, second.outs.leaves[i]!.shape];
  const paired = pairAxes(fn, shape1, shape2, settings);
  const axis = first.batch!.outputs[i]!;
  if (paired.trace.includes(axis)) return { kind: "traced" };
  const labels = kernelLabels(shape1, shape2, paired);
  const place = labels.out.indexOf(labels.first[axis]!);
  if (paired.diagonal.includes(axis)) return { kind: "diagonal", axis: place };
  return { kind: "pair", first: place, second: labels.out.indexOf(labels.second[axis]!), mirror: mirrorOf(labels) };
}

/** The task as tiles, or why it has none. */
function tilesOf(
  fn: string,
  kernel: CompiledKernel,
  settings: NtkSettings,
  prepareProblem: (...args: [unknown, unknown, unknown, Kwargs]) => Problem,
  [x1, x2, params, kwargs = {}]: Arguments,
): Tiles | string {
  const [leaves, tree] = flattenArrays(fn, [x1, x2, params]);
  let problem: Problem | undefined;
  traceFunction(
    fn,
    (a, b, p) => {
      problem = prepareProblem(a, b, p, kwargs);
      return [];
    },
    tree,
    leaves.map((x) => x.aval),
  );
  const { first, second } = problem!;
  if (first.batch === null) return "give vmapAxes, so that it can be computed in tiles";
  if ("rng" in kwargs) return "and a random key forbids tiles; use smaller batches";
  if (Object.keys(first.batch.kwargs).length > 0)
    return "and batched keyword arguments forbid tiles; use smaller batches";
  const axes = first.batch.inputs;
  const sizeOf = (x: unknown): number => {
    const i = axes.findIndex((axis) => axis !== null);
    return flattenArrays(fn, x)[0][i]!.shape[axes[i]!]!;
  };
  const same = second === first;
  return {
    sizes: [sizeOf(x1), sizeOf(same ? x1 : x2)],
    symmetric: same,
    layouts: first.outs.leaves.map((_, i) => layoutOf(fn, problem!, i, settings)),
    inputs: (part1, part2) => {
      if (same && samePart(part1, part2)) return [takePart(x1, axes, part1), null];
      return [takePart(x1, axes, part1), takePart(same ? x1 : x2, axes, part2)];
    },
    compute: (a, b) => kernel.call(a, b, params, kwargs),
  };
}

/** A kernel function that stays within `memoryLimit`, in tiles if need be. */
export function withinMemory(
  fn: string,
  kernel: CompiledKernel,
  settings: NtkSettings,
  prepareProblem: (...args: [unknown, unknown, unknown, Kwargs]) => Problem,
  onProgress: OnProgress | undefined,
): KernelFn<unknown> {
  const limit = settings.memoryLimit;
  return (...args) => {
    if (isTracing()) return kernel.call(...args);
    const needed = kernel.memoryBytes(...args);
    if (needed <= limit) {
      const result = kernel.call(...args);
      onProgress?.(1, 1);
      return result;
    }
    const tiles = tilesOf(fn, kernel, settings, prepareProblem, args);
    const refuse = (why: string): never => {
      throw new RangeError(
        `${fn}: this kernel needs ${mebibytes(needed)} of memory and the limit is ${mebibytes(limit)}; ${why}.`,
      );
    };
    if (typeof tiles === "string") return refuse(tiles);
    // Different examples on both sides, where there are any, because that takes more than the same ones.
    const memoryOf = ([rows, columns]: readonly [number, number]): number => {
      const last = tiles.sizes[1];
      const [x1, x2] = tiles.inputs([0, rows], [last - columns, last]);
      return kernel.memoryBytes(x1, x2, args[2], args[3]);
    };
    const tile = chooseTile(tiles, (size) => memoryOf(size) <= limit);
    if (tile) return computeTiles(tiles, tile, onProgress);
    return refuse(`one example against one still needs ${mebibytes(memoryOf([1, 1]))}; try another implementation`);
  };
}
