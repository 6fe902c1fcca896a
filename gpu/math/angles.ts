/**
 * The inverse circular functions, by polynomials of least relative error. That pi and its half are
 * rounded counts, but compilers join what would make it good with them.
 */
import { polynomial } from "./polynomial.ts";

/** (atan(t) / t - 1) / t^2 in t^2, for |t| <= 1; the angle's relative error is below 2^-31. */
const TANGENT = [
  -0.333333269, 0.1999967113, -0.1427983306, 0.1105822336, -0.08811089293, 0.06741591291, -0.04468985116, 0.02253978685,
  -0.007317918399, 0.00111378119,
];
/** (asin(x) / x - 1) / x^2 in x^2, for |x| <= 1/2; the same. */
const SINE = [0.1666665999, 0.0750050418, 0.0445169556, 0.03180771864, 0.01443859209, 0.037516482];

export const ANGLES = {
  // Of 0 <= t <= 1.
  smallAngle: `fn smallAngle(t: f32) -> f32 {
  let z = t * t;
  return fma(t * z, ${polynomial(TANGENT, "z")}, t);
}`,
  arcTangent: `fn arcTangent(x: f32) -> f32 {
  if (isNan(x) || isZero(x)) { return x; }
  let size = abs(x);
  if (size > 1f) { return withSign(1.5707964f - smallAngle(1f / min(size, 1e30f)), x); }
  return withSign(smallAngle(size), x);
}`,
  // Of the point (x, y), made larger or smaller where a quotient of the numbers might not be one.
  angleOf: `fn angleOf(y: f32, x: f32) -> f32 {
  if (isNan(x) || isNan(y)) { return nan(); }
  var low = min(abs(x), abs(y));
  var high = max(abs(x), abs(y));
  if (isInfinite(high)) {
    low = select(0f, 1f, isInfinite(low));
    high = 1f;
  } else if (high > 1e30f) {
    low *= 2.3283064365386963e-10f;
    high *= 2.3283064365386963e-10f;
  } else if (high < 1e-20f) {
    low *= 1.8446744073709552e19f;
    high *= 1.8446744073709552e19f;
    if (high == 0f) { high = 1f; }
  }
  var angle = smallAngle(low / high);
  if (abs(y) > abs(x)) { angle = 1.5707964f - angle; }
  if (isNegative(x)) { angle = 3.1415927f - angle; }
  return withSign(angle, y);
}`,
  smallArcSine: `fn smallArcSine(x: f32) -> f32 {
  let z = x * x;
  return fma(x * z, ${polynomial(SINE, "z")}, x);
}`,
  // Beyond 1/2, by half of the angle that is left of a right one.
  arcSine: `fn arcSine(x: f32) -> f32 {
  let size = abs(x);
  if (isNan(x) || size > 1f) { return nan(); }
  if (isZero(x)) { return x; }
  if (size <= 0.5f) { return smallArcSine(x); }
  return withSign(1.5707964f - 2f * smallArcSine(sqrt(0.5f * (1f - size))), x);
}`,
  arcCosine: `fn arcCosine(x: f32) -> f32 {
  let size = abs(x);
  if (isNan(x) || size > 1f) { return nan(); }
  if (size <= 0.5f) { return 1.5707964f - smallArcSine(x); }
  let angle = 2f * smallArcSine(sqrt(0.5f * (1f - size)));
  return select(angle, 3.1415927f - angle, x < 0f);
}`,
};
