/**
 * The logarithm of a float32, rounding for rounding that of XLA on the CPU: S. Moshier's `logf` (Cephes) with fused
 * multiply-adds. It is exact to about one unit in the last place. Draws such as -log(-log(u)) are logarithms near 1 and
 * so show every rounding of the inner one; with a better logarithm they would differ from JAX's.
 */
import { exponentOf, log, mantissaOf } from "./log";
import { choose, splat } from "./vector";

/** The polynomial of (log(1 + f) - f + f^2/2) / f^3, by falling degree. */
const SERIES = memory.data<f64>([
  0.07037683576345444, -0.11514610052108765, 0.11676998436450958, -0.12420140951871872, 0.14249323308467865,
  -0.16668057441711426, 0.2000071406364441, -0.24999994039535522, 0.3333333134651184,
]);

// ln(2) in two parts.
@inline const LN2_HIGH: f64 = 0.693359375;
@inline const LN2_LOW: f64 = -0.00021219444170128554;

/** The bits of the square root of 1/2 as a float32. */
@inline const ROOT_HALF: i64 = 0x3fe6a09e60000000;

@inline
function rounded(x: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(x));
}

/** a * b + c rounded once: the product of two float32 is exact in float64. */
@inline
function fused(a: v128, b: v128, c: v128): v128 {
  return rounded(f64x2.add(f64x2.mul(a, b), c));
}

@inline
function quadratic(first: usize, f: v128): v128 {
  const start = SERIES + (first << 3);
  return fused(fused(v128.load64_splat(start), f, v128.load64_splat(start, 8)), f, v128.load64_splat(start, 16));
}

/** For float32; to be rounded to float32. */
@inline
export function logSingle(x: v128): v128 {
  const k = exponentOf(x, ROOT_HALF);
  const f = f64x2.sub(mantissaOf(x, ROOT_HALF), splat(1));
  const square = rounded(f64x2.mul(f, f));
  const cube = rounded(f64x2.mul(square, f));
  const series = fused(fused(quadratic(0, f), cube, quadratic(3, f)), cube, quadratic(6, f));
  const low = fused(series, cube, rounded(f64x2.mul(k, splat(LN2_LOW))));
  const sum = rounded(f64x2.add(fused(splat(-0.5), square, f), low));
  const y = f64x2.add(f64x2.mul(k, splat(LN2_HIGH)), sum);
  // Beyond the normal float32.
  const ordinary = v128.and(f64x2.ge(x, splat(1.1754943508222875e-38)), f64x2.lt(x, splat(Infinity)));
  return i64x2.all_true(ordinary) ? y : choose(ordinary, y, log(x));
}
