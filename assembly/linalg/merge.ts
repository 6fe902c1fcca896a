/**
 * What divide and conquer does with two halves, for eigenvalues and singular values alike: a vector joins them, and the new values,
 * or their squares, are the roots of a rational function of it and the halves' values (Cuppen 1981). Vectors computed from these
 * roots as they are found are orthogonal (Gu and Eisenstat 1995).
 *
 * Vectors are rows. Without vectors each row keeps the first and the last element alone, all that the next merge needs.
 */
import { at, set, TINY } from "./doubles";
import { product } from "./product";
import { divide, rotate } from "./rows";
import { root } from "./secular";

/** Which half a vector lives in: one is 0 outside of its own. */
@inline export const LEFT: usize = 0;
@inline export const BOTH: usize = 1;
@inline export const RIGHT: usize = 2;

/** The halves' values, and their eigenvectors or right singular vectors. */
export let diagonal: usize = 0;
export let vectors: usize = 0;
/** Left singular vectors. */
let partners: usize = 0;
let singular: bool = false;
let rowBytes: usize = 0;
export let whole: bool = true;
/** Lists of float64: the vector that joins the halves, poles, their parts of that vector, roots, and what else is summed up. */
export let joint: usize = 0;
let poles: usize = 0;
let parts: usize = 0;
let values: usize = 0;
let sums: usize = 0;
/** Lists of places: the halves' values in order of size, which of them are left to combine, and which aren't. */
export let order: usize = 0;
let kept: usize = 0;
let settled: usize = 0;
export let sides: usize = 0;
let columns: usize = 0;
/** Matrices: what is left to combine, by what, and the outcome. */
let compact: usize = 0;
let mixing: usize = 0;
let combined: usize = 0;

@inline
export function place(x: usize, i: usize): usize {
  return <usize>load<u32>(x + (i << 2));
}

@inline
export function setPlace(x: usize, i: usize, value: usize): void {
  store<u32>(x + (i << 2), <u32>value);
}

/**
 * Begins with the unit vectors as the `n` rows of `z`, n or 2 elements each, and of `u`, unless that is 0. `spare` has room for
 * 8 n numbers and three matrices, two of them with rows like `z`.
 */
export function begin(d: usize, z: usize, u: usize, n: usize, withVectors: bool, isSingular: bool, spare: usize): void {
  diagonal = d;
  vectors = z;
  partners = u;
  whole = withVectors;
  singular = isSingular;
  rowBytes = withVectors ? n << 3 : 16;
  joint = spare;
  poles = joint + (n << 3);
  parts = poles + (n << 3);
  values = parts + (n << 3);
  sums = values + (n << 3);
  order = sums + (n << 3);
  kept = order + (n << 2);
  settled = kept + (n << 2);
  sides = settled + (n << 2);
  columns = sides + (n << 2);
  compact = spare + ((8 * n) << 3);
  mixing = compact + n * rowBytes;
  combined = mixing + n * n * 8;
  fillUnits(z, n);
  if (u) fillUnits(u, n);
}

function fillUnits(z: usize, n: usize): void {
  memory.fill(z, 0, n * rowBytes);
  for (let i: usize = 0; i < n; ++i) {
    set(z + i * rowBytes, whole ? i : 0, 1);
    if (!whole) set(z + i * rowBytes, 1, 1);
  }
}

/** Where the columns of a row begin that a merge from `low` on is about. */
@inline
export function rowAt(matrix: usize, i: usize, low: usize): usize {
  return matrix + i * rowBytes + (whole ? low << 3 : 0);
}

/**
 * The end of a row that touches the other half, at `column` if it is whole. Without vectors it becomes 0: from now on the row is
 * about the ends of both halves together.
 */
export function takeEnd(i: usize, column: usize, isLeft: bool): f64 {
  const row = vectors + i * rowBytes;
  const end = at(row, whole ? column : usize(isLeft));
  if (!whole) set(row, usize(isLeft), 0);
  return end;
}

/** Lists the places of two ascending runs in ascending order. */
export function listAscending(x: usize, i: usize, middle: usize, j: usize, end: usize, to: usize): void {
  for (; i < middle || j < end; to += 4) {
    const first = j == end || (i < middle && at(x, i) <= at(x, j));
    setPlace(to, 0, first ? i : j);
    if (first) ++i;
    else ++j;
  }
}

