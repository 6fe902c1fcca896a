/** Elementwise mathematics with NumPy's broadcasting and JAX's promotion; derivatives as in JAX, at kinks too. */
import { type Arguments, namedArguments } from "../base/arguments.ts";
import { isFloat } from "../base/dtypes.ts";
import { noMore } from "../base/errors.ts";
import { mapEach } from "../base/lists.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type Promotion, promoteOperands, promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { Binary, Unary } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import {
  binary,
  broadcastOperands,
  filled,
  fitting,
  promoteNumbersOnly,
  promoteToNumbers,
  unary,
  unlessInteger,
} from "./operands.ts";

const ifBool =
  (onBools: Binary, onNumbers: Binary): Binary =>
  (x, y) =>
    (x as NDArray).dtype === "bool" ? onBools(x, y) : onNumbers(x, y);

/** `x + y`; "or" of bools. Source: `jax.numpy.add`. @example np.add(np.array([1, 2]), 10) // [11, 12] */
export const add = /* @__PURE__ */ binary("add", promoteOperands, /* @__PURE__ */ ifBool(lax.bitwiseOr, lax.add));
/** `x - y`, of numbers. Source: `jax.numpy.subtract`. @example np.subtract(np.array([1, 2]), 10) // [-9, -8] */
export const subtract = /* @__PURE__ */ binary("subtract", promoteNumbersOnly, lax.sub);
/** `x * y`; "and" of bools. Source: `jax.numpy.multiply`. @example np.multiply(np.array([1, 2]), 10) // [10, 20] */
export const multiply = /* @__PURE__ */ binary(
  "multiply",
  promoteOperands,
  /* @__PURE__ */ ifBool(lax.bitwiseAnd, lax.mul),
);
/**
 * `x / y` as a float: integers become `float32`. Source: `jax.numpy.divide`.
 * @example np.divide(np.array([1, 2]), 4) // [0.25, 0.5]
 */
export const divide = /* @__PURE__ */ binary("divide", promoteToFloat, lax.div);
/** `-x`, of numbers. Source: `jax.numpy.negative`. @example np.negative(np.array([1, -2])) // [-1, 2] */
export const negative = /* @__PURE__ */ unary("negative", promoteNumbersOnly, lax.neg);
/** `x` as an array. Source: `jax.numpy.positive`. @example np.positive(3) // 3 */
export const positive = /* @__PURE__ */ unary("positive", promoteOperands, (x) => x as NDArray);

/**
 * The larger of `x` and `y`; NaN if either is NaN. Source: `jax.numpy.maximum`.
 * @example np.maximum(np.array([-1, 2]), 0) // [0, 2]
 */
export const maximum = /* @__PURE__ */ binary(
  "maximum",
  promoteOperands,
  /* @__PURE__ */ ifBool(lax.bitwiseOr, lax.max),
);
/**
 * The smaller of `x` and `y`; NaN if either is NaN. Source: `jax.numpy.minimum`.
 * @example np.minimum(np.array([-1, 2]), 0) // [-1, 0]
 */
export const minimum = /* @__PURE__ */ binary(
  "minimum",
  promoteOperands,
  /* @__PURE__ */ ifBool(lax.bitwiseAnd, lax.min),
);

const isNaNArray = (x: NDArray): NDArray => lax.ne(x, x);

/**
 * The larger of `x` and `y`; a NaN loses against a number. Source: `jax.numpy.fmax`.
 * @example np.fmax(np.array([NaN, 2]), 1) // [1, 2]
 */
export const fmax = /* @__PURE__ */ binary("fmax", promoteOperands, (x, y) =>
  lax.select(lax.bitwiseOr(lax.gt(x, y), isNaNArray(y)), x, y),
);
/**
 * The smaller of `x` and `y`; a NaN loses against a number. Source: `jax.numpy.fmin`.
 * @example np.fmin(np.array([NaN, 2]), 1) // [1, 1]
 */
export const fmin = /* @__PURE__ */ binary("fmin", promoteOperands, (x, y) =>
  lax.select(lax.bitwiseOr(lax.lt(x, y), isNaNArray(y)), x, y),
);

/** The bounds of `clip`: numbers or arrays that broadcast against `x`. */
export interface ClipOptions {
  readonly min?: ArrayLike | null;
  readonly max?: ArrayLike | null;
}

/**
 * `x` limited to `[min, max]`; either bound may be left out. Source: `jax.numpy.clip`.
 * @example np.clip(x, { min: 0 }); np.clip(x, -1, 1)
 */
