/** HOUSEHOLDER: `A = Q R`, both transposed, so that all work is on rows. */
import { divide, dot, get, ITEM, put, subtract } from "./rows";

/**
 * Replaces the `n` rows of `m`, the columns of A, by those of R; `q` gets the first `k` columns of Q as rows. A column that
 * is already 0 below the diagonal is left as it is, as LAPACK does.
 */
export function householder(a: usize, q: usize, n: usize, m: usize, k: usize): void {
  const bytes = m * ITEM;
  const steps = min(n, m);
  for (let j: usize = 0; j < steps; ++j) {
    const corner = a + j * (bytes + ITEM);
    const below = m - j - 1;
    const square = dot(corner + ITEM, corner + ITEM, below);
    if (square == 0) continue;
    const first = get(corner);
    const length = Math.sqrt(first * first + square);
    const diagonal = first < 0 ? length : -length;
    divide(corner + ITEM, first - diagonal, below);
    put(corner, diagonal);
    reflect(corner + ITEM, corner + bytes, n - j - 1, bytes, below);
  }
  memory.fill(q, 0, k * bytes);
  for (let i: usize = 0; i < k; ++i) put(q + i * (bytes + ITEM), 1);
  for (let j = steps; j--; ) {
    const corner = a + j * (bytes + ITEM);
    const below = m - j - 1;
    reflect(corner + ITEM, q + j * (bytes + ITEM), k - j, bytes, below);
    memory.fill(corner + ITEM, 0, below * ITEM);
  }
}

/** Reflects the ends of `rows` rows along `(1, v)`. */
function reflect(v: usize, row: usize, rows: usize, bytes: usize, count: usize): void {
  const square = dot(v, v, count);
  if (square == 0) return;
  for (; rows; --rows, row += bytes) {
    const along = (2 / (1 + square)) * (get(row) + dot(v, row + ITEM, count));
    put(row, get(row) - along);
    subtract(row + ITEM, v, along, count);
  }
}
