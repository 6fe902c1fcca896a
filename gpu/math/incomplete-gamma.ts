/**
 * The incomplete gamma functions and their derivatives by a, where the density has its peak at about t = a. Below x = 1 by their
 * power series; else by the integral over all t on one side of x, in log(t / x) or in (t - x) / x, with Gauss' points up to
 * where the integrand has fallen to e^-17. No terms of different signs meet, and no number of steps depends on a and x.
 */
import { STIRLING } from "./gamma.ts";
import { float, polynomial } from "./polynomial.ts";

/** (u - log(1 + u)) / u^2 for |u| < 0.3, and (e^w - 1 - w) / w^2 for |w| <= 1; the relative errors are below 2^-31. */
const LOGARITHM = [
  0.5, -0.3333333395, 0.2500000133, -0.1999986399, 0.1666647252, -0.1429406628, 0.1250987503, -0.1090375099,
  0.09780371799, -0.1129103416, 0.1049801328,
];
const EXPONENTIAL = [
  0.5, 0.1666666658, 0.04166666737, 0.008333344943, 0.00138888594, 0.0001983704841, 2.480436556e-5, 2.812301115e-6,
  2.77126302e-7,
];
/** What digamma is less than the logarithm, times x: 1 / 2 + 1 / (12 x) - ... */
const SLOPE = [1 / 2, 1 / 12, 0, -1 / 120, 0, 1 / 252, 0, -1 / 240];

const COUNT = 24;

