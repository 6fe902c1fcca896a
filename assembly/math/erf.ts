/**
 * The error function and its complement.
 *
 * Around 0, erf(x) = x P(x^2). Further out, erfc(x) = exp(-x^2) / (1 + 2x) Q((x - 4) / (x + 4)): the quotient has that
 * factor's asymptotic behaviour taken out, so one polynomial serves all of it. P and Q are Chebyshev interpolants,
 * computed with 60 digits. For float32, erf(x) = x N(x^2) / D(x^2), a rational function of least relative error.
 */
import { expTimes } from "./exp";
import { choose, copySign, multiplyAdd, polynomial, splat } from "./vector";

/** P - 1, for |x| <= 1; its error is below 2^-57 of erf(x) / x. */
const CENTRE = memory.data<f64>([
  0.1283791670955126, -0.3761263890318375, 0.11283791670954879, -0.026866170645076792, 0.0052239776248180145,
  -0.000854832698083379, 0.0001205533111164271, -1.4925595266831182e-5, 1.6461000484121368e-6, -1.6350312701054695e-7,
  1.4659775274047436e-8, -1.1372848856791674e-9, 5.957176147748911e-11,
]);

/** Q, for x between 0 and 28; its relative error is below 2^-53. */
const TAIL = memory.data<f64>([
  1.2329951186255526, -0.13962111684056253, 0.015379652102619558, 0.06809705425469323, -0.10103906603629459,
  0.09373283499833023, -0.0663303658124095, 0.03716751553777026, -0.01619773405599449, 0.005031969975753176,
  -0.0007577732973669146, -0.00019925668432389153, 0.00015062169704678355, -2.439924428312988e-5,
  -1.1222046316669005e-5, 5.709784760966506e-6, 2.9377854943443786e-7, -8.254699744871162e-7, 7.471952780500971e-8,
  1.1005996198640057e-7, -1.799947545903142e-8, -1.4091982822555755e-8, 1.868487385473519e-9, 1.263782858042137e-9,
]);

/** Q, for x between 0 and 10.1; its relative error is below 2^-30. */
const TAIL_SINGLE = memory.data<f64>([
  1.2329951184781531, -0.1396211321966304, 0.015379665629863665, 0.06809792045655934, -0.10103855825715444,
  0.09371954982353702, -0.06635028700421661, 0.03723552812176736, -0.016025416886807742, 0.005010903007745404,
  -0.0011707049069710075, -0.0006529517855397417,
]);

/** N and D, for |x| <= 3.95, from where on erf rounds to 1; the relative error is below 2^-28. */
const NUMERATOR = memory.data<f64>([
  1.128379169227565, 0.185171533199828, 0.05427485875376859, 0.003843442140047034, 0.0003779285342585458,
  4.640149145280723e-6, -1.2965750051850723e-8,
]);
const DENOMINATOR = memory.data<f64>([
  1, 0.49743740752901555, 0.11391181407099417, 0.015443830545665376, 0.0013040661825021688, 6.268982955845543e-5,
]);

/** erfc(x) for x >= 0. */
@inline
function tail<T>(x: v128): v128 {
  // Further out exp(-x^2) underflows.
  x = f64x2.pmin(x, splat(sizeof<T>() == 4 ? 11 : 28));
  // x = h + (x - h), where h has few enough bits for its square to be exact. All float32 have.
  const h = v128.and(x, i64x2.splat(-0x100000000));
  const rest = sizeof<T>() == 4 ? splat(0) : f64x2.mul(f64x2.sub(h, x), f64x2.add(h, x));
  const head = sizeof<T>() == 4 ? x : h;
  const e = expTimes<T>(1, f64x2.neg(f64x2.mul(head, head)), rest);
  const t = f64x2.div(f64x2.sub(x, splat(4)), f64x2.add(x, splat(4)));
  const q = sizeof<T>() == 4 ? polynomial(TAIL_SINGLE, 12, t) : polynomial(TAIL, 24, t);
  return f64x2.div(f64x2.mul(e, q), multiplyAdd(splat(2), x, splat(1)));
}

/** erfc for the functions made of it. */
function tailWide(x: v128): v128 {
  return tail<f64>(x);
}

/** erf(x) for 0 <= x <= 1. */
function centreOf(x: v128): v128 {
  return multiplyAdd(x, polynomial(CENTRE, 13, f64x2.mul(x, x)), x);
}

/** erfc(x) for x >= 0. Up to 1/2 the difference from 1 is exact to more bits than the tail. */
function complement(x: v128): v128 {
  return choose(f64x2.lt(x, splat(0.5)), f64x2.sub(splat(1), centreOf(x)), tailWide(x));
}

export function erf(x: v128): v128 {
  const size = f64x2.abs(x);
  const centre = centreOf(size);
  // Where no lane is far out, its long way is saved; NaN goes the short one.
  const far = f64x2.gt(size, splat(1));
  if (!v128.any_true(far)) return copySign(centre, x);
  return copySign(choose(far, f64x2.sub(splat(1), tailWide(size)), centre), x);
}

/** Of float32; to be rounded to float32. */
@inline
export function erfSingle(x: v128): v128 {
  const size = f64x2.pmin(f64x2.abs(x), splat(3.95));
  const z = f64x2.mul(size, size);
  const y = f64x2.div(f64x2.mul(size, polynomial(NUMERATOR, 7, z)), polynomial(DENOMINATOR, 6, z));
  return copySign(y, x);
}

@inline
export function erfc<T>(x: v128): v128 {
  const size = f64x2.abs(x);
  const y = sizeof<T>() == 4 ? tail<f32>(size) : complement(size);
  return choose(f64x2.lt(x, splat(0)), f64x2.sub(splat(2), y), y);
}
