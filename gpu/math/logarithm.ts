/**
 * Logarithms: x = 2^k (1 + f) with 1 + f between the roots of 1/2 and 2. The polynomial and the order of its roundings are
 * those of S. Moshier's `logf` (Cephes), which XLA's CPU and the kernels here repeat, because draws such as -log(-log(u)) show
 * each of them.
 */
import { polynomial } from "./polynomial.ts";

/** (log(1 + f) - f + f^2 / 2) / f^3 */
const SERIES = [
  0.3333333134651184, -0.24999994039535522, 0.2000071406364441, -0.16668057441711426, 0.14249323308467865,
  -0.12420140951871872, 0.11676998436450958, -0.11514610052108765, 0.07037683576345444,
];
const third = (first: number): string => polynomial(SERIES.slice(first, first + 3), "f");

export const LOGARITHM = {
  // k log(2) + log(1 + f)
  logarithmOf: `fn logarithmOf(k: f32, f: f32) -> f32 {
  let square = f * f;
  let cube = square * f;
  let series = fma(fma(${third(6)}, cube, ${third(3)}), cube, ${third(0)});
  let low = fma(series, cube, k * -0.00021219444f);
  return fma(k, 0.693359375f, fma(-0.5f, square, f) + low);
}`,
  // The bits of the root of 1/2 are taken off, so that k is the exponent of what is left.
  binaryExponent: `fn binaryExponent(bits: u32) -> i32 { return (bitcast<i32>(bits) - 0x3f3504f3i) >> 23u; }`,
  logarithm: `fn logarithm(x: f32) -> f32 {
  if (isNan(x) || isZero(x)) { return select(x, -infinity(), isZero(x)); }
  if (isNegative(x)) { return nan(); }
  if (isInfinite(x)) { return x; }
  // Below the normal numbers the bits are an integer, times 2^-149.
  let bits = bitcast<u32>(x);
  let tiny = bits < 0x00800000u;
  let size = select(bits, bitcast<u32>(f32(bits)), tiny);
  let k = binaryExponent(size);
  let f = bitcast<f32>(size - (u32(k) << 23u)) - 1f;
  return logarithmOf(f32(k - select(0i, 149i, tiny)), f);
}`,
  // f is rounded once, without a rounding of 1 + x.
  logarithmOf1Plus: `fn logarithmOf1Plus(x: f32) -> f32 {
  if (isNan(x) || isZero(x)) { return x; }
  if (x > 33554432f || x <= -1f) { return logarithm(1f + x); }
  let k = binaryExponent(bitcast<u32>(1f + x));
  let scale = wholePower(-k);
  return logarithmOf(f32(k), fma(x, scale, scale - 1f));
}`,
};
