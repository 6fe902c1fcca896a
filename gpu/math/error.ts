/** The error function, its complement and its inverse. */
import { polynomial } from "./polynomial.ts";

/** erf(x) / x - 1 in x^2, for |x| <= 1, of relative error below 2^-29 in erf. */
const CENTRE = [
  0.1283791657, -0.3761262582, 0.1128358515, -0.02685381199, 0.005188327722, -0.0008010193591, 7.8538604e-5,
];
/** -log(erfc(x)) for x from 0.95 to 4, of relative error below 2^-34 in erf. */
const LOGARITHM = [
  -0.0001824592641, 1.129552037, 0.6332724216, 0.1083615443, -0.02517180386, 0.004190854064, -0.0004385296176,
  2.14455409e-5,
];
/** erfc(x) exp(x^2) (1 + 2 x) in (x - 4) / (x + 4), for x from 0 to 10.1, of relative error below 2^-30. */
const TAIL = [
  1.2329951184781531, -0.1396211321966304, 0.015379665629863665, 0.06809792045655934, -0.10103855825715444,
  0.09371954982353702, -0.06635028700421661, 0.03723552812176736, -0.016025416886807742, 0.005010903007745404,
  -0.0011707049069710075, -0.0006529517855397417,
];
/** M. Giles' polynomials ("Approximating the erfinv function", 2012), which XLA has, too: in w - 2.5 and in sqrt(w) - 3. */
const INVERSE_CENTRE = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6, 3.43273939e-7,
  2.81022636e-8,
];
const INVERSE_TAIL = [
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558,
  -0.000200214257,
];

export const ERROR = {
  errorFunction: `fn errorFunction(x: f32) -> f32 {
  if (isNan(x) || isZero(x)) { return x; }
  if (abs(x) < 1e-18f) { return 1.1283792f * x; }
  let z = x * x;
  if (abs(x) < 1f) { return fma(x, ${polynomial(CENTRE, "z")}, x); }
  let size = min(abs(x), 4f);
  return withSign(1f - exponential(-${polynomial(LOGARITHM, "size")}), x);
}`,
  // Of x >= 0. The square's leading part is exact, since it is that of a number with half as many bits.
  errorTail: `fn errorTail(x: f32) -> f32 {
  let size = min(x, 11f);
  let head = bitcast<f32>(bitcast<u32>(size) & 0xfffff000u);
  let t = (size - 4f) / (size + 4f);
  let bell = exponential(-head * head) * exponential((head - size) * (head + size));
  return bell * ${polynomial(TAIL, "t")} / fma(2f, size, 1f);
}`,
  errorComplement: `fn errorComplement(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (abs(x) < 0.5f) { return 1f - errorFunction(x); }
  let tail = errorTail(abs(x));
  return select(tail, 2f - tail, x < 0f);
}`,
  errorInverse: `fn errorInverse(x: f32) -> f32 {
  if (isNan(x) || abs(x) > 1f) { return nan(); }
  if (abs(x) == 1f) { return withSign(infinity(), x); }
  if (isZero(x)) { return x; }
  let w = -logarithmOf1Plus(-(x * x));
  if (w < 5f) {
    let u = w - 2.5f;
    return x * ${polynomial(INVERSE_CENTRE, "u")};
  }
  let u = sqrt(w) - 3f;
  return x * ${polynomial(INVERSE_TAIL, "u")};
}`,
};