export function clip(x: ArrayLike, options: ClipOptions): NDArray;
export function clip(x: ArrayLike, min: ArrayLike | null, max?: ArrayLike | null): NDArray;
export function clip(x: ArrayLike, ...bounds: unknown[]): NDArray {
  const fn = "numpy.clip";
  const { min, max } = namedArguments<ClipOptions>(fn, ["min", "max"], bounds);
  const operand = asArray(fn, x);
  const raised = min === null || min === undefined ? operand : maximum(fitting(fn, "min", min, operand), operand);
  return max === null || max === undefined ? raised : minimum(fitting(fn, "max", max, raised), raised);
}

/**
 * The absolute value; bools and `uint32` stay as they are. Source: `jax.numpy.abs`.
 * @example np.abs(np.array([1, -2])) // [1, 2]
 */
export const abs: Unary = (x: ArrayLike, ...rest: unknown[]) => {
  noMore("numpy.abs", rest);
  const operand = asArray("numpy.abs", x);
  return operand.dtype === "bool" || operand.dtype === "uint32" ? operand : lax.abs(operand);
};
/** The same as `abs`. Source: `jax.numpy.absolute`. @example np.absolute(-2) // 2 */
export const absolute: Unary = abs;
/** -1, 0 or 1. Source: `jax.numpy.sign`. @example np.sign(np.array([-3, 0, 3])) // [-1, 0, 1] */
export const sign = /* @__PURE__ */ unary("sign", promoteNumbersOnly, lax.sign);

const toEven = (x: ArrayLike): NDArray => lax.round(x, { roundingMethod: lax.RoundingMethod.TO_NEAREST_EVEN });

/** `floor(x / y)` of floats and the remainder with the sign of `y` (CPython's algorithm, as in JAX). */
function floatDivmod(x: NDArray, y: NDArray): NDArray {
  const mod = lax.rem(x, y);
  const quotient = lax.div(lax.select(lax.eq(y, 0), x, lax.sub(x, mod)), y);
  const crosses = lax.bitwiseAnd(lax.ne(mod, 0), lax.ne(lax.sign(y), lax.sign(mod)));
  return toEven(lax.select(crosses, lax.sub(quotient, 1), quotient));
}

function integerFloorDivide(x: NDArray, y: NDArray): NDArray {
  const quotient = lax.div(x, y);
  const crosses = lax.bitwiseAnd(lax.ne(lax.sign(x), lax.sign(y)), lax.ne(lax.rem(x, y), 0));
  return lax.select(crosses, lax.sub(quotient, 1), quotient);
}

function floorQuotient(x: NDArray, y: NDArray): NDArray {
  if (x.dtype === "uint32") return lax.div(x, y);
  return isFloat(x.dtype) ? floatDivmod(x, y) : integerFloorDivide(x, y);
}

/**
 * The largest whole number at most `x / y`, in the operands' dtype. Source: `jax.numpy.floor_divide`.
 * @example np.floorDivide(-7, 2) // -4
 */
export const floorDivide = /* @__PURE__ */ binary("floorDivide", promoteToNumbers, floorQuotient);

/** `floorDivide` and `remainder` at once. Source: `jax.numpy.divmod`. @example np.divmod(7, 3) // [2, 1] */
export function divmod(x: ArrayLike, y: ArrayLike, ...rest: never[]): [quotient: NDArray, remainder: NDArray] {
  const fn = "numpy.divmod";
  noMore(fn, rest);
  const [a, b] = broadcastOperands(fn, promoteToNumbers(fn, [x, y], ["x", "y"]));
  return [floorQuotient(a, b), signedRemainder(a, b)];
}

/** Integers by 0 leave 0, as in JAX. */
const nonZero = (y: NDArray): NDArray => (isFloat(y.dtype) ? y : lax.select(lax.eq(y, 0), 1, y));

function signedRemainder(x: NDArray, y: NDArray): NDArray {
  const divisor = nonZero(y);
  const truncated = lax.rem(x, divisor);
  const signsDiffer = lax.ne(lax.lt(truncated, 0), lax.lt(divisor, 0));
  const add = lax.bitwiseAnd(signsDiffer, lax.ne(truncated, 0));
  return lax.select(add, lax.add(truncated, divisor), truncated);
}

