/** Sums, means, extrema over axes. */
import { namedArguments } from "../base/arguments.ts";
import { type DType, isFloat } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { type Axes, canonicalAxes, canonicalAxis, range, sizeOf, withoutAxes } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { where } from "./logic.ts";
import { accumulated, chosenDType, toBool } from "./operands.ts";

export interface AxisOptions {
  /** The axis or axes that disappear; all by default. */
  readonly axis?: Axes;
  /** Whether they stay, with size 1. */
  readonly keepdims?: boolean;
}

export interface WhereOptions extends AxisOptions {
  /** Which elements count: a mask that broadcasts to the array's shape. */
  readonly where?: ArrayLike;
}

export interface ExtremumOptions extends WhereOptions {
  /** One more element; needed with `where`, and where there may be no other. */
  readonly initial?: number;
}

export interface SumOptions extends WhereOptions {
  /** The dtype to compute in. */
  readonly dtype?: DType;
}

export interface VarOptions extends SumOptions {
  /** Subtracted from the number of elements to get the divisor. */
  readonly ddof?: number;
}

/** The options, or `axis` alone. */
type AxisOr<Options> = Axes | Options;

type Reducer = (x: ArrayLike, options?: { readonly axes?: Axes }) => NDArray;

const AXIS_OPTIONS = ["axis", "keepdims"] as const;
const WHERE_OPTIONS = [...AXIS_OPTIONS, "where"] as const;
const EXTREMUM_OPTIONS = [...WHERE_OPTIONS, "initial"] as const;
const SUM_OPTIONS = [...WHERE_OPTIONS, "dtype"] as const;
const VAR_OPTIONS = [...SUM_OPTIONS, "ddof"] as const;

const sizeAlong = (x: NDArray, axes: readonly number[]): number => sizeOf(axes.map((a) => x.shape[a] as number));

/** Puts the reduced axes back with size 1 when `keepdims` asks for it. */
function restoreAxes(reduced: NDArray, x: NDArray, axes: readonly number[], keepdims: boolean | undefined): NDArray {
  if (!keepdims) return reduced;
  return lax.reshape(reduced, { newSizes: x.shape.map((n, i) => (axes.includes(i) ? 1 : n)) });
}

function sumOver(x: NDArray, axes: readonly number[], keepdims: boolean | undefined): NDArray {
  return restoreAxes(lax.reduceSum(x, { axes }), x, axes, keepdims);
}

/** The array with the elements that `mask` leaves out replaced by one that changes nothing. */
const masked = (x: NDArray, mask: ArrayLike | undefined, neutral: number): NDArray =>
  mask === undefined ? x : where(mask, x, lax.full([], neutral, x.dtype));

function total(fn: string, reducer: Reducer, neutral: number) {
  return (x: ArrayLike, options?: AxisOr<SumOptions>): NDArray => {
    const { axis, keepdims, dtype, where: mask } = namedArguments<SumOptions>(fn, SUM_OPTIONS, [options]);
    const operand = masked(accumulated(fn, x, dtype), mask, neutral);
    const axes = canonicalAxes(fn, axis, operand.ndim);
    return restoreAxes(reducer(operand, { axes }), operand, axes, keepdims);
  };
}

/**
 * The sum; of bools the number of true ones as `int32`. 0 for no elements. Source: `jax.numpy.sum`.
 * @example np.sum(x, { axis: [0, 2], keepdims: true })
 */
export const sum = /* @__PURE__ */ total("numpy.sum", lax.reduceSum, 0);
/** The product; 1 for no elements. Source: `jax.numpy.prod`. */
export const prod = /* @__PURE__ */ total("numpy.prod", lax.reduceProd, 1);

