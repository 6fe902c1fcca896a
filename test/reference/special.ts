/** Special functions in double precision, by series, continued fractions and Newton's method. */

export function logistic(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}

/** exp(-x^2), with the square's rounding error made good: the square of a float32 is exact. */
function gauss(x: number): number {
  const high = Math.fround(x);
  return Math.exp(-high * high) * Math.exp((high - x) * (high + x));
}

/** The series without cancellation: 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n + 1) / (1 3 5 ... (2n + 1)). */
function erfBySeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; ++n) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * gauss(x) * sum;
}

/** Laplace's continued fraction: exp(-x^2) / sqrt(pi) / (x + 1/2 / (x + 1 / (x + 3/2 / (x + ...)))). */
function erfcByFraction(x: number): number {
  let tail = x;
  for (let n = 300; n > 0; --n) tail = x + n / 2 / tail;
  return gauss(x) / Math.sqrt(Math.PI) / tail;
}

function erfcOfPositive(x: number): number {
  if (x > 28) return 0;
  return x < 1 ? 1 - erfBySeries(x) : erfcByFraction(x);
}

export function erf(x: number): number {
  if (x === 0 || Number.isNaN(x)) return x;
  const size = Math.abs(x);
  return Math.sign(x) * (size < 1 ? erfBySeries(size) : 1 - erfcOfPositive(size));
}

export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  return x < 0 ? 2 - erfcOfPositive(-x) : erfcOfPositive(x);
}

/** Newton's method for a function that is concave, so that the steps go one way until rounding turns one back. */
function newton(start: number, step: (y: number) => number): number {
  let y = start;
  for (let i = 0; i < 100; ++i) {
    const change = step(y);
    y += change;
    if (Math.abs(change) <= 1e-16 * y) break;
  }
  return y;
}

export function erfinv(x: number): number {
  const size = Math.abs(x);
  if (!(size < 1)) return size === 1 ? x * Infinity : NaN;
  const slope = (y: number): number => (2 / Math.sqrt(Math.PI)) * gauss(y);
  if (size < 1e-10) return (x * Math.sqrt(Math.PI)) / 2;
  const y =
    size < 0.5
      ? newton((size * Math.sqrt(Math.PI)) / 2, (y) => (size - erf(y)) / slope(y))
      : newton(0.4, (y) => (Math.log(erfc(y) / (1 - size)) * erfc(y)) / slope(y));
  return Math.sign(x) * y;
}

/** The float32 function is defined with x^2 rounded to float32: near 1 that counts (see assembly/math/erfinv.ts). */
export function erfinvSingle(x: number): number {
  const rounded = Math.sqrt(Math.fround(x * x));
  return Math.abs(x) === 1 || rounded === 0 ? erfinv(x) : (x / rounded) * erfinv(rounded);
}

/** `e^-|x|` times the modified Bessel function of order 0 or 1. */
export function besselIe(x: number, order: 0 | 1): number {
  const size = Math.abs(x);
  const value = size < 500 ? besselBySeries(size, order) : besselByOrder(size, order);
  return order === 1 && x < 0 ? -value : value;
}

function besselBySeries(x: number, order: number): number {
  let term = (x / 2) ** order;
  let sum = term;
  for (let k = 1; term > sum * 1e-17; ++k) {
    term *= (x * x) / 4 / (k * (k + order));
    sum += term;
  }
  return sum * Math.exp(-x);
}

/** The asymptotic series for large x. */
function besselByOrder(x: number, order: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 30; ++k) {
    term *= ((2 * k - 1) ** 2 - 4 * order) / (8 * k * x);
    sum += term;
  }
  return sum / Math.sqrt(2 * Math.PI * x);
}