/** The remainder of `x / y` with the sign of `y`. Source: `jax.numpy.remainder`. @example np.remainder(-7, 3) // 2 */
export const remainder = /* @__PURE__ */ binary("remainder", promoteToNumbers, signedRemainder);
/** The same as `remainder`. Source: `jax.numpy.mod`. @example np.mod(-7, 3) // 2 */
export const mod: Binary = remainder;
/** The remainder of `x / y` with the sign of `x`. Source: `jax.numpy.fmod`. @example np.fmod(-7, 3) // -1 */
export const fmod = /* @__PURE__ */ binary("fmod", promoteToNumbers, (x, y) => lax.rem(x, nonZero(y)));

/** By repeated squaring; six bits of the exponent, since with more any base above 1 overflows, as in JAX. */
function integerPower(base: NDArray, exponent: NDArray): NDArray {
  const zeroToPositive = lax.bitwiseAnd(lax.eq(base, 0), lax.ne(exponent, 0));
  let result = lax.select(zeroToPositive, lax.full([], 0, base.dtype), lax.full([], 1, base.dtype));
  let square = base;
  let bits = exponent;
  for (let i = 0; i < 6; i++) {
    result = lax.select(lax.ne(lax.bitwiseAnd(bits, 1), 0), lax.mul(result, square), result);
    square = lax.mul(square, square);
    bits = lax.shiftRightLogical(bits, 1);
  }
  return result;
}

/** Integers as exponents of floats stay integers: at 0, too, such powers have derivatives. */
const promoteToPower: Promotion = (fn, args, names) => {
  const promoted = promoteToNumbers(fn, args, names);
  const [exponent] = promoteToNumbers(fn, [args[1]], names?.slice(1));
  const isWhole = !isFloat(exponent.dtype) && promoted.every((x) => isFloat(x.dtype));
  return mapEach(promoted, (x, i) => (i === 1 && isWhole ? exponent : x));
};
const generalPower = /* @__PURE__ */ binary("power", promoteToPower, (x, y) =>
  isFloat(x.dtype) ? lax.pow(x, y) : integerPower(x, y),
);

/**
 * `x` to the power `y`. Powers with integers have derivatives everywhere; a whole JavaScript number as `y` multiplies
 * exactly (`lax.integerPow`). Source: `jax.numpy.power`.
 * @throws TypeError for integers to a negative whole power.
 * @example np.power(np.array([1, 2, 3]), 2) // [1, 4, 9]
 */
export function power(x: ArrayLike, y: ArrayLike, ...rest: never[]): NDArray {
  noMore("numpy.power", rest);
  if (typeof y !== "number" || !Number.isInteger(y) || (y | 0) !== y) return generalPower(x, y);
  const promote = typeof x === "number" && y < 0 ? promoteToFloat : promoteToNumbers;
  const base = promote("numpy.power", [x])[0];
  if (y < 0 && !isFloat(base.dtype)) {
    throw new TypeError(
      `numpy.power: a negative exponent (${y}) needs floats, got ${base.dtype}; convert x with astype("float32").`,
    );
  }
  return lax.integerPow(base, { exponent: y });
}
/** `x` to the power `y` in floats. Source: `jax.numpy.float_power`. @example np.floatPower(2, -1) // 0.5 */
export const floatPower = /* @__PURE__ */ binary("floatPower", promoteToFloat, lax.pow);
/** `x * x`. Source: `jax.numpy.square`. @example np.square(3) // 9 */
export const square = /* @__PURE__ */ unary("square", promoteToNumbers, lax.square);
/** `1 / x`. Source: `jax.numpy.reciprocal`. @example np.reciprocal(np.array([2, 4])) // [0.5, 0.25] */
export const reciprocal = /* @__PURE__ */ unary("reciprocal", promoteToFloat, lax.reciprocal);
/** The square root. Source: `jax.numpy.sqrt`. @example np.sqrt(np.array([4, 9])) // [2, 3] */
export const sqrt = /* @__PURE__ */ unary("sqrt", promoteToFloat, lax.sqrt);
/** The cube root. Source: `jax.numpy.cbrt`. @example np.cbrt(27) // 3 */
export const cbrt = /* @__PURE__ */ unary("cbrt", promoteToFloat, lax.cbrt);

