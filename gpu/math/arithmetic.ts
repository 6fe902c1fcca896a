/** Arithmetic where WGSL says less than XLA: division of integers, conversions, remainders, roots. */
import { float } from "./polynomial.ts";

export const ARITHMETIC = {
  // By zero all bits are set; the least integer divided by -1 stays.
  divideSigned: `fn divideSigned(x: i32, y: i32) -> i32 {
  if (y == 0i) { return -1i; }
  if (y == -1i) { return 0i - x; }
  return x / y;
}`,
  divideUnsigned: `fn divideUnsigned(x: u32, y: u32) -> u32 {
  if (y == 0u) { return 0xffffffffu; }
  return x / y;
}`,
  remainderSigned: `fn remainderSigned(x: i32, y: i32) -> i32 {
  if (y == 0i) { return x; }
  if (y == -1i) { return 0i; }
  return x % y;
}`,
  remainderUnsigned: `fn remainderUnsigned(x: u32, y: u32) -> u32 {
  if (y == 0u) { return x; }
  return x % y;
}`,
  // Long division of the mantissas, a bit of the quotient at a time: exact, however small or large the numbers.
  remainder: `fn remainder(x: f32, y: f32) -> f32 {
  if (!isBounded(x) || isNan(y) || isZero(y)) { return nan(); }
  let a = bitcast<u32>(x) & 0x7fffffffu;
  let b = bitcast<u32>(y) & 0x7fffffffu;
  if (a < b) { return x; }
  let divisor = mantissaOf(b);
  let lowest = exponentOf(b);
  var rest = mantissaOf(a);
  for (var exponent = exponentOf(a); exponent > lowest; exponent--) {
    if (rest >= divisor) { rest -= divisor; }
    rest <<= 1u;
  }
  if (rest >= divisor) { rest -= divisor; }
  return withSign(scaledBits(rest, lowest), x);
}`,
  // Of a positive number's bits; a number too small to be normal is written as if it were.
  mantissaOf: `fn mantissaOf(bits: u32) -> u32 {
  if (bits < 0x00800000u) { return bits << (countLeadingZeros(bits) - 8u); }
  return (bits & 0x007fffffu) | 0x00800000u;
}`,
  exponentOf: `fn exponentOf(bits: u32) -> i32 {
  if (bits < 0x00800000u) { return 9i - i32(countLeadingZeros(bits)); }
  return i32(bits >> 23u);
}`,
  // The float of a mantissa of at most 24 bits.
  scaledBits: `fn scaledBits(mantissa: u32, exponent: i32) -> f32 {
  if (mantissa == 0u) { return 0f; }
  let up = i32(countLeadingZeros(mantissa)) - 8i;
  let normal = exponent - up;
  if (normal > 0i) { return bitcast<f32>(((mantissa << u32(up)) & 0x007fffffu) | (u32(normal) << 23u)); }
  return bitcast<f32>(select(mantissa >> u32(1i - exponent), mantissa << u32(exponent - 1i), exponent > 0i));
}`,
  toSigned: `fn toSigned(x: f32) -> i32 {
  if (isNan(x)) { return 0i; }
  if (x >= 2147483648f) { return 2147483647i; }
  if (x <= -2147483648f) { return -2147483647i - 1i; }
  return i32(x);
}`,
  toUnsigned: `fn toUnsigned(x: f32) -> u32 {
  if (isNan(x) || x <= 0f) { return 0u; }
  if (x >= 4294967296f) { return 0xffffffffu; }
  return u32(x);
}`,
  // Rounded once; WGSL leaves it open how it rounds.
  fromUnsigned: "fn fromUnsigned(x: u32) -> f32 { return f32(x >> 16u) * 65536f + f32(x & 0xffffu); }",
  // WGSL may compute it as 1 / inverseSqrt(x), which has no zero and no infinity.
  squareRoot: `fn squareRoot(x: f32) -> f32 {
  if (isNan(x) || isZero(x)) { return x; }
  if (isNegative(x)) { return nan(); }
  if (isInfinite(x)) { return x; }
  return sqrt(x);
}`,
  inverseRoot: `fn inverseRoot(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (isZero(x)) { return withSign(infinity(), x); }
  if (isNegative(x)) { return nan(); }
  if (isInfinite(x)) { return 0f; }
  return inverseSqrt(x);
}`,
  // A third of the exponent, then two of Halley's steps, away from the ends of the range. Where the number is too small to be
  // normal its bits are an integer.
  cubeRoot: `fn cubeRoot(x: f32) -> f32 {
  if (!isBounded(x) || isZero(x)) { return x; }
  var size = abs(x);
  var scale = 1f;
  if (size > 1e30f) { size *= ${float(2 ** -90)}; scale = ${float(2 ** 30)}; }
  else if (bitcast<u32>(size) < 0x00800000u) { size = 2f * f32(bitcast<u32>(size)); scale = ${float(2 ** -50)}; }
  else if (size < 1e-30f) { size *= ${float(2 ** 90)}; scale = ${float(2 ** -30)}; }
  var y = bitcast<f32>(bitcast<u32>(size) / 3u + 709921077u);
  for (var i = 0; i < 2; i++) {
    let cube = y * y * y;
    y = y - y * ((cube - size) / (2f * cube + size));
  }
  return withSign(y * scale, x);
}`,
};
