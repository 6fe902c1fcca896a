/** Sums, means, extrema over axes. */
import { type Arguments, namedArguments } from "../base/arguments.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { type Axes, canonicalAxes, canonicalAxis } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { requireNumbers } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { toBool } from "./operands.ts";
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
  type MeanOptions,
  maxima,
  meanOver,
  means,
  minima,
  overAxis,
  overAxisInDType,
  products,
  SUM_OPTIONS,
  type SumOptions,
  sumOver,
  sums,
  VAR_OPTIONS,
  type VarOptions,
  variances,
  WHERE_OPTIONS,
  type WhereOptions,
  whetherAll,
  whetherAny,
} from "./reducing.ts";

export type { ArgOptions, AxisOptions, ExtremumOptions, MeanOptions, SumOptions, VarOptions, WhereOptions };

/**
 * The sum; of bools the number of true ones as `int32`. 0 for no elements. Source: `jax.numpy.sum`.
 * @example np.sum(x, { axis: [0, 2], keepdims: true }); np.sum(x, 0, { keepdims: true })
 */
export const sum = /* @__PURE__ */ overAxisInDType<SumOptions>("sum", SUM_OPTIONS, sums);
/** The product; 1 for no elements. Source: `jax.numpy.prod`. @example np.prod(np.array([2, 3, 4])) // 24 */
export const prod = /* @__PURE__ */ overAxisInDType<SumOptions>("prod", SUM_OPTIONS, products);
/**
 * The mean; of integers and bools as `float32`. NaN for no elements. Source: `jax.numpy.mean`.
 * @example np.mean(np.array([[1, 2], [3, 4]]), 0) // [2, 3]
 */
export const mean = /* @__PURE__ */ overAxisInDType<MeanOptions>("mean", MEAN_OPTIONS, means);

/**
 * The mean squared distance from the mean; the divisor is the count less `ddof`. Source: `jax.numpy.var`.
 * @example np.var(np.array([1, 3])) // 1
 */
const variance = /* @__PURE__ */ overAxisInDType<VarOptions>("var", VAR_OPTIONS, variances);

export { variance as var };

/** The square root of `var`. Source: `jax.numpy.std`. @example np.std(np.array([1, 5])) // 2 */
export const std = /* @__PURE__ */ overAxisInDType<VarOptions>("std", VAR_OPTIONS, deviations);

/**
 * The largest element. Where several are equal the derivative is their mean, as in JAX. Source: `jax.numpy.max`.
 * @throws ShapeError when there are no elements.
 * @example np.max(np.array([[1, 5], [3, 4]]), 0) // [3, 5]
 */
export const max = /* @__PURE__ */ overAxis<ExtremumOptions>("max", EXTREMUM_OPTIONS, maxima);
/**
 * The smallest element; like `max`. Source: `jax.numpy.min`.
 * @example np.min(np.array([[1, 5], [3, 4]]), 0) // [1, 4]
 */
export const min = /* @__PURE__ */ overAxis<ExtremumOptions>("min", EXTREMUM_OPTIONS, minima);
/** The same as `max`. Source: `jax.numpy.amax`. @example np.amax(np.array([1, 5])) // 5 */
export const amax = max;
/** The same as `min`. Source: `jax.numpy.amin`. @example np.amin(np.array([1, 5])) // 1 */
export const amin = min;
/** The largest element less the smallest. Source: `jax.numpy.ptp`. @example np.ptp(np.array([1, 5, 3])) // 4 */
export const ptp = /* @__PURE__ */ overAxis<AxisOptions>("ptp", AXIS_OPTIONS, (fn, x, options) => {
  const numbers = requireNumbers(fn, asArray(fn, x));
  return lax.sub(maxima(fn, numbers, options), minima(fn, numbers, options));
});

/**
 * The place of the first largest element, NaN before any number, as `int32`. Source: `jax.numpy.argmax`.
 * @example np.argmax(np.array([1, 5, 5])) // 1
 */
export const argmax = /* @__PURE__ */ overAxis<ArgOptions>("argmax", AXIS_OPTIONS, argMaxima);
/**
 * The place of the first smallest element, NaN before any number, as `int32`. Source: `jax.numpy.argmin`.
 * @example np.argmin(np.array([[3, 1], [2, 4]]), 1) // [1, 0]
 */
export const argmin = /* @__PURE__ */ overAxis<ArgOptions>("argmin", AXIS_OPTIONS, argMinima);

/**
 * Whether any element differs from 0; false for none. Source: `jax.numpy.any`.
 * @example np.any(np.array([0, 2])) // true
 */
export const any = /* @__PURE__ */ overAxis<WhereOptions>("any", WHERE_OPTIONS, whetherAny);
/**
 * Whether all elements differ from 0; true for none. Source: `jax.numpy.all`.
 * @example np.all(np.array([0, 2])) // false
 */
export const all = /* @__PURE__ */ overAxis<WhereOptions>("all", WHERE_OPTIONS, whetherAll);

/**
 * How many elements differ from 0, as `int32`. Source: `jax.numpy.count_nonzero`.
 * @example np.countNonzero(np.array([0, 2, 3])) // 2
 */
export const countNonzero = /* @__PURE__ */ overAxis<AxisOptions>(
  "countNonzero",
  AXIS_OPTIONS,
  (fn, x, { axis, keepdims }) => {
    const counted = lax.convertElementType(toBool(asArray(fn, x)), "int32");
    return sumOver(counted, canonicalAxes(fn, axis, counted.ndim), keepdims);
  },
);

/** Options of `np.average`. */
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

/**
 * The mean weighted by `weights`. Source: `jax.numpy.average`.
 * @example np.average(np.array([1, 4]), { weights: np.array([2, 1]) }) // 2
 */
export function average(
  x: ArrayLike,
  ...args: Arguments<[axis: Axes, weights: ArrayLike | null], AverageOptions>
): NDArray {
  const fn = "numpy.average";
  const named = namedArguments<AverageOptions>(fn, ["axis", "weights", "keepdims"], args, 2);
  const { axis, keepdims, weights: given } = named;
  const operands = given === null || given === undefined ? [x] : [x, given];
  const [operand, weights] = promoteToFloat(fn, operands, ["x", "weights"]) as [NDArray, NDArray | undefined];
  const axes = canonicalAxes(fn, axis, operand.ndim);
  if (weights === undefined) return meanOver(operand, axes, keepdims);
  const spread = spreadWeights(fn, operand, weights, axis);
  const total = sumOver(spread, axes, keepdims);
  return lax.div(sumOver(lax.mul(operand, spread), axes, keepdims), total);
}
