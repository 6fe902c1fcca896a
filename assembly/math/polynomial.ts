/** Polynomials whose coefficients lie in static memory, the constant one first. */

/** Horner's rule. Its chain of dependent operations hides the loop around it. */
export function polynomial(coefficients: usize, count: i32, x: f64): f64 {
  let at = coefficients + ((<usize>count) << 3) - 8;
  let sum = load<f64>(at);
  while (at > coefficients) {
    at -= 8;
    sum = sum * x + load<f64>(at);
  }
  return sum;
}
