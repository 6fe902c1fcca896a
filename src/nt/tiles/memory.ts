/** The NTK within a given amount of memory. */
import { itemSize } from "../../base/dtypes.ts";
import { noMore } from "../../base/errors.ts";
import { sizeOf } from "../../base/shapes.ts";
import { allNone } from "../../base/tree.ts";
import { isTracing } from "../../ir/trace.ts";
import { flattenArrays, floatNumbers, traceFunction } from "../../transform/flat.ts";
import { kernelLabels, kernelShape, mirrorOf, pairAxes } from "../task/axes.ts";
import type { CompiledKernel, KernelArguments } from "../task/compile-kernel.ts";
import { type Kwargs, SIDES, splitKwargs } from "../task/kwargs.ts";
import type { NtkSettings, Problem, Side, Task } from "../task/problem.ts";
import { computeTiles } from "./assemble.ts";
import {
  type BatchLayout,
  type BatchPart,
  chooseTile,
  type OnProgress,
  samePart,
  type Tiles,
  takeExamples,
} from "./tiling.ts";

export interface MemoryOptions {
  /**
   * The most bytes that a computation may take at its peak, the result included; 4 GiB, the most that WebAssembly can
   * have, by default. A kernel that needs more is computed in tiles over x1 and x2 where `vmapAxes` allows it.
   */
  readonly memoryLimit?: number;
  /** Called after each tile. */
  readonly onProgress?: OnProgress;
}

/** Bytes in MiB, with as many digits as tell them from others; rounded up. */
function mebibytes(bytes: number, others = bytes): string {
  const rounded = (x: number, digits: number): number => Math.ceil((x / 2 ** 20) * 10 ** digits) / 10 ** digits;
  let digits = 0;
  while (bytes !== others && rounded(bytes, digits) === rounded(others, digits)) digits++;
  return `${rounded(bytes, digits)} MiB`;
}

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

/** The bytes that a tile may take beside the result, which come with its keyword arguments. */
export const roomOf = (kwargs: Kwargs): number | undefined => (kwargs[SIDES] as readonly unknown[])?.[2] as undefined;

/** Tiles, and the kernel's arguments for each. */
interface NtkTiles extends Tiles {
  readonly room: number;
  readonly argumentsOf: (part1: BatchPart, part2: BatchPart) => KernelArguments;
}

function batchSize(fn: string, { batch }: Side, x: unknown): number {
  const i = batch!.inputs.findIndex((axis) => axis !== null);
  return flattenArrays(fn, x)[0][i]!.shape[batch!.inputs[i]!]!;
}

/** The bytes of the kernels of all outputs. */
const resultBytes = (fn: string, { parameters, first, second }: Problem, settings: NtkSettings): number =>
  first.outs.leaves.reduce((sum, { shape, dtype }, i) => {
    const other = second.outs.leaves[i]!.shape;
    const labels = kernelLabels(shape, other, pairAxes(fn, shape, other, settings));
    return sum + sizeOf(kernelShape(labels)) * itemSize(parameters.kernelDtype(dtype));
  }, 0);

/** The task as tiles, or why it has none. */
function tilesOf(
  fn: string,
  kernel: CompiledKernel,
  settings: NtkSettings,
  prepareProblem: (...task: Task) => Problem,
  [x1, x2, params, kwargs = {}]: KernelArguments,
): NtkTiles | string {
  const same = x2 === undefined || allNone(x2);
  const [kwargs1, other] = splitKwargs(kwargs, x1, same ? null : x2);
  const [input2, kwargs2] = same ? [x1, kwargs1] : [x2, other];
  const [leaves, tree] = flattenArrays(fn, [x1, same ? null : x2, floatNumbers(params)]);
  let problem: Problem | undefined;
  traceFunction(
    fn,
    (a, b, p) => {
      problem = prepareProblem(a, b, p, [kwargs1, kwargs2]);
      return [];
    },
    tree,
    leaves.map((x) => x.aval),
  );
  const { first, second } = problem!;
  if (first.batch === null) return "give vmapAxes, so that it can be computed in tiles";
  if (first.batch.inputs.every((axis) => axis === null)) return "vmapAxes give no batch axis of the inputs to cut";
  const room = settings.memoryLimit - resultBytes(fn, problem!, settings);
  // The keyword arguments are split before: what both sides share would look different in a part of them.
  const argumentsOf = (part1: BatchPart, part2: BatchPart): KernelArguments => {
    const [a, own] = takeExamples(first.batch!, x1, kwargs1, part1);
    if (same && samePart(part1, part2)) return [a, null, params, { [SIDES]: [own, own, room] }];
    const [b, others] = takeExamples(second.batch!, input2, kwargs2, part2);
    return [a, b, params, { [SIDES]: [own, others, room] }];
  };
  return {
    room,
    sizes: [batchSize(fn, first, x1), batchSize(fn, second, input2)],
    symmetric: same,
    layouts: first.outs.leaves.map((_, i) => layoutOf(fn, problem!, i, settings)),
    argumentsOf,
    compute: (part1, part2) => kernel(...argumentsOf(part1, part2)).run(),
  };
}

/** A kernel function that stays within `memoryLimit`, in tiles if need be. */
export function withinMemory(
  fn: string,
  kernel: CompiledKernel,
  settings: NtkSettings,
  prepareProblem: (...task: Task) => Problem,
  onProgress: OnProgress | undefined,
): (...args: KernelArguments) => unknown {
  const limit = settings.memoryLimit;
  return (x1, x2, params, kwargs, ...rest: never[]) => {
    noMore(fn, rest);
    const args: KernelArguments = [x1, x2, params, kwargs];
    const whole = kernel(...args);
    if (isTracing()) return whole.run();
    const needed = whole.bytes;
    if (needed <= limit) {
      const result = whole.run();
      onProgress?.(1, 1);
      return result;
    }
    const tiles = tilesOf(fn, kernel, settings, prepareProblem, args);
    const refuse = (why: string): never => {
      throw new RangeError(
        `${fn}: this kernel needs ${mebibytes(needed, limit)} of memory and the limit is ${mebibytes(limit, needed)}; ${why}.`,
      );
    };
    if (typeof tiles === "string") return refuse(tiles);
    // Different examples on both sides, where there are any, because that takes more than the same ones.
    const memoryOf = ([rows, columns]: readonly [number, number]): number => {
      const last = tiles.sizes[1];
      return kernel(...tiles.argumentsOf([0, rows], [last - columns, last])).bytes;
    };
    const result = limit - tiles.room;
    if (result > limit) return refuse(`the result alone takes ${mebibytes(result)}`);
    const tile = chooseTile(tiles, (size) => memoryOf(size) <= tiles.room);
    if (tile) return computeTiles(tiles, tile, onProgress);
    return refuse(
      `one example against one still needs ${mebibytes(memoryOf([1, 1]))} beside ${mebibytes(result)} for the result; ` +
        "try another implementation",
    );
  };
}
