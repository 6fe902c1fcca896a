/** Order statistics, statistics that leave NaN out, and covariances. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { isFloat } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { type Axes, canonicalAxes, range, sizeOf } from "../base/shapes.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { diagonal } from "./creation.ts";
import { takeAlongAxis } from "./indexing.ts";
import { isnan, logicalAnd, logicalNot, where } from "./logic.ts";
import { atleast2d, moveaxis, ravel } from "./movement.ts";
import { maskFor } from "./operands.ts";
import { matmul, outer } from "./products.ts";
import {
  type ArgOptions,
  AXIS_OPTIONS,
  type AxisOptions,
  argMaxima,
  argMinima,
  deviations,
  EXTREMUM_OPTIONS,
  type ExtremumOptions,
  MEAN_OPTIONS,
  maxima,
  means,
  minima,
  overAxis,
  overAxisInDType,
  products,
  type Reduce,
  SUM_OPTIONS,
  sums,
  VAR_OPTIONS,
  variances,
  type WhereOptions,
  whetherAll,
  whetherAny,
} from "./reducing.ts";
import { any, sum } from "./reductions.ts";
import { sort } from "./sorting.ts";
import { clip, divide, multiply } from "./ufuncs.ts";

/** Options of `np.quantile` and `np.percentile`. */
export interface QuantileOptions extends AxisOptions {
  /** What stands for a quantile between two elements: `"linear"` (the default) a point between them. */
  readonly method?: "linear" | "lower" | "higher" | "nearest" | "midpoint";
}

/** The place in the sorted order of the elements at either side of a quantile, and the weight of the upper one. */
function neighbours(fn: string, place: NDArray, method: string): [NDArray, NDArray, NDArray] {
  const [low, high] = [lax.floor(place), lax.ceil(place)];
  const fraction = lax.sub(place, low);
  if (method === "linear") return [low, high, fraction];
  if (method === "midpoint") return [low, high, lax.full(place.shape, 0.5, place.dtype)];
  const chosen = { lower: low, higher: high, nearest: lax.round(place) }[method];
  if (!chosen) {
    throw new TypeError(
      `${fn}: method must be "linear", "lower", "higher", "nearest" or "midpoint", got ${describe(method)}.`,
    );
  }
  return [chosen, chosen, lax.full(place.shape, 0, place.dtype)];
}

/** Throws for fractions outside of [0, 1] that are known. */
function checkLevels(fn: string, q: NDArray, whole: number): void {
  if (!(q instanceof HostArray)) return;
  const wrong = q.dataSync().find((level) => !(level >= 0 && level <= whole));
  if (wrong === undefined || Number.isNaN(wrong)) return;
  throw new RangeError(`${fn}: q must lie between 0 and ${whole}, got ${wrong}.`);
}

function quantiles(fn: string, x: ArrayLike, q: ArrayLike, options: QuantileOptions, skipNaN: boolean, whole = 1) {
  const [operand, given] = promoteToFloat(fn, [x, q], ["x", "q"]);
  checkLevels(fn, given, whole);
  const levels = whole === 1 ? given : lax.div(given, whole);
  const { axis, keepdims, method = "linear" } = options;
  const axes = canonicalAxes(fn, axis, operand.ndim);
  if (axes.some((a) => operand.shape[a] === 0)) {
    throw new ShapeError(`${fn}: axis [${axes.join(", ")}] of shape ${formatShape(operand.shape)} has no elements.`);
  }
  const kept = range(operand.ndim).filter((i) => !axes.includes(i));
  const keptShape = kept.map((i) => entry(operand.shape, i));
  const last = kept.length;
  const rows = lax.reshape(lax.transpose(operand, { permutation: [...kept, ...axes] }), {
    newSizes: [...keptShape, sizeOf(axes.map((a) => entry(operand.shape, a)))],
  });
  const undefinedElements = isnan(rows);
  const counts = sum(logicalNot(undefinedElements), { axis: -1, keepdims: true, dtype: operand.dtype });
  const [low, high, weight] = neighbours(
    fn,
    multiply(
      ravel(levels),
      lax.max(lax.sub(skipNaN ? counts : lax.full(counts.shape, entry(rows.shape, last), operand.dtype), 1), 0),
    ),
    method,
  );
  const ordered = sort(rows);
  const at = (place: NDArray): NDArray =>
    takeAlongAxis(ordered, lax.convertElementType(place, "int32"), { mode: "clip" });
  let found = lax.add(lax.mul(at(low), lax.sub(1, weight)), lax.mul(at(high), weight));
  if (!skipNaN) found = where(any(undefinedElements, { axis: -1, keepdims: true }), Number.NaN, found);
  const shaped = keepdims ? operand.shape.map((n, i) => (axes.includes(i) ? 1 : n)) : keptShape;
  return lax.reshape(moveaxis(found, last, 0), { newSizes: [...levels.shape, ...shaped] });
}

