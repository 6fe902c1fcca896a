/**
 * The exponential function and what is made of it.
 *
 * exp(x) = 2^k (1 + q) with q = exp(r) - 1 = r + r^2 P(r) for r = x - k ln(2), |r| <= ln(2) / 2; P is a Chebyshev
 * interpolant, computed with 60 digits.
 */
import { choose, copySign, multiplyAdd, polynomial, splat } from "./vector";

/** P with a relative error of exp(r) below 2^-32. */
const SERIES_SINGLE = memory.data<f64>([
  0.5000000013457804, 0.16666666681614342, 0.041666465005270034, 0.008333310934363356, 0.0013933641117472883,
  0.00019890980964683147,
]);

/** P with a relative error of exp(r) below 2^-56. */
const SERIES = memory.data<f64>([
  0.5000000000000001, 0.16666666666666669, 0.041666666666624164, 0.008333333333330065, 0.0013888888917196881,
  0.0001984126986304067, 2.4801521322116825e-5, 2.7557268480116333e-6, 2.762007599981065e-7, 2.5100375924709717e-8,
]);

// ln(2) in two parts; the first has trailing zeros enough for its product with k to be exact.
@inline export const LN2_HIGH: f64 = 0.6931471803691238;
@inline export const LN2_LOW: f64 = 1.9082149292705877e-10;
@inline const LOG2_E: f64 = 1.4426950408889634;

// 1.5 * 2^52: a small integer added to it appears in its low bits.
@inline const SHIFT: f64 = 6755399441055744.0;

/** x between the last number whose exponential vanishes and one whose half overflows; NaN stays. */
@inline
function clamp<T>(x: v128, lowest: f64, highest: f64 = sizeof<T>() == 4 ? 90 : 711): v128 {
  return f64x2.pmax(f64x2.pmin(x, splat(highest)), splat(lowest));
}

/** k, the integer next to x / ln(2). */
@inline
function multiple(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, splat(LOG2_E)));
}

/** x + r^2 P(r) */
@inline
function series<T>(r: v128, x: v128): v128 {
  return multiplyAdd(
    f64x2.mul(r, r),
    sizeof<T>() == 4 ? polynomial(SERIES_SINGLE, 6, r) : polynomial(SERIES, 10, r),
    x,
  );
}

/** exp(x + tail) / 2^k - 1 for a tail of less than 1/1000. */
@inline
function remainder<T>(x: v128, k: v128, tail: v128): v128 {
  if (sizeof<T>() == 4) {
    const r = f64x2.sub(x, f64x2.mul(k, splat(LN2_HIGH + LN2_LOW)));
    return series<T>(r, r);
  }
  const high = f64x2.sub(x, f64x2.mul(k, splat(LN2_HIGH)));
  const low = f64x2.sub(f64x2.mul(k, splat(LN2_LOW)), tail);
  const r = f64x2.sub(high, low);
  const error = f64x2.sub(f64x2.sub(high, r), low);
  return f64x2.add(r, series<T>(r, error));
}

/** 2^n for integers n from -1022 to 1023. */
@inline
function powerOf2(n: v128): v128 {
  return i64x2.add(i64x2.shl(f64x2.add(n, splat(SHIFT)), 52), splat(1));
}

/** y 2^k. For float64 in two steps, since 2^k itself may be out of range. */
@inline
function scaled<T>(y: v128, k: v128): v128 {
  if (sizeof<T>() == 4) return f64x2.mul(y, powerOf2(k));
  const half = f64x2.nearest(f64x2.mul(k, splat(0.5)));
  return f64x2.mul(f64x2.mul(y, powerOf2(half)), powerOf2(f64x2.sub(k, half)));
}

/** factor * exp(x + tail), where the exponential itself may overflow. */
@inline
export function expTimes<T>(factor: f64, x: v128, tail: v128): v128 {
  x = clamp<T>(x, sizeof<T>() == 4 ? -110 : -746);
  const k = multiple(x);
  return scaled<T>(multiplyAdd(remainder<T>(x, k, tail), splat(factor), splat(factor)), k);
}

@inline
export function exp<T>(x: v128): v128 {
  return expTimes<T>(1, x, splat(0));
}

/** 2^x. What x has beyond the next integer is exact, and so are whole powers. */
@inline
export function exp2<T>(x: v128): v128 {
  x = clamp<T>(x, sizeof<T>() == 4 ? -160 : -1076, sizeof<T>() == 4 ? 130 : 1025);
  const k = f64x2.nearest(x);
  const r = f64x2.mul(f64x2.sub(x, k), splat(LN2_HIGH + LN2_LOW));
  return scaled<T>(f64x2.add(splat(1), series<T>(r, r)), k);
}

/** factor * (exp(x) - 1) */
@inline
function expm1Times<T>(factor: f64, x: v128): v128 {
  x = clamp<T>(x, -45);
  const k = multiple(x);
  // 2^-k vanishes beside 1 long before it leaves the range.
  const inverse = powerOf2(f64x2.neg(f64x2.pmin(k, splat(100))));
  const y = f64x2.add(remainder<T>(x, k, splat(0)), f64x2.sub(splat(1), inverse));
  return scaled<T>(f64x2.mul(y, splat(factor)), k);
}

@inline
export function expm1<T>(x: v128): v128 {
  // Adding 1 - 2^0 to a zero takes its sign away.
  return copySign(expm1Times<T>(1, x), x);
}

/** 1 / (1 + exp(-x)), without an overflow on either side. */
@inline
export function logistic<T>(x: v128): v128 {
  const one = splat(1);
  const e = exp<T>(f64x2.neg(f64x2.abs(x)));
  return f64x2.div(choose(f64x2.lt(x, splat(0)), e, one), f64x2.add(one, e));
}

/** -t / (2 + t) with t = exp(-2 |x|) - 1 */
@inline
export function tanh<T>(x: v128): v128 {
  const t = expm1Times<T>(1, f64x2.mul(f64x2.abs(x), splat(-2)));
  return copySign(f64x2.div(t, f64x2.add(splat(2), t)), x);
}

/** h + h / (2 h + 1) with h = (exp(|x|) - 1) / 2 */
export function sinh(x: v128): v128 {
  const half = splat(0.5);
  const h = expm1Times<f64>(0.5, f64x2.abs(x));
  // The quotient is at most 1, and NaN for infinity.
  const quotient = f64x2.pmin(splat(1), f64x2.div(h, f64x2.add(h, half)));
  return copySign(multiplyAdd(quotient, half, h), x);
}

/** h + 1 / (4 h) with h = exp(|x|) / 2 */
export function cosh(x: v128): v128 {
  const h = expTimes<f64>(0.5, f64x2.abs(x), splat(0));
  return f64x2.add(h, f64x2.div(splat(0.25), h));
}
