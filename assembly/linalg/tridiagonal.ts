/**
 * Householder's tridiagonalisation of a symmetric float64 matrix.
 *
 * Each step reads and writes what is left of the lower triangle once: it subtracts what the step before has left to do and
 * multiplies by the next reflection's vector on the way, since the memory is what a product of a matrix and a vector waits for.
 */
import { at, set } from "./doubles";
import { reflection } from "./reflections";
import { dot } from "./rows";

/**
 * Writes the diagonal to `d`, what is beside it to `e`, and the reflections' vectors, whose factors are `factors`, to the rows
 * of `a` above its diagonal; the rest of `a` becomes 0. `spare` has room for three vectors.
 */
export function tridiagonalize(a: usize, n: usize, d: usize, e: usize, factors: usize, spare: usize): void {
  const bytes = n << 3;
  let v = spare;
  let u = v + bytes;
  const w = u + bytes;
  memory.fill(spare, 0, 3 * bytes);
  for (let k: usize = 0; k < n; ++k) {
    const column = a + (k << 3);
    for (let i = k; i < n; ++i) {
      set(u, i, load<f64>(column + i * bytes) - at(v, i) * at(w, k) - at(w, i) * at(v, k));
    }
    set(d, k, at(u, k));
    if (k + 1 == n) break;
    const factor = reflection(u, k + 1, n, e + (k << 3));
    set(factors, k, factor);
    // What is above the diagonal is free, and keeps the vector.
    const product = a + k * bytes;
    subtractAndMultiply(a, n, k + 1, v, w, u, product);
    const half = 0.5 * factor * factor * dot(product + ((k + 1) << 3), u + ((k + 1) << 3), n - k - 1);
    for (let i = k + 1; i < n; ++i) {
      set(w, i, factor * at(product, i) - half * at(u, i));
      set(product, i, at(u, i));
    }
    const free = v;
    v = u;
    u = free;
  }
  for (let k: usize = 0; k < n; ++k) memory.fill(a + k * bytes, 0, (k + 1) << 3);
}

/**
 * `A -= v w^T + w v^T` on the lower triangle from row and column `first` on, and `y = A u`. Two rows at a time read the vectors
 * once for both.
 */
function subtractAndMultiply(a: usize, n: usize, first: usize, v: usize, w: usize, u: usize, y: usize): void {
  memory.fill(y + (first << 3), 0, (n - first) << 3);
  let i = first;
  for (; i + 1 < n; i += 2) {
    const row = a + i * (n << 3);
    const next = row + (n << 3);
    const v0 = v128.load64_splat(v + (i << 3));
    const w0 = v128.load64_splat(w + (i << 3));
    const u0 = v128.load64_splat(u + (i << 3));
    const v1 = v128.load64_splat(v + (i << 3), 8);
    const w1 = v128.load64_splat(w + (i << 3), 8);
    const u1 = v128.load64_splat(u + (i << 3), 8);
    let sums0 = f64x2.splat(0);
    let sums1 = f64x2.splat(0);
    let j = first << 3;
    const end = i << 3;
    for (; j + 16 <= end; j += 16) {
      const vj = v128.load(v + j);
      const wj = v128.load(w + j);
      const x0 = f64x2.sub(f64x2.sub(v128.load(row + j), f64x2.mul(v0, wj)), f64x2.mul(w0, vj));
      const x1 = f64x2.sub(f64x2.sub(v128.load(next + j), f64x2.mul(v1, wj)), f64x2.mul(w1, vj));
      v128.store(row + j, x0);
      v128.store(next + j, x1);
      const uj = v128.load(u + j);
      sums0 = f64x2.add(sums0, f64x2.mul(x0, uj));
      sums1 = f64x2.add(sums1, f64x2.mul(x1, uj));
      v128.store(y + j, f64x2.add(f64x2.add(v128.load(y + j), f64x2.mul(x0, u0)), f64x2.mul(x1, u1)));
    }
    const at0 = y + (i << 3);
    store<f64>(at0, load<f64>(at0) + f64x2.extract_lane(sums0, 0) + f64x2.extract_lane(sums0, 1));
    store<f64>(at0, load<f64>(at0, 8) + f64x2.extract_lane(sums1, 0) + f64x2.extract_lane(sums1, 1), 8);
    finishRow(row, i, j >> 3, v, w, u, y);
    finishRow(next, i + 1, j >> 3, v, w, u, y);
  }
  if (i < n) finishRow(a + i * (n << 3), i, first, v, w, u, y);
}

/** The same for one row from column `j` on. */
function finishRow(row: usize, i: usize, j: usize, v: usize, w: usize, u: usize, y: usize): void {
  for (; j <= i; ++j) {
    const x = at(row, j) - at(v, i) * at(w, j) - at(w, i) * at(v, j);
    set(row, j, x);
    set(y, i, at(y, i) + x * at(u, j));
    if (j < i) set(y, j, at(y, j) + x * at(u, i));
  }
}
