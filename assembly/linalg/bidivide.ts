/**
 * Singular values and vectors of an upper bidiagonal matrix in float64 by divide and conquer (Gu and Eisenstat 1995).
 *
 * Between two halves of rows lies one that joins them. Each half, and both together, have one column more than rows, and so a
 * right vector of no value beside those of the singular values: the last row's.
 */
import { at, set, TINY } from "./doubles";
import {
  begin,
  BOTH,
  diagonal,
  joint,
  LEFT,
  listAscending,
  merge,
  order,
  RIGHT,
  rowAt,
  setPlace,
  sides,
  takeEnd,
  vectors,
  whole,
} from "./merge";
import { rotate } from "./rows";

let beside: usize = 0;

/**
 * Replaces `d` by the ascending singular values of the matrix with `n` rows, whose last column, of `e[n - 1]` alone, is 0. The n + 1
 * rows of `v` and `u` become the right and left vectors with a 0 behind each, and one more; without vectors, when `u` is 0, `v`
 * keeps ends. `begin` says what is needed, for n + 1.
 */
export function divideBidiagonal(d: usize, e: usize, v: usize, u: usize, n: usize, spare: usize): void {
  begin(d, v, u, n + 1, u != 0, true, spare);
  beside = e;
  conquer(0, n);
}

function conquer(low: usize, high: usize): void {
  if (low == high) return;
  const middle = (low + high) >> 1;
  conquer(low, middle);
  conquer(middle + 1, high);
  readJoint(low, middle, high);
  setPlace(order, 0, middle);
  listAscending(diagonal, low, middle, middle + 1, high, order + 4);
  merge(low, high - low, whole ? middle + 1 - low : 1, whole ? high - middle : 1, 1);
}

/**
 * The row between the halves in the basis of their right vectors; of the two without value it needs one combination alone, whose
 * place is the row's own.
 */
function readJoint(low: usize, middle: usize, high: usize): void {
  const before = at(diagonal, middle);
  const behind = at(beside, middle);
  for (let i = low; i <= high; ++i) {
    const isLeft = i <= middle;
    set(joint, i, (isLeft ? before : behind) * takeEnd(i, isLeft ? middle : middle + 1, isLeft));
    setPlace(sides, i, isLeft ? LEFT : RIGHT);
  }
  const x = at(joint, middle);
  const y = at(joint, high);
  const both = Math.abs(y) > TINY;
  const length = both ? Math.sqrt(x * x + y * y) : Math.abs(x);
  const c = both ? x / length : copysign<f64>(1, x);
  const s = both ? y / length : 0;
  set(diagonal, middle, 0);
  set(joint, middle, length);
  setPlace(sides, middle, BOTH);
  rotate(rowAt(vectors, middle, low), rowAt(vectors, high, low), c, s, whole ? high + 1 - low : 2);
}
