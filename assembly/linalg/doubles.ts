/** Lists of float64 by their addresses: what eigenvalues are computed in, whatever the matrix consists of. */

@inline
export function at(x: usize, i: usize): f64 {
  return load<f64>(x + (i << 3));
}

@inline
export function set(x: usize, i: usize, value: f64): void {
  store<f64>(x + (i << 3), value);
}

/** Beside 1 it is nothing, and its fourth power can still be divided by. */
@inline export const TINY: f64 = 5.5e-76;
