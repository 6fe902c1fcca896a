/** The convolutional layers: shared filters, their transpose, and filters that differ from place to place. */

import { namedArguments } from "../base/arguments.ts";
import { formatShape, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { checkCount, range, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, convGeneralDilated, dotGeneral, mul, reshape, transpose } from "../lax/index.ts";
import { broadcastTo } from "../lax/shape.ts";
import { eye } from "../numpy/creation.ts";
import { splitToList } from "../random/keys.ts";
import {
  checkNumbers,
  checkParameterization,
  draw,
  knownSize,
  knownSizes,
  makeLayer,
  showShape,
  spreadBias,
  weightsAndBias,
  widthScales,
} from "./layer.ts";
import type { InputShape, Layer, Parameterization, Params } from "./types.ts";
import {
  checkPadding,
  checkWindow,
  type Padding,
  unwrapAxis,
  type Windows,
  windowedSizes,
  wrapPad,
} from "./windows.ts";

/** Options of `stax.Conv` and its kind. */
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

const NAMES = ["strides", "padding", "WStd", "bStd", "dimensionNumbers", "parameterization", "s"] as const;

type ConvDimensionNumbers = readonly [lhs: string, rhs: string, out: string];

function channelsLast(count: number): ConvDimensionNumbers {
  const spatial = "HWDXYZ".slice(0, count);
  return [`N${spatial}C`, `${spatial}IO`, `N${spatial}C`];
}

type ConvArguments =
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
    ];

/** Where batch, channels and spatial axes are; the spatial ones in the order of the weights' layout. */
function parseLayouts(fn: string, numbers: ConvDimensionNumbers, count: number) {
  const given: unknown = numbers;
  if (!Array.isArray(given) || given.length !== 3 || !Array.from(given).every((spec) => typeof spec === "string")) {
    throw new TypeError(`${fn}: dimensionNumbers must be three layouts, got ${show(given)}.`);
  }
  const [lhs, rhs, out] = numbers;
  const spatial = [...rhs].filter((c) => c !== "I" && c !== "O");
  const agree =
    new Set(rhs).size === rhs.length &&
    spatial.length === count &&
    rhs.length === count + 2 &&
    [lhs, out].every((spec) => spec.length === count + 2 && ["N", "C", ...spatial].every((c) => spec.includes(c)));
  if (!agree) {
    throw new ShapeError(
      `${fn}: dimensionNumbers ${show(numbers)} must be three layouts of ${count + 2} letters for the ` +
        `${count} axes of filterShape, such as ${JSON.stringify(channelsLast(count))}.`,
    );
  }
  return { lhs, rhs, out, spatial, spatialAxes: spatial.map((c) => lhs.indexOf(c)), channel: lhs.indexOf("C") };
}

/** The padding of the inputs, already spread by the strides, that makes a convolution the transpose of a padded one. */
function transposedPadding(window: number, stride: number, padding: Padding): [low: number, high: number] {
  const total = window + stride - 2;
  if (padding !== "SAME") return [window - 1, total - window + 1 + Math.max(window - stride, 0)];
  const low = stride >= window ? window - 1 : Math.ceil(total / 2);
  return [low, total - low];
}

type ConvKind = "Conv" | "ConvTranspose" | "ConvLocal";

