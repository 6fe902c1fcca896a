/** The convolutional layer. */
import { namedArguments } from "../base/arguments.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, type ConvDimensionNumbers, convGeneralDilated, mul } from "../lax/index.ts";
import { normal } from "../random/index.ts";
import { splitToList } from "../random/keys.ts";
import {
  checkCount,
  checkParameterization,
  knownSize,
  knownSizes,
  makeLayer,
  showShape,
  spreadBias,
  weightsAndBias,
} from "./layer.ts";
import type { InputShape, Layer, Parameterization, Params } from "./types.ts";
import { checkPadding, checkWindow, type Padding, type Windows, windowedSizes, wrapPad } from "./windows.ts";

export interface ConvOptions {
  /** One for each spatial axis, in the order of `filterShape`; `null` (the default) for ones. */
  readonly strides?: readonly number[] | null;
  /** `"VALID"` by default. */
  readonly padding?: Padding;
  /** The standard deviation of the weights. 1 by default. */
  readonly WStd?: number;
  /** The standard deviation of the biases; `null` (the default) for none. */
  readonly bStd?: number | null;
  /** The layouts of inputs, weights and outputs; `null` (the default) for channels last, `["NHWC", "HWIO", "NHWC"]`. */
  readonly dimensionNumbers?: ConvDimensionNumbers | null;
  readonly parameterization?: Parameterization;
  /** For the standard parameterization: the width scales of the inputs and of the outputs. `[1, 1]` by default. */
  readonly s?: readonly [number, number];
}

const FN = "stax.Conv";
const NAMES = ["strides", "padding", "WStd", "bStd", "dimensionNumbers", "parameterization", "s"] as const;

function channelsLast(count: number): ConvDimensionNumbers {
  const spatial = "HWDXYZ".slice(0, count);
  return [`N${spatial}C`, `${spatial}IO`, `N${spatial}C`];
}

/** Where batch, channels and spatial axes are; the spatial ones in the order of the weights' layout. */
function parseLayouts(numbers: ConvDimensionNumbers, count: number) {
  const [lhs, rhs, out] = numbers;
  const spatial = [...rhs].filter((c) => c !== "I" && c !== "O");
  const agree =
    new Set(rhs).size === rhs.length &&
    spatial.length === count &&
    rhs.length === count + 2 &&
    [lhs, out].every((spec) => spec.length === count + 2 && ["N", "C", ...spatial].every((c) => spec.includes(c)));
  if (!agree) {
    throw new ShapeError(
      `${FN}: dimensionNumbers ${JSON.stringify(numbers)} must be three layouts of ${count + 2} letters for the ` +
        `${count} axes of filterShape, such as ${JSON.stringify(channelsLast(count))}.`,
    );
  }
  return { lhs, rhs, out, spatial, spatialAxes: spatial.map((c) => lhs.indexOf(c)), channel: lhs.indexOf("C") };
}

/**
 * Convolves with `outChan` filters. With the NTK parameterization W and b are standard normal and the outputs are
 * `WStd / sqrt(n) conv(x, W) + bStd b`, n being the input channels times the filter's size; the standard
 * parameterization is that of `Dense`. Source: `neural_tangents.stax.Conv`.
 *
 * Parameters: `[W, b]`, W laid out by `dimensionNumbers[1]`, b of outChan along the channels and 1 along all other
 * axes of the outputs, or `null`.
 * @throws ShapeError when the inputs' axes or channels don't fit W, or a window doesn't fit the inputs.
 * @example stax.Conv(32, [3, 3], { padding: "SAME", WStd: Math.SQRT2, bStd: 0.1 })
 */
