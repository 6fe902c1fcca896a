/**
 * The logarithm of the absolute value of the gamma function, and its derivative.
 *
 * Both have zeros between 1 and 2 where they must keep their relative precision, so the polynomials
 * (Chebyshev interpolants, computed with 50 digits) stand for the functions with these zeros divided
 * out. Recurrences lead to that interval from below 8; above there is Stirling's series; negative
 * arguments are reflected.
 */
import { polynomial } from "./polynomial";
import { log, log1p } from "./scalars";
import { sin, tan } from "./trigonometry";
import { scalar } from "./vector";

@inline const PI: f64 = 3.141592653589793;

/** lgamma(1 + s) / s for |s| <= 1/4. */
const NEAR_ONE = memory.data<f64>([
  -0.5772156649015329, 0.8224670334241133, -0.4006856343865315, 0.27058080842771787, -0.20738555102861042,
  0.16955717701613895, -0.14404989678670604, 0.12550966713649744, -0.11133426359238932, 0.10009962210510019,
  -0.09095417407951806, 0.08334719848486703, -0.07692618365330123, 0.07159408341567752, -0.06682232999260808,
  0.06020201298139458, -0.05663245272474891, 0.07302784334409541, -0.06928380249485716,
]);

/** lgamma(2 + s) / (s (1 + s)) for |s| <= 3/4. */
const NEAR_TWO = memory.data<f64>([
  0.42278433509846713, -0.10031730167435397, 0.03296500062115585, -0.012384192193363522, 0.004998641164693551,
  -0.002108130834313008, 0.0009153769224248416, -0.0004057073899330572, 0.0001825526354010585, -8.309521528979309e-5,
  3.816893247585047e-5, -1.7661040208779962e-5, 8.221881430907249e-6, -3.850229517348523e-6, 1.809508531249985e-6,
  -8.443282244216917e-7, 3.9955224240489264e-7, -2.0814032176849397e-7, 9.91685356336512e-8, -2.4269445207937834e-8,
  1.1524045064830663e-8, -2.190283551782635e-8, 1.0536465933592258e-8,
]);

/** B(2n) / (2n (2n - 1)), the coefficients of x^(1 - 2n), from n = 1 on. */
const STIRLING = memory.data<f64>([
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417,
  -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242,
]);

/** digamma(1.5 + u) / (1.5 + u - root) for |u| <= 1/2. */
const NEAR_ROOT = memory.data<f64>([
  0.9510558760318328, -0.4236274212814606, 0.24054248424078697, -0.14840492305388092, 0.09498872445289039,
  -0.06192213327548831, 0.040760833940846085, -0.026975796659787055, 0.017907248317313294, -0.011908220105959716,
  0.007927021796868154, -0.005279937255532708, 0.003518106563802472, -0.0023454947397380833, 0.0015633696313653504,
  -0.0010364584817312839, 0.0006909255761282986, -0.00048595039220036254, 0.00032395945401345196,
  -0.00014480643368061614, 9.653646261410062e-5, -0.0001782188548855923, 0.00011881232908510335,
]);

/** B(2n) / 2n, the coefficients of -x^(-2n) in digamma, from n = 1 on. */
const STIRLING_SLOPE = memory.data<f64>([
  0.08333333333333333, -0.008333333333333333, 0.003968253968253968, -0.004166666666666667, 0.007575757575757576,
  -0.021092796092796094, 0.08333333333333333, -0.4432598039215686,
]);

/** The distance from x, which is negative, to the nearest integer, with x's sign kept: sin and tan of pi x need no more. */
@inline
function fraction(x: f64): f64 {
  return x - nearest(x);
}

@inline
function nearTwo(s: f64): f64 {
  return s * (1 + s) * polynomial(NEAR_TWO, 23, s);
}

