/**
 * The logarithm, powers, and the inverse hyperbolic functions.
 *
 * log(x) = k ln(2) + log(m) with m between sqrt(1/2) and sqrt(2), and log(m) = 2 atanh(s) for
 * s = (m - 1) / (m + 1) by its series. A power needs about ten bits more than a float64 has, so `pow`
 * computes the same series with its first two terms as sums of two numbers.
 */
import { LN2_HIGH, LN2_LOW, expOfSum } from "./exp";
import { polynomial } from "./polynomial";

/** 2 / (2n + 1) from n = 1 on. */
const ATANH = memory.data<f64>([
  0.6666666666666666, 0.4, 0.2857142857142857,
  0.2222222222222222, 0.18181818181818182, 0.15384615384615385,
  0.13333333333333333, 0.11764705882352941, 0.10526315789473684,
  0.09523809523809523, 0.08695652173913043, 0.08,
]);

/** m above, which `reduce` leaves here. */
let reduced: f64 = 0;

/** Splits a positive finite x into k, which is returned, and m. */
function reduce(x: f64): f64 {
  let bits = reinterpret<u64>(x);
  let k: i64 = 0;
  if (bits < 0x0010000000000000) {
    // Subnormal.
    bits = reinterpret<u64>(x * 18014398509481984.0);
    k = -54;
  }
  // Relative to the bits of sqrt(1/2), the exponent field is k.
  const shift = <i64>(bits - 0x3fe6a09e667f3bcd) >> 52;
  reduced = reinterpret<f64>(bits - (<u64>shift << 52));
  return <f64>(k + shift);
}

export function log(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  const k = reduce(x);
  const f = reduced - 1;
  const s = f / (2 + f);
  const z = s * s;
  const series = z * polynomial(ATANH, 12, z);
  // log(1 + f) = f - f^2/2 + s (f^2/2 + series), which keeps f's own bits out of the rounding.
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + series) + k * LN2_LOW) - f);
}

/** The part of a number that has at most 26 bits, so that products of such parts are exact. */
@inline
function upper(x: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(x) & 0xfffffffff8000000);
}

/** What rounding took from the product p = x * y (Dekker). */
@inline
function productError(x: f64, y: f64, p: f64): f64 {
  const xh = upper(x);
  const yh = upper(y);
  const xl = x - xh;
  const yl = y - yh;
  return xh * yh - p + xh * yl + xl * yh + xl * yl;
}

/** x ** y for positive finite x and finite y. */
function powerOfPositive(x: f64, y: f64): f64 {
  const k = reduce(x);
  const f = reduced - 1;
  // s = f / (2 + f) as sum s + sl; the error of 2 + f counts.
  const t = 2 + f;
  const tl = f - (t - 2);
  const s = f / t;
  const st = s * t;
  const sl = (f - st - productError(s, t, st) - s * tl) / t;
  // z = s^2 as z + zl.
  const z = s * s;
  const zl = productError(s, s, z) + 2 * s * sl;
  // w = atanh's series beyond its first term, divided by s: 2/3 z + 2/5 z^2 + ...
  const third = ATANH_FIRST * z;
  const thirdLow = productError(ATANH_FIRST, z, third) + ATANH_FIRST * zl + ATANH_FIRST_LOW * z;
  const rest = z * z * polynomial(ATANH + 8, 11, z);
  const w = third + rest;
  const wl = third - w + rest + thirdLow;
  // log(m) = (s + sl) * (2 + w + wl).
  const u = 2 + w;
  const ul = 2 - u + w + wl;
  const m = s * u;
  const ml = productError(s, u, m) + s * ul + sl * u;
  // log(x), added in the order of size.
  const base = k * LN2_HIGH;
  const high = base + m;
  const low = (abs(base) > abs(m) ? base - high + m : m - high + base) + (ml + k * LN2_LOW);
  const log = high + low;
  const logLow = high - log + low;
  const e = y * log;
  // Beyond this the power overflows or vanishes, and its low part could be anything.
  if (abs(e) > 750) return e > 0 ? Infinity : 0;
  return expOfSum(e, productError(y, log, e) + y * logLow);
}

// 2/3 in two parts.
@inline const ATANH_FIRST: f64 = 0.6666666666666666;
@inline const ATANH_FIRST_LOW: f64 = 3.700743415417188e-17;

@inline
function isOdd(y: f64): bool {
  return abs(y) < 9007199254740992.0 && trunc(y) == y && (<i64>y & 1) != 0;
}

/** C99's pow, which unlike ECMAScript's has 1 ** anything = 1 and (-1) ** infinity = 1. */
export function pow(x: f64, y: f64): f64 {
  if (x == 1 || y == 0) return 1;
  if (x != x || y != y) return x + y;
  const magnitude = abs(x);
  if (abs(y) == Infinity) {
    if (magnitude == 1) return 1;
    return magnitude > 1 == y > 0 ? Infinity : 0;
  }
  const sign: f64 = isOdd(y) ? copysign<f64>(1, x) : 1;
  if (magnitude == 0 || magnitude == Infinity) return copysign<f64>((magnitude == 0) == (y < 0) ? Infinity : 0, sign);
  if (x < 0 && trunc(y) != y) return NaN;
  return sign * powerOfPositive(magnitude, y);
}

export function asinh(x: f64): f64 {
  const magnitude = abs(x);
  const square = magnitude * magnitude;
  let y: f64;
  if (magnitude > 1e10) y = log(magnitude) + (LN2_HIGH + LN2_LOW);
  else if (magnitude > 2) y = log(2 * magnitude + 1 / (sqrt(square + 1) + magnitude));
  else y = NativeMath.log1p(magnitude + square / (1 + sqrt(square + 1)));
  return copysign(y, x);
}

export function acosh(x: f64): f64 {
  if (x < 1) return NaN;
  if (x > 1e10) return log(x) + (LN2_HIGH + LN2_LOW);
  if (x > 2) return log(2 * x - 1 / (x + sqrt(x * x - 1)));
  const t = x - 1;
  return NativeMath.log1p(t + sqrt(2 * t + t * t));
}
