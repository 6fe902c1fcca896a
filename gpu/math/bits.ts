/**
 * What compilers may get wrong with NaN, infinities and numbers too small to be normal: WGSL lets them assume that there are
 * none, so bits are looked at.
 */
export const BITS = {
  isNan: "fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
  isInfinite: "fn isInfinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }",
  isBounded: "fn isBounded(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u; }",
  isZero: "fn isZero(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0u; }",
  isNegative: "fn isNegative(x: f32) -> bool { return (bitcast<u32>(x) >> 31u) != 0u; }",
  // As variables: a constant expression must be finite.
  nan: "fn nan() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }",
  infinity: "fn infinity() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }",
  withSign: `fn withSign(size: f32, sign: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(size) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));
}`,
  signOf: `fn signOf(x: f32) -> f32 {
  if (isNan(x) || isZero(x)) { return x; }
  return withSign(1f, x);
}`,
  // The numbers in their order, both zeros as one.
  rank: `fn rank(x: f32) -> i32 {
  let bits = bitcast<i32>(x);
  return select(bits, -(bits & 0x7fffffffi), bits < 0i);
}`,
  equal: "fn equal(x: f32, y: f32) -> bool { return rank(x) == rank(y) && !isNan(x) && !isNan(y); }",
  less: "fn less(x: f32, y: f32) -> bool { return rank(x) < rank(y) && !isNan(x) && !isNan(y); }",
  lessOrEqual: "fn lessOrEqual(x: f32, y: f32) -> bool { return rank(x) <= rank(y) && !isNan(x) && !isNan(y); }",
  // The same with the negative zero below the other.
  order: `fn order(x: f32) -> i32 {
  let bits = bitcast<i32>(x);
  return bits ^ ((bits >> 31u) & 0x7fffffffi);
}`,
  larger: `fn larger(x: f32, y: f32) -> f32 {
  return select(select(y, x, order(x) > order(y) || isNan(x)), y, isNan(y));
}`,
  smaller: `fn smaller(x: f32, y: f32) -> f32 {
  return select(select(y, x, order(x) < order(y) || isNan(x)), y, isNan(y));
}`,
  nextAfter: `fn nextAfter(x: f32, y: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (isNan(y) || equal(x, y)) { return y; }
  if (isZero(x)) { return bitcast<f32>(1u | (bitcast<u32>(y) & 0x80000000u)); }
  let bits = bitcast<u32>(x);
  return bitcast<f32>(select(bits - 1u, bits + 1u, less(x, y) != isNegative(x)));
}`,
  // The code is 64 times the bits of the exponent, and those of the mantissa.
  reducePrecision: `fn reducePrecision(x: f32, code: f32) -> f32 {
  let exponent = u32(code) >> 6u;
  let mantissa = u32(code) & 63u;
  let sign = bitcast<u32>(x) & 0x80000000u;
  var size = bitcast<u32>(x) ^ sign;
  if (size >= 0x7f800000u) { return x; }
  if (mantissa < 23u) {
    let cut = 23u - mantissa;
    size += (1u << (cut - 1u)) - 1u + ((size >> cut) & 1u);
    size = (size >> cut) << cut;
  }
  if (exponent < 8u) {
    let reach = (1u << (exponent - 1u)) - 1u;
    if ((size >> 23u) > 127u + reach) { size = 0x7f800000u; }
    else if ((size >> 23u) < 128u - reach) { size = 0u; }
  }
  return bitcast<f32>(sign | size);
}`,
};
