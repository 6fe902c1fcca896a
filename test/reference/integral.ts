/** Numerical integration. */

/**
 * The integral of a function over the positive numbers: the trapezoidal rule after u = exp(s - exp(-s)) (Takahasi and
 * Mori's double exponential formula), with ever smaller steps. It suits functions that vanish at infinity at any rate.
 */
export function integral(f: (u: number) => number): number {
  let last = NaN;
  for (let step = 1 / 16; step > 1 / 3000; step /= 2) {
    const value = trapezoids(f, step);
    if (Math.abs(value - last) <= 2e-15 * Math.abs(value)) return value;
    last = value;
  }
  return last;
}

function trapezoids(f: (u: number) => number, step: number): number {
  let sum = 0;
  for (let s = -5; s < 700; s += step) {
    const u = Math.exp(s - Math.exp(-s));
    const term = f(u) * u * (1 + Math.exp(-s));
    sum += term;
    if (s > -2 && Math.abs(term) <= 1e-18 * Math.abs(sum)) break;
  }
  return step * sum;
}
