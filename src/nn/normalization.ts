/** Softmax and its relatives, standardization, and one-hot vectors. */
import type { DType } from "../base/dtypes.ts";
import { checkOptions, describe, noMore } from "../base/errors.ts";
import { type Axes, canonicalAxes, canonicalAxis, checkCount, checkRoom, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { astype } from "../numpy/array.ts";
import { zerosLike } from "../numpy/creation.ts";
import { equal, where } from "../numpy/logic.ts";
import { expandDims } from "../numpy/movement.ts";
import { fitting, maskFor } from "../numpy/operands.ts";
import { max, mean, sum } from "../numpy/reductions.ts";
import { add, divide, maximum, multiply, square, subtract } from "../numpy/ufuncs.ts";

/** The axes of a normalization. */
export interface AxisOption {
  /** The axis or axes to work along. */
  readonly axis?: Axes;
}

/** The operand as floats, and the axes that were asked for: the last by default. */
function alongAxes(fn: string, x: ArrayLike, axis: Axes | undefined): [NDArray, number[]] {
  const operand = promoteToFloat(fn, [x])[0];
  return [operand, canonicalAxes(fn, axis === undefined ? -1 : axis, operand.ndim)];
}

/** Options of `nn.softmax` and `nn.logSoftmax`. */
export interface MaskedOptions extends AxisOption {
  /** Which elements count: a mask that broadcasts to the array's shape. The others are 0, or minus infinity, in the result. */
  readonly where?: ArrayLike;
}

/** The largest element as a constant for derivatives; 0 where there are no elements. */
function largest(x: NDArray, axis: readonly number[]): NDArray {
  const empty = axis.some((a) => x.shape[a] === 0);
  return empty ? sum(x, { axis, keepdims: true }) : lax.stopGradient(max(x, { axis, keepdims: true }));
}

/** `x` with minus infinity, whose exponential is 0, where the mask leaves it out. */
const masked = (fn: string, x: NDArray, mask: ArrayLike | undefined): NDArray =>
  mask === undefined ? x : where(fitting(fn, "where", mask, x), x, Number.NEGATIVE_INFINITY);

/** `x` less its largest element. */
function shifted(fn: string, x: NDArray, axis: readonly number[], mask: ArrayLike | undefined): NDArray {
  const chosen = masked(fn, x, mask);
  return subtract(chosen, largest(chosen, axis));
}

/**
 * `exp(x)` divided by its sum along `axis` (the last by default). Source: `jax.nn.softmax`.
 * @example nn.softmax(logits); nn.softmax(logits, { axis: 0 })
 */
export function softmax(x: ArrayLike, options?: MaskedOptions, ...rest: never[]): NDArray {
  const fn = "nn.softmax";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis", "where"]);
  const [operand, axis] = alongAxes(fn, x, chosen.axis);
  const unnormalized = lax.exp(shifted(fn, operand, axis, chosen.where));
  return divide(unnormalized, sum(unnormalized, { axis, keepdims: true }));
}

/**
 * The logarithm of `softmax`, without overflow. Source: `jax.nn.log_softmax`.
 * @example nn.logSoftmax(np.array([0, 0])) // [-0.6931, -0.6931]
 */
export function logSoftmax(x: ArrayLike, options?: MaskedOptions, ...rest: never[]): NDArray {
  const fn = "nn.logSoftmax";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis", "where"]);
  const [operand, axis] = alongAxes(fn, x, chosen.axis);
  const below = shifted(fn, operand, axis, chosen.where);
  return subtract(below, lax.log(sum(lax.exp(below), { axis, keepdims: true })));
}

/** Options of `nn.logsumexp`. */
export interface LogsumexpOptions extends MaskedOptions {
  readonly keepdims?: boolean;
  /** Factors of the exponentials, which may be negative as long as the sum is not. */
  readonly b?: ArrayLike;
}

/**
 * `log(sum(b * exp(x)))` along `axis` (all by default), without overflow. Source: `jax.nn.logsumexp`.
 * @example nn.logsumexp(np.array([0, 0])) // 0.6931
 */
export function logsumexp(x: ArrayLike, options?: LogsumexpOptions, ...rest: never[]): NDArray {
  const fn = "nn.logsumexp";
  noMore(fn, rest);
  return sumOfPowers(fn, x, checkOptions(fn, options, ["axis", "keepdims", "where", "b"]));
}

function sumOfPowers(fn: string, x: ArrayLike, chosen: LogsumexpOptions): NDArray {
  const b = chosen.b === undefined ? undefined : fitting(fn, "b", chosen.b, asArray(fn, x));
  const given = b === undefined ? x : add(asArray(fn, x), multiply(b, 0));
  const [whole, axis] = alongAxes(fn, given, chosen.axis ?? null);
  const used = b === undefined ? whole : where(equal(b, 0), Number.NEGATIVE_INFINITY, whole);
  const operand = masked(fn, used, chosen.where);
  const top = largest(operand, axis);
  const shift = lax.select(lax.isFinite(top), top, 0);
  const powers = lax.exp(subtract(operand, shift));
  const sums = sum(b === undefined ? powers : multiply(powers, b), { axis, keepdims: true });
  const result = lax.add(lax.log(sums), shift);
  return chosen.keepdims ? result : lax.squeeze(result, { dimensions: axis });
}

/** Options of `nn.standardize`. */
export interface StandardizeOptions extends AxisOption {
  /** Which elements count for the mean and the variance. */
  readonly where?: ArrayLike;
  readonly mean?: ArrayLike | null;
  readonly variance?: ArrayLike | null;
  /** Added to the variance, 1e-5 by default. */
  readonly epsilon?: ArrayLike;
  /** The variance as `mean(x^2) - mean^2` ("fast", the default as in JAX) or as `mean((x - mean)^2)` ("stable"). */
  readonly algorithm?: "fast" | "stable";
}

const ALGORITHMS = ["fast", "stable"];

/**
 * `(x - mean) / sqrt(variance + epsilon)` along `axis` (the last by default), with the mean and variance of `x` unless
 * they are given. Source: `jax.nn.standardize`.
 * @example nn.standardize(np.array([0, 2])) // [-1, 1]
 */
export function standardize(x: ArrayLike, options?: StandardizeOptions, ...rest: never[]): NDArray {
  const fn = "nn.standardize";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis", "mean", "variance", "epsilon", "algorithm", "where"]);
  const algorithm = chosen.algorithm ?? "fast";
  if (!ALGORITHMS.includes(algorithm)) {
    throw new TypeError(`${fn}: algorithm must be "fast" or "stable", got ${describe(algorithm)}.`);
  }
  const [operand, axis] = alongAxes(fn, x, chosen.axis);
  const counted = chosen.where === undefined ? {} : { where: maskFor(fn, chosen.where, operand) };
  const meanOver = (y: NDArray): NDArray => mean(y, { axis, keepdims: true, ...counted });
  const center = fitting(fn, "mean", chosen.mean ?? meanOver(operand), operand);
  const centered = subtract(operand, center);
  const varianceOf = (): NDArray =>
    algorithm === "stable"
      ? meanOver(lax.square(centered))
      : maximum(subtract(meanOver(lax.square(operand)), square(center)), 0);
  const variance = fitting(fn, "variance", chosen.variance ?? varianceOf(), operand);
  return multiply(centered, lax.rsqrt(add(variance, fitting(fn, "epsilon", chosen.epsilon ?? 1e-5, operand))));
}

/** Options of `nn.oneHot`. */
export interface OneHotOptions {
  readonly dtype?: DType;
  /** The place of the new axis in the result, the last by default. */
  readonly axis?: number;
}

/**
 * Vectors of `numClasses` elements, 1 at the place that `x` names and 0 elsewhere; all 0 for places that don't exist.
 * Source: `jax.nn.one_hot`.
 * @example nn.oneHot(np.array([0, 2], { dtype: "int32" }), 3) // [[1, 0, 0], [0, 0, 1]]
 */
export function oneHot(x: ArrayLike, numClasses: number, options?: OneHotOptions, ...rest: never[]): NDArray {
  const fn = "nn.oneHot";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["dtype", "axis"]);
  checkCount(fn, "numClasses", numClasses);
  const operand = asArray(fn, x);
  const axis = canonicalAxis(fn, chosen.axis ?? -1, operand.ndim + 1);
  checkRoom(fn, [numClasses], 4);
  const classes = lax.reshape(lax.iota("int32", numClasses), {
    newSizes: [numClasses, ...range(operand.ndim - axis).map(() => 1)],
  });
  return astype(equal(expandDims(operand, axis), classes), chosen.dtype ?? "float32");
}

/**
 * `log(mean(exp(x)))` along `axis` (all by default), without overflow. Source: `jax.nn.logmeanexp`.
 * @example nn.logmeanexp(np.array([1, 1])) // 1
 */
export function logmeanexp(x: ArrayLike, options?: Omit<LogsumexpOptions, "b">, ...rest: never[]): NDArray {
  const fn = "nn.logmeanexp";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis", "keepdims", "where"]);
  const operand = asArray(fn, x);
  return subtract(sumOfPowers(fn, operand, chosen), sumOfPowers(fn, zerosLike(operand), chosen));
}