/** lgamma for x > 0. */
function lgammaOfPositive(x: f64): f64 {
  if (x >= 8) {
    if (x > 1e17) return x * (log(x) - 1);
    const z = 1 / x;
    // (x - 1/2) (log(x) - 1) + (log(2 pi) - 1) / 2 + ...
    return (x - 0.5) * (log(x) - 1) + (0.4189385332046727 + z * polynomial(STIRLING, 8, z * z));
  }
  if (x < 0.25) return x * polynomial(NEAR_ONE, 19, x) - log(x);
  if (x < 0.75) return nearTwo(x - 1) - log(x);
  // Adding 0 makes lgamma(1) a positive zero.
  if (x < 1.25) return (x - 1) * polynomial(NEAR_ONE, 19, x - 1) + 0;
  let factor: f64 = 1;
  while (x > 2.75) {
    x -= 1;
    factor *= x;
  }
  const y = nearTwo(x - 2);
  return factor == 1 ? y : y + log(factor);
}

/** lgamma(1 + x) for x >= 0. */
export function lgammaOfMore(x: f64): f64 {
  return x < 0.25 ? x * polynomial(NEAR_ONE, 19, x) : lgammaOfPositive(1 + x);
}

/** What Stirling's formula for lgamma lacks, for x >= 8. */
export function stirlingRest(x: f64): f64 {
  const z = 1 / x;
  return z * polynomial(STIRLING, 8, z * z);
}

/** lgamma(x + s) - lgamma(x) for x > 0 and s >= 0, to the relative precision of s. */
export function lgammaRise(x: f64, s: f64): f64 {
  let steps: f64 = 0;
  for (; x < 8; x += 1) steps += log1p(s / x);
  const v = 1 / x;
  const w = 1 / (x + s);
  // The polynomial at w^2, and its divided difference between v^2 and w^2.
  let sum: f64 = 0;
  let difference: f64 = 0;
  for (let i = 7; i >= 0; --i) {
    difference = difference * (v * v) + sum;
    sum = sum * (w * w) + load<f64>(STIRLING + ((<usize>i) << 3));
  }
  const rest = -s * v * w * (sum + v * (v + w) * difference);
  return (x - 0.5) * log1p(s * v) + s * (log(x + s) - 1) + rest - steps;
}

export function lgamma(x: f64): f64 {
  if (x > 0) return lgammaOfPositive(x);
  if (x != x) return x;
  const f = fraction(x);
  // The poles: 0 and the negative integers (large negative numbers and -infinity are integers too).
  if (f == 0 || x == -Infinity) return Infinity;
  // gamma(x) gamma(-x) = -pi / (x sin(pi x)); below 1e-17 the sine's product is x itself.
  if (x > -1e-17) return -log(-x);
  return log(PI / abs(x * scalar(sin, PI * f))) - lgammaOfPositive(-x);
}

/** digamma for x > 0. */
function digammaOfPositive(x: f64): f64 {
  if (x >= 10) {
    const z = 1 / x;
    return log(x) - 0.5 * z - z * z * polynomial(STIRLING_SLOPE, 8, z * z);
  }
  let y: f64 = 0;
  if (x < 1) {
    // digamma(x) = digamma(x + 1) - 1 / x
    y = -1 / x;
    x += 1;
  }
  while (x > 2) {
    x -= 1;
    y += 1 / x;
  }
  // The root in two parts, so that x - root is exact to the last bit.
  const distance = x - 1.4616321449683622 - 9.549995429965697e-17;
  return y + distance * polynomial(NEAR_ROOT, 23, x - 1.5);
}

export function digamma(x: f64): f64 {
  if (x > 0) return x == Infinity ? x : digammaOfPositive(x);
  if (x == 0) return copysign(Infinity, -x);
  const f = fraction(x);
  // At the negative integers the limits from the two sides differ.
  if (f == 0 || x == -Infinity) return NaN;
  return digammaOfPositive(1 - x) - PI / scalar(tan, PI * f);
}
