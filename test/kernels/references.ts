/** Functions in float64, good to far more than a float32's precision, for comparisons. */

/** The series without cancellation: 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n + 1) / (1 3 5 ... (2n + 1)). */
function erfBySeries(x: number): number {
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; ++n) {
    term *= (2 * square) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
}

/** Laplace's continued fraction: exp(-x^2) / sqrt(pi) / (x + 1/2 / (x + 1 / (x + 3/2 / (x + ...)))). */
function erfcByFraction(x: number): number {
  let tail = x;
  for (let n = 100; n > 0; --n) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}

function erfcOfPositive(x: number): number {
  if (x > 28) return 0;
  return x < 2 ? 1 - erfBySeries(x) : erfcByFraction(x);
}

export function erf(x: number): number {
  if (x === 0 || Number.isNaN(x)) return x;
  const size = Math.abs(x);
  return Math.sign(x) * (size < 2 ? erfBySeries(size) : 1 - erfcOfPositive(size));
}

/** For arguments whose squares are exact, such as float32. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  return x < 0 ? 2 - erfcOfPositive(-x) : erfcOfPositive(x);
}

export function logistic(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}
