/**
 * The logarithm of the absolute value of the gamma function, and its derivative: polynomials for the functions with their zeros
 * divided out, recurrences to where these hold, Stirling's series, reflection.
 */
import { float, polynomial } from "./polynomial.ts";

/** lgamma(1 + s) / s for |s| <= 1/4. */
const NEAR_ONE = [
  -0.5772156651, 0.8224670327, -0.4006854793, 0.2705808566, -0.2074052882, 0.1695643511, -0.1431767, 0.1249411612,
  -0.1268642323, 0.1126948123,
];
/** lgamma(2 + s) / (s (1 + s)) for |s| <= 3/4. */
const NEAR_TWO = [
  0.4227843349, -0.1003173011, 0.03296502526, -0.01238422211, 0.004998138452, -0.002107712156, 0.0009190984838,
  -0.0004081964268, 0.0001702927855, -7.602305121e-5, 5.605982532e-5, -2.690423221e-5,
];
/** B(2n) / (2n (2n - 1)) and B(2n) / 2n. */
export const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680];
const STIRLING_SLOPE = [1 / 12, -1 / 120, 1 / 252, -1 / 240];
/** The float32 next to digamma's root, digamma there, and (digamma(ROOT + d) - AT_ROOT) / d for numbers from 1 to 2. */
const ROOT = 1.4616321325302124;
const AT_ROOT = -1.203605254910667e-8;
const NEAR_ROOT = [
  0.967672256, -0.4427631892, 0.2584998991, -0.1639417582, 0.1078175432, -0.0722225479, 0.04892544346, -0.03295244132,
  0.02157435836, -0.0160715572, 0.01444854571, -0.00762522975,
];

export const GAMMA = {
  logGammaNearTwo: `fn logGammaNearTwo(s: f32) -> f32 { return s * (1f + s) * ${polynomial(NEAR_TWO, "s")}; }`,
  logGammaNearOne: `fn logGammaNearOne(s: f32) -> f32 { return s * ${polynomial(NEAR_ONE, "s")}; }`,
  // A compiler may write a function out wherever it is called, so each is called at as few places as can be.
  logGammaOfPositive: `fn logGammaOfPositive(x: f32) -> f32 {
  var rest = x;
  var factor = 1f;
  while (rest > 2.75f && rest < 8f) {
    rest -= 1f;
    factor *= rest;
  }
  let isNearOne = x >= 0.75f && x < 1.25f;
  let log = logarithm(select(x, factor, x >= 0.75f && x < 8f));
  if (x > 1e8f) { return x * (log - 1f); }
  if (x >= 8f) {
    let z = 1f / x;
    let zz = z * z;
    return fma(x - 0.5f, log - 1f, fma(z, ${polynomial(STIRLING, "zz")}, 0.4189385332f));
  }
  if (x < 0.25f || isNearOne) { return logGammaNearOne(select(x, x - 1f, isNearOne)) - select(log, 0f, isNearOne); }
  let near = logGammaNearTwo(select(rest - 2f, x - 1f, x < 0.75f));
  return near + select(log, -log, x < 0.75f);
}`,
  // gamma(1 + x) for 0 <= x <= 16: a factor, and the logarithm of the other.
  gammaParts: `fn gammaParts(x: f32) -> vec2<f32> {
  var rest = x;
  var factor = 1f;
  while (rest > 1.75f) {
    factor *= rest;
    rest -= 1f;
  }
  if (rest < 0.25f) { return vec2<f32>(factor, logGammaNearOne(rest)); }
  return vec2<f32>(factor, logGammaNearTwo(rest - 1f));
}`,
  // The distance from the nearest integer, which is all that the sine and the tangent of pi x need.
  fractionOf: "fn fractionOf(x: f32) -> f32 { return x - round(x); }",
  logGamma: `fn logGamma(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (isInfinite(x)) { return abs(x); }
  if (x > -1e-9f && x <= 0f) { return -logarithm(abs(x)); }
  let positive = logGammaOfPositive(abs(x));
  if (x > 0f) { return positive; }
  let fraction = fractionOf(x);
  if (fraction == 0f) { return infinity(); }
  // gamma(x) gamma(-x) = -pi / (x sin(pi x))
  return logarithm(3.1415927f / abs(x * sine(3.1415927f * fraction))) - positive;
}`,
  digammaOfPositive: `fn digammaOfPositive(x: f32) -> f32 {
  if (x >= 10f) {
    let z = 1f / x;
    let zz = z * z;
    return logarithm(x) - fma(zz, ${polynomial(STIRLING_SLOPE, "zz")}, 0.5f * z);
  }
  var rest = x;
  var sum = 0f;
  if (x < 1f) {
    sum = -1f / x;
    rest += 1f;
  }
  while (rest > 2f) {
    rest -= 1f;
    sum += 1f / rest;
  }
  let d = rest - ${float(ROOT)};
  return sum + fma(d, ${polynomial(NEAR_ROOT, "d")}, ${float(AT_ROOT)});
}`,
  digamma: `fn digamma(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (isInfinite(x)) { return select(x, nan(), isNegative(x)); }
  if (isZero(x)) { return withSign(infinity(), -x); }
  let positive = digammaOfPositive(select(x, 1f - x, isNegative(x)));
  if (!isNegative(x)) { return positive; }
  let fraction = fractionOf(x);
  // At the negative integers the limits from the two sides differ.
  if (fraction == 0f) { return nan(); }
  return positive - 3.1415927f * cotangentOfPi(fraction);
}`,
  // Of |x| <= 1/2. Near 1/2 its distance from there counts.
  cotangentOfPi: `fn cotangentOfPi(x: f32) -> f32 {
  let isFar = abs(x) > 0.25f;
  let tan = tangent(3.1415927f * select(abs(x), 0.5f - abs(x), isFar));
  return withSign(select(1f / tan, tan, isFar), x);
}`,
};
