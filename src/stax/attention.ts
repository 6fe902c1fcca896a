/** Self-attention. */

import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import {
  canonicalAxes,
  checkCount,
  inserted,
  invertPermutation,
  range,
  removed,
  type Shape,
  sizeOf,
} from "../base/shapes.ts";
import { sameAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { cholesky } from "../lax/factorizations.ts";
import { abs, add, concatenate, dotGeneral, max, mul, reshape, transpose } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { softmax } from "../nn/normalization.ts";
import { array } from "../numpy/array.ts";
import { splitToList } from "../random/keys.ts";
import type { AxisOptions } from "./constant.ts";
import { checkNumbers, draw, knownSize, knownSizes, makeLayer, spreadBias } from "./layer.ts";
import type { InputShape, Layer, Params } from "./types.ts";

/** Options of `stax.GlobalSelfAttention`. */
export interface GlobalSelfAttentionOptions extends AxisOptions {
  /**
   * `true` (the default): products of keys and queries are divided by `nChanKey`, and both have the same weights;
   * `false`: divided by its square root, with weights of their own.
   */
  readonly linearScaling?: boolean;
  readonly WKeyStd?: number;
  readonly WValueStd?: number;
  readonly WQueryStd?: number;
  readonly WOutStd?: number;
  /** The standard deviation of the biases; `null` (the default) for none. */
  readonly bStd?: number | null;
  /** What makes attention weights of the products. `"SOFTMAX"` by default. */
  readonly attentionMechanism?: "SOFTMAX" | "IDENTITY" | "ABS" | "RELU";
  /** Whether random embeddings of the positions are added to the inputs or joined to their channels. */
  readonly posEmbType?: "NONE" | "SUM" | "CONCAT";
  /** The exponent p in the distance of two positions, the sum of `|i - j|^p` over the axes. 2 by default. */
  readonly posEmbPNorm?: number;
  /** The embeddings' covariance from the matrix of distances; `null` (the default) for independent ones. */
  readonly posEmbDecayFn?: ((distances: NDArray) => NDArray) | null;
  /** The embeddings' channels; `null` (the default) for as many as the inputs have. */
  readonly nChanPosEmb?: number | null;
  readonly WPosEmbStd?: number;
  /** Whether the values see the embeddings too. `false` by default. */
  readonly valPosEmb?: boolean;
}

const FN = "stax.GlobalSelfAttention";
const NAMES = [
  "linearScaling",
  "WKeyStd",
  "WValueStd",
  "WQueryStd",
  "WOutStd",
  "bStd",
  "attentionMechanism",
  "posEmbType",
  "posEmbPNorm",
  "posEmbDecayFn",
  "nChanPosEmb",
  "WPosEmbStd",
  "valPosEmb",
  "batchAxis",
  "channelAxis",
] as const;

const MECHANISMS = {
  SOFTMAX: (x: NDArray) => softmax(x),
  IDENTITY: (x: NDArray) => x,
  ABS: (x: NDArray) => abs(x),
  RELU: (x: NDArray) => max(x, 0),
};

/** The distances of all pairs of positions on a grid. */
function distances(sizes: Shape, p: number, dtype: NDArray["dtype"]): NDArray {
  const count = sizeOf(sizes);
  const coordinates = sizes.map((n, axis) => {
    const step = sizeOf(sizes.slice(axis + 1));
    return range(count).map((position) => Math.floor(position / step) % n);
  });
  const distance = (i: number, j: number) =>
    coordinates.reduce((sum, c) => sum + Math.abs(entry(c, i) - entry(c, j)) ** p, 0);
  return array(
    range(count * count).map((at) => distance(Math.floor(at / count), at % count)),
    { shape: [count, count], dtype },
  );
}

/** What the user's function makes of the distances. */
function covariance(posEmbDecayFn: (distances: NDArray) => NDArray, distance: NDArray): NDArray {
  const decayed = asArray(FN, posEmbDecayFn(distance), "what posEmbDecayFn returns");
  if (sameAval(decayed.aval, distance.aval)) return decayed;
  throw new ShapeError(`${FN}: posEmbDecayFn must return ${describe(distance)}, got ${describe(decayed)}.`);
}

/**
 * Scaled dot-product attention of every position to all, with several heads. Sources:
 * `neural_tangents.stax.GlobalSelfAttention`, "Infinite attention" (arXiv 2006.10540).
 *
 * Parameters: `[query, key, value, out, b, posEmb]` of shapes (nHeads, features, nChanKey), the same, (nHeads, features,
 * nChanVal), (nChanVal * nHeads, nChanOut), that of one output with 1 for all but the channels, and that of one input;
 * `null` for the queries with `linearScaling`, for no bias and for no embeddings.
 * @throws ShapeError when the inputs' features don't fit the weights.
 * @example stax.GlobalSelfAttention(64, 16, 16, 4, { posEmbType: "SUM" })
 */
export function GlobalSelfAttention(
  nChanOut: number,
  nChanKey: number,
  nChanVal: number,
  nHeads: number,
  ...args:
    | [options?: GlobalSelfAttentionOptions]
    | [linearScaling: boolean, options?: Omit<GlobalSelfAttentionOptions, "linearScaling">]
): Layer {
  const options = namedArguments<GlobalSelfAttentionOptions>(FN, [...NAMES], args);
  const { linearScaling = true, WKeyStd = 1, WValueStd = 1, WQueryStd = 1, WOutStd = 1, bStd = null } = options;
  const { posEmbPNorm = 2, posEmbDecayFn = null, nChanPosEmb = null, WPosEmbStd = 1, valPosEmb = false } = options;
  const { attentionMechanism = "SOFTMAX", posEmbType = "NONE", batchAxis = 0, channelAxis = -1 } = options;
  Object.entries({ nChanOut, nChanKey, nChanVal, nHeads }).forEach(([name, n]) => {
    checkCount(FN, name, n, 1);
  });
  checkNumbers(FN, { WKeyStd, WValueStd, WQueryStd, WOutStd, bStd: bStd ?? 0, posEmbPNorm, WPosEmbStd });
  if (nChanPosEmb !== null) checkCount(FN, "nChanPosEmb", nChanPosEmb, 1);
  const mechanism = Object.hasOwn(MECHANISMS, attentionMechanism) ? MECHANISMS[attentionMechanism] : null;
  const choices = (name: string, names: readonly string[], got: unknown) =>
    new TypeError(`${FN}: ${name} must be "${names.join('", "')}", got ${describe(got)}.`);
  if (!mechanism) throw choices("attentionMechanism", Object.keys(MECHANISMS), attentionMechanism);
  const types = ["NONE", "SUM", "CONCAT"];
  if (!types.includes(posEmbType)) throw choices("posEmbType", types, posEmbType);

  const axesOf = (ndim: number): [batch: number, channel: number, spatial: number[]] => {
    const [batch, channel] = canonicalAxes(FN, [batchAxis, channelAxis], ndim, "[batchAxis, channelAxis]") as [
      number,
      number,
    ];
    return [batch, channel, range(ndim).filter((i) => i !== batch && i !== channel)];
  };

  const outputShape = (shape: InputShape): InputShape => {
    const [, channel] = axesOf(shape.length);
    return inserted(removed(shape, channel), channel, nChanOut);
  };

  const init = (key: NDArray, shape: InputShape): Params => {
    const [batch, channel, spatial] = axesOf(shape.length);
    const channels = knownSize(FN, shape, channel);
    const embedded = nChanPosEmb ?? channels;
    const joined = posEmbType === "CONCAT" ? channels + embedded : channels;
    const keys = splitToList(key, 6);
    const drawn = (i: number, sizes: Shape): NDArray => draw(FN, entry(keys, i), sizes);
    const sizes = knownSizes(FN, shape, spatial);
    const oneOf = (width: number, inner: (i: number) => number): number[] =>
      shape.map((_, i) => (i === channel ? width : i === batch ? 1 : inner(spatial.indexOf(i))));
    const [keyShape, inner] = [[nHeads, joined, nChanKey], nChanVal * nHeads];
    return [
      linearScaling ? null : drawn(0, keyShape),
      drawn(1, keyShape),
      drawn(2, [nHeads, valPosEmb ? joined : channels, nChanVal]),
      drawn(3, [inner, nChanOut]),
      bStd === null
        ? null
        : drawn(
            4,
            oneOf(nChanOut, () => 1),
          ),
      posEmbType === "NONE"
        ? null
        : drawn(
            5,
            oneOf(embedded, (i) => entry(sizes, i)),
          ),
    ];
  };

  const apply = (params: Params, x: NDArray): NDArray => {
    if (!Array.isArray(params) || params.length !== 6) {
      throw new TypeError(`${FN}: params must be the list of six that initFn gives, got ${describe(params)}.`);
    }
    const [query, key, value, out, b, posEmb] = Array.from(params, (W, i) =>
      W === null && (i === 0 || i > 3) ? null : asArray(FN, W, `params[${i}]`),
    );
    if (posEmb && posEmb.ndim !== x.ndim) {
      throw new ShapeError(`${FN}: inputs ${formatShape(x.shape)} don't fit embeddings ${formatShape(posEmb.shape)}.`);
    }
    if (out?.ndim !== 2 || out.shape[0] !== nChanVal * nHeads) {
      throw new ShapeError(`${FN}: params[3] must have ${nChanVal * nHeads} rows, got ${describe(out)}.`);
    }
    const [batch, channel, spatial] = axesOf(x.ndim);
    const permutation = [batch, ...spatial, channel];
    const ordered = transpose(x, { permutation });
    const [n, places] = [entry(x.shape, batch), ordered.shape.slice(1, -1)];
    /** As (batch, positions, channels). */
    const flat = (y: NDArray): NDArray =>
      reshape(transpose(y, { permutation }), {
        newSizes: [entry(y.shape, batch), sizeOf(places), entry(y.shape, channel)],
      });
    const plain = flat(x);
    const inputs = posEmb ? embed(plain, flat(posEmb), places) : plain;
    const seen = valPosEmb ? inputs : plain;
    const project = (y: NDArray, W: NDArray): NDArray => {
      if (W.ndim !== 3 || W.shape[1] !== y.shape[2]) {
        throw new ShapeError(
          `${FN}: inputs ${formatShape(x.shape)} give ${y.shape[2]} features, but weights ${formatShape(W.shape)} take ` +
            `${W.shape[1]}.`,
        );
      }
      return dotGeneral(y, W, { contractingDims: [[2], [1]] });
    };
    const keys = project(inputs, key as NDArray);
    const queries = linearScaling ? keys : project(inputs, query as NDArray);
    const norm = entry(inputs.shape, 2) * nChanKey ** (linearScaling ? 1 : 0.5);
    const products = dotGeneral(queries, keys, {
      contractingDims: [[3], [3]],
      batchDims: [
        [0, 2],
        [0, 2],
      ],
    });
    const attention = mechanism(mul(products, (WQueryStd * WKeyStd) / norm));
    const heads = dotGeneral(attention, project(seen, value as NDArray), {
      contractingDims: [[3], [1]],
      batchDims: [
        [0, 1],
        [0, 2],
      ],
    });
    const joined = reshape(transpose(heads, { permutation: [0, 2, 3, 1] }), {
      newSizes: [n, ...places, nChanVal * nHeads],
    });
    const product = dotGeneral(joined, out as NDArray, { contractingDims: [[x.ndim - 1], [0]] });
    const scale = (WOutStd * WValueStd) / Math.sqrt(nChanVal * nHeads * entry(seen.shape, 2));
    const outputs = transpose(mul(product, scale), { permutation: invertPermutation(permutation) });
    return b ? add(outputs, spreadBias(FN, b, bStd as number, outputs.shape)) : outputs;
  };

  /** The inputs (batch, positions, channels) with the embeddings (1, positions, channels). */
  const embed = (x: NDArray, posEmb: NDArray, places: Shape): NDArray => {
    const [n, size, channels] = x.shape as [number, number, number];
    const width = entry(posEmb.shape, 2);
    if (posEmbType === "SUM" && width !== channels) {
      throw new ShapeError(`${FN}: posEmbType "SUM" needs ${channels} channels of embeddings, got ${width}.`);
    }
    const table = reshape(posEmb, { newSizes: [size, width] });
    const mixed = posEmbDecayFn
      ? dotGeneral(cholesky(covariance(posEmbDecayFn, distances(places, posEmbPNorm, x.dtype))), table, {
          contractingDims: [[1], [0]],
        })
      : table;
    const repeated = broadcastTo(mul(mixed, WPosEmbStd), [n, size, width]);
    return posEmbType === "SUM" ? add(x, repeated) : concatenate([x, repeated], { dimension: 2 });
  };

  return makeLayer({ fn: FN, outputShape, init, apply });
}