/** The argument in the float dtype that means are computed in. */
function floats(fn: string, x: ArrayLike, dtype: DType | undefined): NDArray {
  const operand = promoteToFloat(fn, [x])[0] as NDArray;
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

function meanOver(x: NDArray, axes: readonly number[], keepdims: boolean | undefined, mask?: ArrayLike): NDArray {
  return lax.div(sumOver(masked(x, mask, 0), axes, keepdims), countOver(x, axes, keepdims, mask));
}

/** The mean; of integers and bools as `float32`. NaN for no elements. Source: `jax.numpy.mean`. */
export function mean(x: ArrayLike, options?: AxisOr<SumOptions>): NDArray {
  const fn = "numpy.mean";
  const { axis, keepdims, dtype, where: mask } = namedArguments<SumOptions>(fn, SUM_OPTIONS, [options]);
  const operand = floats(fn, x, dtype);
  return meanOver(operand, canonicalAxes(fn, axis, operand.ndim), keepdims, mask);
}

function variance(fn: string, x: ArrayLike, options: AxisOr<VarOptions> | undefined): NDArray {
  const { axis, keepdims, dtype, ddof = 0, where: mask } = namedArguments<VarOptions>(fn, VAR_OPTIONS, [options]);
  const operand = floats(fn, x, dtype);
  const axes = canonicalAxes(fn, axis, operand.ndim);
  if (!Number.isFinite(ddof)) throw new TypeError(`${fn}: ddof must be a number, got ${describe(ddof)}.`);
  const center = lax.broadcastInDim(meanOver(operand, axes, true, mask), {
    shape: operand.shape,
    broadcastDimensions: range(operand.ndim),
  });
  const count = countOver(operand, axes, keepdims, mask);
  const squares = lax.square(masked(lax.sub(operand, center), mask, 0));
  const divisor = typeof count === "number" ? lax.full([], count - ddof, operand.dtype) : lax.sub(count, ddof);
  return where(lax.gt(divisor, 0), lax.div(sumOver(squares, axes, keepdims), divisor), Number.NaN);
}

/** The mean squared distance from the mean; the divisor is the count less `ddof`. Source: `jax.numpy.var`. */
const variancePublic = (x: ArrayLike, options?: AxisOr<VarOptions>): NDArray => variance("numpy.var", x, options);

export { variancePublic as var };

/** The square root of `var`. Source: `jax.numpy.std`. */
export const std = (x: ArrayLike, options?: AxisOr<VarOptions>): NDArray => lax.sqrt(variance("numpy.std", x, options));

function extremum(
  fn: string,
  x: ArrayLike,
  options: AxisOr<ExtremumOptions> | undefined,
  bools: Reducer,
  numbers: Reducer,
): NDArray {
  const { axis, keepdims, where: mask, initial } = namedArguments<ExtremumOptions>(fn, EXTREMUM_OPTIONS, [options]);
  const given = asArray(fn, x);
  const axes = canonicalAxes(fn, axis, given.ndim);
  const empty = sizeAlong(given, axes) === 0;
  if (initial === undefined && (empty || mask !== undefined)) {
    throw new ShapeError(
      `${fn}: axis [${axes.join(", ")}] of shape ${formatShape(given.shape)} ${empty ? "has" : "may have"} no elements, ` +
        'so there is no extremum; give "initial".',
    );
  }
  if (initial === undefined) {
    return restoreAxes((given.dtype === "bool" ? bools : numbers)(given, { axes }), given, axes, keepdims);
  }
  const operand = masked(given, mask, initial);
  const least = lax.full(withoutAxes(operand.shape, axes), initial, operand.dtype);
  const [reduce, choose] = bools === lax.reduceOr ? [lax.reduceMax, lax.max] : [lax.reduceMin, lax.min];
  return restoreAxes(empty ? least : choose(reduce(operand, { axes }), least), operand, axes, keepdims);
}

/**
 * The largest element. Where several are equal the derivative is their mean, as in JAX. Source: `jax.numpy.max`.
 * @throws ShapeError when there are no elements.
 */
export const max = (x: ArrayLike, options?: AxisOr<ExtremumOptions>): NDArray =>
  extremum("numpy.max", x, options, lax.reduceOr, lax.reduceMax);
/** The smallest element; like `max`. Source: `jax.numpy.min`. */
export const min = (x: ArrayLike, options?: AxisOr<ExtremumOptions>): NDArray =>
  extremum("numpy.min", x, options, lax.reduceAnd, lax.reduceMin);
/** The same as `max`. Source: `jax.numpy.amax`. */
export const amax = max;
/** The same as `min`. Source: `jax.numpy.amin`. */
export const amin = min;

/** The largest element less the smallest. Source: `jax.numpy.ptp`. */
export const ptp = (x: ArrayLike, options?: AxisOr<AxisOptions>): NDArray =>
  lax.sub(
    extremum("numpy.ptp", x, options, lax.reduceOr, lax.reduceMax),
    extremum("numpy.ptp", x, options, lax.reduceAnd, lax.reduceMin),
  );

export interface ArgOptions {
  /** The axis to search along; by default (`null`) the place counts in the flattened array. */
  readonly axis?: number | null;
  readonly keepdims?: boolean;
}

function argExtremum(fn: string, search: typeof lax.argmax) {
  return (x: ArrayLike, options?: number | null | ArgOptions): NDArray => {
    const { axis = null, keepdims } = namedArguments<ArgOptions>(fn, AXIS_OPTIONS, [options]);
    const operand = asArray(fn, x);
    const axes = canonicalAxes(fn, axis, operand.ndim);
    const flat = axis === null ? lax.reshape(operand, { newSizes: [operand.size] }) : operand;
    return restoreAxes(search(flat, { axis: axis === null ? 0 : axis }), operand, axes, keepdims);
  };
}

/** The place of the first largest element, NaN before any number, as `int32`. Source: `jax.numpy.argmax`. */
export const argmax = /* @__PURE__ */ argExtremum("numpy.argmax", lax.argmax);
/** The place of the first smallest element, NaN before any number, as `int32`. Source: `jax.numpy.argmin`. */
export const argmin = /* @__PURE__ */ argExtremum("numpy.argmin", lax.argmin);

function quantifier(
  fn: string,
  x: ArrayLike,
  options: AxisOr<WhereOptions> | undefined,
  reducer: Reducer,
  neutral: number,
): NDArray {
  const { axis, keepdims, where: mask } = namedArguments<WhereOptions>(fn, WHERE_OPTIONS, [options]);
  const operand = masked(toBool(asArray(fn, x)), mask, neutral);
  const axes = canonicalAxes(fn, axis, operand.ndim);
  return restoreAxes(reducer(operand, { axes }), operand, axes, keepdims);
}

/** Whether any element differs from 0; false for none. Source: `jax.numpy.any`. */
export const any = (x: ArrayLike, options?: AxisOr<WhereOptions>): NDArray =>
  quantifier("numpy.any", x, options, lax.reduceOr, 0);
/** Whether all elements differ from 0; true for none. Source: `jax.numpy.all`. */
export const all = (x: ArrayLike, options?: AxisOr<WhereOptions>): NDArray =>
  quantifier("numpy.all", x, options, lax.reduceAnd, 1);

/** How many elements differ from 0, as `int32`. Source: `jax.numpy.count_nonzero`. */
export function countNonzero(x: ArrayLike, options?: AxisOr<AxisOptions>): NDArray {
  const fn = "numpy.countNonzero";
  const { axis, keepdims } = namedArguments<AxisOptions>(fn, AXIS_OPTIONS, [options]);
  const counted = lax.convertElementType(toBool(asArray(fn, x)), "int32");
  return sumOver(counted, canonicalAxes(fn, axis, counted.ndim), keepdims);
}

export interface AverageOptions extends AxisOptions {
  /** An array of `x`'s shape, or of one dimension along the only `axis`. */
  readonly weights?: ArrayLike | null;
}

/** The weights in `x`'s shape. */
function spreadWeights(fn: string, x: NDArray, weights: NDArray, axis: Axes | undefined): NDArray {
  if (weights.ndim === x.ndim && weights.shape.every((n, i) => n === x.shape[i])) return weights;
  if (weights.ndim !== 1 || typeof axis !== "number" || x.shape[canonicalAxis(fn, axis, x.ndim)] !== weights.size) {
    throw new ShapeError(
      `${fn}: weights ${formatShape(weights.shape)} must have the shape of x, ${formatShape(x.shape)}, or one ` +
        "dimension of the size of a single axis that is given.",
    );
  }
  return lax.broadcastInDim(weights, { shape: x.shape, broadcastDimensions: [canonicalAxis(fn, axis, x.ndim)] });
}

/** The mean weighted by `weights`. Source: `jax.numpy.average`. */
export function average(x: ArrayLike, options?: AxisOr<AverageOptions>): NDArray {
  const fn = "numpy.average";
  const names = [...AXIS_OPTIONS, "weights"] as const;
  const { axis, keepdims, weights: given } = namedArguments<AverageOptions>(fn, names, [options]);
  const operands = given === null || given === undefined ? [x] : [x, given];
  const [operand, weights] = promoteToFloat(fn, operands, ["x", "weights"]) as [NDArray, NDArray | undefined];
  const axes = canonicalAxes(fn, axis, operand.ndim);
  if (weights === undefined) return meanOver(operand, axes, keepdims);
  const spread = spreadWeights(fn, operand, weights, axis);
  const total = sumOver(spread, axes, keepdims);
  return lax.div(sumOver(lax.mul(operand, spread), axes, keepdims), total);
}
