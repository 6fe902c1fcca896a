/** Householder's reflections of float64 rows: how one is made, and many together as products. */
import { at, set, TINY } from "./doubles";
import { product } from "./product";
import { dot, subtract } from "./rows";

/** Reflections that are made together, as two products. */
@inline export const PANEL: usize = 32;

/**
 * Turns `x[first..]` into the vector that reflects it onto its first axis: the factor. What it comes to goes to an address. The
 * elements are about those of a matrix of size 1, and what is so small that its square isn't precise is left out.
 */
export function reflection(x: usize, first: usize, n: usize, value: usize): f64 {
  const corner = at(x, first);
  const below = x + ((first + 1) << 3);
  const square = dot(below, below, n - first - 1);
  set(x, first, 1);
  if (square < TINY * TINY) {
    store<f64>(value, corner);
    return 0;
  }
  const length = copysign<f64>(Math.sqrt(corner * corner + square), -corner);
  store<f64>(value, length);
  for (let i = first + 1; i < n; ++i) set(x, i, at(x, i) / (corner - length));
  return (length - corner) / length;
}

/**
 * Reflects the rows of `z` along `count` of the rows of `vectors`, of `width` elements each: from the first reflection on, or from
 * the last one on as for vectors on their way back. Together they are `I - V T V^T` (Schreiber and Van Loan 1989). `spare` has
 * room for the rows once more and 32 (width + rows) + 1024 numbers.
 */
export function reflect(
  vectors: usize,
  bytes: usize,
  width: usize,
  count: usize,
  factors: usize,
  forwards: bool,
  z: usize,
  zBytes: usize,
  rows: usize,
  spare: usize,
): void {
  const triangle = spare + PANEL * width * 8;
  const along = triangle + PANEL * PANEL * 8;
  const matrix = along + PANEL * rows * 8;
  fillTriangle(vectors, bytes, width, count, factors, triangle);
  // Rows of T V^T, or of T^T V^T.
  memory.fill(spare, 0, count * width * 8);
  for (let i: usize = 0; i < count; ++i) {
    for (let j = i; j < count; ++j) {
      const to = forwards ? j : i;
      const from = forwards ? i : j;
      subtract(spare + to * width * 8, vectors + from * bytes, -load<f64>(triangle + (i * PANEL + j) * 8), width);
    }
  }
  product(z, zBytes, spare, width * 8, 8, along, count * 8, rows, count, width);
  product(along, count * 8, vectors, 8, bytes, matrix, width * 8, rows, width, count);
  for (let i: usize = 0; i < rows; ++i) subtract(z + i * zBytes, matrix + i * width * 8, 1, width);
}

/**
 * Turns the `rows` of `z`, of `width` elements, into what they were before `count` reflections, of which number k begins at element
 * k: the last ones first. `spare` is as for `reflect`.
 */
export function reflectBack(
  vectors: usize,
  bytes: usize,
  width: usize,
  count: usize,
  factors: usize,
  z: usize,
  zBytes: usize,
  rows: usize,
  spare: usize,
): void {
  let last = count;
  while (last > 0) {
    const first = last > PANEL ? last - PANEL : 0;
    const corner = vectors + first * (bytes + 8);
    const ends = z + (first << 3);
    reflect(corner, bytes, width - first, last - first, factors + (first << 3), false, ends, zBytes, rows, spare);
    last = first;
  }
}

/** T, upper triangular. */
function fillTriangle(vectors: usize, bytes: usize, width: usize, count: usize, factors: usize, triangle: usize): void {
  for (let j: usize = 0; j < count; ++j) {
    const factor = at(factors, j);
    const column = triangle + j * 8;
    for (let i: usize = 0; i < j; ++i) {
      store<f64>(column + i * PANEL * 8, -factor * dot(vectors + i * bytes, vectors + j * bytes, width));
    }
    // Row i of the product needs the entries from i on alone, so that it can take the place of the i-th.
    for (let i: usize = 0; i < j; ++i) {
      let sum: f64 = 0;
      for (let l = i; l < j; ++l) sum += load<f64>(triangle + (i * PANEL + l) * 8) * load<f64>(column + l * PANEL * 8);
      store<f64>(column + i * PANEL * 8, sum);
    }
    store<f64>(column + j * PANEL * 8, factor);
  }
}
