/**
 * The incomplete gamma function and its slopes: by the series and the continued fraction of Cephes and XLA; where `a` is
 * large and `x` near it, which both are slow for, by Temme's uniform expansion (dlmf.nist.gov/8.12).
 */
import { digamma, lgammaOfMore, stirlingRest } from "./gamma";
import { erfc, exp, expm1, log } from "./scalars";

@inline const EPSILON: f64 = 2.220446049250313e-16;
@inline const ROOT_TWO_PI: f64 = 2.5066282746310007;

/**
 * Temme's coefficients: those of eta^n in the functions that stand with a^-k, 14 - 2k for each k from 0 to 5. Each follows
 * from the one before (8.12.11 there), by rational arithmetic.
 */
const TEMME = memory.data<f64>([
  -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073, 0.0003527336860670194,
  -0.0001787551440329218, 3.919263178522438e-5, -2.185448510679992e-6, -1.85406221071516e-6, 8.296711340953087e-7,
  -1.7665952736826078e-7, 6.707853543401498e-9, 1.0261809784240309e-8, -4.382036018453353e-9, -0.001851851851851852,
  -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596, 0.00020576131687242798, -4.018775720164609e-7,
  -1.8098550334489977e-5, 7.64916091608111e-6, -1.6120900894563446e-6, 4.647127802807434e-9, 1.378633446915721e-7,
  -5.752545603517705e-8, 0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-6,
  -0.0001073665322636516, 5.2923448829120125e-5, -1.2760635188618728e-5, 3.423578734096138e-8, 1.3721957309062934e-6,
  -6.298992138380055e-7, 0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885,
  -7.561801671883977e-5, -2.396505113867297e-7, 1.1082654115347302e-5, -5.6749528269915965e-6, -0.0008618882909167117,
  0.0007840392217200666, -0.0002990724803031902, -1.4638452578843418e-6, 6.641498215465122e-5, -3.968365047179435e-5,
  -0.00033679855336635813, -6.972813758365857e-5, 0.0002772753244959392, -0.00019932570516188847,
]);

/** What is wanted of a pair (a, x). */
export const enum Wanted {
  /** The regularized lower function, P. */
  LOWER,
  /** Q = 1 - P. */
  UPPER,
  /** dP / da. */
  SLOPE,
  /** dx / da at a fixed P. */
  SAMPLE_SLOPE,
}

/** log(1 + u) - u, of second order where u is small; `more` is 1 + u. */
export function logLess(u: f64, more: f64): f64 {
  if (!(abs(u) <= 0.5)) return log(more) - u;
  // log(1 + u) = 2 atanh(r)
  const r = u / (2 + u);
  const square = r * r;
  let power = 2 * r * square;
  let sum: f64 = 0;
  for (let k: f64 = 3; abs(power) > EPSILON * abs(sum); k += 2) {
    sum += power / k;
    power *= square;
  }
  return sum - u * r;
}

/** x^a e^-x / gamma(a + 1). For large a the three are huge, so it is written as the distance from the peak. */
function front(a: f64, x: f64): f64 {
  if (a < 8) return exp(a * log(x) - x - lgammaOfMore(a));
  return exp(a * logLess((x - a) / a, x / a) - stirlingRest(a)) / (ROOT_TWO_PI * sqrt(a));
}

/** P, or a slope, for x that is small beside a; `weight` is `front`. */
function series(a: f64, x: f64, weight: f64, wanted: Wanted): f64 {
  let term: f64 = 1;
  let sum: f64 = 1;
  let termSlope: f64 = 0;
  let sumSlope: f64 = 0;
  for (let r = a + 1; ; r += 1) {
    termSlope = termSlope * (x / r) - (term * x) / (r * r);
    sumSlope += termSlope;
    term *= x / r;
    sum += term;
    const rest = wanted == Wanted.LOWER ? term / sum : abs(termSlope / sumSlope);
    if (!(rest > EPSILON)) break;
  }
  if (wanted == Wanted.LOWER) return sum * weight;
  const slope = sumSlope + sum * (log(x) - digamma(a + 1));
  return wanted == Wanted.SLOPE ? weight * slope : (-slope * x) / a;
}

