/**
 * Exponentials: x = k ln 2 + r with |r| <= ln(2) / 2, and e^r = 1 + r + r^2 P(r). ln 2 is taken off in two parts, of which the
 * first has so few bits that its product with k is exact whether or not a device fuses it with the sum.
 */
import { polynomial } from "./polynomial.ts";

/** P, with a relative error of e^r below 2^-32. */
const SERIES = [
  0.5000000013457804, 0.16666666681614342, 0.041666465005270034, 0.008333310934363356, 0.0013933641117472883,
  0.00019890980964683147,
];

export const EXPONENTIAL = {
  // 2^k for k from -126 to 127.
  wholePower: "fn wholePower(k: i32) -> f32 { return bitcast<f32>(u32(k + 127i) << 23u); }",
  // x 2^k for |k| <= 252.
  scaled: `fn scaled(x: f32, k: i32) -> f32 {
  let half = k / 2i;
  return x * wholePower(half) * wholePower(k - half);
}`,
  exponentialSeries: `fn exponentialSeries(r: f32) -> f32 { return fma(r * r, ${polynomial(SERIES, "r")}, r); }`,
  exponentialRest:
    "fn exponentialRest(x: f32, k: f32) -> f32 { return fma(k, 2.1219444e-4f, fma(k, -0.693359375f, x)); }",
  // e^x 2^shift; finite where e^x itself is too large.
  scaledExponential: `fn scaledExponential(x: f32, shift: i32) -> f32 {
  if (isNan(x)) { return x; }
  let size = clamp(x, -110f, 100f);
  let k = round(size * 1.44269504f);
  return scaled(1f + exponentialSeries(exponentialRest(size, k)), i32(k) + shift);
}`,
  exponential: "fn exponential(x: f32) -> f32 { return scaledExponential(x, 0i); }",
  // What x has beyond the next integer is exact, and so are whole powers.
  powerOf2: `fn powerOf2(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let size = clamp(x, -160f, 130f);
  let k = round(size);
  return scaled(1f + exponentialSeries((size - k) * 0.69314718f), i32(k));
}`,
  exponentialLess1: `fn exponentialLess1(x: f32) -> f32 {
  if (isNan(x) || isZero(x)) { return x; }
  if (x > 60f) { return exponential(x); }
  let size = max(x, -30f);
  let k = round(size * 1.44269504f);
  let series = exponentialSeries(exponentialRest(size, k));
  let scale = wholePower(i32(k));
  return fma(scale, series, scale - 1f);
}`,
  // Without an overflow on either side.
  logistic: `fn logistic(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let e = exponential(-abs(x));
  return select(1f, e, x < 0f) / (1f + e);
}`,
};
