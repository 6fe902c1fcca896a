/**
 * Householder's bidiagonalisation of a float64 matrix, whose columns are the rows here.
 *
 * Each step reads and writes what is left once (Howell, Demmel, Fulton, Hammarling and Marmol 2008): from a column that is up to date
 * follows its product with the left reflection's vector, the element that is reflected next from the right, and by that its part
 * of the product with the right reflection's vector.
 */
import { at, set } from "./doubles";
import { reflection } from "./reflections";
import { dot } from "./rows";

/** What the step before has left to do, `A -= u y^T + x v^T`, and this step's vector and product. */
let u: usize = 0;
let x: usize = 0;
let y: usize = 0;
let v: usize = 0;
let next: usize = 0;
let sums: usize = 0;

/**
 * Writes the diagonal to `d`, what is right of it to `e`, the left reflections' vectors to the rows of `a`, of which there are `n`
 * of `m` elements, and the right ones' to the `n` rows of `right`; number k begins at element k there, here at k + 1, and all
 * before is 0. `spare` has room for 2 m + n numbers.
 */
export function bidiagonalize(
  a: usize,
  n: usize,
  m: usize,
  d: usize,
  e: usize,
  factors: usize,
  right: usize,
  rightFactors: usize,
  spare: usize,
): void {
  const bytes = m << 3;
  x = spare;
  sums = x + bytes;
  y = sums + bytes;
  u = x;
  v = y;
  memory.fill(spare, 0, 2 * bytes + (n << 3));
  memory.fill(right, 0, (n * n) << 3);
  for (let k: usize = 0; k < n; ++k) {
    next = a + k * bytes;
    subtractPair(next, k, k, m);
    const factor = reflection(next, k, m, d + (k << 3));
    set(factors, k, factor);
    memory.fill(next, 0, k << 3);
    if (k + 1 == n) break;
    const row = right + ((k * n) << 3);
    memory.fill(sums, 0, bytes);
    let j = k + 1;
    for (; j + 1 < n; j += 2) updatePair(a + j * bytes, bytes, j, k, m, factor, row);
    if (j < n) update(a + j * bytes, j, k, m, factor, row);
    const corner = at(row, k + 1);
    const rightFactor = reflection(row, k + 1, n, e + (k << 3));
    set(rightFactors, k, rightFactor);
    multiply(next + bytes, k, n, m, corner, at(e, k), rightFactor, row);
    u = next;
    v = row;
  }
}

/** Brings column `j` up to date from element `first` on. */
function subtractPair(column: usize, j: usize, first: usize, m: usize): void {
  for (let i = first; i < m; ++i) set(column, i, at(column, i) - at(u, i) * at(y, j) - at(x, i) * at(v, j));
}

/** Column `j` in step `k`: its element of `row`, what is to be reflected from the right, and its part of the sums. */
function update(column: usize, j: usize, k: usize, m: usize, factor: f64, row: usize): void {
  subtractPair(column, j, k, m);
  const along = reflected(column, j, k, factor, dot(column + ((k + 1) << 3), next + ((k + 1) << 3), m - k - 1), row);
  for (let i = k + 1; i < m; ++i) set(sums, i, at(sums, i) + along * at(column, i));
}

/** The element itself, from the sum of the column's products with the left reflection's vector behind its first element 1. */
@inline
function reflected(column: usize, j: usize, k: usize, factor: f64, sum: f64, row: usize): f64 {
  const product = factor * (at(column, k) + sum);
  set(y, j, product);
  set(row, j, at(column, k) - product);
  return at(row, j);
}

/** The same for two columns, reading the vectors once for both. */
function updatePair(column: usize, bytes: usize, j: usize, k: usize, m: usize, factor: f64, row: usize): void {
  const other = column + bytes;
  const y0 = v128.load64_splat(y + (j << 3));
  const v0 = v128.load64_splat(v + (j << 3));
  const y1 = v128.load64_splat(y + (j << 3), 8);
  const v1 = v128.load64_splat(v + (j << 3), 8);
  let sums0 = f64x2.splat(0);
  let sums1 = f64x2.splat(0);
  const from = (k + 1) << 3;
  const end = from + (((m - k - 1) >> 1) << 4);
  for (let i = from; i < end; i += 16) {
    const ui = v128.load(u + i);
    const xi = v128.load(x + i);
    const a0 = f64x2.sub(f64x2.sub(v128.load(column + i), f64x2.mul(ui, y0)), f64x2.mul(xi, v0));
    const a1 = f64x2.sub(f64x2.sub(v128.load(other + i), f64x2.mul(ui, y1)), f64x2.mul(xi, v1));
    v128.store(column + i, a0);
    v128.store(other + i, a1);
    const nexti = v128.load(next + i);
    sums0 = f64x2.add(sums0, f64x2.mul(a0, nexti));
    sums1 = f64x2.add(sums1, f64x2.mul(a1, nexti));
  }
  let sum0 = f64x2.extract_lane(sums0, 0) + f64x2.extract_lane(sums0, 1);
  let sum1 = f64x2.extract_lane(sums1, 0) + f64x2.extract_lane(sums1, 1);
  const last = end >> 3;
  subtractPair(column, j, last, m);
  subtractPair(other, j + 1, last, m);
  for (let i = last; i < m; ++i) {
    sum0 += at(column, i) * at(next, i);
    sum1 += at(other, i) * at(next, i);
  }
  set(column, k, at(column, k) - at(u, k) * at(y, j) - at(x, k) * at(v, j));
  set(other, k, at(other, k) - at(u, k) * at(y, j + 1) - at(x, k) * at(v, j + 1));
  const along0 = reflected(column, j, k, factor, sum0, row);
  const along1 = reflected(other, j + 1, k, factor, sum1, row);
  const s0 = f64x2.splat(along0);
  const s1 = f64x2.splat(along1);
  for (let i = from; i < end; i += 16) {
    const both = f64x2.add(f64x2.mul(s0, v128.load(column + i)), f64x2.mul(s1, v128.load(other + i)));
    v128.store(sums + i, f64x2.add(v128.load(sums + i), both));
  }
  for (let i = last; i < m; ++i) set(sums, i, at(sums, i) + along0 * at(column, i) + along1 * at(other, i));
}

/**
 * `x = factor A w` for the right reflection's vector w, behind the left reflection. The sums are of `A` before both with what was
 * reflected, and `w` is that without `value` at its `corner`, divided by what is left there.
 */
function multiply(column: usize, k: usize, n: usize, m: usize, corner: f64, value: f64, factor: f64, row: usize): void {
  const along = dot(y + ((k + 1) << 3), row + ((k + 1) << 3), n - k - 1);
  const divisor = factor ? corner - value : 1;
  for (let i = k + 1; i < m; ++i) {
    set(x, i, factor * ((at(sums, i) - value * at(column, i)) / divisor - along * at(next, i)));
  }
}
