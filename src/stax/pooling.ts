/** Layers that average or sum over spatial axes. */

import { namedArguments } from "../base/arguments.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { frozen } from "../base/plain.ts";
import { canonicalAxes, range, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { div, full, reduceSum, reduceWindowSum } from "../lax/index.ts";
import { knownSizes, makeLayer, showShape } from "./layer.ts";
import type { InputShape, Layer } from "./types.ts";
import { checkPadding, checkWindow, type Padding, type Windows, windowedSizes, wrapPad } from "./windows.ts";

/** Options of `stax.GlobalAvgPool` and `stax.GlobalSumPool`. */
export interface GlobalPoolOptions {
  readonly batchAxis?: number;
  readonly channelAxis?: number;
}

type GlobalPoolArguments = [batchAxis?: number, channelAxis?: number] | [options: GlobalPoolOptions];

function globalPool(fn: string, args: GlobalPoolArguments, average: boolean): Layer {
  const names = ["batchAxis", "channelAxis"] as const;
  const { batchAxis = 0, channelAxis = -1 } = namedArguments<GlobalPoolOptions>(fn, [...names], args);
  const keptAxes = (ndim: number): number[] =>
    canonicalAxes(fn, [batchAxis, channelAxis], ndim, "[batchAxis, channelAxis]");
  return makeLayer({
    fn,
    outputShape: (shape) => {
      const kept = keptAxes(shape.length);
      return shape.filter((_, i) => kept.includes(i));
    },
    apply: (_, x) => {
      const kept = keptAxes(x.ndim);
      const axes = range(x.ndim).filter((i) => !kept.includes(i));
      const total = reduceSum(x, { axes });
      return average ? div(total, sizeOf(axes.map((i) => entry(x.shape, i)))) : total;
    },
  });
}

/**
 * The mean over all axes but the batch's and the channels', which keep their order.
 * Source: `neural_tangents.stax.GlobalAvgPool`.
 * @example stax.GlobalAvgPool()[0](random.key(0), [-1, 8, 8, 3])[0] // [-1, 3]
 */
export const GlobalAvgPool = (...args: GlobalPoolArguments): Layer => globalPool("stax.GlobalAvgPool", args, true);

/**
 * The sum over all axes but the batch's and the channels'. Source: `neural_tangents.stax.GlobalSumPool`.
 * @example stax.GlobalSumPool()[0](random.key(0), [-1, 8, 8, 3])[0] // [-1, 3]
 */
export const GlobalSumPool = (...args: GlobalPoolArguments): Layer => globalPool("stax.GlobalSumPool", args, false);

/** Options of `stax.SumPool`. */
export interface SumPoolOptions {
  /** One for each spatial axis; `null` (the default) for ones. */
  readonly strides?: readonly number[] | null;
  /** `"VALID"` by default. */
  readonly padding?: Padding;
  readonly batchAxis?: number;
  readonly channelAxis?: number;
}

/** Options of `stax.AvgPool`. */
export interface AvgPoolOptions extends SumPoolOptions {
  /** At the edges of `"SAME"` padding: divide by the number of elements inside and not by the window's size. */
  readonly normalizeEdges?: boolean;
}

function windowSums(fn: string, x: NDArray, windows: Windows): NDArray {
  const { spatialAxes, window, strides, padding } = windows;
  const circular = padding === "CIRCULAR";
  const perAxis = (sizes: readonly number[]): number[] => x.shape.map((_, i) => sizes[spatialAxes.indexOf(i)] ?? 1);
  return reduceWindowSum(circular ? wrapPad(fn, x, windows) : x, {
    windowDimensions: perAxis(window),
    windowStrides: perAxis(strides),
    padding: circular ? "VALID" : padding,
  });
}

interface PoolDefinition {
  readonly fn: string;
  readonly windowShape: readonly number[];
  readonly options: SumPoolOptions;
  /** The outputs from the windows' sums; `sums` sums another array over the same windows. */
  readonly finish: (sums: NDArray, x: NDArray, sum: (x: NDArray) => NDArray) => NDArray;
}

function pool({ fn, windowShape, options, finish }: PoolDefinition): Layer {
  const { batchAxis = 0, channelAxis = -1 } = options;
  const count = Array.isArray(windowShape) ? windowShape.length : 1;
  const window = checkWindow(fn, "windowShape", windowShape, count);
  const strides = checkWindow(fn, "strides", options.strides, count);
  const padding = checkPadding(fn, options.padding ?? "VALID");
  const geometry = (shape: InputShape): Windows => {
    const others = canonicalAxes(fn, [batchAxis, channelAxis], shape.length, "[batchAxis, channelAxis]");
    const spatialAxes = range(shape.length).filter((i) => !others.includes(i));
    if (spatialAxes.length === count) return { spatialAxes, window, strides, padding };
    throw new ShapeError(
      `${fn}: windowShape ${formatShape(window)} needs inputs with ${count + 2} axes, got ${showShape(shape)}.`,
    );
  };
  return makeLayer({
    fn,
    outputShape: (shape) => {
      const windows = geometry(shape);
      const sizes = windowedSizes(fn, knownSizes(fn, shape, windows.spatialAxes), windows, shape);
      return shape.map((n, i) => sizes[windows.spatialAxes.indexOf(i)] ?? n);
    },
    apply: (_, x) => {
      const windows = geometry(x.shape);
      const sum = (y: NDArray): NDArray => windowSums(fn, y, windows);
      return finish(sum(x), x, sum);
    },
  });
}

/**
 * The sum over windows of the spatial axes. Source: `neural_tangents.stax.SumPool`.
 * @example stax.SumPool([2, 2], { strides: [2, 2] })[0](random.key(0), [-1, 8, 8, 3])[0] // [-1, 4, 4, 3]
 */
export function SumPool(
  windowShape: readonly number[],
  ...args:
    | [strides?: readonly number[] | null, padding?: Padding, batchAxis?: number, channelAxis?: number]
    | [options: SumPoolOptions]
): Layer {
  const fn = "stax.SumPool";
  const options = namedArguments<SumPoolOptions>(fn, ["strides", "padding", "batchAxis", "channelAxis"], args);
  return pool({ fn, windowShape, options, finish: (sums) => sums });
}

/**
 * The mean over windows of the spatial axes. Source: `neural_tangents.stax.AvgPool`.
 * @example stax.AvgPool([2, 2], { strides: [2, 2] })[0](random.key(0), [-1, 8, 8, 3])[0] // [-1, 4, 4, 3]
 */
export function AvgPool(
  windowShape: readonly number[],
  ...args:
    | [
        strides?: readonly number[] | null,
        padding?: Padding,
        normalizeEdges?: boolean,
        batchAxis?: number,
        channelAxis?: number,
      ]
    | [options: AvgPoolOptions]
): Layer {
  const fn = "stax.AvgPool";
  const names = ["strides", "padding", "normalizeEdges", "batchAxis", "channelAxis"] as const;
  const { normalizeEdges = false, ...options } = namedArguments<AvgPoolOptions>(fn, [...names], args);
  const window = frozen(windowShape);
  const byEdges = normalizeEdges && options.padding === "SAME";
  return pool({
    fn,
    windowShape: window,
    options,
    finish: (sums, x, sum) => div(sums, byEdges ? sum(full(x.shape, 1, x.dtype)) : sizeOf(window)),
  });
}
