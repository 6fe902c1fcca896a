/**
 * The logarithm and the inverse hyperbolic functions.
 *
 * log(x) = k ln(2) + log(m) with m between sqrt(1/2) and sqrt(2), and log(m) = 2 atanh(s) for s = (m - 1) / (m + 1),
 * by a Chebyshev interpolant of (atanh(s) / s - 1) 2 / s^2 in s^2, computed with 60 digits.
 */
import { LN2_HIGH, LN2_LOW } from "./exp";
import { choose, copySign, multiplyAdd, polynomial, splat } from "./vector";

/** With a relative error of the logarithm below 2^-35. */
const SERIES_SINGLE = memory.data<f64>([
  0.6666666655449666, 0.4000012184016053, 0.28550820775753505, 0.233304683103737,
]);

/** With a relative error of the logarithm below 2^-60. */
const SERIES = memory.data<f64>([
  0.6666666666666666, 0.4000000000000088, 0.2857142857080361, 0.22222222391714744, 0.18181795640044723,
  0.15386239707611124, 0.13268773010203216, 0.13086627491197242,
]);

/** The bits of sqrt(1/2). */
@inline export const ROOT_HALF: i64 = 0x3fe6a09e667f3bcd;
@inline const EXPONENT: i64 = 0x7ff0000000000000;
@inline const ONE: i64 = 0x3ff0000000000000;

/** The bits of positive normal numbers with the exponent k and what is relative to `root` instead of 1. */
@inline
function moved(x: v128, root: i64): v128 {
  return i64x2.add(x, i64x2.splat(ONE - root));
}

/** k, where x = 2^k m, 1 <= m / root < 2. */
@inline
export function exponentOf(x: v128, root: i64): v128 {
  // The biased exponent in the low bits of 2^52.
  const bits = v128.or(i64x2.shr_u(moved(x, root), 52), i64x2.splat(0x4330000000000000));
  return f64x2.sub(bits, splat(4503599627370496.0 + 1023));
}

/** m */
@inline
export function mantissaOf(x: v128, root: i64): v128 {
  const exponent = v128.and(moved(x, root), i64x2.splat(EXPONENT));
  return i64x2.sub(x, i64x2.sub(exponent, i64x2.splat(ONE)));
}

/** log(x) + error, for positive normal x. */
@inline
function logOfNormal<T>(x: v128, error: v128, k: v128): v128 {
  k = f64x2.add(k, exponentOf(x, ROOT_HALF));
  const f = f64x2.sub(mantissaOf(x, ROOT_HALF), splat(1));
  const s = f64x2.div(f, f64x2.add(splat(2), f));
  const z = f64x2.mul(s, s);
  const series = f64x2.mul(z, sizeof<T>() == 4 ? polynomial(SERIES_SINGLE, 4, z) : polynomial(SERIES, 8, z));
  // log(1 + f) = f - f^2/2 + s (f^2/2 + series), which keeps f's own bits out of the rounding.
  const half = f64x2.mul(f64x2.mul(f, f), splat(0.5));
  const low = f64x2.add(f64x2.mul(s, f64x2.add(half, series)), multiplyAdd(k, splat(LN2_LOW), error));
  return f64x2.sub(f64x2.mul(k, splat(LN2_HIGH)), f64x2.sub(f64x2.sub(half, low), f));
}

/** Which numbers are normal, positive and finite. */
@inline
function isOrdinary(x: v128): v128 {
  return v128.and(f64x2.ge(x, splat(2.2250738585072014e-308)), f64x2.lt(x, splat(Infinity)));
}

/** The logarithm of numbers among which some are not ordinary. */
function logOfAny(x: v128): v128 {
  const tiny = f64x2.lt(x, splat(2.2250738585072014e-308));
  const k = v128.and(tiny, splat(-54));
  const y = logOfNormal<f64>(choose(tiny, f64x2.mul(x, splat(18014398509481984.0)), x), splat(0), k);
  // The square root of infinity, NaN and negative numbers is what their logarithm is.
  const limit = f64x2.sub(f64x2.sqrt(x), v128.and(f64x2.eq(x, splat(0)), splat(Infinity)));
  const finite = v128.and(f64x2.gt(x, splat(0)), f64x2.lt(x, splat(Infinity)));
  return choose(finite, y, limit);
}

export function log(x: v128): v128 {
  return i64x2.all_true(isOrdinary(x)) ? logOfNormal<f64>(x, splat(0), splat(0)) : logOfAny(x);
}

/** log(u) + (what rounding took from u = 1 + x) / u */
@inline
export function log1p<T>(x: v128): v128 {
  const u = f64x2.add(splat(1), x);
  const ordinary = v128.and(isOrdinary(u), f64x2.ne(x, splat(0)));
  const error = f64x2.div(f64x2.sub(x, f64x2.sub(u, splat(1))), u);
  const y = logOfNormal<T>(u, error, splat(0));
  if (i64x2.all_true(ordinary)) return y;
  return choose(ordinary, y, choose(f64x2.eq(x, splat(0)), x, logOfAny(u)));
}

/** log1p for the functions made of it. */
export function log1pWide(x: v128): v128 {
  return log1p<f64>(x);
}

/** Where x^2 may overflow, and 1 vanishes beside x. */
@inline
function isLarge(x: v128): v128 {
  return f64x2.gt(x, splat(6.7039039649712985e153));
}

/** log(2 x) for large x, else log(1 + x). */
@inline
function logOfSum(x: v128, large: v128): v128 {
  return f64x2.add(log1pWide(x), v128.and(large, splat(LN2_HIGH + LN2_LOW)));
}

/** log(|x| + sqrt(x^2 + 1)) */
export function asinh(x: v128): v128 {
  const one = splat(1);
  const size = f64x2.abs(x);
  const large = isLarge(size);
  const square = f64x2.mul(size, size);
  const more = f64x2.div(square, f64x2.add(one, f64x2.sqrt(f64x2.add(square, one))));
  return copySign(logOfSum(f64x2.add(size, v128.andnot(more, large)), large), x);
}

/** log(x + sqrt(x^2 - 1)) */
export function acosh(x: v128): v128 {
  const large = isLarge(x);
  const t = f64x2.sub(x, splat(1));
  const more = f64x2.sqrt(f64x2.mul(t, f64x2.add(t, splat(2))));
  const y = logOfSum(f64x2.add(t, v128.andnot(more, large)), large);
  return choose(f64x2.lt(x, splat(1)), splat(NaN), y);
}

/** log((1 + |x|) / (1 - |x|)) / 2 */
export function atanh(x: v128): v128 {
  const size = f64x2.abs(x);
  const y = log1pWide(f64x2.div(f64x2.add(size, size), f64x2.sub(splat(1), size)));
  return copySign(f64x2.mul(y, splat(0.5)), x);
}
