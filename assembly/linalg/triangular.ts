/** Householder's `A = Q R` of a float64 matrix whose columns are the rows here, many reflections at a time. */
import { at, set } from "./doubles";
import { PANEL, reflect, reflection } from "./reflections";
import { dot, subtract } from "./rows";

/**
 * Writes R's columns to the `n` rows of `triangle`, and the reflections' vectors to the rows of `a`, of `m` elements: number k begins
 * at element k, and all before is 0. `spare` is as for `reflect` with n rows.
 */
export function triangularize(a: usize, n: usize, m: usize, factors: usize, triangle: usize, spare: usize): void {
  const bytes = m << 3;
  memory.fill(triangle, 0, (n * n) << 3);
  for (let first: usize = 0; first < n; first += PANEL) {
    const last = min(first + PANEL, n);
    for (let k = first; k < last; ++k) {
      const corner = a + k * (bytes + 8);
      const column = triangle + ((k * n) << 3);
      memory.copy(column, a + k * bytes, k << 3);
      memory.fill(a + k * bytes, 0, k << 3);
      set(factors, k, reflection(a + k * bytes, k, m, column + (k << 3)));
      for (let j = k + 1; j < last; ++j) {
        const row = a + j * bytes + (k << 3);
        subtract(row, corner, at(factors, k) * dot(row, corner, m - k), m - k);
      }
    }
    const rest = a + last * bytes + (first << 3);
    const corner = a + first * (bytes + 8);
    if (last == n) break;
    reflect(corner, bytes, m - first, last - first, factors + (first << 3), true, rest, bytes, n - last, spare);
  }
}
