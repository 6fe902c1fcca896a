/**
 * Reductions over axes as functions of a name for messages, the array and the options: what stands behind `sum`, `nanmax`
 * and their like.
 */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { type DType, isFloat } from "../base/dtypes.ts";
import { formatShape, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { type Axes, canonicalAxes, range, sizeOf, withoutAxes } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { where } from "./logic.ts";
import { accumulated, chosenDType, filled, maskFor, toBool } from "./operands.ts";

/** The axes of a reduction, all by default. */
export interface AxisOptions {
  /** The axis or axes that disappear; all by default. */
  readonly axis?: Axes;
  /** Whether they stay, with size 1. */
  readonly keepdims?: boolean;
}

/** Options of `np.any` and `np.all`. */
export interface WhereOptions extends AxisOptions {
  /** Which elements count: a mask that broadcasts to the array's shape. */
  readonly where?: ArrayLike;
}

/** Options of `np.max` and `np.min`. */
export interface ExtremumOptions extends WhereOptions {
  /** One more element; needed with `where`, and where there may be no other. */
  readonly initial?: ArrayLike;
}

/** Options of `np.sum` and `np.prod`. */
export interface SumOptions extends ExtremumOptions {
  /** The dtype to compute in. */
  readonly dtype?: DType;
}

/** Options of `np.mean`. */
export interface MeanOptions extends WhereOptions {
  /** The dtype to compute in. */
  readonly dtype?: DType;
}

/** Options of `np.var` and `np.std`. */
export interface VarOptions extends MeanOptions {
  /** Subtracted from the number of elements to get the divisor. */
  readonly ddof?: number;
}

/** A reduction, whose messages begin with `fn`. */
export type Reduce<Options> = (fn: string, x: ArrayLike, options: Options) => NDArray;

type AxisFirst = readonly [axis: Axes];
type AxisAndDType = readonly [axis: Axes, dtype: DType];
type Reducer = (x: ArrayLike, options?: { readonly axes?: Axes }) => NDArray;

/** A function that takes the first option, `axis`, by position as well. */
export function overAxis<Options extends object>(
  name: string,
  names: readonly (keyof Options & string)[],
  reduce: Reduce<Options>,
): (x: ArrayLike, ...args: Arguments<AxisFirst, Options>) => NDArray {
  const fn = `numpy.${name}`;
  return (x, ...args) => reduce(fn, x, namedArguments<Options>(fn, names, args, 1) as Options);
}

/** A function that takes the first options, `axis` and `dtype`, by position as well. */
export function overAxisInDType<Options extends object>(
  name: string,
  names: readonly (keyof Options & string)[],
  reduce: Reduce<Options>,
): (x: ArrayLike, ...args: Arguments<AxisAndDType, Options>) => NDArray {
  const fn = `numpy.${name}`;
  return (x, ...args) => reduce(fn, x, namedArguments<Options>(fn, names, args, 2) as Options);
}

export const AXIS_OPTIONS = ["axis", "keepdims"] as const;
export const WHERE_OPTIONS = [...AXIS_OPTIONS, "where"] as const;
export const EXTREMUM_OPTIONS = [...WHERE_OPTIONS, "initial"] as const;
export const SUM_OPTIONS = ["axis", "dtype", "keepdims", "where", "initial"] as const;
export const MEAN_OPTIONS = ["axis", "dtype", "keepdims", "where"] as const;
export const VAR_OPTIONS = [...MEAN_OPTIONS, "ddof"] as const;

const sizeAlong = (x: NDArray, axes: readonly number[]): number => sizeOf(axes.map((a) => entry(x.shape, a)));

/** Puts the reduced axes back with size 1 when `keepdims` asks for it. */
export function restoreAxes(
  reduced: NDArray,
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean | undefined,
): NDArray {
  if (!keepdims) return reduced;
  return lax.reshape(reduced, { newSizes: x.shape.map((n, i) => (axes.includes(i) ? 1 : n)) });
}

export function sumOver(x: NDArray, axes: readonly number[], keepdims: boolean | undefined): NDArray {
  return restoreAxes(lax.reduceSum(x, { axes }), x, axes, keepdims);
}

/** The array with the elements that `mask` leaves out replaced by one that changes nothing. */
const masked = (x: NDArray, mask: ArrayLike | undefined, neutral: NDArray | number): NDArray =>
  mask === undefined ? x : where(mask, x, typeof neutral === "number" ? lax.full([], neutral, x.dtype) : neutral);

/** The option `where`, whose shape broadcasts with that of the array. */
const checked = (fn: string, mask: ArrayLike | undefined, x: NDArray): ArrayLike | undefined =>
  mask === undefined ? undefined : maskFor(fn, mask, x);

function totals(reducer: Reducer, neutral: number, combine: typeof lax.add): Reduce<SumOptions> {
  return (fn, x, { axis, keepdims, dtype, initial, where: mask }) => {
    const given = accumulated(fn, x, dtype);
    const operand = masked(given, checked(fn, mask, given), neutral);
    const axes = canonicalAxes(fn, axis, operand.ndim);
    const total = restoreAxes(reducer(operand, { axes }), operand, axes, keepdims);
    return initial === undefined ? total : combine(total, filled(fn, [], initial, total.dtype));
  };
}

export const sums = /* @__PURE__ */ totals(lax.reduceSum, 0, lax.add);
export const products = /* @__PURE__ */ totals(lax.reduceProd, 1, lax.mul);

/** The argument in the float dtype that means are computed in. */
function floats(fn: string, x: ArrayLike, dtype: DType | undefined): NDArray {
  const operand = promoteToFloat(fn, [x])[0];
  const chosen = chosenDType(fn, dtype, operand.dtype);
  if (!isFloat(chosen)) throw new TypeError(`${fn}: dtype must be "float32" or "float64", got "${chosen}".`);
  return operand.dtype === chosen ? operand : lax.convertElementType(operand, chosen);
}

/** How many elements are reduced to one: a number where no mask leaves any out. */
function countOver(
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean | undefined,
  mask: ArrayLike | undefined,
): NDArray | number {
  if (mask === undefined) return sizeAlong(x, axes);
  const counted = masked(lax.full(x.shape, 1, x.dtype), mask, 0);
  return sumOver(counted, axes, keepdims);
}

export function meanOver(
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean | undefined,
  mask?: ArrayLike,
): NDArray {
  return lax.div(sumOver(masked(x, mask, 0), axes, keepdims), countOver(x, axes, keepdims, mask));
}

export const means: Reduce<MeanOptions> = (fn, x, { axis, keepdims, dtype, where: mask }) => {
  const operand = floats(fn, x, dtype);
  return meanOver(operand, canonicalAxes(fn, axis, operand.ndim), keepdims, checked(fn, mask, operand));
};

export const variances: Reduce<VarOptions> = (fn, x, { axis, keepdims, dtype, ddof = 0, where: given }) => {
  const operand = floats(fn, x, dtype);
  const mask = checked(fn, given, operand);
  const axes = canonicalAxes(fn, axis, operand.ndim);
  const center = lax.broadcastInDim(meanOver(operand, axes, true, mask), {
    shape: operand.shape,
    broadcastDimensions: range(operand.ndim),
  });
  const count = countOver(operand, axes, keepdims, mask);
  const squares = lax.square(masked(lax.sub(operand, center), mask, 0));
  const divisor = typeof count === "number" ? lax.full([], count - ddof, operand.dtype) : lax.sub(count, ddof);
  return where(lax.gt(divisor, 0), lax.div(sumOver(squares, axes, keepdims), divisor), Number.NaN);
};

export const deviations: Reduce<VarOptions> = (fn, x, options) => lax.sqrt(variances(fn, x, options));

function extremum(bools: Reducer, numbers: Reducer, choose: typeof lax.max): Reduce<ExtremumOptions> {
  return (fn, x, { axis, keepdims, where: mask, initial }) => {
    const given = asArray(fn, x);
    const axes = canonicalAxes(fn, axis, given.ndim);
    const empty = sizeAlong(given, axes) === 0;
    if (initial === undefined && (empty || mask !== undefined)) {
      throw new ShapeError(
        `${fn}: axis [${axes.join(", ")}] of shape ${formatShape(given.shape)} ${empty ? "has" : "may have"} no ` +
          'elements, so there is no extremum; give "initial".',
      );
    }
    if (initial === undefined) {
      return restoreAxes((given.dtype === "bool" ? bools : numbers)(given, { axes }), given, axes, keepdims);
    }
    const first = filled(fn, [], initial, given.dtype);
    const operand = masked(given, checked(fn, mask, given), first);
    const least = broadcastTo(first, withoutAxes(operand.shape, axes));
    return restoreAxes(empty ? least : choose(numbers(operand, { axes }), least), operand, axes, keepdims);
  };
}

export const maxima = /* @__PURE__ */ extremum(lax.reduceOr, lax.reduceMax, lax.max);
export const minima = /* @__PURE__ */ extremum(lax.reduceAnd, lax.reduceMin, lax.min);

const quantifier =
  (reducer: Reducer, neutral: number): Reduce<WhereOptions> =>
  (fn, x, { axis, keepdims, where: mask }) => {
    const given = toBool(asArray(fn, x));
    const operand = masked(given, checked(fn, mask, given), neutral);
    const axes = canonicalAxes(fn, axis, operand.ndim);
    return restoreAxes(reducer(operand, { axes }), operand, axes, keepdims);
  };

export const whetherAny = /* @__PURE__ */ quantifier(lax.reduceOr, 0);
export const whetherAll = /* @__PURE__ */ quantifier(lax.reduceAnd, 1);

/** Options of `np.argmax` and `np.argmin`. */
export interface ArgOptions {
  /** The axis to search along; by default (`null`) the place counts in the flattened array. */
  readonly axis?: number | null;
  readonly keepdims?: boolean;
}

const argExtremum =
  (search: typeof lax.argmax): Reduce<ArgOptions> =>
  (fn, x, { axis = null, keepdims }) => {
    const operand = asArray(fn, x);
    const axes = canonicalAxes(fn, axis, operand.ndim);
    const flat = axis === null ? lax.reshape(operand, { newSizes: [operand.size] }) : operand;
    const [place = 0] = axis === null ? [] : axes;
    if (axis !== null && typeof axis !== "number")
      throw new TypeError(`${fn}: axis must be one axis, got ${show(axis)}.`);
    if (flat.shape[place] === 0) {
      throw new ShapeError(`${fn}: axis ${place} of shape ${formatShape(operand.shape)} has no elements.`);
    }
    return restoreAxes(search(flat, { axis: place }), operand, axes, keepdims);
  };

export const argMaxima = /* @__PURE__ */ argExtremum(lax.argmax);
export const argMinima = /* @__PURE__ */ argExtremum(lax.argmin);