export function Conv(
  outChan: number,
  filterShape: readonly number[],
  ...args:
    | [options?: ConvOptions]
    | [strides: readonly number[] | null, options?: Omit<ConvOptions, "strides">]
    | [strides: readonly number[] | null, padding: Padding, options?: Omit<ConvOptions, "strides" | "padding">]
    | [
        strides: readonly number[] | null,
        padding: Padding,
        WStd: number,
        bStd?: number | null,
        dimensionNumbers?: ConvDimensionNumbers | null,
        parameterization?: Parameterization,
        s?: readonly [number, number],
      ]
): Layer {
  const options = namedArguments<ConvOptions>(FN, [...NAMES], args);
  const { WStd = 1, bStd = null } = options;
  checkCount(FN, "outChan", outChan);
  const count = Array.isArray(filterShape) ? filterShape.length : 1;
  const window = checkWindow(FN, "filterShape", filterShape, count);
  const strides = checkWindow(FN, "strides", options.strides, count);
  const padding = checkPadding(FN, options.padding ?? "VALID");
  const numbers = options.dimensionNumbers ?? channelsLast(count);
  const { lhs, rhs, out, spatial, spatialAxes, channel } = parseLayouts(numbers, count);
  const standard = checkParameterization(FN, options.parameterization ?? "ntk") === "standard";
  const [inputScale, outputScale] = standard ? (options.s ?? [1, 1]) : [1, 1];
  const width = outChan * outputScale;
  const windows: Windows = { spatialAxes, window, strides, padding };

  const checkRank = (shape: InputShape): void => {
    if (shape.length === count + 2) return;
    throw new ShapeError(
      `${FN}: inputs ${showShape(shape)} must have ${count + 2} axes (${lhs}) for a filter of shape ${formatShape(window)}.`,
    );
  };

  const outputShape = (shape: InputShape): InputShape => {
    checkRank(shape);
    const sizes = windowedSizes(FN, knownSizes(FN, shape, spatialAxes), windows, shape);
    const batch = shape[lhs.indexOf("N")] as number | null;
    return [...out].map((c) => (c === "N" ? batch : c === "C" ? width : (sizes[spatial.indexOf(c)] as number)));
  };

  const init = (key: NDArray, shape: InputShape): Params => {
    const channels = knownSize(FN, shape, channel);
    const [keyW, keyB] = splitToList(key, 2) as [NDArray, NDArray];
    const kernelSizes = [...rhs].map((c) =>
      c === "O" ? width : c === "I" ? channels : (window[spatial.indexOf(c)] as number),
    );
    const W = normal(keyW, kernelSizes);
    const biasSizes = [...out].map((c) => (c === "C" ? width : 1));
    const b = bStd === null ? null : normal(keyB, biasSizes);
    if (!standard) return [W, b];
    const fanIn = channels * sizeOf(window);
    return [mul(W, WStd / Math.sqrt(fanIn / inputScale)), b === null ? null : mul(b, bStd as number)];
  };

  const apply = (params: Params, x: NDArray): NDArray => {
    const [W, b] = weightsAndBias(FN, params, bStd !== null);
    checkRank(x.shape);
    const channels = x.shape[channel] as number;
    if (W.ndim !== count + 2 || W.shape[rhs.indexOf("I")] !== channels) {
      throw new ShapeError(
        `${FN}: inputs ${formatShape(x.shape)} (${lhs}) have ${channels} channels (axis ${channel}), but W ` +
          `${formatShape(W.shape)} (${rhs}) takes ${W.shape[rhs.indexOf("I")]}.`,
      );
    }
    const product = convGeneralDilated(padding === "CIRCULAR" ? wrapPad(FN, x, windows) : x, W, {
      windowStrides: strides,
      padding: padding === "CIRCULAR" ? "VALID" : padding,
      dimensionNumbers: numbers,
    });
    const norm = standard ? 1 / Math.sqrt(inputScale) : WStd / Math.sqrt(channels * sizeOf(window));
    const scaled = mul(product, norm);
    return b === null ? scaled : add(scaled, spreadBias(FN, b, standard ? 1 : (bStd as number), scaled.shape));
  };

  return makeLayer({ fn: FN, outputShape, init, apply });
}
