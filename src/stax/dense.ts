/** The fully connected layer. */

import { namedArguments } from "../base/arguments.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, checkCount, inserted, removed } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, dotGeneral, mul } from "../lax/index.ts";
import { moveAxis } from "../lax/shape.ts";
import { splitToList } from "../random/keys.ts";
import {
  checkNumbers,
  checkParameterization,
  draw,
  knownSize,
  makeLayer,
  spreadBias,
  weightsAndBias,
  widthScales,
} from "./layer.ts";
import type { InputShape, Layer, Parameterization, Params } from "./types.ts";

/** Options of `stax.Dense`. */
export interface DenseOptions {
  /** The standard deviation of the weights. 1 by default. */
  readonly WStd?: number;
  /** The standard deviation of the biases; `null` (the default) for none. */
  readonly bStd?: number | null;
  readonly batchAxis?: number;
  /** The axis of the features, the last by default. */
  readonly channelAxis?: number;
  readonly parameterization?: Parameterization;
  /** For the standard parameterization: the width scales of the inputs and of the outputs. `[1, 1]` by default. */
  readonly s?: readonly [number, number];
}

const FN = "stax.Dense";
const NAMES = ["WStd", "bStd", "batchAxis", "channelAxis", "parameterization", "s"] as const;

/**
 * Multiplies the features by a matrix. With the NTK parameterization W and b are standard normal and the outputs are
 * `WStd / sqrt(n) x W + bStd b` for n input features; with the standard one W is drawn with the deviation
 * `WStd / sqrt(n / s[0])`, b with `bStd`, and the outputs are `x W / sqrt(s[0]) + b`.
 * Source: `neural_tangents.stax.Dense`.
 *
 * Parameters: `[W, b]`, W of shape (n, outDim), b of outDim along the features and 1 along all other axes, or `null`.
 * @throws ShapeError when the inputs' features don't fit W.
 * @example stax.Dense(512, { WStd: 1.5, bStd: 0.05 }) // or stax.Dense(512, 1.5, 0.05)
 */
export function Dense(
  outDim: number,
  ...args:
    | [options?: DenseOptions]
    | [WStd: number, options?: Omit<DenseOptions, "WStd">]
    | [WStd: number, bStd: number | null, options?: Omit<DenseOptions, "WStd" | "bStd">]
    | [
        WStd: number,
        bStd: number | null,
        batchAxis: number,
        channelAxis?: number,
        parameterization?: Parameterization,
        s?: readonly [number, number],
      ]
): Layer {
  const { WStd = 1, bStd = null, channelAxis = -1, ...rest } = namedArguments<DenseOptions>(FN, [...NAMES], args);
  checkCount(FN, "outDim", outDim, 1);
  checkNumbers(FN, { WStd, bStd: bStd ?? 0 });
  const standard = checkParameterization(FN, rest.parameterization ?? "ntk") === "standard";
  const [inputScale, , width] = widthScales(FN, standard ? rest.s : undefined, outDim);
  const channelOf = (ndim: number): number => canonicalAxis(FN, channelAxis, ndim, "channelAxis");

  const outputShape = (shape: InputShape): InputShape => {
    const channel = channelOf(shape.length);
    return inserted(removed(shape, channel), channel, width);
  };

  const init = (key: NDArray, shape: InputShape): Params => {
    const channel = channelOf(shape.length);
    const features = knownSize(FN, shape, channel);
    const [keyW, keyB] = splitToList(key, 2);
    const W = draw(FN, keyW, [features, width]);
    const biasShape = shape.map((_, i) => (i === channel ? width : 1));
    const b = bStd === null ? null : draw(FN, keyB, biasShape);
    if (!standard) return [W, b];
    return [mul(W, WStd / Math.sqrt(features / inputScale)), b === null ? null : mul(b, bStd as number)];
  };

  const apply = (params: Params, x: NDArray): NDArray => {
    const [W, b] = weightsAndBias(FN, params, bStd !== null);
    const channel = channelOf(x.ndim);
    const features = entry(x.shape, channel);
    if (W.ndim !== 2 || W.shape[0] !== features) {
      throw new ShapeError(
        `${FN}: inputs ${formatShape(x.shape)} have ${features} features (axis ${channel}), but W ` +
          `${formatShape(W.shape)} takes ${W.shape[0]}.`,
      );
    }
    const product = moveAxis(dotGeneral(x, W, { contractingDims: [[channel], [0]] }), x.ndim - 1, channel);
    const scaled = mul(product, standard ? 1 / Math.sqrt(inputScale) : WStd / Math.sqrt(features));
    return b === null ? scaled : add(scaled, spreadBias(FN, b, standard ? 1 : (bStd as number), scaled.shape));
  };

  return makeLayer({ fn: FN, outputShape, init, apply });
}