/**
 * Replaces the values and vectors of the `total` rows from `low` on, listed in `order`, by those of the halves together, whose
 * vectors have `left` and `right` columns: of `D + rho z z^T`, z in `joint`, or the singular ones of D with z in the place of the
 * first listed row.
 */
export function merge(low: usize, total: usize, left: usize, right: usize, rho: f64): void {
  const count = deflate(low, total, left + right, rho);
  if (singular) rho = normalize(count);
  for (let j: usize = 0; j < count; ++j) set(values, j, root(poles, parts, count, j, rho, mixing + j * count * 8));
  correctParts(count);
  const lefts = arrange(count, LEFT, 0);
  const both = arrange(count, BOTH, lefts);
  arrange(count, RIGHT, both);
  for (let j: usize = 0; j < count; ++j) mixRow(mixing + j * count * 8, count);
  // What is settled goes behind what was combined, and both together into order.
  for (let j: usize = 0; singular && j < count; ++j) set(values, j, Math.sqrt(at(values, j)));
  for (let i = count; i < total; ++i) set(values, i, at(diagonal, place(settled, i - count)));
  listAscending(values, 0, count, count, total, order);
  combine(vectors, low, total, count, left, right, lefts, both);
  if (partners) {
    for (let j: usize = 0; j < count; ++j) mixPartner(mixing + j * count * 8, count, at(values, j));
    combine(partners, low, total, count, left, right, lefts, both);
  }
  for (let i: usize = 0; i < total; ++i) set(diagonal, low + i, at(values, place(order, i)));
}

/**
 * Takes out what need not be combined: eigenvalues that the joining vector hardly touches, and of two that are nearly equal the
 * one that a rotation makes so; never the row that joins the halves of singular values, whose own value is 0. Lists the others'
 * places and poles, and returns their count.
 */
function deflate(low: usize, total: usize, width: usize, rho: f64): usize {
  let largest: f64 = 0;
  for (let i = low; i < low + total; ++i) {
    largest = max(largest, max(Math.abs(at(diagonal, i)), Math.abs(at(joint, i))));
  }
  const tolerance = max(8 * f64.EPSILON * largest, TINY);
  let count: usize = 0;
  let gone: usize = 0;
  for (let to: usize = 0; to < total; ++to) {
    const row = place(order, to);
    const isFixed = singular && !to;
    if (!isFixed && rho * Math.abs(at(joint, row)) <= tolerance) {
      settle(gone++, row);
      continue;
    }
    const before = count ? place(kept, count - 1) : 0;
    if (count > usize(singular) && isRotatedAway(before, row, low, width, tolerance)) {
      settle(gone++, before);
      --count;
    }
    setPlace(kept, count++, row);
  }
  const first = place(kept, 0);
  if (singular && count == 1) {
    // No other row touches the one that joins the halves.
    set(diagonal, first, at(joint, first));
    settle(gone, first);
    return 0;
  }
  if (singular) set(joint, first, max(at(joint, first), tolerance));
  for (let i: usize = 0; i < count; ++i) {
    const value = at(diagonal, place(kept, i));
    set(poles, i, singular && i ? max(value, 0.5 * tolerance) ** 2 : value);
    set(parts, i, at(joint, place(kept, i)));
  }
  return count;
}

/** Inserts a row among those that are settled, which are in order of their eigenvalues. */
function settle(count: usize, row: usize): void {
  const value = at(diagonal, row);
  let i = count;
  for (; i && at(diagonal, place(settled, i - 1)) > value; --i) setPlace(settled, i, place(settled, i - 1));
  setPlace(settled, i, row);
}

/** Rotates two vectors so that the joining vector has no part along the first, if the matrix is the same up to rounding. */
function isRotatedAway(first: usize, second: usize, low: usize, width: usize, tolerance: f64): bool {
  const x = at(joint, first);
  const y = at(joint, second);
  const length = Math.sqrt(x * x + y * y);
  const c = y / length;
  const s = -x / length;
  const dx = at(diagonal, first);
  const dy = at(diagonal, second);
  if (!(Math.abs((dy - dx) * c * s) <= tolerance)) return false;
  set(joint, first, 0);
  set(joint, second, length);
  set(diagonal, first, dx * c * c + dy * s * s);
  set(diagonal, second, dx * s * s + dy * c * c);
  if (place(sides, first) != place(sides, second)) setPlace(sides, second, BOTH);
  rotate(rowAt(vectors, first, low), rowAt(vectors, second, low), c, s, width);
  if (partners) rotate(rowAt(partners, first, low), rowAt(partners, second, low), c, s, width);
  return true;
}

