/**
 * Hyperbolic functions and their inverses: near zero, where exponentials and logarithms would lose bits, x + x^3 P(x^2) with a
 * polynomial of least relative error.
 */
import { polynomial } from "./polynomial.ts";

/** For |x| <= 5/8, 1, 1/2 and 1/2; the relative errors are below 2^-27. */
const TANGENT = [-0.3333328194, 0.1333144219, -0.05373971432, 0.02063908495, -0.005704984531];
const SINE = [0.166666665, 0.008333350058, 0.0001983615978, 2.816951224e-6];
const AREA_SINE = [-0.1666664358, 0.07498652145, -0.04438451679, 0.02816912268, -0.01323752272];
const AREA_TANGENT = [0.3333330007, 0.2000251827, 0.1422276238, 0.1182372775, 0.05135832602, 0.1766910663];

/** x + x^3 P(x^2), where z is x^2. */
const odd = (coefficients: readonly number[]): string => `fma(x * z, ${polynomial(coefficients, "z")}, x)`;

export const HYPERBOLIC = {
  hyperbolicTangent: `fn hyperbolicTangent(x: f32) -> f32 {
  if (isNan(x) || isZero(x)) { return x; }
  let size = abs(x);
  let z = x * x;
  if (size < 0.625f) { return ${odd(TANGENT)}; }
  let e = exponential(2f * min(size, 20f));
  return withSign(1f - 2f / (e + 1f), x);
}`,
  hyperbolicSine: `fn hyperbolicSine(x: f32) -> f32 {
  if (!isBounded(x) || isZero(x)) { return x; }
  let size = abs(x);
  let z = x * x;
  if (size < 1f) { return ${odd(SINE)}; }
  let half = scaledExponential(size, -1i);
  return withSign(half - 0.25f / half, x);
}`,
  hyperbolicCosine: `fn hyperbolicCosine(x: f32) -> f32 {
  if (!isBounded(x)) { return abs(x); }
  let half = scaledExponential(abs(x), -1i);
  return half + 0.25f / half;
}`,
  areaSine: `fn areaSine(x: f32) -> f32 {
  if (!isBounded(x) || isZero(x)) { return x; }
  let size = abs(x);
  let z = x * x;
  if (size < 0.5f) { return ${odd(AREA_SINE)}; }
  if (size > 1e4f) { return withSign(logarithm(size) + 0.69314718f, x); }
  return withSign(logarithmOf1Plus(size + z / (1f + sqrt(z + 1f))), x);
}`,
  areaCosine: `fn areaCosine(x: f32) -> f32 {
  if (isNan(x) || x < 1f) { return nan(); }
  if (x > 1e4f) { return logarithm(x) + 0.69314718f; }
  let above = x - 1f;
  return logarithmOf1Plus(above + sqrt(above * (above + 2f)));
}`,
  areaTangent: `fn areaTangent(x: f32) -> f32 {
  let size = abs(x);
  if (isNan(x) || size > 1f) { return nan(); }
  if (isZero(x)) { return x; }
  if (size == 1f) { return withSign(infinity(), x); }
  let z = x * x;
  if (size < 0.5f) { return ${odd(AREA_TANGENT)}; }
  return withSign(0.5f * logarithmOf1Plus(2f * size / (1f - size)), x);
}`,
};