function convolution(kind: ConvKind, outChan: number, filterShape: readonly number[], args: ConvArguments): Layer {
  const fn = `stax.${kind}`;
  const [transposed, local] = [kind === "ConvTranspose", kind === "ConvLocal"];
  const options = namedArguments<ConvOptions>(fn, [...NAMES], args);
  const { WStd = 1, bStd = null } = options;
  checkCount(fn, "outChan", outChan, 1);
  checkNumbers(fn, { WStd, bStd: bStd ?? 0 });
  const count = Array.isArray(filterShape) ? filterShape.length : 1;
  const window = checkWindow(fn, "filterShape", filterShape, count);
  const strides = checkWindow(fn, "strides", options.strides, count);
  const padding = checkPadding(fn, options.padding ?? "VALID");
  const dimensionNumbers = options.dimensionNumbers ?? channelsLast(count);
  const { lhs, rhs, out, spatial, spatialAxes, channel } = parseLayouts(fn, dimensionNumbers, count);
  const standard = checkParameterization(fn, options.parameterization ?? "ntk") === "standard";
  const [inputScale, outputScale] = widthScales(fn, standard ? options.s : undefined, outChan);
  const width = outChan * (local ? 1 : outputScale);
  const batch = lhs.indexOf("N");
  const windows: Windows = { spatialAxes, window, strides, padding };

  const checkRank = (shape: InputShape): void => {
    if (shape.length === count + 2) return;
    throw new ShapeError(
      `${fn}: inputs ${showShape(shape)} must have ${count + 2} axes (${lhs}) for a filter of shape ${formatShape(window)}.`,
    );
  };

  const outputSizes = (shape: InputShape): number[] => {
    checkRank(shape);
    const sizes = knownSizes(fn, shape, spatialAxes);
    if (!transposed) return windowedSizes(fn, sizes, windows, shape);
    const extra = (i: number) => (padding === "VALID" ? Math.max(0, entry(window, i) - entry(strides, i)) : 0);
    return sizes.map((n, i) => n * entry(strides, i) + extra(i));
  };

  /** Sizes in the order of a layout's letters; the spatial ones are given. */
  const inOrder = <T>(layout: string, others: Record<string, T>, sizes: readonly T[]): T[] =>
    [...layout].map((c) => (c in others ? others[c] : sizes[spatial.indexOf(c)]) as T);

  const outputShape = (shape: InputShape): InputShape => {
    const sizes = outputSizes(shape);
    return inOrder<number | null>(out, { N: entry(shape, batch), C: width }, sizes);
  };

  const init = (key: NDArray, shape: InputShape): Params => {
    const channels = knownSize(fn, shape, channel);
    const fanIn = channels * sizeOf(window);
    const places = local ? outputSizes(shape) : window;
    const [keyW, keyB] = splitToList(key, 2);
    const W = draw(fn, keyW, inOrder(rhs, { O: width, I: local ? fanIn : channels }, places));
    const biasSizes = inOrder(out, { N: 1, C: width }, local ? places : window.map(() => 1));
    const b = bStd === null ? null : draw(fn, keyB, biasSizes);
    if (!standard) return [W, b];
    return [mul(W, WStd / Math.sqrt(fanIn / inputScale)), b === null ? null : mul(b, bStd as number)];
  };

  /** The inputs, and the padding that a convolution of them needs. */
  const wrapped = (x: NDArray): [NDArray, "SAME" | "VALID"] =>
    padding === "CIRCULAR" ? [wrapPad(fn, x, windows), "VALID"] : [x, padding];

  const transposedProduct = (x: NDArray, W: NDArray): NDArray => {
    const product = convGeneralDilated(x, W, {
      windowStrides: window.map(() => 1),
      padding: window.map((size, i) => transposedPadding(size, entry(strides, i), padding)),
      lhsDilation: strides,
      dimensionNumbers,
    });
    if (padding !== "CIRCULAR") return product;
    return outputSizes(x.shape).reduce((y, n, i) => unwrapAxis(y, out.indexOf(entry(spatial, i)), n), product);
  };

  const localProduct = (x: NDArray, W: NDArray): NDArray => {
    const [images, around] = wrapped(x);
    const [size, channels] = [sizeOf(window), entry(x.shape, channel)];
    // One filter for each place of the window, for each channel by itself: the patches, (batch, I, ...places).
    const picks = broadcastTo(eye(size, { dtype: x.dtype }), [channels, size, size]);
    const letters = spatial.join("");
    const patches = convGeneralDilated(images, reshape(picks, { newSizes: [channels * size, 1, ...window] }), {
      windowStrides: strides,
      padding: around,
      dimensionNumbers: [lhs, `OI${letters}`, `NC${letters}`],
      featureGroupCount: channels,
    });
    const product = dotGeneral(patches, W, {
      contractingDims: [[1], [rhs.indexOf("I")]],
      batchDims: [range(count, 2), spatial.map((c) => rhs.indexOf(c))],
    });
    return transpose(product, { permutation: inOrder(out, { N: count, C: count + 1 }, range(count)) });
  };

  const product = (x: NDArray, W: NDArray): NDArray => {
    if (transposed) return transposedProduct(x, W);
    if (local) return localProduct(x, W);
    const [images, around] = wrapped(x);
    return convGeneralDilated(images, W, { windowStrides: strides, padding: around, dimensionNumbers });
  };

  const apply = (params: Params, x: NDArray): NDArray => {
    const [W, b] = weightsAndBias(fn, params, bStd !== null);
    checkRank(x.shape);
    const channels = entry(x.shape, channel);
    const fanIn = channels * sizeOf(window);
    const taken = W.ndim === count + 2 ? entry(W.shape, rhs.indexOf("I")) / (local ? sizeOf(window) : 1) : "others";
    if (taken !== channels) {
      throw new ShapeError(
        `${fn}: inputs ${formatShape(x.shape)} (${lhs}) have ${channels} channels (axis ${channel}), but W ` +
          `${formatShape(W.shape)} (${rhs}) takes ${taken}.`,
      );
    }
    const scaled = mul(product(x, W), standard ? 1 / Math.sqrt(inputScale) : WStd / Math.sqrt(fanIn));
    return b === null ? scaled : add(scaled, spreadBias(fn, b, standard ? 1 : (bStd as number), scaled.shape));
  };

  return makeLayer({ fn, outputShape, init, apply });
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
export const Conv = (outChan: number, filterShape: readonly number[], ...args: ConvArguments): Layer =>
  convolution("Conv", outChan, filterShape, args);

/**
 * The transpose of a convolution, which multiplies the spatial sizes by `strides`: a circular one is exactly as large, so
 * is `"SAME"`; `"VALID"` adds what of the filter exceeds the stride. Options, parameters and scales are those of `Conv`.
 * Source: `neural_tangents.stax.ConvTranspose`.
 * @example stax.ConvTranspose(8, [2, 2], { strides: [2, 2] })[0](random.key(0), [-1, 4, 4, 3])[0] // [-1, 8, 8, 8]
 */
export const ConvTranspose = (outChan: number, filterShape: readonly number[], ...args: ConvArguments): Layer =>
  convolution("ConvTranspose", outChan, filterShape, args);

/**
 * A convolution with filters and biases of its own at every place of the outputs (a locally connected layer). Options and
 * scales are those of `Conv`. Source: `neural_tangents.stax.ConvLocal`.
 *
 * Parameters: `[W, b]`, W laid out by `dimensionNumbers[1]` with the outputs' spatial sizes and, along I, input channels
 * times the filter's size (channels vary slowest); b of the outputs' shape for one example, or `null`.
 * @example stax.ConvLocal(8, [3, 3])[0](random.key(0), [-1, 8, 8, 3])[0] // [-1, 6, 6, 8]
 */
export const ConvLocal = (outChan: number, filterShape: readonly number[], ...args: ConvArguments): Layer =>
  convolution("ConvLocal", outChan, filterShape, args);