type QuantileArguments = Arguments<[axis: Axes], QuantileOptions>;

const quantileFunction = (name: string, skipNaN: boolean, whole: number) => {
  const fn = `numpy.${name}`;
  return (x: ArrayLike, q: ArrayLike, ...args: QuantileArguments): NDArray => {
    const names = ["axis", "method", "keepdims"] as const;
    return quantiles(fn, x, q, namedArguments<QuantileOptions>(fn, names, args, 1), skipNaN, whole);
  };
};

/**
 * The values below which the fractions `q` of the elements lie; the axes of `q` stand in front. NaN where an element is.
 * Source: `jax.numpy.quantile`.
 * @throws RangeError when a `q` isn't between 0 and 1.
 * @example np.quantile(x, 0.9, { axis: 0 })
 */
export const quantile = /* @__PURE__ */ quantileFunction("quantile", false, 1);
/**
 * `quantile` of the elements that aren't NaN. Source: `jax.numpy.nanquantile`.
 * @example np.nanquantile(np.array([1, NaN, 3]), 0.5) // 2
 */
export const nanquantile = /* @__PURE__ */ quantileFunction("nanquantile", true, 1);
/**
 * `quantile` with `q` in percent. Source: `jax.numpy.percentile`.
 * @example np.percentile(np.array([1, 2, 3]), 50) // 2
 */
export const percentile = /* @__PURE__ */ quantileFunction("percentile", false, 100);
/**
 * `nanquantile` with `q` in percent. Source: `jax.numpy.nanpercentile`.
 * @example np.nanpercentile(np.array([1, NaN, 3]), 50) // 2
 */
export const nanpercentile = /* @__PURE__ */ quantileFunction("nanpercentile", true, 100);

/** The middle of the sorted elements. Source: `jax.numpy.median`. @example np.median(np.array([3, 1, 2])) // 2 */
export const median = /* @__PURE__ */ overAxis<AxisOptions>("median", AXIS_OPTIONS, (fn, x, options) =>
  quantiles(fn, x, 0.5, options, false),
);
/**
 * `median` of the elements that aren't NaN. Source: `jax.numpy.nanmedian`.
 * @example np.nanmedian(np.array([3, NaN, 1])) // 2
 */
export const nanmedian = /* @__PURE__ */ overAxis<AxisOptions>("nanmedian", AXIS_OPTIONS, (fn, x, options) =>
  quantiles(fn, x, 0.5, options, true),
);

/** A reduction of the elements that aren't NaN, nor left out by `where`: `skip` gets a mask of them, where there may be any. */
const skippingNaN =
  <Options extends WhereOptions>(reduce: Reduce<Options>, skip = reduce): Reduce<Options> =>
  (fn, x, options) => {
    const operand = asArray(fn, x);
    if (!isFloat(operand.dtype)) return reduce(fn, operand, options);
    const numbers = logicalNot(isnan(operand));
    const mask = options.where === undefined ? numbers : logicalAnd(numbers, maskFor(fn, options.where, operand));
    return skip(fn, operand, { ...options, where: mask });
  };

