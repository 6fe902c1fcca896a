/**
 * The error function and its complement.
 *
 * Around 0, erf(x) = x + x P(x^2). Further out, erfc(x) = exp(-x^2) / (1 + 2x) Q((x - 4) / (x + 4)): the
 * quotient has that factor's asymptotic behaviour taken out, so one polynomial serves all of it.
 * P and Q are Chebyshev interpolants, computed with 50 digits.
 */
import { exp } from "./exp";
import { polynomial } from "./polynomial";

/** P, for |x| <= 1; its error is below 2^-62 of erf(x) / x. */
const CENTRE = memory.data<f64>([
  0.1283791670955126, -0.3761263890318375, 0.11283791670954879,
  -0.026866170645076792, 0.0052239776248180145, -0.000854832698083379,
  0.0001205533111164271, -1.4925595266831182e-05, 1.6461000484121368e-06,
  -1.6350312701054695e-07, 1.4659775274047436e-08, -1.1372848856791674e-09,
  5.957176147748911e-11,
]);

/** Q, for x between 1/2 and 28; its relative error is below 2^-57. */
const TAIL = memory.data<f64>([
  1.2329951186255526, -0.13962111684056253, 0.015379652102619027,
  0.0680970542546948, -0.10103906603625375, 0.09373283499828751,
  -0.06633036581360713, 0.03716751553818893, -0.01619773403826592,
  0.0050319699756138135, -0.0007577734486762808, -0.00019925671345040716,
  0.00015062249512264785, -2.4398983809134553e-05, -1.12247322473501e-05,
  5.7086428044048145e-06, 2.9955790685567077e-07, -8.22559563206072e-07,
  6.702452833728971e-08, 1.0568025135820959e-07, -1.2224048303152388e-08,
  -1.0476718674668371e-08,
]);

/** erfc(x) for x >= 1/2. */
function tail(x: f64): f64 {
  // exp(-x^2) underflows.
  if (x > 28) return 0;
  // x = h + (x - h), where h has few enough bits for its square to be exact.
  const h = reinterpret<f64>(reinterpret<u64>(x) & 0xffffffff00000000);
  const e = exp(-h * h) * exp((h - x) * (h + x));
  return (e * polynomial(TAIL, 22, (x - 4) / (x + 4))) / (1 + 2 * x);
}

export function erf(x: f64): f64 {
  const magnitude = abs(x);
  if (magnitude > 1) return copysign(1 - tail(magnitude), x);
  return x + x * polynomial(CENTRE, 13, x * x);
}

export function erfc(x: f64): f64 {
  if (x >= 0.5) return tail(x);
  return x < -1 ? 2 - tail(-x) : 1 - erf(x);
}