/** Q, or a slope of P, for the other x: the convergents p / q and their derivatives by a. */
function fraction(a: f64, x: f64, weight: f64, wanted: Wanted): f64 {
  let y = 1 - a;
  let z = x + y + 1;
  let p2: f64 = 1;
  let q2 = x;
  let p1 = x + 1;
  let q1 = z * x;
  let dp2: f64 = 0;
  let dq2: f64 = 0;
  let dp1: f64 = 0;
  let dq1 = -x;
  let value = p1 / q1;
  let slope = (dp1 - value * dq1) / q1;
  for (let c: f64 = 1; c <= 2000; c += 1) {
    y += 1;
    z += 2;
    const yc = y * c;
    const p = p1 * z - p2 * yc;
    const q = q1 * z - q2 * yc;
    const dp = dp1 * z - p1 - dp2 * yc + p2 * c;
    const dq = dq1 * z - q1 - dq2 * yc + q2 * c;
    let change: f64 = 1;
    if (q != 0) {
      const next = p / q;
      const nextSlope = (dp - next * dq) / q;
      change = wanted == Wanted.UPPER ? abs((value - next) / next) : abs(nextSlope - slope);
      value = next;
      slope = nextSlope;
    }
    const scale = abs(p) > 1 / EPSILON ? EPSILON : 1;
    p2 = p1 * scale;
    q2 = q1 * scale;
    p1 = p * scale;
    q1 = q * scale;
    dp2 = dp1 * scale;
    dq2 = dq1 * scale;
    dp1 = dp * scale;
    dq1 = dq * scale;
    if (!(change > EPSILON)) break;
  }
  if (wanted == Wanted.UPPER) return value * a * weight;
  const total = slope + value * (log(x) - digamma(a));
  return wanted == Wanted.SLOPE ? -a * weight * total : total * x;
}

/** Q for small a and x: 1 - P, without that difference. */
function upperOfSmall(a: f64, x: f64): f64 {
  let term: f64 = 1;
  let sum: f64 = 0;
  for (let n: f64 = 1; ; n += 1) {
    term *= -x / n;
    const next = term / (a + n);
    sum += next;
    if (!(abs(next) > EPSILON * abs(sum))) break;
  }
  const rise = a * log(x) - lgammaOfMore(a);
  return -expm1(rise) - a * exp(rise) * sum;
}

/** What is wanted, for large a and small u = x / a - 1. */
function nearPeak(a: f64, x: f64, u: f64, wanted: Wanted): f64 {
  const drop = -logLess(u, 1 + u);
  const eta = copysign(sqrt(2 * drop), u);
  let sum: f64 = 0;
  let sumByEta: f64 = 0;
  // The sum's derivative by log(a), at one eta.
  let sumByA: f64 = 0;
  for (let k = 5; k >= 0; --k) {
    const at = TEMME + ((<usize>(k * (15 - k))) << 3);
    let value: f64 = 0;
    let slope: f64 = 0;
    for (let n = 13 - 2 * k; n >= 0; --n) {
      slope = slope * eta + value;
      value = value * eta + load<f64>(at + ((<usize>n) << 3));
    }
    sumByA = sumByA / a - <f64>k * value;
    sum = sum / a + value;
    sumByEta = sumByEta / a + slope;
  }
  const weight = exp(-a * drop) / (ROOT_TWO_PI * sqrt(a));
  const below = u < 0;
  if (wanted <= Wanted.UPPER) {
    const tail = 0.5 * erfc(abs(eta) * sqrt(a / 2)) + (below ? -weight : weight) * sum;
    return below == (wanted == Wanted.LOWER) ? tail : 1 - tail;
  }
  const ratio = eta == 0 ? 1 : u / eta;
  const inner = sum * (u - drop - 0.5 / a) + (sumByA - sumByEta * ratio) / a;
  const slope = 0.5 * eta - ratio - inner;
  return wanted == Wanted.SLOPE ? weight * slope : -slope * exp(stirlingRest(a)) * (x / a);
}

export function incompleteGamma(a: f64, x: f64, wanted: Wanted): f64 {
  const isSlope = wanted >= Wanted.SLOPE;
  if (!(x >= 0 && a >= 0) || (a == 0 && (isSlope || x == 0))) return NaN;
  if (a == Infinity && wanted == Wanted.SAMPLE_SLOPE) return NaN;
  if (x == 0 || (a == Infinity && x < a)) return wanted == Wanted.UPPER ? 1 : 0;
  const u = (x - a) / a;
  if (a >= 200 && abs(u) <= 0.25) return nearPeak(a, x, u, wanted);
  // Where it has vanished nothing is left on the far side.
  const weight = front(a, x);
  const above = x > a || x == Infinity;
  if ((x == Infinity || a == 0 || weight == 0) && wanted != Wanted.SAMPLE_SLOPE) {
    return wanted == (above ? Wanted.LOWER : Wanted.UPPER) ? 1 : 0;
  }
  if (x >= 1 && above) {
    if (isSlope) return fraction(a, x, weight, wanted);
    const upper = fraction(a, x, weight, Wanted.UPPER);
    return wanted == Wanted.UPPER ? upper : 1 - upper;
  }
  if (isSlope) return series(a, x, weight, wanted);
  // Where P is more than about a half.
  if (wanted == Wanted.UPPER && x <= 1 && (x > 0.5 ? 1.1 * x >= a : -a * log(x) <= 0.4)) return upperOfSmall(a, x);
  const lower = series(a, x, weight, Wanted.LOWER);
  return wanted == Wanted.LOWER ? lower : 1 - lower;
}
