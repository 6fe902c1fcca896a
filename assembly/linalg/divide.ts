/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix in float64 by divide and conquer (Cuppen 1981): its halves'
 * are put together by the roots of a rational function, and vectors computed from these roots as they are found are orthogonal
 * (Gu and Eisenstat 1995).
 *
 * Vectors are rows. Without vectors each row keeps the first and the last element alone, all that the next merge needs.
 */
import { at, set } from "./doubles";
import { product } from "./product";
import { rotate } from "./rows";
import { root } from "./secular";

/** Which half a vector lives in: one is 0 outside of its own. */
@inline const LEFT: usize = 0;
@inline const BOTH: usize = 1;
@inline const RIGHT: usize = 2;

let diagonal: usize = 0;
let beside: usize = 0;
let vectors: usize = 0;
let rowBytes: usize = 0;
let whole: bool = true;
/** Lists of float64: the vector that joins the halves, poles, their parts of that vector, roots, and what else is summed up. */
let joint: usize = 0;
let poles: usize = 0;
let parts: usize = 0;
let values: usize = 0;
let sums: usize = 0;
/** Lists of places. */
let order: usize = 0;
let kept: usize = 0;
let settled: usize = 0;
let sides: usize = 0;
let columns: usize = 0;
/** Matrices: what is left to combine, by what, and the outcome. */
let compact: usize = 0;
let mixing: usize = 0;
let combined: usize = 0;

@inline
function place(x: usize, i: usize): usize {
  return <usize>load<u32>(x + (i << 2));
}

@inline
function setPlace(x: usize, i: usize, value: usize): void {
  store<u32>(x + (i << 2), <u32>value);
}

/**
 * Replaces `d` by the ascending eigenvalues, and the rows of `z`, n or 2 elements each, by the vectors or their ends. `spare` has
 * room for 8 n numbers and three matrices, two of them with rows like `z`.
 */
export function divide(d: usize, e: usize, z: usize, n: usize, withVectors: bool, spare: usize): void {
  diagonal = d;
  beside = e;
  vectors = z;
  whole = withVectors;
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
  memory.fill(z, 0, n * rowBytes);
  for (let i: usize = 0; i < n; ++i) {
    set(z + i * rowBytes, withVectors ? i : 0, 1);
    if (!withVectors) set(z + i * rowBytes, 1, 1);
  }
  conquer(0, n);
}

function conquer(low: usize, high: usize): void {
  if (high - low < 2) return;
  const middle = (low + high) >> 1;
  const rho = at(beside, middle - 1);
  set(diagonal, middle - 1, at(diagonal, middle - 1) - Math.abs(rho));
  set(diagonal, middle, at(diagonal, middle) - Math.abs(rho));
  conquer(low, middle);
  conquer(middle, high);
  join(low, middle, high, rho);
}

/** Where the columns of a row begin that a merge from `low` on is about. */
@inline
function rowAt(i: usize, low: usize): usize {
  return vectors + i * rowBytes + (whole ? low << 3 : 0);
}

function join(low: usize, middle: usize, high: usize, rho: f64): void {
  const left: usize = whole ? middle - low : 1;
  const right: usize = whole ? high - middle : 1;
  const total = high - low;
  const bytes = (left + right) << 3;
  readJoint(low, middle, high, rho);
  merge(diagonal, low, middle, high);
  const count = deflate(low, total, left + right, 2 * Math.abs(rho));
  combine(low, count, left, right, 2 * Math.abs(rho));
  // What is settled goes behind what was combined, and both together into order.
  for (let i = count; i < total; ++i) {
    const row = place(settled, i - count);
    set(values, i, at(diagonal, row));
    memory.copy(combined + i * bytes, rowAt(row, low), bytes);
  }
  merge(values, 0, count, total);
  for (let i: usize = 0; i < total; ++i) {
    const from = place(order, i);
    set(diagonal, low + i, at(values, from));
    memory.copy(rowAt(low + i, low), combined + from * bytes, bytes);
  }
}

/** Lists the places of two ascending runs in ascending order. */
function merge(x: usize, low: usize, middle: usize, high: usize): void {
  let i = low;
  let j = middle;
  for (let to: usize = 0; to < high - low; ++to) {
    const first = j == high || (i < middle && at(x, i) <= at(x, j));
    setPlace(order, to, first ? i : j);
    if (first) ++i;
    else ++j;
  }
}

/** The vector that joins the halves, in the basis of their eigenvectors, of length 1. */
function readJoint(low: usize, middle: usize, high: usize, rho: f64): void {
  const first = Math.SQRT1_2;
  const second = rho < 0 ? -first : first;
  for (let i = low; i < high; ++i) {
    const row = vectors + i * rowBytes;
    const isLeft = i < middle;
    const column = whole ? (isLeft ? middle - 1 : middle) : isLeft ? 1 : 0;
    set(joint, i, (isLeft ? first : second) * at(row, column));
    // From now on a row is about the ends of both halves together.
    if (!whole) set(row, column, 0);
    setPlace(sides, i, isLeft ? LEFT : RIGHT);
  }
}

/**
 * Takes out what need not be combined: eigenvalues that the joining vector hardly touches, and of two that are nearly equal the
 * one that a rotation makes so. Lists the others' places and poles, and returns their count.
 */
function deflate(low: usize, total: usize, width: usize, rho: f64): usize {
  let largest: f64 = 0;
  for (let i = low; i < low + total; ++i) {
    largest = max(largest, max(Math.abs(at(diagonal, i)), Math.abs(at(joint, i))));
  }
  const tolerance = 8 * f64.EPSILON * largest;
  let count: usize = 0;
  let gone: usize = 0;
  for (let to: usize = 0; to < total; ++to) {
    const row = place(order, to);
    if (rho * Math.abs(at(joint, row)) <= tolerance) {
      settle(gone++, row);
      continue;
    }
    const before = count ? place(kept, count - 1) : 0;
    if (count && isRotatedAway(before, row, low, width, tolerance)) {
      settle(gone++, before);
      --count;
    }
    setPlace(kept, count++, row);
  }
  for (let i: usize = 0; i < count; ++i) {
    set(poles, i, at(diagonal, place(kept, i)));
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
  rotate(rowAt(first, low), rowAt(second, low), c, s, width);
  return true;
}

/** Writes the eigenvalues and vectors of what is left, `count` of them, in terms of the rows that are kept. */
function combine(low: usize, count: usize, left: usize, right: usize, rho: f64): void {
  for (let j: usize = 0; j < count; ++j) set(values, j, root(poles, parts, count, j, rho, mixing + j * count * 8));
  correctParts(count);
  const lefts = arrange(count, LEFT, 0);
  const both = arrange(count, BOTH, lefts);
  arrange(count, RIGHT, both);
  for (let j: usize = 0; j < count; ++j) mixRow(mixing + j * count * 8, count);
  // Rows of one half alone need no products with the other's zeros.
  const rightRows = compact + both * left * 8;
  for (let i: usize = 0; i < count; ++i) {
    const row = rowAt(place(kept, i), low);
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
}

/** Gives columns from `next` on to the rows of one side, and returns the column behind. */
function arrange(count: usize, side: usize, next: usize): usize {
  for (let i: usize = 0; i < count; ++i) {
    if (place(sides, place(kept, i)) == side) setPlace(columns, i, next++);
  }
  return next;
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
