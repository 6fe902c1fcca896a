/**
 * Powers: 2^(y log2(x)). The exponent needs more bits than a float32 has, and compilers may undo what keeps the lost bits of
 * sums, so the logarithm becomes an integer, and its product with y's mantissa is one of integers.
 */
import { float, polynomial } from "./polynomial.ts";

/** x = 2^k m, and m = c (1 + r) with c = 32 / j for the whole number j next to 32 / m, so that |r| < 1/44. */
const [FIRST, LAST] = [23, 45];
const BITS = 15;

/** log2(c) as a multiple of 2^-15 and the rest. */
const LOGARITHMS = Array.from({ length: LAST - FIRST + 1 }, (_, i) => {
  const value = Math.log2(32 / (FIRST + i));
  const head = Math.round(value * 2 ** BITS) / 2 ** BITS;
  return { head, rest: value - head };
});

/** log2(e) with 12 bits, and the rest. */
const HEAD = 1.44287109375;
const REST = Math.LOG2E - HEAD;

/** (log2(1 + r) - r log2(e)) / r^2 */
const SERIES = [-1 / 2, 1 / 3, -1 / 4, 1 / 5, -1 / 6].map((c) => c * Math.LOG2E);

const list = (values: readonly number[]): string => values.map(float).join(", ");

export const POWER = {
  // log2(x) of a positive x, as a whole number and the power of 2 by which it is to be divided.
  wideLogarithm: `fn wideLogarithm(x: f32) -> vec2<i32> {
  var heads = array<f32, ${LOGARITHMS.length}>(${list(LOGARITHMS.map(({ head }) => head))});
  var rests = array<f32, ${LOGARITHMS.length}>(${list(LOGARITHMS.map(({ rest }) => rest))});
  let tiny = bitcast<u32>(x) < 0x00800000u;
  let size = select(bitcast<u32>(x), bitcast<u32>(f32(bitcast<u32>(x))), tiny);
  let exponent = binaryExponent(size);
  let k = f32(exponent - select(0i, 149i, tiny));
  let m = size - (u32(exponent) << 23u);
  // With 24 bits below the binary point: m is between the roots of 1/2 and 2.
  let mantissa = ((m & 0x007fffffu) | 0x00800000u) << ((m >> 23u) - 126u);
  let j = u32(round(32f / bitcast<f32>(m)));
  // The remainder, with 29 bits below the point, in two parts of which the first has at most 12 bits.
  let r = bitcast<i32>(mantissa * j) - 0x20000000i;
  let up = max(20i - i32(countLeadingZeros(u32(abs(r)))), 0i);
  let tail = r & ((1i << u32(up)) - 1i);
  let head = f32(r - tail) * ${float(2 ** -29)};
  let all = f32(r) * ${float(2 ** -29)};
  let coarse = k + heads[j - ${FIRST}u];
  let middle = head * ${float(HEAD)};
  let fine = fma(all * all, ${polynomial(SERIES, "all")}, fma(head, ${float(REST)}, fma(f32(tail), ${float(2 ** -29 * Math.LOG2E)}, rests[j - ${FIRST}u])));
  let about = coarse + (middle + fine);
  if (about == 0f) { return vec2<i32>(0i, 0i); }
  // 30 bits.
  let scale = clamp(156i - i32((bitcast<u32>(about) >> 23u) & 0xffu), -100i, 100i);
  let factor = wholePower(scale);
  let whole = round(middle * factor);
  return vec2<i32>(i32(coarse * factor) + i32(whole) + i32(round(fma(fine, factor, middle * factor - whole))), scale);
}`,
  isOdd: "fn isOdd(y: f32) -> bool { return abs(y) < 16777216f && trunc(y) == y && (i32(y) & 1i) != 0i; }",
  // |x|^y for positive and finite |x|, finite y.
  powerOfPositive: `fn powerOfPositive(x: f32, y: f32) -> f32 {
  let logarithm = wideLogarithm(x);
  let size = bitcast<u32>(y) & 0x7fffffffu;
  if (logarithm.x == 0i || size < 0x00800000u) { return 1f; }
  let product = wideProduct(u32(abs(logarithm.x)), ((size & 0x007fffffu) | 0x00800000u) << 8u);
  // So many of the product's 64 bits, of which the first or the first three are zeros, stand above the binary point.
  let whole = i32(size >> 23u) - 94i - logarithm.y;
  let falls = (logarithm.x < 0i) != isNegative(y);
  var n = 0i;
  var fraction = 0u;
  if (whole > 12i) {
    n = 200i;
  } else if (whole > 0i) {
    n = min(i32(product.y >> u32(32i - whole)), 200i);
    fraction = (product.y << u32(whole)) | (product.x >> u32(32i - whole));
  } else if (whole > -32i) {
    fraction = product.y >> u32(-whole);
  }
  n += i32(fraction >> 31u);
  let part = f32(bitcast<i32>(fraction)) * 0.69314718f * ${float(2 ** -32)};
  return scaled(1f + exponentialSeries(select(part, -part, falls)), select(n, -n, falls));
}`,
  // As C has it: what has no limit is 1.
  power: `fn power(x: f32, y: f32) -> f32 {
  if (x == 1f || isZero(y)) { return 1f; }
  if (isNan(x) || isNan(y)) { return nan(); }
  let size = abs(x);
  if (isInfinite(y)) {
    if (size == 1f) { return 1f; }
    return select(0f, infinity(), (size > 1f) == (y > 0f));
  }
  let sign = select(1f, x, isOdd(y));
  if (isZero(x) || isInfinite(x)) { return withSign(select(0f, infinity(), isZero(x) == (y < 0f)), sign); }
  if (isNegative(x) && trunc(y) != y) { return nan(); }
  return withSign(powerOfPositive(size, y), sign);
}`,
};
