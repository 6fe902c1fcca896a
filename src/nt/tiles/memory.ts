/** The NTK within a given amount of memory. */

import { itemSize } from "../../base/dtypes.ts";
import { entry } from "../../base/lists.ts";
import { sizeOf } from "../../base/shapes.ts";
import { standardDevice } from "../../device/device.ts";
import { isTracing } from "../../ir/trace.ts";
import { flattenArrays } from "../../transform/flat.ts";
import { kernelLabels, kernelShape, mirrorOf, pairAxes } from "../task/axes.ts";
import {
  type CompiledKernel,
  type InnerKernel,
  type KernelArguments,
  type PreparedCall,
  sideInputs,
} from "../task/compile-kernel.ts";
import { sidesOf } from "../task/kwargs.ts";
import { type NtkSettings, type Problem, prepare, type Side } from "../task/problem.ts";
import type { Recorder } from "../task/recording.ts";
import { computeTiles } from "./assemble.ts";
import {
  type BatchLayout,
  type BatchPart,
  chooseTile,
  type ProgressOptions,
  samePart,
  type Tiles,
  takeExamples,
} from "./tiling.ts";

/** How much memory a kernel may take, and who is told of its progress. */
export interface MemoryOptions extends ProgressOptions {
  /**
   * The most bytes that a computation may take at its peak, the result included; 4 GiB, the most that WebAssembly can
   * have, by default. A kernel that needs more is computed in tiles over x1 and x2 where `vmapAxes` allows it.
   */
  readonly memoryLimit?: number;
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
  const [shape1, shape2] = [entry(first.outs.leaves, i).shape, entry(second.outs.leaves, i).shape];
  const paired = pairAxes(fn, shape1, shape2, settings);
  const axis = entry(first.batch!.outputs, i);
  if (paired.trace.includes(axis)) return { kind: "traced" };
  const labels = kernelLabels(shape1, shape2, paired);
  const place = labels.out.indexOf(entry(labels.first, axis));
  if (paired.diagonal.includes(axis)) return { kind: "diagonal", axis: place };
  return {
    kind: "pair",
    first: place,
    second: labels.out.indexOf(entry(labels.second, axis)),
    mirror: mirrorOf(labels),
  };
}

/** Tiles, each a computation of its own. */
interface NtkTiles extends Tiles {
  /** The bytes that a tile may take beside the result. */
  readonly room: number;
  readonly prepared: (part1: BatchPart, part2: BatchPart) => PreparedCall;
}

function batchSize(fn: string, { batch, x }: Side): number {
  const [leaves] = flattenArrays(fn, x);
  const sizes = batch!.inputs.flatMap((axis, i) => (axis === null ? [] : [entry(entry(leaves, i).shape, axis)]));
  return entry(sizes, 0);
}

/** The bytes of the kernels of all outputs. */
const resultBytes = (fn: string, { parameters, first, second }: Problem, settings: NtkSettings): number =>
  first.outs.leaves.reduce((sum, { shape, dtype }, i) => {
    const other = entry(second.outs.leaves, i).shape;
    const labels = kernelLabels(shape, other, pairAxes(fn, shape, other, settings));
    return sum + sizeOf(kernelShape(labels)) * itemSize(parameters.kernelDtype(dtype));
  }, 0);

/** The task as tiles, or why it has none. */
function tilesOf(
  fn: string,
  kernel: CompiledKernel,
  settings: NtkSettings,
  args: KernelArguments,
  recorder: Recorder,
): NtkTiles | string {
  const [x1, x2, params, kwargs] = args;
  const sides = sidesOf(kwargs, x1, x2);
  const recording = recorder.record(settings.vmapAxes, params, sideInputs(args));
  const problem = prepare(fn, recording.with(), settings, [x1, x2, params, sides]);
  const { first, second } = problem;
  if (first.batch === null) return "give vmapAxes, so that it can be computed in tiles";
  if (first.batch.inputs.every((axis) => axis === null)) return "vmapAxes give no batch axis of the inputs to cut";
  const room = settings.memoryLimit - resultBytes(fn, problem, settings);
  // The keyword arguments are split before: what both sides share would look different in a part of them.
  const prepared = (part1: BatchPart, part2: BatchPart): PreparedCall => {
    const [a, own] = takeExamples(first.batch!, first.x, first.kwargs, part1);
    const one = second === first && samePart(part1, part2);
    const [b, others] = one ? [null, own] : takeExamples(second.batch!, second.x, second.kwargs, part2);
    return kernel([a, b, params, { sides: [own, others] }], recorder, { room });
  };
  return {
    room,
    sizes: [batchSize(fn, first), batchSize(fn, second)],
    symmetric: second === first,
    layouts: first.outs.leaves.map((_, i) => layoutOf(fn, problem, i, settings)),
    prepared,
    compute: (part1, part2) => prepared(part1, part2).run(),
  };
}

/** A kernel function that stays within `memoryLimit`, in tiles if need be. */
export function withinMemory(
  fn: string,
  kernel: CompiledKernel,
  settings: NtkSettings,
  progress: ProgressOptions,
): InnerKernel {
  const limit = settings.memoryLimit;
  return (args, recorder) => {
    progress.signal?.throwIfAborted();
    const whole = kernel(args, recorder);
    if (isTracing()) return whole.run();
    const needed = whole.bytes;
    if (needed <= limit) {
      const result = whole.run();
      progress.onProgress?.(1, 1);
      return result;
    }
    const tiles = tilesOf(fn, kernel, settings, args, recorder);
    const refuse = (why: string): never => {
      const what =
        needed === Number.POSITIVE_INFINITY
          ? `an array larger than the ${mebibytes(standardDevice().largestBuffer())} that the device can hold`
          : `${mebibytes(needed, limit)} of memory and the limit is ${mebibytes(limit, needed)}`;
      throw new RangeError(`${fn}: this kernel needs ${what}; ${why}.`);
    };
    if (typeof tiles === "string") return refuse(tiles);
    // Different examples on both sides, where there are any, because that takes more than the same ones.
    const memoryOf = ([rows, columns]: readonly [number, number]): number => {
      const last = tiles.sizes[1];
      return tiles.prepared([0, rows], [last - columns, last]).bytes;
    };
    const result = limit - tiles.room;
    if (result > limit) return refuse(`the result alone takes ${mebibytes(result)}`);
    const tile = chooseTile(tiles, (size) => memoryOf(size) <= tiles.room);
    if (tile) return computeTiles(tiles, tile, progress);
    return refuse(
      `one example against one still needs ${mebibytes(memoryOf([1, 1]))} beside ${mebibytes(result)} for the result; ` +
        "try another implementation",
    );
  };
}