/** Gauss' points between 0 and 1 and their weights, by Newton's method for Legendre's polynomial. */
function gauss(): { readonly point: number; readonly weight: number }[] {
  return Array.from({ length: COUNT }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (COUNT + 0.5));
    let slope = 1;
    for (let step = 0; step < 10; step++) {
      let [before, value] = [1, x];
      for (let n = 2; n <= COUNT; n++) [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
      slope = (COUNT * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    return { point: (1 + x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

const POINTS = gauss();
const list = (values: readonly number[]): string => `array<f32, ${COUNT}>(${values.map(float).join(", ")})`;

export const INCOMPLETE_GAMMA = {
  // u - log(1 + u)
  logarithmGap: `fn logarithmGap(u: f32) -> f32 {
  if (abs(u) < 0.3f) { return u * u * ${polynomial(LOGARITHM, "u")}; }
  return u - logarithmOf1Plus(u);
}`,
  // e^w - 1 - w
  exponentialGap: `fn exponentialGap(w: f32) -> f32 {
  if (abs(w) <= 1f) { return w * w * ${polynomial(EXPONENTIAL, "w")}; }
  return exponentialLess1(w) - w;
}`,
  // log(x / a)
  logarithmOfRatio: `fn logarithmOfRatio(x: f32, a: f32) -> f32 {
  let u = (x - a) / a;
  if (abs(u) < 0.3f) { return u - logarithmGap(u); }
  return logarithm(x / a);
}`,
  // log(x) - digamma(a)
  logarithmAboveMean: `fn logarithmAboveMean(a: f32, x: f32) -> f32 {
  if (a < 4f) { return logarithm(x) - digammaOfPositive(a); }
  let z = 1f / a;
  return fma(z, ${polynomial(SLOPE, "z")}, logarithmOfRatio(x, a));
}`,
  // u - log(1 + u), where 1 + u is also known as a ratio.
  distanceFromPeak: `fn distanceFromPeak(u: f32, ratio: f32) -> f32 {
  if (abs(u) < 0.3f) { return logarithmGap(u); }
  return u - logarithm(ratio);
}`,
  // What Stirling's formula lacks.
  stirlingRest: `fn stirlingRest(x: f32) -> f32 {
  let z = 1f / x;
  let zz = z * z;
  return z * ${polynomial(STIRLING, "zz")};
}`,
  // x^a e^-x / gamma(1 + a); for large a the three are huge, so it is written as the distance from the peak.
  gammaDensity: `fn gammaDensity(a: f32, x: f32) -> f32 {
  var exponent = -a * distanceFromPeak((x - a) / a, x / a) - stirlingRest(a);
  let parts = gammaParts(min(a, 8f));
  if (a <= 8f) { exponent = -0.5f * (min(x, 200f) + parts.y); }
  let bell = exponential(exponent);
  if (a > 8f) { return bell * inverseSqrt(6.2831853f * a); }
  return power(min(x, 200f), a) * bell * bell / parts.x;
}`,
  // For x < 1: what the density is to be multiplied with for P, and this one's derivative by a.
  gammaSeries: `fn gammaSeries(a: f32, x: f32) -> vec2<f32> {
  var term = vec2<f32>(1f, 0f);
  var sum = term;
  for (var i = 1; i < 20; i++) {
    let factor = x / (a + f32(i));
    term = vec2<f32>(term.x, term.y - term.x / (a + f32(i))) * factor;
    sum += term;
  }
  return sum;
}`,
  // The derivative of P by a, divided by the density.
  gammaSeriesSlope: `fn gammaSeriesSlope(a: f32, x: f32) -> f32 {
  let series = gammaSeries(a, x);
  return series.y + series.x * (logarithm(x) - digammaOfPositive(a + 1f));
}`,
  // The integral of (t / x)^a e^(x - t) dt / t over t < x, for a >= x, alone and times log(x / t).
  gammaBelow: `fn gammaBelow(a: f32, x: f32) -> vec2<f32> {
  var points = ${list(POINTS.map(({ point }) => point))};
  var weights = ${list(POINTS.map(({ weight }) => weight))};
  let slope = a - x;
  let reach = 34f / (slope + sqrt(slope * slope + 34f * x));
  let end = reach + reach * reach * 0.33333333f;
  var sum = vec2<f32>(0f, 0f);
  for (var i = 0; i < ${COUNT}; i++) {
    let u = end * points[i];
    let value = weights[i] * exponential(-slope * u - x * exponentialGap(-u));
    sum += vec2<f32>(value, value * u);
  }
  return end * sum;
}`,
  // The same over t > x, for a < x + 1, alone and times log(t / x).
  gammaAbove: `fn gammaAbove(a: f32, x: f32) -> vec2<f32> {
  var points = ${list(POINTS.map(({ point }) => point))};
  var weights = ${list(POINTS.map(({ weight }) => weight))};
  let slope = 1f + (x - a);
  let reach = 34f / (slope + sqrt(slope * slope + 34f * x));
  let end = reach + reach * reach;
  var sum = vec2<f32>(0f, 0f);
  for (var i = 0; i < ${COUNT}; i++) {
    let r = end * points[i];
    let gap = logarithmGap(r);
    let value = weights[i] * exponential(-x * gap - slope * (r - gap));
    sum += vec2<f32>(value, value * (r - gap));
  }
  return end * sum;
}`,
  isOutsideGamma: "fn isOutsideGamma(a: f32, x: f32) -> bool { return isNan(a) || isNan(x) || a < 0f || x < 0f; }",
  // P and Q = 1 - P.
  regularizedGamma: `fn regularizedGamma(a: f32, x: f32) -> vec2<f32> {
  if (isOutsideGamma(a, x) || (a == 0f && x == 0f)) { return vec2<f32>(nan(), nan()); }
  if (isInfinite(x) || a == 0f) { return vec2<f32>(1f, 0f); }
  if (x == 0f || isInfinite(a)) { return vec2<f32>(0f, 1f); }
  let density = gammaDensity(a, x);
  if (x >= 1f && x >= a) {
    let upper = density * (a * gammaAbove(a, x).x);
    return vec2<f32>(1f - upper, upper);
  }
  var sum = 0f;
  if (x < 1f) { sum = gammaSeries(a, x).x; } else { sum = a * gammaBelow(a, x).x; }
  return vec2<f32>(density * sum, 1f - density * sum);
}`,
  lowerGamma: "fn lowerGamma(a: f32, x: f32) -> f32 { return regularizedGamma(a, x).x; }",
  upperGamma: "fn upperGamma(a: f32, x: f32) -> f32 { return regularizedGamma(a, x).y; }",
  // dP / da
  lowerGammaSlope: `fn lowerGammaSlope(a: f32, x: f32) -> f32 {
  if (isOutsideGamma(a, x) || a == 0f) { return nan(); }
  if (isInfinite(x) || x == 0f || isInfinite(a)) { return 0f; }
  var slope = 0f;
  if (x < 1f) { slope = gammaSeriesSlope(a, x); } else { slope = -(a / x) * gammaSampleSlopeByIntegral(a, x); }
  return gammaDensity(a, x) * slope;
}`,
  // dx / da where P stays.
  gammaSampleSlope: `fn gammaSampleSlope(a: f32, x: f32) -> f32 {
  if (isOutsideGamma(a, x) || a == 0f || isInfinite(a) || isInfinite(x)) { return nan(); }
  if (x == 0f) { return 0f; }
  if (x < 1f) { return -gammaSeriesSlope(a, x) * (x / a); }
  return gammaSampleSlopeByIntegral(a, x);
}`,
  // Below the mean of log t no part of the integral is positive, above it none is negative.
  gammaSampleSlopeByIntegral: `fn gammaSampleSlopeByIntegral(a: f32, x: f32) -> f32 {
  let above = logarithmAboveMean(a, x);
  if (above < 0f) {
    let integrals = gammaBelow(a, x);
    return x * (integrals.y - above * integrals.x);
  }
  let integrals = gammaAbove(a, x);
  return x * (integrals.y + above * integrals.x);
}`,
};
