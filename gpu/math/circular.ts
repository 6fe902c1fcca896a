/**
 * Sine, cosine and tangent: x = n pi/2 + r with |r| <= pi/4. Below 3000 multiples of pi/2 are taken off in four parts, of
 * which the first three have so few bits that their products with n are exact, fused with the sum or not (Cody and Waite). Above, the
 * digits of 2/pi around the binary point are multiplied as integers (Payne and Hanek).
 */
import { polynomial } from "./polynomial.ts";

/** (sin(r) / r - 1) / r^2 and (cos(r) - 1 + r^2 / 2) / r^4 in r^2. */
const SINE = [-0.16666666663855267, 0.008333331874701885, -0.000198400867308877, 2.724992521993603e-6];
const COSINE = [0.041666664659490746, -0.0013888303033667549, 2.4547941603820702e-5];

/** Binary digits of 2 / pi, after a word of zeros. */
const DIGITS = "0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu";

export const CIRCULAR = {
  // A 64-bit product: the lower word, then the upper one.
  wideProduct: `fn wideProduct(x: u32, y: u32) -> vec2<u32> {
  let low = (x & 0xffffu) * (y & 0xffffu);
  let first = (x >> 16u) * (y & 0xffffu) + (low >> 16u);
  let second = (x & 0xffffu) * (y >> 16u) + (first & 0xffffu);
  return vec2<u32>((second << 16u) | (low & 0xffffu), (x >> 16u) * (y >> 16u) + (first >> 16u) + (second >> 16u));
}`,
  // r, and n modulo 4.
  reducedAngle: `fn reducedAngle(x: f32) -> vec2<f32> {
  if (abs(x) >= 3000f) { return reducedLargeAngle(x); }
  let n = round(x * 0.63661977f);
  let near = fma(n, 4.454515874385834e-6f, fma(n, -1.57080078125f, x));
  let r = fma(n, -5.390302953474238e-15f, fma(n, -6.076561476220377e-11f, near));
  return vec2<f32>(r, f32(i32(n) & 3i));
}`,
  reducedLargeAngle: `fn reducedLargeAngle(x: f32) -> vec2<f32> {
  var digits = array<u32, 8>(${DIGITS});
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let mantissa = (bits & 0x007fffffu) | 0x00800000u;
  // The digits whose product with the mantissa has two bits above the binary point.
  let place = (bits >> 23u) - 120u;
  var words = array<u32, 3>();
  for (var i = 0u; i < 3u; i++) {
    let at = (place >> 5u) + i;
    words[i] = (digits[at] << (place & 31u)) | ((digits[at + 1u] >> 1u) >> (31u - (place & 31u)));
  }
  let middle = wideProduct(mantissa, words[1]);
  let carried = wideProduct(mantissa, words[2]).y;
  let low = middle.x + carried;
  let high = mantissa * words[0] + middle.y + select(0u, 1u, low < carried);
  // The fraction as a signed number.
  let quarter = high >> 30u;
  let fraction = bitcast<i32>((high << 2u) | (low >> 30u));
  let n = quarter + select(0u, 1u, fraction < 0i);
  let negative = fraction < 0i;
  let size = select(vec2<u32>(u32(fraction), low << 2u), ~vec2<u32>(u32(fraction), low << 2u), negative);
  let up = min(countLeadingZeros(size.x), 31u);
  let leading = (size.x << up) | ((size.y >> 1u) >> (31u - up));
  // Times pi / 2, which is 0xc90fdaa2 with 31 bits below the point.
  let r = f32(i32(wideProduct(leading, 0xc90fdaa2u).y >> 6u)) * wholePower(-25i - i32(up));
  let forward = select(r, -r, negative);
  return select(vec2<f32>(forward, f32(n & 3u)), vec2<f32>(-forward, f32((4u - n) & 3u)), x < 0f);
}`,
  sineSeries: `fn sineSeries(r: f32) -> f32 { let z = r * r; return fma(r * z, ${polynomial(SINE, "z")}, r); }`,
  cosineSeries: `fn cosineSeries(r: f32) -> f32 {
  let z = r * r;
  return fma(z * z, ${polynomial(COSINE, "z")}, fma(-0.5f, z, 1f));
}`,
  // The sine, after a number of quarter turns.
  turnedSine: `fn turnedSine(x: f32, turns: i32) -> f32 {
  if (!isBounded(x)) { return nan(); }
  let reduced = reducedAngle(x);
  let quadrant = i32(reduced.y) + turns;
  let value = select(sineSeries(reduced.x), cosineSeries(reduced.x), (quadrant & 1i) != 0i);
  return select(value, -value, (quadrant & 2i) != 0i);
}`,
  sine: `fn sine(x: f32) -> f32 {
  if (isZero(x)) { return x; }
  return turnedSine(x, 0i);
}`,
  cosine: "fn cosine(x: f32) -> f32 { return turnedSine(x, 1i); }",
  tangent: `fn tangent(x: f32) -> f32 {
  if (isZero(x)) { return x; }
  if (!isBounded(x)) { return nan(); }
  let reduced = reducedAngle(x);
  let sine = sineSeries(reduced.x);
  let cosine = cosineSeries(reduced.x);
  return select(sine / cosine, -cosine / sine, (i32(reduced.y) & 1i) != 0i);
}`,
};
