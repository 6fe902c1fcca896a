/**
 * The inverse of the error function, by the polynomials of M. Giles ("Approximating the erfinv
 * function", GPU Computing Gems 2, 2012) in w = -log(1 - x^2), the published coefficients.
 *
 * XLA uses the same ones. Draws from a normal distribution are made of the float32 function and are to
 * agree with JAX's, so that one is Giles' single precision polynomial and rounds x^2 as XLA does: more
 * exact would be further away.
 */
import { log, log1pWide } from "./log";
import { polynomial } from "./polynomial";
import { scalar } from "./vector";

/** In w - 3.125, for w < 6.25. */
const CENTRE = memory.data<f64>([
  1.6536545626831027, 0.24015818242558962, -0.006033670871430149, -0.000740702534166267, 0.00018673420803405714,
  -1.3882523362786469e-5, -1.3654692000834679e-6, 4.2347877827932404e-7, -2.9070369957882005e-8, -4.112633980346984e-9,
  1.0512122733215323e-9, -5.415412054294628e-11, -1.2975133253453532e-11, 2.6335093153082323e-12,
  -8.151934197605472e-14, -4.054566272975207e-14, 6.637638134358324e-15, 2.0972767875968562e-17, -1.333171662854621e-16,
  1.1157877678025181e-17, 1.28584807152564e-18, -1.6850591381820166e-19, -3.64441206401782e-21,
]);

/** In sqrt(w) - 3.25, for w < 16. */
const TAIL = memory.data<f64>([
  3.0838856104922208, 1.0052589676941592, 0.005370914553590064, -0.003751208507569241, 0.002491442096107851,
  -0.0016882755560235047, 0.0009532893797373805, -0.0003550375203628475, 2.4031110387097894e-5, 6.828485145957318e-5,
  -4.7318229009055734e-5, 1.2475304481671779e-5, 2.9234449089955446e-6, -4.013867526981546e-6, 1.5027403968909828e-6,
  1.8239629214389228e-8, -2.7517406297064545e-7, 9.075656193888539e-8, 2.2137376921775787e-9,
]);

/** In sqrt(w) - 5. */
const FAR_TAIL = memory.data<f64>([
  4.849906401408584, 1.0103004648645344, -0.00013871931833623122, -0.00021503011930044477, 7.599527703001776e-5,
  -1.968177810553167e-5, 4.526062597223154e-6, -9.9298272942317e-7, 2.2900482228026655e-7, -6.771199775845234e-8,
  2.914795345090108e-8, -1.496002662714924e-8, 7.61570120807834e-9, -3.789465440126737e-9, 1.5076572693500548e-9,
  -2.555641816996525e-10, -2.7109920616438573e-11,
]);

/** Single precision, in w - 2.5, for w < 5. */
const SINGLE_CENTRE = memory.data<f64>([
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6, 3.43273939e-7,
  2.81022636e-8,
]);

/** Single precision, in sqrt(w) - 3. */
const SINGLE_TAIL = memory.data<f64>([
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558,
  -0.000200214257,
]);

/** -log(1 - x^2) without losing what is left near |x| = 1. */
@inline
function weight(x: f64): f64 {
  return abs(x) < 0.5 ? -scalar(log1pWide, -x * x) : -scalar(log, (1 - x) * (1 + x));
}

export function erfinv(x: f64): f64 {
  if (abs(x) == 1) return x * Infinity;
  const w = weight(x);
  if (w < 6.25) return x * polynomial(CENTRE, 23, w - 3.125);
  if (w < 16) return x * polynomial(TAIL, 19, sqrt(w) - 3.25);
  return x * polynomial(FAR_TAIL, 17, sqrt(w) - 5);
}

/** For a float32 x; to be rounded to float32. */
export function erfinvSingle(x: f64): f64 {
  if (abs(x) == 1) return x * Infinity;
  const w = -scalar(log1pWide, -(<f64>(<f32>(x * x))));
  if (w < 5) return x * polynomial(SINGLE_CENTRE, 9, w - 2.5);
  return x * polynomial(SINGLE_TAIL, 9, sqrt(w) - 3);
}
