/** Jacobi's rotations and Householder's reflections, and what the decompositions by them have in common. */
import { UnsupportedError } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, div, reciprocal, sub } from "./arithmetic.ts";
import { factorization } from "./decomposition.ts";
import { identityLike, magnitude, spread } from "./matrix.ts";
import { sortWithPlaces } from "./sort.ts";
import { stopGradient } from "./stop-gradient.ts";

/** Rows made orthogonal by rotations, longest first, and the product of the rotations. */
export const jacobi = /* @__PURE__ */ factorization("JACOBI", (n, m, k) => [
  [n, m],
  [n, k],
]);

/** Takes and gives transposed matrices. */
export const householder = /* @__PURE__ */ factorization("HOUSEHOLDER", (n, m, k) => [
  [n, m],
  [k, m],
]);
/** Divided by their largest elements, so that no square overflows or vanishes; and these. */
export function scaled(a: NDArray): [NDArray, NDArray] {
  const constant = stopGradient(a);
  const size = magnitude(constant);
  return [div(constant, spread(size, a)), size];
}

/** Sorted once more: rounding may exchange what is nearly equal. */
export const sorted = (x: NDArray, descending: boolean): NDArray => sortWithPlaces(x, x.ndim - 1, descending)[0];

/** `1 / difference` off the diagonal, 0 on it. */
export function reciprocals(difference: NDArray): NDArray {
  const identity = identityLike(difference);
  return sub(reciprocal(add(difference, identity)), identity);
}

export function needsReduced(name: string, vectors: NDArray, count: number): void {
  if (vectors.shape.at(-1) === count) return;
  throw new UnsupportedError(
    `${name}: there is no derivative of more vectors than columns (fullMatrices, mode "complete") of a matrix that ` +
      "isn't square; use the reduced decomposition.",
  );
}