/** Divides the joining vector's parts by its length, and returns the square of that. */
function normalize(count: usize): f64 {
  let square: f64 = 0;
  for (let i: usize = 0; i < count; ++i) square += at(parts, i) * at(parts, i);
  const length = Math.sqrt(square);
  for (let i: usize = 0; i < count; ++i) set(parts, i, at(parts, i) / length);
  return square;
}

/** Gives columns from `next` on to the rows of one side, and returns the column behind. */
function arrange(count: usize, side: usize, next: usize): usize {
  for (let i: usize = 0; i < count; ++i) {
    if (place(sides, place(kept, i)) == side) setPlace(columns, i, next++);
  }
  return next;
}

/** Replaces rows by the products of `mixing` with those that are kept, and by those that are settled, in order. */
function combine(
  matrix: usize,
  low: usize,
  total: usize,
  count: usize,
  left: usize,
  right: usize,
  lefts: usize,
  both: usize,
): void {
  // Rows of one half alone need no products with the other's zeros.
  const rightRows = compact + both * left * 8;
  for (let i: usize = 0; i < count; ++i) {
    const row = rowAt(matrix, place(kept, i), low);
    const column = place(columns, i);
    if (column < both) memory.copy(compact + column * left * 8, row, left << 3);
    if (column >= lefts) memory.copy(rightRows + (column - lefts) * right * 8, row + (left << 3), right << 3);
  }
  const bytes = (left + right) << 3;
  memory.fill(combined, 0, count * bytes);
  if (both) product(mixing, count << 3, compact, 8, left << 3, combined, bytes, count, left, both);
  if (lefts < count) {
    const rest = combined + (left << 3);
    product(mixing + (lefts << 3), count << 3, rightRows, 8, right << 3, rest, bytes, count, right, count - lefts);
  }
  for (let i = count; i < total; ++i) {
    memory.copy(combined + i * bytes, rowAt(matrix, place(settled, i - count), low), bytes);
  }
  for (let i: usize = 0; i < total; ++i) {
    memory.copy(rowAt(matrix, low + i, low), combined + place(order, i) * bytes, bytes);
  }
}

/** Multiplies by the distances of some poles from a root over those from the pole before it. */
function multiplyByRatios(distances: usize, pole: f64, first: usize, last: usize): void {
  let i = first << 3;
  const end = last << 3;
  for (; i + 16 <= end; i += 16) {
    const ratio = f64x2.div(v128.load(distances + i), f64x2.sub(v128.load(poles + i), f64x2.splat(pole)));
    v128.store(sums + i, f64x2.mul(v128.load(sums + i), ratio));
  }
  if (i < end) {
    store<f64>(sums + i, load<f64>(sums + i) * (load<f64>(distances + i) / (load<f64>(poles + i) - pole)));
  }
}

/** The joining vector that has exactly the roots as they were found (Löwner's formula); only its lengths change. */
function correctParts(count: usize): void {
  for (let i: usize = 0; i < count; ++i) set(sums, i, 1);
  for (let j: usize = 0; j < count; ++j) {
    const distances = mixing + j * count * 8;
    multiplyByRatios(distances, at(poles, j), 0, j);
    set(sums, j, at(sums, j) * at(distances, j));
    multiplyByRatios(distances, at(poles, j), j + 1, count);
  }
  for (let i: usize = 0; i < count; ++i) set(parts, i, copysign<f64>(Math.sqrt(Math.abs(at(sums, i))), at(parts, i)));
}

/** Replaces a root's distances by its vector of length 1, in the columns' order. */
function mixRow(row: usize, count: usize): void {
  let square: f64 = 0;
  for (let i: usize = 0; i < count; ++i) {
    const element = at(parts, i) / at(row, i);
    set(sums, i, element);
    square += element * element;
  }
  const length = Math.sqrt(square);
  for (let i: usize = 0; i < count; ++i) set(row, place(columns, i), at(sums, i) / length);
}

/** Replaces a right singular vector by the left one: D times it but for its first element, `sigma^2 v_0 / z_0`. */
function mixPartner(row: usize, count: usize, sigma: f64): void {
  let square: f64 = 0;
  for (let i: usize = 0; i < count; ++i) {
    const factor = i ? Math.sqrt(at(poles, i)) : (sigma * sigma) / at(parts, 0);
    const element = factor * at(row, place(columns, i));
    set(row, place(columns, i), element);
    square += element * element;
  }
  divide(row, Math.sqrt(square), count);
}
