/** The incomplete beta function. */
import { lgammaOfMore, lgammaRise, stirlingRest } from "./gamma";
import { logLess } from "./incomplete-gamma";
import { exp, expm1, log, log1p } from "./scalars";

@inline const EPSILON: f64 = 2.220446049250313e-16;
@inline const ROOT_TWO_PI: f64 = 2.5066282746310007;

/** x^a y^b / B(a, b) for y = 1 - x and `off` = a y - b x, without differences of large logarithms. */
function front(a: f64, b: f64, x: f64, y: f64, off: f64): f64 {
  const more = max(a, b);
  const less = min(a, b);
  if (less >= 8) {
    // By the distance from the peak.
    const power = a * logLess(-off / a, x * (1 + b / a)) + b * logLess(off / b, y * (1 + a / b));
    const rest = stirlingRest(a + b) - stirlingRest(a) - stirlingRest(b);
    return (exp(power + rest) * sqrt(a * (b / (a + b)))) / ROOT_TWO_PI;
  }
  const power = a * log(x) + b * log1p(-x);
  if (more < 8) return exp(power + lgammaOfMore(a + b) - lgammaOfMore(a) - lgammaOfMore(b)) * (a * (b / (a + b)));
  return exp(power + lgammaRise(more, less) - lgammaOfMore(less)) * less;
}

/**
 * What `front` is multiplied by, for x < (a + 1) / (a + b + 2): the continued fraction of Didonato and Morris (TOMS 708).
 * Parameters of 10^15 take half a million steps, larger ones more than are allowed.
 */
function betaFraction(a: f64, b: f64, x: f64, y: f64, off: f64): f64 {
  const first = 1 + off;
  const whole = 1 + 1 / a;
  let p: f64 = 1;
  let s = a + 1;
  let before: f64 = 0;
  let beforeBelow: f64 = 1;
  let below = first / whole;
  let value = whole / first;
  let above: f64 = 1;
  for (let n: f64 = 1; n < 1e6; n += 1) {
    const t = n / a;
    const w = n * (b - n) * x;
    const e = a / s;
    const f = (1 + t) / (whole + 2 * t);
    const alpha = p * (p + b / a) * e * e * (w * x);
    const beta = n + w / s + f * (first + n * (1 + y));
    p = 1 + t;
    s += 2;
    const nextAbove = alpha * before + beta * above;
    const nextBelow = alpha * beforeBelow + beta * below;
    const next = nextAbove / nextBelow;
    before = above / nextBelow;
    beforeBelow = below / nextBelow;
    above = next;
    below = 1;
    if (!(abs(next - value) > EPSILON * next)) return next;
    value = next;
  }
  return NaN;
}

/** 1 - I(b, a, y) for b < 1, where y is the smaller part: without that difference, since for tiny b I is almost 1. */
function restOfSmall(a: f64, b: f64, y: f64): f64 {
  let term: f64 = 1;
  let sum: f64 = 0;
  for (let n: f64 = 1; ; n += 1) {
    term *= ((n - a) * y) / n;
    const next = term / (b + n);
    sum += next;
    if (!(abs(next) > EPSILON * abs(sum))) break;
  }
  const rise = b * log(y) + lgammaRise(a, b) - lgammaOfMore(b);
  return -expm1(rise) - b * exp(rise) * sum;
}

/** The regularized incomplete beta function. */
export function betainc(a: f64, b: f64, x: f64): f64 {
  if (!(a >= 0 && b >= 0 && x >= 0 && x <= 1)) return NaN;
  const atZero = a == 0 || b == Infinity;
  const atOne = b == 0 || a == Infinity;
  if (atZero && atOne) return NaN;
  if (x == 0 || x == 1) return abs(x);
  if (atZero) return 1;
  if (atOne) return 0;
  const direct = x < (a + 1) / (a + b + 2);
  // Without it, the fraction of such an `a` would overflow.
  if (direct && a < 1e-290) return b / (a + b);
  const y = 1 - x;
  if (!direct && b < 1) return restOfSmall(a, b, y);
  const off = a * y - b * x;
  const weight = front(a, b, x, y, off);
  if (weight == 0) return direct ? 0 : 1;
  return direct ? weight * betaFraction(a, b, x, y, off) : 1 - weight * betaFraction(b, a, y, x, -off);
}
