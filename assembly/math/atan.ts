/**
 * The inverse trigonometric functions, all by the angle of a point: atan2(y, x) = m pi/4 +- atan(t) with |t| <= tan(pi/8),
 * by a Chebyshev interpolant of (atan(t) / t - 1) / t^2 in t^2, computed with 60 digits.
 */
import { choose, copySign, multiplyAdd, polynomial, splat } from "./vector";

/** With a relative error of the angle below 2^-57. */
const SERIES = memory.data<f64>([
  -0.3333333333333333, 0.19999999999999804, -0.14285714285659828, 0.111111111051554, -0.09090908753498572,
  0.07692296374965499, -0.06666424884541275, 0.05878928984071892, -0.05230454169285298, 0.04551592758246219,
  -0.03457055008991637, 0.016285743676675443,
]);

@inline const PI: f64 = 3.141592653589793;
/** What rounding took from pi, in proportion. */
@inline const PI_ERROR: f64 = 3.8981718325193755e-17;
@inline const TAN_EIGHTH: f64 = 0.41421356237309503;
/** 2^60 */
@inline const TINY_SCALE: f64 = 1152921504606846976;

export function atan2(y: v128, x: v128): v128 {
  const zero = splat(0);
  const one = splat(1);
  const up = f64x2.abs(y);
  const along = f64x2.abs(x);
  let low = f64x2.min(up, along);
  let high = f64x2.max(up, along);
  // Where the larger one is infinite or zero, the ratio is that of small whole numbers.
  const endless = f64x2.eq(high, splat(Infinity));
  low = choose(endless, v128.and(f64x2.eq(low, high), one), low);
  high = choose(v128.or(endless, f64x2.eq(high, zero)), one, high);
  // Subnormal numbers have too few bits for what follows, so small pairs are scaled by a power of 2.
  const scale = choose(f64x2.lt(high, one), splat(TINY_SCALE), one);
  low = f64x2.mul(low, scale);
  high = f64x2.mul(high, scale);
  const turns = f64x2.gt(low, f64x2.mul(high, splat(TAN_EIGHTH)));
  // Halves, so that the sum cannot overflow; where the smaller one would lose bits by it the sum isn't taken.
  const half = splat(0.5);
  const top = choose(turns, f64x2.sub(f64x2.mul(low, half), f64x2.mul(high, half)), low);
  const bottom = choose(turns, f64x2.add(f64x2.mul(low, half), f64x2.mul(high, half)), high);
  const t = f64x2.div(top, bottom);
  const z = f64x2.mul(t, t);
  const angle = multiplyAdd(f64x2.mul(t, z), polynomial(SERIES, 12, z), t);
  // Reflected at the diagonal, then at the vertical axis.
  const steep = f64x2.gt(up, along);
  const back = i64x2.lt_s(x, i64x2.splat(0));
  let base = v128.and(turns, splat(PI / 4));
  base = choose(steep, f64x2.sub(splat(PI / 2), base), base);
  base = choose(back, f64x2.sub(splat(PI), base), base);
  const signs = v128.and(v128.xor(steep, back), splat(-0.0));
  const small = multiplyAdd(base, splat(PI_ERROR), v128.xor(angle, signs));
  return copySign(f64x2.add(base, small), y);
}

export function atan(x: v128): v128 {
  return atan2(x, splat(1));
}

/** sqrt(1 - x^2) */
@inline
function other(x: v128): v128 {
  const one = splat(1);
  return f64x2.sqrt(f64x2.mul(f64x2.sub(one, x), f64x2.add(one, x)));
}

export function asin(x: v128): v128 {
  return atan2(x, other(x));
}

export function acos(x: v128): v128 {
  return atan2(other(x), x);
}