/**
 * The sum of the elements that aren't NaN. Source: `jax.numpy.nansum`.
 * @example np.nansum(np.array([1, NaN, 2])) // 3
 */
export const nansum = /* @__PURE__ */ overAxisInDType("nansum", SUM_OPTIONS, /* @__PURE__ */ skippingNaN(sums));
/**
 * The product of the elements that aren't NaN. Source: `jax.numpy.nanprod`.
 * @example np.nanprod(np.array([3, NaN, 2])) // 6
 */
export const nanprod = /* @__PURE__ */ overAxisInDType("nanprod", SUM_OPTIONS, /* @__PURE__ */ skippingNaN(products));
/**
 * The mean of the elements that aren't NaN; NaN where all are. Source: `jax.numpy.nanmean`.
 * @example np.nanmean(np.array([1, NaN, 3])) // 2
 */
export const nanmean = /* @__PURE__ */ overAxisInDType("nanmean", MEAN_OPTIONS, /* @__PURE__ */ skippingNaN(means));
/**
 * The variance of the elements that aren't NaN. Source: `jax.numpy.nanvar`.
 * @example np.nanvar(np.array([1, NaN, 3])) // 1
 */
export const nanvar = /* @__PURE__ */ overAxisInDType("nanvar", VAR_OPTIONS, /* @__PURE__ */ skippingNaN(variances));
/**
 * The standard deviation of the elements that aren't NaN. Source: `jax.numpy.nanstd`.
 * @example np.nanstd(np.array([1, NaN, 5])) // 2
 */
export const nanstd = /* @__PURE__ */ overAxisInDType("nanstd", VAR_OPTIONS, /* @__PURE__ */ skippingNaN(deviations));

const extremumOfNumbers = (reduce: Reduce<ExtremumOptions>, start: number): Reduce<ExtremumOptions> =>
  skippingNaN(reduce, (fn, x, options) => {
    if (options.initial !== undefined) return reduce(fn, x, options);
    const { where: numbers, ...rest } = options as AxisOptions & { where: NDArray };
    return where(whetherAny(fn, numbers, rest), reduce(fn, x, { ...options, initial: start }), Number.NaN);
  });
/**
 * The largest element that isn't NaN; NaN where all are. Source: `jax.numpy.nanmax`.
 * @example np.nanmax(np.array([1, NaN, 3])) // 3
 */
export const nanmax = /* @__PURE__ */ overAxis(
  "nanmax",
  EXTREMUM_OPTIONS,
  /* @__PURE__ */ extremumOfNumbers(maxima, Number.NEGATIVE_INFINITY),
);
/**
 * The smallest element that isn't NaN; NaN where all are. Source: `jax.numpy.nanmin`.
 * @example np.nanmin(np.array([1, NaN, 3])) // 1
 */
export const nanmin = /* @__PURE__ */ overAxis(
  "nanmin",
  EXTREMUM_OPTIONS,
  /* @__PURE__ */ extremumOfNumbers(minima, Number.POSITIVE_INFINITY),
);

/** Options of `np.cov`. */
export interface CovOptions {
  /** More variables, observed as often as those of `x`. */
  readonly y?: ArrayLike;
  /** Whether the rows are the variables and the columns the observations (true by default). */
  readonly rowvar?: boolean;
  /** Whether the divisor is the number of observations, and not one less. */
  readonly bias?: boolean;
  /** Subtracted from the number of observations in place of what `bias` says. */
  readonly ddof?: number;
}

