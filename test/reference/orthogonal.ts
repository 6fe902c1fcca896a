/** HOUSEHOLDER and JACOBI. Where signs and order could be chosen, the choice is that of the kernels. */
import type { DType, TypedArray } from "../../src/base/dtypes.ts";
import { dot, identity, type Matrix, readMatrices, writeMatrices } from "./matrices.ts";

type Arrays = readonly TypedArray[];

/** From the `n` columns of A, of length `m`, those of R, and the first `k` columns of Q. */
export function householder(_: DType, [a]: Arrays, [r, q]: Arrays, [batch, n, m, k]: readonly number[]): void {
  const triangles = readMatrices(a, batch, n, m);
  const bases = triangles.map((columns) => {
    const axes = triangulate(columns, m);
    return axes.reduceRight((rows, axis) => rows.map((row) => reflect(row, axis)), identity(k, m));
  });
  writeMatrices(r, triangles);
  writeMatrices(q, bases);
}

/** Makes columns those of an upper triangle, and returns the axes of the reflections that do so. */
function triangulate(columns: Matrix, m: number): number[][] {
  const axes: number[][] = [];
  for (let j = 0; j < Math.min(columns.length, m); ++j) {
    const below = columns[j].slice(j + 1);
    const square = dot(below, below);
    // As LAPACK does: what is a triangle already stays as it is.
    if (square === 0) continue;
    const first = columns[j][j];
    const diagonal = (first < 0 ? 1 : -1) * Math.sqrt(first * first + square);
    const axis = columns[j].map((x, i) => (i < j ? 0 : i === j ? first - diagonal : x));
    columns[j] = columns[j].map((x, i) => (i < j ? x : i === j ? diagonal : 0));
    for (let next = j + 1; next < columns.length; ++next) columns[next] = reflect(columns[next], axis);
    axes.push(axis);
  }
  return axes;
}

function reflect(x: readonly number[], axis: readonly number[]): number[] {
  const along = (2 * dot(x, axis)) / dot(axis, axis);
  return x.map((value, i) => value - along * axis[i]);
}

/** W = V A with orthogonal rows, the longest first; V is wanted if `k` isn't 0. */
export function jacobi(_: DType, [a]: Arrays, [w, v]: Arrays, [batch, n, m, k]: readonly number[]): void {
  const matrices = readMatrices(a, batch, n, m);
  const rotations = matrices.map((rows) => {
    const product = identity(n, k);
    // Ten are enough where it converges.
    for (let sweeps = 60; sweeps > 0 && sweep(rows, product); --sweeps);
    return product;
  });
  writeMatrices(w, matrices);
  writeMatrices(v, rotations);
}

/** One rotation of every pair of rows; false if none was needed. */
function sweep(rows: Matrix, product: Matrix): boolean {
  let rotated = false;
  for (let p = 0; p < rows.length; ++p) {
    for (let q = p + 1; q < rows.length; ++q) {
      const [xx, yy, xy] = [dot(rows[p], rows[p]), dot(rows[q], rows[q]), dot(rows[p], rows[q])];
      if (Number.isNaN(xx)) return false;
      if (xx >= yy && !(Math.abs(xy) > 2 * Number.EPSILON * Math.sqrt(xx) * Math.sqrt(yy))) continue;
      rotated = true;
      const [c, s] = rotation(xx, yy, xy);
      rotate(rows, p, q, c, s);
      rotate(product, p, q, c, s);
    }
  }
  return rotated;
}

/** Cosine and sine of the smaller angle or, where the second row is the longer one, its complement, which exchanges them. */
function rotation(xx: number, yy: number, xy: number): [number, number] {
  const ratio = Math.abs(xx - yy) / (2 * Math.abs(xy));
  const tangent = 1 / (ratio + Math.sqrt(1 + ratio * ratio));
  const major = 1 / Math.sqrt(1 + tangent * tangent);
  const minor = (xy < 0 ? -1 : 1) * tangent * major;
  return xx < yy ? [minor, major] : [major, minor];
}

function rotate(rows: Matrix, p: number, q: number, c: number, s: number): void {
  const [x, y] = [rows[p], rows[q]];
  rows[p] = x.map((value, i) => c * value + s * y[i]);
  rows[q] = y.map((value, i) => c * value - s * x[i]);
}
