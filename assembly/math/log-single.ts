/**
 * The logarithm of a float32, rounding for rounding that of XLA on the CPU: S. Moshier's `logf` (Cephes) with fused
 * multiply-adds. It is exact to about one unit in the last place. Draws such as -log(-log(u)) are logarithms near 1 and
 * so show every rounding of the inner one; with a better logarithm they would differ from JAX's.
 */
import { log } from "./log";

/** The polynomial of (log(1 + f) - f + f^2/2) / f^3, by falling degree. */
const SERIES = memory.data<f64>([
  0.07037683576345444, -0.11514610052108765, 0.11676998436450958,
  -0.12420140951871872, 0.14249323308467865, -0.16668057441711426,
  0.2000071406364441, -0.24999994039535522, 0.3333333134651184,
]);

// ln(2) in two parts.
@inline const LN2_HIGH: f64 = 0.693359375;
@inline const LN2_LOW: f64 = -0.00021219444170128554;

const SMALLEST_NORMAL: f64 = 1.1754943508222875e-38;

@inline
function rounded(x: f64): f64 {
  return <f64>(<f32>x);
}

/** a * b + c rounded once: the product of two float32 is exact in float64. */
@inline
function multiplyAdd(a: f64, b: f64, c: f64): f64 {
  return rounded(a * b + c);
}

@inline
function quadratic(first: usize, f: f64): f64 {
  const start = SERIES + (first << 3);
  return multiplyAdd(multiplyAdd(load<f64>(start), f, load<f64>(start, 8)), f, load<f64>(start, 16));
}

/** For a float32 x; to be rounded to float32. */
export function logSingle(x: f64): f64 {
  if (!(x >= SMALLEST_NORMAL) || x == Infinity) return log(x);
  // x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
  const bits = reinterpret<u64>(x);
  const shift = <i64>(bits - 0x3fe6a09e60000000) >> 52;
  const k = <f64>shift;
  const f = reinterpret<f64>(bits - (<u64>shift << 52)) - 1;
  const square = rounded(f * f);
  const cube = rounded(square * f);
  const series = multiplyAdd(multiplyAdd(quadratic(0, f), cube, quadratic(3, f)), cube, quadratic(6, f));
  const low = multiplyAdd(series, cube, rounded(LN2_LOW * k));
  const sum = rounded(multiplyAdd(-0.5, square, f) + low);
  return k * LN2_HIGH + sum;
}
