/**
 * The exponential function and what is made of it.
 *
 * exp(x) = 2^k exp(r) with |r| <= ln(2) / 2 and Taylor's series for exp(r); the error is below 1 ulp.
 * No tables: they would be a third of the module.
 */
import { polynomial } from "./polynomial";

// ln(2) in two parts; the first has trailing zeros enough for its product with k to be exact.
@inline export const LN2_HIGH: f64 = 0.6931471803691238;
@inline export const LN2_LOW: f64 = 1.9082149292705877e-10;
@inline const LOG2_E: f64 = 1.4426950408889634;

/** 1 / n! from n = 2 on. */
const TAYLOR = memory.data<f64>([
  0.5, 0.16666666666666666, 0.041666666666666664,
  0.008333333333333333, 0.001388888888888889, 0.0001984126984126984,
  2.48015873015873e-05, 2.7557319223985893e-06, 2.755731922398589e-07,
  2.505210838544172e-08, 2.08767569878681e-09, 1.6059043836821613e-10,
]);

/** 2^n for n in [-1022, 1023]. */
@inline
export function powerOf2(n: i64): f64 {
  return reinterpret<f64>((n + 1023) << 52);
}

/** exp(x + tail) for a tail below an ulp of x. */
export function expOfSum(x: f64, tail: f64): f64 {
  if (x > 709.79) return Infinity;
  if (x < -745.2) return 0;
  const k = nearest(x * LOG2_E);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW - tail;
  const r = high - low;
  const error = high - r - low;
  const y = 1 + (r + (error + r * r * polynomial(TAYLOR, 12, r)));
  // In two steps, since 2^k itself may be out of range.
  const power = <i64>k;
  const half = power >> 1;
  return y * powerOf2(half) * powerOf2(power - half);
}

export function exp(x: f64): f64 {
  // The conversion of NaN to an integer would trap.
  return x != x ? x : expOfSum(x, 0);
}

/** 1 / (1 + exp(-x)), without an overflow on either side. */
export function logistic(x: f64): f64 {
  const e = exp(-abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/** exp(x) / 2 where exp(x) itself may overflow. */
@inline
function halfExp(x: f64): f64 {
  const root = exp(0.5 * x);
  return 0.5 * root * root;
}

export function sinh(x: f64): f64 {
  const magnitude = abs(x);
  let y: f64;
  if (magnitude > 709) {
    y = halfExp(magnitude);
  } else {
    const t = NativeMath.expm1(magnitude);
    // For small x, exp(x) - exp(-x) from t = exp(x) - 1 without cancellation.
    y = magnitude < 1 ? 0.5 * (2 * t - (t * t) / (t + 1)) : 0.5 * (t + t / (t + 1));
  }
  return copysign(y, x);
}

export function cosh(x: f64): f64 {
  const magnitude = abs(x);
  if (magnitude > 709) return halfExp(magnitude);
  const e = exp(magnitude);
  return 0.5 * e + 0.5 / e;
}