/** The exponential. Source: `jax.numpy.exp`. @example np.exp(1) // 2.7183 */
export const exp = /* @__PURE__ */ unary("exp", promoteToFloat, lax.exp);
/** `2^x`. Source: `jax.numpy.exp2`. @example np.exp2(3) // 8 */
export const exp2 = /* @__PURE__ */ unary("exp2", promoteToFloat, lax.exp2);
/** `exp(x) - 1`, exact near 0. Source: `jax.numpy.expm1`. @example np.expm1(1) // 1.7183 */
export const expm1 = /* @__PURE__ */ unary("expm1", promoteToFloat, lax.expm1);
/** The natural logarithm. Source: `jax.numpy.log`. @example np.log(10) // 2.3026 */
export const log = /* @__PURE__ */ unary("log", promoteToFloat, lax.log);
/** The logarithm to base 2. Source: `jax.numpy.log2`. @example np.log2(8) // 3 */
export const log2 = /* @__PURE__ */ unary("log2", promoteToFloat, (x) => lax.div(lax.log(x), Math.LN2));
/** The logarithm to base 10. Source: `jax.numpy.log10`. @example np.log10(1000) // 3 */
export const log10 = /* @__PURE__ */ unary("log10", promoteToFloat, (x) => lax.mul(lax.log(x), Math.LOG10E));
/** `log(1 + x)`, exact near 0. Source: `jax.numpy.log1p`. @example np.log1p(1) // 0.6931 */
export const log1p = /* @__PURE__ */ unary("log1p", promoteToFloat, lax.log1p);

/** The sine of an angle in radians. Source: `jax.numpy.sin`. @example np.sin(1) // 0.8415 */
export const sin = /* @__PURE__ */ unary("sin", promoteToFloat, lax.sin);
/** The cosine of an angle in radians. Source: `jax.numpy.cos`. @example np.cos(1) // 0.5403 */
export const cos = /* @__PURE__ */ unary("cos", promoteToFloat, lax.cos);
/** The tangent of an angle in radians. Source: `jax.numpy.tan`. @example np.tan(1) // 1.5574 */
export const tan = /* @__PURE__ */ unary("tan", promoteToFloat, lax.tan);
/** The angle in `[-pi/2, pi/2]` with sine `x`. Source: `jax.numpy.arcsin`. @example np.arcsin(1) // 1.5708 */
export const arcsin = /* @__PURE__ */ unary("arcsin", promoteToFloat, lax.asin);
/** The angle in `[0, pi]` with cosine `x`. Source: `jax.numpy.arccos`. @example np.arccos(0) // 1.5708 */
export const arccos = /* @__PURE__ */ unary("arccos", promoteToFloat, lax.acos);
/** The angle in `(-pi/2, pi/2)` with tangent `x`. Source: `jax.numpy.arctan`. @example np.arctan(1) // 0.7854 */
export const arctan = /* @__PURE__ */ unary("arctan", promoteToFloat, lax.atan);
/**
 * The angle of the point `(y, x)`, from -pi to pi; the first argument is the ordinate. Source: `jax.numpy.arctan2`.
 * @example np.arctan2(1, -1) // 2.3562
 */
export const arctan2 = /* @__PURE__ */ binary("arctan2", promoteToFloat, lax.atan2);
/** The hyperbolic sine. Source: `jax.numpy.sinh`. @example np.sinh(1) // 1.1752 */
export const sinh = /* @__PURE__ */ unary("sinh", promoteToFloat, lax.sinh);
/** The hyperbolic cosine. Source: `jax.numpy.cosh`. @example np.cosh(1) // 1.5431 */
export const cosh = /* @__PURE__ */ unary("cosh", promoteToFloat, lax.cosh);
/** The hyperbolic tangent. Source: `jax.numpy.tanh`. @example np.tanh(1) // 0.7616 */
export const tanh = /* @__PURE__ */ unary("tanh", promoteToFloat, lax.tanh);
/** The inverse of `sinh`. Source: `jax.numpy.arcsinh`. @example np.arcsinh(1) // 0.8814 */
export const arcsinh = /* @__PURE__ */ unary("arcsinh", promoteToFloat, lax.asinh);
/** The inverse of `cosh`. Source: `jax.numpy.arccosh`. @example np.arccosh(2) // 1.317 */
export const arccosh = /* @__PURE__ */ unary("arccosh", promoteToFloat, lax.acosh);
/** The inverse of `tanh`. Source: `jax.numpy.arctanh`. @example np.arctanh(0.5) // 0.5493 */
export const arctanh = /* @__PURE__ */ unary("arctanh", promoteToFloat, lax.atanh);

