/** The modified Bessel functions of order 0 and 1, times e^-|x|: polynomials of least relative error, in x^2 and in 1 / x. */
import { polynomial } from "./polynomial.ts";

/** I0(x) and I1(x) / x in x^2, for |x| <= 8; the relative errors are below 2^-31. */
const INNER0 = [
  1, 0.249999998, 0.01562500216, 0.0004340269619, 6.781830673e-6, 6.780235186e-8, 4.717998902e-10, 2.372137763e-12,
  1.006957985e-14, 1.991324112e-17, 1.356643348e-19,
];
const INNER1 = [
  0.5, 0.06249999982, 0.002604166827, 5.425341898e-5, 6.781770391e-7, 5.650618579e-9, 3.368225512e-11, 1.487117445e-13,
  5.525327418e-16, 1.052838279e-18, 5.9673106e-21,
];
/** I(x) e^-x sqrt(x) in 1 / x, from 8 on; the relative errors are below 2^-29. */
const OUTER0 = [0.3989422809, 0.04986741896, 0.02809482275, 0.0272507256, 0.08512847116, -0.3056468697, 1.827719182];
const OUTER1 = [0.3989422798, -0.1496029311, -0.04680184012, -0.03865898193, -0.1034073233, 0.337644471, -2.076146799];

const outer = (coefficients: readonly number[]): string => `${polynomial(coefficients, "y")} / sqrt(size)`;

export const BESSEL = {
  besselI0e: `fn besselI0e(x: f32) -> f32 {
  if (!isBounded(x)) { return select(x, 0f, isInfinite(x)); }
  let size = abs(x);
  let y = 1f / size;
  if (size > 8f) { return ${outer(OUTER0)}; }
  let z = x * x;
  return exponential(-size) * ${polynomial(INNER0, "z")};
}`,
  besselI1e: `fn besselI1e(x: f32) -> f32 {
  if (!isBounded(x)) { return select(x, withSign(0f, x), isInfinite(x)); }
  let size = abs(x);
  let y = 1f / size;
  if (size > 8f) { return withSign(${outer(OUTER1)}, x); }
  let z = x * x;
  return x * (exponential(-size) * ${polynomial(INNER1, "z")});
}`,
};
