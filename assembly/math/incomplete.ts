/** The incomplete gamma and beta functions, by the series and continued fractions of Cephes and XLA. */
import { digamma, lgamma } from "./gamma";
import { exp, log, log1p } from "./scalars";

@inline const EPSILON: f64 = 2.220446049250313e-16;

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

/** x^a e^-x / gamma(a) */
function front(a: f64, x: f64): f64 {
  return exp(a * log(x) - x - lgamma(a));
}

/** P, or a slope, for x that is small beside a. */
function series(a: f64, x: f64, wanted: Wanted): f64 {
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
  if (wanted == Wanted.LOWER) return (sum * front(a, x)) / a;
  const slope = sumSlope + sum * (log(x) - digamma(a + 1));
  return wanted == Wanted.SLOPE ? (front(a, x) * slope) / a : (-slope * x) / a;
}

/** Q, or a slope of P, for the other x: the convergents p / q and their derivatives by a. */
function fraction(a: f64, x: f64, wanted: Wanted): f64 {
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
  if (wanted == Wanted.UPPER) return value * front(a, x);
  const total = slope + value * (log(x) - digamma(a));
  return wanted == Wanted.SLOPE ? -front(a, x) * total : total * x;
}

export function incompleteGamma(a: f64, x: f64, wanted: Wanted): f64 {
  const isSlope = wanted >= Wanted.SLOPE;
  if (!(x >= 0 && a >= 0) || (a == 0 && (isSlope || x == 0))) return NaN;
  if (x == 0) return wanted == Wanted.UPPER ? 1 : 0;
  // Where the density has vanished.
  const vanished = a * log(x) - x - lgamma(a) < -709.782712893384;
  const far = x == Infinity || a == 0 || (vanished && x > a);
  if (far && wanted != Wanted.SAMPLE_SLOPE) return wanted == Wanted.LOWER ? 1 : 0;
  if (vanished && !isSlope) return wanted == Wanted.UPPER ? 1 : 0;
  if (vanished && wanted == Wanted.SLOPE) return 0;
  if (x >= 1 && x > a) {
    if (isSlope) return fraction(a, x, wanted);
    const upper = fraction(a, x, Wanted.UPPER);
    return wanted == Wanted.UPPER ? upper : 1 - upper;
  }
  if (isSlope) return series(a, x, wanted);
  const lower = series(a, x, Wanted.LOWER);
  return wanted == Wanted.LOWER ? lower : 1 - lower;
}

/** Lentz's algorithm for the continued fraction of the incomplete beta function (dlmf.nist.gov/8.17.E22). */
function betaFraction(a: f64, b: f64, x: f64): f64 {
  const small = EPSILON / 2;
  let value = small;
  let c = small;
  let d: f64 = 0;
  for (let i = 1; i <= 600; ++i) {
    const m = <f64>((i - 1) >> 1);
    let numerator: f64 = 1;
    if (i > 1) {
      numerator =
        (i & 1) == 0
          ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
          : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
      if (i == 2) numerator = (-(a + b) * x) / (a + 1);
    }
    c = 1 + numerator / c;
    if (abs(c) < small) c = small;
    d = 1 + numerator * d;
    d = 1 / (abs(d) < small ? small : d);
    value *= c * d;
    if (!(abs(c * d - 1) >= small)) break;
  }
  return value;
}

/** The regularized incomplete beta function. */
export function betainc(a: f64, b: f64, x: f64): f64 {
  if (!(a >= 0 && b >= 0 && x >= 0 && x <= 1)) return NaN;
  const atZero = a == 0 || b == Infinity;
  const atOne = b == 0 || a == Infinity;
  if (atZero && atOne) return NaN;
  if (atZero) return x == 0 ? 0 : 1;
  if (atOne) return x == 1 ? 1 : 0;
  const direct = x < (a + 1) / (a + b + 2);
  const p = direct ? a : b;
  const q = direct ? b : a;
  const y = direct ? x : 1 - x;
  const factor = exp(log(y) * p + log1p(-y) * q - (lgamma(p) + lgamma(q) - lgamma(p + q))) / p;
  const part = betaFraction(p, q, y) * factor;
  return direct ? part : 1 - part;
}
