/** CHOLESKY: the lower triangle with `L L^T = A`; NaN in all of it when there is none. */
import { dot, get, ITEM, put } from "./rows";

/** Replaces a matrix by its factor. Only the lower triangle is read. */
export function cholesky(a: usize, n: usize): void {
  for (let i: usize = 0; i < n; ++i) {
    const row = a + i * n * ITEM;
    for (let j: usize = 0; j < n; ++j) {
      const element = row + j * ITEM;
      const other = a + j * n * ITEM;
      let value: f64 = 0;
      if (j <= i) value = get(element) - dot(row, other, j);
      if (j < i) value /= get(other + j * ITEM);
      if (j == i) {
        // Not "negative or 0": this way NaN is noticed too.
        if (!(value > 0)) return fail(a, n);
        value = Math.sqrt(value);
      }
      put(element, value);
    }
  }
}

function fail(a: usize, n: usize): void {
  for (let i: usize = 0; i < n * n; ++i) put(a + i * ITEM, i % n <= i / n ? NaN : 0);
}
