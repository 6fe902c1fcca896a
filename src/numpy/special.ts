/** Elementwise functions that are composed of others: signs, angles, bits. */

import { isFloat } from "../base/dtypes.ts";
import { noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type Promotion, promoteOperands, promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { logOfSum } from "../lax/logaddexp.ts";
import type { Unary } from "../lax/nary.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { signBit } from "../lax/sign-bit.ts";
import { where } from "./logic.ts";
import { binary, promoteToNumbers, unary } from "./operands.ts";
import { multiply } from "./ufuncs.ts";

/**
 * 0 for negative numbers, 1 for positive ones, `y` for 0. Source: `jax.numpy.heaviside`.
 * @example np.heaviside(np.array([-1, 0, 1]), 0.5) // [0, 0.5, 1]
 */
export const heaviside = /* @__PURE__ */ binary("heaviside", promoteToFloat, (x, y) =>
  where(lax.lt(x, 0), 0, where(lax.gt(x, 0), 1, where(lax.eq(x, 0), y, x))),
);

/**
 * Whether the sign is negative, those of -0 and NaN too. Source: `jax.numpy.signbit`.
 * @example np.signbit(np.array([-1, 1])) // [true, false]
 */
export function signbit(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("numpy.signbit", rest);
  const [operand] = promoteToNumbers("numpy.signbit", [x]);
  return isFloat(operand.dtype) ? signBit(operand) : lax.lt(operand, 0);
}

/**
 * The absolute value of `x` with the sign of `y`, which may be NaN. Source: `jax.numpy.copysign`.
 * @example np.copysign(np.array([1, 2]), -1) // [-1, -2]
 */
export const copysign = /* @__PURE__ */ binary("copysign", promoteToFloat, (x, y) => {
  const size = lax.abs(x);
  return lax.select(signbit(y), lax.neg(size), size);
});

const logOfOneMore: Unary = (x) => lax.mul(lax.log1p(lax.exp2(x)), Math.LOG2E);
/** `log2(2^x + 2^y)` without overflow. Source: `jax.numpy.logaddexp2`. @example np.logaddexp2(2, 2) // 3 */
export const logaddexp2 = /* @__PURE__ */ binary("logaddexp2", promoteToFloat, (x, y) =>
  logOfSum("numpy.logaddexp2", x, y, logOfOneMore),
);

const nearest: Unary = (x) => lax.round(x, { roundingMethod: lax.RoundingMethod.TO_NEAREST_EVEN });

/**
 * `sin(pi x) / (pi x)`; 1, with all of its derivatives, at 0. Source: `jax.numpy.sinc`.
 * @example np.sinc(0.5) // 0.6366
 */
export const sinc = /* @__PURE__ */ unary("sinc", promoteToFloat, (x) => {
  const angle = lax.mul(x, Math.PI);
  const small = lax.lt(lax.abs(angle), 1e-2);
  // sin(pi x) from what x has beyond a whole number, which is exact, unlike pi x: near whole numbers little else is left.
  const whole = nearest(x);
  const odd = lax.ne(whole, lax.mul(nearest(lax.mul(whole, 0.5)), 2));
  const sine = lax.sin(lax.mul(lax.sub(x, whole), Math.PI));
  const square = lax.square(angle);
  // Around 0 the series, to 1e-18; there the quotient, and its derivatives, would lose what they are made of.
  const series = [1 / 362880, -1 / 5040, 1 / 120, -1 / 6].reduce<NDArray>(
    (s, c) => lax.add(lax.mul(s, square), c),
    lax.mul(square, -1 / 39916800),
  );
  const quotient = lax.div(lax.select(odd, lax.neg(sine), sine), lax.select(small, 1, angle));
  return lax.select(small, lax.add(lax.mul(series, square), 1), quotient);
});

/** Degrees as radians. Source: `jax.numpy.deg2rad`. @example np.deg2rad(180) // 3.1416 */
export const deg2rad = /* @__PURE__ */ unary("deg2rad", promoteToFloat, (x) => multiply(x, Math.PI / 180));
/** Radians as degrees. Source: `jax.numpy.rad2deg`. @example np.rad2deg(Math.PI) // 180 */
export const rad2deg = /* @__PURE__ */ unary("rad2deg", promoteToFloat, (x) => multiply(x, 180 / Math.PI));

/** A promotion that refuses floats, which have no bits to work with. */
const withoutFloats =
  (promotion: Promotion): Promotion =>
  (fn, args, names) => {
    const arrays = promotion(fn, args, names);
    const { dtype } = entry(arrays, 0);
    if (isFloat(dtype)) throw new TypeError(`${fn}: needs integers or bools, got ${dtype}.`);
    return arrays;
  };
const promoteBits = /* @__PURE__ */ withoutFloats(promoteOperands);
const promoteIntegers = /* @__PURE__ */ withoutFloats(promoteToNumbers);

/** The bits, or bools, that are set in both. Source: `jax.numpy.bitwise_and`. @example np.bitwiseAnd(6, 3) // 2 */
export const bitwiseAnd = /* @__PURE__ */ binary("bitwiseAnd", promoteBits, lax.bitwiseAnd);
/** The bits, or bools, that are set in one or both. Source: `jax.numpy.bitwise_or`. @example np.bitwiseOr(6, 3) // 7 */
export const bitwiseOr = /* @__PURE__ */ binary("bitwiseOr", promoteBits, lax.bitwiseOr);
/** The bits, or bools, that are set in one alone. Source: `jax.numpy.bitwise_xor`. @example np.bitwiseXor(6, 3) // 5 */
export const bitwiseXor = /* @__PURE__ */ binary("bitwiseXor", promoteBits, lax.bitwiseXor);
/** The bits, or bools, that aren't set. Source: `jax.numpy.bitwise_not`. @example np.bitwiseNot(5) // -6 */
export const bitwiseNot = /* @__PURE__ */ unary("bitwiseNot", promoteBits, lax.bitwiseNot);
/** The bits of an integer moved up by `y` places. Source: `jax.numpy.left_shift`. @example np.leftShift(3, 2) // 12 */
export const leftShift = /* @__PURE__ */ binary("leftShift", promoteIntegers, lax.shiftLeft);
/**
 * The bits of an integer moved down by `y` places; the sign stays. Source: `jax.numpy.right_shift`.
 * @example np.rightShift(-8, 1) // -4
 */
export const rightShift = /* @__PURE__ */ binary("rightShift", promoteIntegers, (x, y) =>
  (x.dtype === "uint32" ? lax.shiftRightLogical : lax.shiftRightArithmetic)(x, y),
);

/**
 * The modified Bessel function of order 0; its derivatives are right at 0, too, where `|x|` has none. Source: `jax.numpy.i0`.
 * @example np.i0(1) // 1.2661
 */
export const i0 = /* @__PURE__ */ unary("i0", promoteToFloat, (x) =>
  lax.mul(lax.exp(lax.mul(lax.sign(x), x)), lax.besselI0e(x)),
);

/** The next number after `x` towards `y`. Source: `jax.numpy.nextafter`. @example np.nextafter(1, 2) // 1 */
export const nextafter = /* @__PURE__ */ binary("nextafter", promoteToFloat, lax.nextafter);
