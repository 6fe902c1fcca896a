/** Layers that apply a fixed function: a part of the inputs, or a product with a constant. */

import { namedArguments } from "../base/arguments.ts";
import { checkOptions, describe, noMore, ShapeError, show } from "../base/errors.ts";
import { mapEach } from "../base/lists.ts";
import { frozen, isPlainObject } from "../base/plain.ts";
import type { Shape } from "../base/shapes.ts";
import { canonicalAxes } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, convertElementType, type DimensionPair } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { multiplyAlong, pairOf } from "../lax/products/dot.ts";
import { at, type Index as Place } from "../numpy/indexing.ts";
import { evalShape, ShapeDtypeStruct } from "../transform/shapes.ts";
import { isUnknown, knownSizes, makeLayer, showShape } from "./layer.ts";
import type { InputShape, Layer } from "./types.ts";

/** Sizes that stand for an unknown one in turn: where the result's differ in the same way, an axis is whole. */
const STAND_INS = [61, 67] as const;

/** The layer of a function; unknown sizes pass through it. */
function fixed(fn: string, apply: (x: NDArray) => NDArray, paired: (ndim: number) => readonly number[]): Layer {
  const outputShape = (shape: InputShape): InputShape => {
    knownSizes(fn, shape, paired(shape.length));
    const unknown = shape.filter(isUnknown);
    const [out, other] = mapEach(STAND_INS, (size): Shape => {
      const sizes = shape.map((n) => (isUnknown(n) ? size : (n as number)));
      return evalShape(apply, new ShapeDtypeStruct(sizes, "float32")).shape;
    });
    const whole = out.map((n, i) => n === STAND_INS[0] && other[i] === STAND_INS[1]);
    const decided = out.every((n, i) => whole[i] || n === other[i]);
    if (!decided || whole.filter(Boolean).length !== unknown.length) {
      throw new ShapeError(
        `${fn}: needs the sizes of all axes of inputShape ${showShape(shape)} that it takes parts of.`,
      );
    }
    return out.map((n, i) => (whole[i] ? (unknown.shift() as number | null) : n));
  };
  return makeLayer({ fn, outputShape, apply: (_, x) => apply(x) });
}

/** The axes of the batch and of the channels. */
export interface AxisOptions {
  readonly batchAxis?: number;
  readonly channelAxis?: number;
}

/**
 * The indices of a part of an array, as a list: what `Index` takes. Source: `neural_tangents.stax.Slice`.
 * @example stax.Slice(":", 0) // [":", 0]
 */
export function Slice(...indices: readonly Place[]): readonly Place[] {
  const wrong = indices.findIndex(isPlainObject);
  if (wrong < 0) return indices;
  throw new TypeError(
    `stax.Slice: index ${wrong} must be a place, as numpy.at takes them, got ${describe(indices[wrong])}.`,
  );
}

/**
 * The part of the inputs that `numpy.at(x, ...idx)` gives. Source: `neural_tangents.stax.Index`.
 * @param idx a list, one entry for each axis. `batchAxis` and `channelAxis` change nothing.
 * @throws ShapeError by `initFn` when a part is taken of an axis whose size is unknown.
 * @example stax.Index(stax.Slice(":", 0, "...", "::2"))
 */
export function Index(
  idx: readonly Place[],
  ...args: [batchAxis?: number, channelAxis?: number] | [options: AxisOptions]
): Layer {
  const fn = "stax.Index";
  namedArguments<AxisOptions>(fn, ["batchAxis", "channelAxis"], args);
  if (!Array.isArray(idx)) throw new TypeError(`${fn}: idx must be a list of indices, got ${describe(idx)}.`);
  const places = frozen(idx);
  return fixed(
    fn,
    (x) => at(x, ...places),
    () => [],
  );
}

/** Options of `stax.DotGeneral`. */
export interface DotGeneralLayerOptions extends AxisOptions {
  /** The constant, if it stands on the left. */
  readonly lhs?: ArrayLike | null;
  /** The constant, if it stands on the right. */
  readonly rhs?: ArrayLike | null;
  /** The contracting axes of both sides, and the batch axes; none by default. */
  readonly dimensionNumbers?: readonly [contracting: DimensionPair, batch: DimensionPair];
}

/**
 * The inputs multiplied by a constant, as in `lax.dotGeneral`; without one the identity.
 * Source: `neural_tangents.stax.DotGeneral`.
 * @throws TypeError when both sides are given.
 * @example stax.DotGeneral({ rhs: 2 })
 */
export function DotGeneral(options: DotGeneralLayerOptions = {}, ...rest: never[]): Layer {
  const fn = "stax.DotGeneral";
  noMore(fn, rest);
  const {
    lhs = null,
    rhs = null,
    dimensionNumbers = [
      [[], []],
      [[], []],
    ],
  } = checkOptions(fn, options, ["lhs", "rhs", "dimensionNumbers", "batchAxis", "channelAxis"]);
  if (lhs !== null && rhs !== null) {
    throw new TypeError(`${fn}: takes a constant lhs or rhs, got both; the other side is the layer's inputs.`);
  }
  if (lhs === null && rhs === null) return makeLayer({ fn, outputShape: (shape) => shape, apply: (_, x) => x });
  const constant = asArray(fn, (lhs ?? rhs) as ArrayLike, lhs === null ? "rhs" : "lhs");
  const given: readonly unknown[] = dimensionNumbers;
  if (!Array.isArray(given) || given.length !== 2) {
    throw new TypeError(`${fn}: dimensionNumbers must be [contracting axes, batch axes], got ${show(given)}.`);
  }
  const [contractingDims, batchDims] = Array.from(given, (pair) => pairOf(fn, "each of dimensionNumbers", pair)) as [
    DimensionPair,
    DimensionPair,
  ];
  const side = lhs === null ? 0 : 1;
  return fixed(
    fn,
    (x) => {
      const other = convertElementType(constant, x.dtype);
      const [left, right] = side === 0 ? [x, other] : [other, x];
      return multiplyAlong(fn, left, right, { contractingDims, batchDims });
    },
    (ndim) => canonicalAxes(fn, [...contractingDims[side], ...batchDims[side]], ndim, "dimensionNumbers"),
  );
}
