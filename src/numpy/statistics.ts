/** Order statistics, statistics that leave NaN out, and covariances. */
import { checkOptions, describe } from "../base/errors.ts";
import { type Axes, canonicalAxes, range, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { diagonal } from "./creation.ts";
import { takeAlongAxis } from "./indexing.ts";
import { isnan, logicalNot, where } from "./logic.ts";
import { atleast2d, moveaxis, ravel } from "./movement.ts";
import { matmul, outer } from "./products.ts";
import {
  type AxisOptions,
  any,
  argmax,
  argmin,
  max,
  mean,
  min,
  prod,
  type SumOptions,
  std,
  sum,
  type VarOptions,
  var as variance,
} from "./reductions.ts";
import { sort } from "./sorting.ts";
import { clip, divide, multiply, subtract } from "./ufuncs.ts";

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

function quantiles(fn: string, x: ArrayLike, q: ArrayLike, options: QuantileOptions | undefined, skipNaN: boolean) {
  checkOptions(fn, options, ["axis", "keepdims", "method"]);
  const [operand, levels] = promoteToFloat(fn, [x, q], ["x", "q"]) as [NDArray, NDArray];
  const axes = canonicalAxes(fn, options?.axis, operand.ndim);
  const kept = range(operand.ndim).filter((i) => !axes.includes(i));
  const keptShape = kept.map((i) => operand.shape[i] as number);
  const last = kept.length;
  const rows = lax.reshape(lax.transpose(operand, { permutation: [...kept, ...axes] }), {
    newSizes: [...keptShape, sizeOf(axes.map((a) => operand.shape[a] as number))],
  });
  const undefinedElements = isnan(rows);
  const counts = sum(logicalNot(undefinedElements), { axis: -1, keepdims: true, dtype: operand.dtype });
  const [low, high, weight] = neighbours(
    fn,
    multiply(
      ravel(levels),
      lax.max(lax.sub(skipNaN ? counts : lax.full(counts.shape, rows.shape[last] as number, operand.dtype), 1), 0),
    ),
    options?.method ?? "linear",
  );
  const ordered = sort(rows);
  const at = (place: NDArray): NDArray =>
    takeAlongAxis(ordered, lax.convertElementType(place, "int32"), { mode: "clip" });
  let found = lax.add(lax.mul(at(low), lax.sub(1, weight)), lax.mul(at(high), weight));
  if (!skipNaN) found = where(any(undefinedElements, { axis: -1, keepdims: true }), Number.NaN, found);
  const shaped = options?.keepdims ? operand.shape.map((n, i) => (axes.includes(i) ? 1 : n)) : keptShape;
  return lax.reshape(moveaxis(found, last, 0), { newSizes: [...levels.shape, ...shaped] });
}

/**
 * The values below which the fractions `q` of the elements lie; the axes of `q` stand in front. NaN where an element is.
 * Source: `jax.numpy.quantile`.
 * @example np.quantile(x, 0.9, { axis: 0 })
 */
export const quantile = (x: ArrayLike, q: ArrayLike, options?: QuantileOptions): NDArray =>
  quantiles("numpy.quantile", x, q, options, false);
/** `quantile` of the elements that aren't NaN. Source: `jax.numpy.nanquantile`. */
export const nanquantile = (x: ArrayLike, q: ArrayLike, options?: QuantileOptions): NDArray =>
  quantiles("numpy.nanquantile", x, q, options, true);
/** `quantile` with `q` in percent. Source: `jax.numpy.percentile`. */
export const percentile = (x: ArrayLike, q: ArrayLike, options?: QuantileOptions): NDArray =>
  quantiles("numpy.percentile", x, divide(q, 100), options, false);

/** The middle of the sorted elements. Source: `jax.numpy.median`. */
export function median(x: ArrayLike, options?: AxisOptions): NDArray {
  checkOptions("numpy.median", options, ["axis", "keepdims"]);
  return quantiles("numpy.median", x, 0.5, options, false);
}
/** `median` of the elements that aren't NaN. Source: `jax.numpy.nanmedian`. */
export function nanmedian(x: ArrayLike, options?: AxisOptions): NDArray {
  checkOptions("numpy.nanmedian", options, ["axis", "keepdims"]);
  return quantiles("numpy.nanmedian", x, 0.5, options, true);
}

type WithoutWhere<Options> = Omit<Options, "where" | "initial">;
type Reduction<Options> = (x: ArrayLike, options?: Axes | WithoutWhere<Options>) => NDArray;

/** A reduction of the elements that aren't NaN. */
const skippingNaN =
  <Options extends AxisOptions>(reduce: (x: ArrayLike, options: Options) => NDArray): Reduction<Options> =>
  (x, options) => {
    const given =
      options !== null && typeof options === "object" && !Array.isArray(options) ? options : { axis: options };
    return reduce(x, { ...given, where: logicalNot(isnan(x)) } as unknown as Options);
  };

/** The sum of the elements that aren't NaN. Source: `jax.numpy.nansum`. */
export const nansum = /* @__PURE__ */ skippingNaN<SumOptions>(sum);
/** The product of the elements that aren't NaN. Source: `jax.numpy.nanprod`. */
export const nanprod = /* @__PURE__ */ skippingNaN<SumOptions>(prod);
/** The mean of the elements that aren't NaN; NaN where all are. Source: `jax.numpy.nanmean`. */
export const nanmean = /* @__PURE__ */ skippingNaN<SumOptions>(mean);
/** The variance of the elements that aren't NaN. Source: `jax.numpy.nanvar`. */
export const nanvar = /* @__PURE__ */ skippingNaN<VarOptions>(variance);
/** The standard deviation of the elements that aren't NaN. Source: `jax.numpy.nanstd`. */
export const nanstd = /* @__PURE__ */ skippingNaN<VarOptions>(std);

const extremumOfNumbers = (reduce: typeof max, initial: number) =>
  skippingNaN<AxisOptions>((x, options) => {
    const { where: numbers, ...rest } = options as AxisOptions & { where: NDArray };
    return where(any(numbers, rest), reduce(x, { ...options, initial }), Number.NaN);
  });
/** The largest element that isn't NaN; NaN where all are. Source: `jax.numpy.nanmax`. */
export const nanmax = /* @__PURE__ */ extremumOfNumbers(max, Number.NEGATIVE_INFINITY);
/** The smallest element that isn't NaN; NaN where all are. Source: `jax.numpy.nanmin`. */
export const nanmin = /* @__PURE__ */ extremumOfNumbers(min, Number.POSITIVE_INFINITY);

export interface CovOptions {
  /** Whether the rows are the variables and the columns the observations (true by default). */
  readonly rowvar?: boolean;
  /** Whether the divisor is the number of observations, and not one less. */
  readonly bias?: boolean;
  /** Subtracted from the number of observations in place of what `bias` says. */
  readonly ddof?: number;
}

/** The covariances of the variables that are the rows of a matrix. Source: `jax.numpy.cov`. */
export function cov(x: ArrayLike, options?: CovOptions): NDArray {
  const fn = "numpy.cov";
  checkOptions(fn, options, ["rowvar", "bias", "ddof"]);
  const given = atleast2d(promoteToFloat(fn, [x])[0] as NDArray);
  const rows = options?.rowvar === false && given.shape[0] !== 1 ? lax.transpose(given) : given;
  const centered = subtract(rows, mean(rows, { axis: 1, keepdims: true }));
  const divisor = (rows.shape[1] as number) - (options?.ddof ?? (options?.bias ? 0 : 1));
  return lax.squeeze(divide(matmul(centered, lax.transpose(centered)), divisor));
}

/** The correlations of the variables that are the rows of a matrix. Source: `jax.numpy.corrcoef`. */
export function corrcoef(x: ArrayLike, options?: Pick<CovOptions, "rowvar">): NDArray {
  checkOptions("numpy.corrcoef", options, ["rowvar"]);
  const covariances = cov(x, options);
  if (covariances.ndim === 0) return divide(covariances, covariances);
  const deviations = lax.sqrt(diagonal(covariances));
  return clip(divide(covariances, outer(deviations, deviations)), -1, 1);
}

const argExtremumOfNumbers =
  (search: typeof argmax, filler: number): typeof argmax =>
  (x, options) =>
    search(where(isnan(x), filler, x), options);
/** The place of the largest element that isn't NaN. Source: `jax.numpy.nanargmax`. */
export const nanargmax = /* @__PURE__ */ argExtremumOfNumbers(argmax, Number.NEGATIVE_INFINITY);
/** The place of the smallest element that isn't NaN. Source: `jax.numpy.nanargmin`. */
export const nanargmin = /* @__PURE__ */ argExtremumOfNumbers(argmin, Number.POSITIVE_INFINITY);