/** The largest whole number at most `x`; integers stay. Source: `jax.numpy.floor`. @example np.floor(-1.5) // -2 */
export const floor = /* @__PURE__ */ unlessInteger("floor", lax.floor);
/** The smallest whole number at least `x`; integers stay. Source: `jax.numpy.ceil`. @example np.ceil(1.2) // 2 */
export const ceil = /* @__PURE__ */ unlessInteger("ceil", lax.ceil);
/** `x` without its fraction; integers stay. Source: `jax.numpy.trunc`. @example np.trunc(-1.5) // -1 */
export const trunc = /* @__PURE__ */ unlessInteger("trunc", (x) => lax.select(lax.lt(x, 0), lax.ceil(x), lax.floor(x)));
/** The nearest whole number as a float, halves to the even one. Source: `jax.numpy.rint`. @example np.rint(2.5) // 2 */
export const rint = /* @__PURE__ */ unary("rint", promoteToFloat, toEven);

/** Options of `np.round`. */
export interface RoundOptions {
  /** How many digits stay behind the point, 0 by default. */
  readonly decimals?: number;
}

/**
 * Rounds to `decimals` places, halves to the even neighbour; integers stay. Source: `jax.numpy.round`.
 * @example np.round(np.array([2.5, -1.25]), { decimals: 1 }) // [2.5, -1.2]
 */
export function round(x: ArrayLike, ...args: Arguments<[decimals: number], RoundOptions>): NDArray {
  const { decimals = 0 } = namedArguments<RoundOptions>("numpy.round", ["decimals"], args);
  const operand = asArray("numpy.round", x);
  if (!isFloat(operand.dtype)) {
    if (decimals >= 0) return operand;
    throw new TypeError(`numpy.round: decimals (${decimals}) must not be negative for ${operand.dtype} arrays.`);
  }
  if (decimals === 0) return toEven(operand);
  const factor = 10 ** decimals;
  return lax.div(toEven(lax.mul(operand, factor)), factor);
}

/** `sqrt(x^2 + y^2)` without overflow. Source: `jax.numpy.hypot`. @example np.hypot(3, 4) // 5 */
export const hypot = /* @__PURE__ */ binary("hypot", promoteToFloat, (x, y) => {
  const [a, b] = [lax.abs(x), lax.abs(y)];
  const [large, small] = [lax.max(a, b), lax.min(a, b)];
  const zero = lax.eq(large, 0);
  const ratio = lax.div(small, lax.select(zero, 1, large));
  const length = lax.select(zero, large, lax.mul(large, lax.sqrt(lax.add(lax.square(ratio), 1))));
  const infinite = lax.bitwiseOr(lax.eq(a, Number.POSITIVE_INFINITY), lax.eq(b, Number.POSITIVE_INFINITY));
  return lax.select(infinite, Number.POSITIVE_INFINITY, length);
});

/** `log(exp(x) + exp(y))` without overflow. Source: `jax.numpy.logaddexp`. @example np.logaddexp(0, 0) // 0.6931 */
export const logaddexp = /* @__PURE__ */ binary("logaddexp", promoteToFloat, lax.logaddexp);

/** Options of `np.nanToNum`. */
export interface NanToNumOptions {
  /** What stands for NaN: 0 by default. */
  readonly nan?: ArrayLike;
  /** What stands for infinity: the largest finite number by default. */
  readonly posinf?: ArrayLike;
  readonly neginf?: ArrayLike;
}

/**
 * `x` with numbers in place of NaN and infinities. Source: `jax.numpy.nan_to_num`.
 * @example np.nanToNum(np.array([1, NaN])) // [1, 0]
 */
export function nanToNum(x: ArrayLike, ...args: Arguments<[], NanToNumOptions>): NDArray {
  const fn = "numpy.nanToNum";
  const options = namedArguments<NanToNumOptions>(fn, ["nan", "posinf", "neginf"], args, 0);
  const operand = asArray("numpy.nanToNum", x);
  if (!isFloat(operand.dtype)) return operand;
  const largest = operand.dtype === "float32" ? (2 - 2 ** -23) * 2 ** 127 : Number.MAX_VALUE;
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  const like = (value: ArrayLike): NDArray => filled(fn, [], value, operand.dtype);
  const defined = lax.select(isNaNArray(operand), like(nan), operand);
  const above = lax.select(lax.eq(operand, Number.POSITIVE_INFINITY), like(posinf), defined);
  return lax.select(lax.eq(operand, Number.NEGATIVE_INFINITY), like(neginf), above);
}
