/** The incomplete beta function: its density by what is small in it, times a continued fraction by Lentz's method. */
import { STIRLING } from "./gamma.ts";
import { polynomial } from "./polynomial.ts";

export const INCOMPLETE_BETA = {
  // What Stirling's formula lacks.
  stirlingRest: `fn stirlingRest(x: f32) -> f32 {
  let z = 1f / x;
  let zz = z * z;
  return z * ${polynomial(STIRLING, "zz")};
}`,
  // u - log(1 + u), where 1 + u is also known as a ratio.
  distanceFromPeak: `fn distanceFromPeak(u: f32, ratio: f32) -> f32 {
  if (abs(u) < 0.3f) { return logarithmGap(u); }
  return u - logarithm(ratio);
}`,
  // log(gamma(small + large) / gamma(large)) - small log(small + large)
  logarithmOfGammas: `fn logarithmOfGammas(small: f32, large: f32) -> f32 {
  let t = small / large;
  let rests = stirlingRest(small + large) - stirlingRest(large);
  return rests - large * logarithmGap(t) - 0.5f * logarithmOf1Plus(t);
}`,
  // log(y) for x + y = 1.
  logarithmOfRest: `fn logarithmOfRest(x: f32, y: f32) -> f32 {
  if (x < 0.5f) { return logarithmOf1Plus(-x); }
  return logarithm(y);
}`,
  // x^a y^b / (a B(a, b)) for x + y = 1.
  betaDensity: `fn betaDensity(a: f32, b: f32, x: f32, y: f32) -> f32 {
  let sum = a + b;
  if (a < 8f && b < 8f) {
    let gammas = gammaOf1Plus(sum) / (gammaOf1Plus(a) * gammaOf1Plus(b));
    return power(x, a) * power(y, b) * (b / sum) * gammas;
  }
  if (a < 8f) {
    return power(x * sum, a) * exponential(b * logarithmOfRest(x, y) + logarithmOfGammas(a, b)) / gammaOf1Plus(a);
  }
  if (b < 8f) {
    let rest = exponential(a * logarithmOfRest(y, x) + logarithmOfGammas(b, a));
    return power(y * sum, b) * rest * (b / (a * gammaOf1Plus(b)));
  }
  let below = fma(a, y, -(b * x));
  let distance = a * distanceFromPeak(-below / a, x * (sum / a)) + b * distanceFromPeak(below / b, y * (sum / b));
  let rests = stirlingRest(a) + stirlingRest(b) - stirlingRest(sum);
  return exponential(-distance - rests) * sqrt(b / (6.2831853f * a * sum));
}`,
  // The even part of dlmf.nist.gov/8.17.E22 in terms of both x and y, of which the smaller one has all of its bits; without
  // the density.
  betaFraction: `fn betaFraction(a: f32, b: f32, x: f32, y: f32) -> f32 {
  let least = 1e-30f;
  let slope = fma(a, y, -(b * x)) + 1f;
  var value = awayFromZero(a * slope / (a + 1f), least);
  var c = value;
  var d = 0f;
  for (var i = 1; i <= 300; i++) {
    let m = f32(i);
    let before = a + 2f * m - 1f;
    let part = m * (b - m) * x / before;
    let numerator = (a + m - 1f) * (a + b + m - 1f) * x / before * part;
    let denominator = m + part + (a + m) * fma(m, 1f + y, slope) / (a + 2f * m + 1f);
    c = awayFromZero(denominator + numerator / c, least);
    d = 1f / awayFromZero(denominator + numerator * d, least);
    value *= c * d;
    if (abs(c * d - 1f) < 1e-7f) { break; }
  }
  return a / value;
}`,
  awayFromZero: `fn awayFromZero(x: f32, least: f32) -> f32 { return select(x, least, abs(x) < least); }`,
  incompleteBeta: `fn incompleteBeta(a: f32, b: f32, x: f32) -> f32 {
  if (isNan(a) || isNan(b) || isNan(x) || a < 0f || b < 0f || x < 0f || x > 1f) { return nan(); }
  let isAtZero = a == 0f || isInfinite(b);
  let isAtOne = b == 0f || isInfinite(a);
  if (isAtZero && isAtOne) { return nan(); }
  if (isAtZero) { return select(1f, 0f, x == 0f); }
  if (isAtOne || x == 0f || x == 1f) { return select(0f, 1f, x == 1f); }
  let y = 1f - x;
  if (x < (a + 1f) / (a + b + 2f)) { return betaDensity(a, b, x, y) * betaFraction(a, b, x, y); }
  return 1f - betaDensity(b, a, y, x) * betaFraction(b, a, y, x);
}`,
};