/** The variables as rows: those of `x`, then those of `y`. */
function variables(fn: string, x: ArrayLike, y: ArrayLike | undefined, rowvar: boolean): NDArray {
  const given = promoteToFloat(fn, y === undefined ? [x] : [x, y], ["x", "y"]);
  const rows = given.map((v) => {
    if (v.ndim > 2)
      throw new ShapeError(`${fn}: x and y must be vectors or matrices, got shape ${formatShape(v.shape)}.`);
    const matrix = atleast2d(v);
    return rowvar || matrix.shape[0] === 1 ? matrix : lax.transpose(matrix);
  });
  const counts = rows.map((v) => v.shape[1]);
  if (counts[0] !== (counts[1] ?? counts[0])) {
    throw new ShapeError(`${fn}: x has ${counts[0]} observations and y ${counts[1]}.`);
  }
  return lax.concatenate(rows, { dimension: 0 });
}

function covariances(fn: string, rows: NDArray, ddof: number): NDArray {
  const centered = lax.sub(rows, broadcastTo(means(fn, rows, { axis: 1, keepdims: true }), rows.shape));
  const divisor = entry(rows.shape, 1) - ddof;
  return lax.squeeze(lax.div(matmul(centered, lax.transpose(centered)), divisor));
}

/**
 * The covariances of the variables that are the rows of a matrix, and of another. Source: `jax.numpy.cov`.
 * @example np.cov(x); np.cov(x, y, { bias: true })
 */
export function cov(x: ArrayLike, ...args: Arguments<[y: ArrayLike], CovOptions>): NDArray {
  const fn = "numpy.cov";
  const names = ["y", "rowvar", "bias", "ddof"] as const;
  const { y, rowvar = true, bias = false, ddof } = namedArguments<CovOptions>(fn, names, args, 3);
  if (typeof bias !== "boolean") throw new TypeError(`${fn}: bias must be true or false, got ${describe(bias)}.`);
  return covariances(fn, variables(fn, x, y, rowvar), ddof ?? (bias ? 0 : 1));
}

/**
 * The correlations of the variables that are the rows of a matrix, and of another. Source: `jax.numpy.corrcoef`.
 * @example np.corrcoef(np.array([[1, 2, 3], [3, 2, 1]])) // [[1, -1], [-1, 1]]
 */
export function corrcoef(x: ArrayLike, ...args: Arguments<[y: ArrayLike], Pick<CovOptions, "y" | "rowvar">>): NDArray {
  const fn = "numpy.corrcoef";
  const { y, rowvar = true } = namedArguments<CovOptions>(fn, ["y", "rowvar"], args, 2);
  const found = covariances(fn, variables(fn, x, y, rowvar), 1);
  if (found.ndim === 0) return divide(found, found);
  const deviationsOf = lax.sqrt(diagonal(found));
  return clip(divide(found, outer(deviationsOf, deviationsOf)), -1, 1);
}

const nanExtremumPlace =
  (search: Reduce<ArgOptions>, filler: number): Reduce<ArgOptions> =>
  (fn, x, options) => {
    const operand = asArray(fn, x);
    if (!isFloat(operand.dtype)) return search(fn, operand, options);
    const place = search(fn, where(isnan(operand), filler, operand), options);
    return where(whetherAll(fn, isnan(operand), options), -1, place);
  };
/**
 * The place of the largest element that isn't NaN; -1 where all are. Source: `jax.numpy.nanargmax`.
 * @example np.nanargmax(np.array([1, NaN, 3])) // 2
 */
export const nanargmax = /* @__PURE__ */ overAxis(
  "nanargmax",
  AXIS_OPTIONS,
  /* @__PURE__ */ nanExtremumPlace(argMaxima, Number.NEGATIVE_INFINITY),
);
/**
 * The place of the smallest element that isn't NaN; -1 where all are. Source: `jax.numpy.nanargmin`.
 * @example np.nanargmin(np.array([NaN, 1, 3])) // 1
 */
export const nanargmin = /* @__PURE__ */ overAxis(
  "nanargmin",
  AXIS_OPTIONS,
  /* @__PURE__ */ nanExtremumPlace(argMinima, Number.POSITIVE_INFINITY),
);
