/**
 * Powers. For float32, exp(y log(x)) in float64. For float64 a power needs about ten bits more than a float64 has, so
 * that one, which goes element by element, computes the logarithm's series with its first two terms as sums of two numbers.
 */
import { LN2_HIGH, LN2_LOW, exp, expTimes } from "./exp";
import { log, ROOT_HALF } from "./log";
import { choose, polynomial, splat } from "./vector";

/** 2 / (2n + 1) from n = 2 on. */
const ATANH = memory.data<f64>([
  0.4, 0.2857142857142857, 0.2222222222222222, 0.18181818181818182, 0.15384615384615385, 0.13333333333333333,
  0.11764705882352941, 0.10526315789473684, 0.09523809523809523, 0.08695652173913043, 0.08,
]);

// 2/3 in two parts.
@inline const ATANH_FIRST: f64 = 0.6666666666666666;
@inline const ATANH_FIRST_LOW: f64 = 3.700743415417188e-17;

/** m below, which `reduce` leaves here. */
let reduced: f64 = 0;

/** Splits a positive finite x into k, which is returned, and m between sqrt(1/2) and sqrt(2): x = 2^k m. */
function reduce(x: f64): f64 {
  let bits = reinterpret<i64>(x);
  let k: i64 = 0;
  if (bits < 0x0010000000000000) {
    // Subnormal.
    bits = reinterpret<i64>(x * 18014398509481984.0);
    k = -54;
  }
  const shift = (bits - ROOT_HALF) >> 52;
  reduced = reinterpret<f64>(bits - (shift << 52));
  return <f64>(k + shift);
}

/** The part of a number that has at most 26 bits, so that products of such parts are exact. */
@inline
function upper(x: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(x) & 0xfffffffff8000000);
}

/** What rounding took from the product p = x * y (Dekker). */
@inline
export function productError(x: f64, y: f64, p: f64): f64 {
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
  const rest = z * z * f64x2.extract_lane(polynomial(ATANH, 11, splat(z)), 0);
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
  const logarithm = high + low;
  const logLow = high - logarithm + low;
  const e = y * logarithm;
  // Beyond this the power overflows or vanishes, and its low part could be anything.
  if (abs(e) > 750) return e > 0 ? Infinity : 0;
  return f64x2.extract_lane(expTimes<f64>(1, splat(e), splat(productError(y, logarithm, e) + y * logLow)), 0);
}

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
  if (magnitude == 0 || magnitude == Infinity) return copysign<f64>((magnitude == 0) == y < 0 ? Infinity : 0, sign);
  if (x < 0 && trunc(y) != y) return NaN;
  return sign * powerOfPositive(magnitude, y);
}

/** Of float32; to be rounded to float32. */
export function powSingle(x: v128, y: v128): v128 {
  const infinity = splat(Infinity);
  const size = f64x2.abs(x);
  const ordinary = v128.and(
    v128.and(f64x2.lt(size, infinity), f64x2.gt(size, splat(0))),
    f64x2.lt(f64x2.abs(y), infinity),
  );
  if (!i64x2.all_true(ordinary)) {
    const first = pow(f64x2.extract_lane(x, 0), f64x2.extract_lane(y, 0));
    return f64x2.replace_lane(splat(first), 1, pow(f64x2.extract_lane(x, 1), f64x2.extract_lane(y, 1)));
  }
  const power = exp<f32>(f64x2.mul(y, log(size)));
  const negative = f64x2.lt(x, splat(0));
  if (!v128.any_true(negative)) return power;
  // An odd integer's half is none.
  const half = f64x2.mul(y, splat(0.5));
  const odd = f64x2.ne(f64x2.nearest(half), half);
  const signed = v128.xor(power, v128.and(v128.and(odd, negative), splat(-0.0)));
  const real = v128.or(f64x2.eq(f64x2.nearest(y), y), v128.not(negative));
  return choose(real, signed, splat(NaN));
}
