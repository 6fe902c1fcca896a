/** Eigenvalues and eigenvectors of a symmetric tridiagonal matrix in float64 by divide and conquer (Cuppen 1981). */
import { at, set } from "./doubles";
import {
  begin,
  diagonal,
  joint,
  LEFT,
  listAscending,
  merge,
  order,
  RIGHT,
  setPlace,
  sides,
  takeEnd,
  whole,
} from "./merge";

let beside: usize = 0;

/** Replaces `d` by the ascending eigenvalues, and the rows of `z` by the vectors or their ends; `begin` says what is needed. */
export function divide(d: usize, e: usize, z: usize, n: usize, withVectors: bool, spare: usize): void {
  begin(d, z, 0, n, withVectors, false, spare);
  beside = e;
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
  readJoint(low, middle, high, rho);
  listAscending(diagonal, low, middle, middle, high, order);
  merge(low, high - low, whole ? middle - low : 1, whole ? high - middle : 1, 2 * Math.abs(rho));
}

/** The vector that joins the halves, in the basis of their eigenvectors, of length 1. */
function readJoint(low: usize, middle: usize, high: usize, rho: f64): void {
  const first = Math.SQRT1_2;
  const second = rho < 0 ? -first : first;
  for (let i = low; i < high; ++i) {
    const isLeft = i < middle;
    set(joint, i, (isLeft ? first : second) * takeEnd(i, isLeft ? middle - 1 : middle, isLeft));
    setPlace(sides, i, isLeft ? LEFT : RIGHT);
  }
}
