/** Cholesky and QR decompositions of stacks of matrices, with their derivatives. */

import type { NDArray } from "../ir/ndarray.ts";
import type { One, Two } from "../ir/primitive.ts";
import { add, max, mul, sub } from "./arithmetic.ts";
import { factorization, withDerivative } from "./decomposition.ts";
import { matmul, matrixShape, side, spread, transposed } from "./matrix.ts";
import { householder, needsReduced, scaled } from "./rotations.ts";
import { concatenate, sliceInDim } from "./slice.ts";
import { substitute } from "./solve.ts";

const choleskyKernel = /* @__PURE__ */ factorization("CHOLESKY", (n) => [[n, n]]);
/** Murray, "Differentiation of the Cholesky decomposition" (2016), equation 8. */
const attachCholesky = /* @__PURE__ */ withDerivative<One>("cholesky_factor", (_, [factor], da) => {
  const l = factor;
  const inner = substitute(l, transposed(substitute(l, transposed(da), true)), true);
  return [matmul(l, mul(inner, mul(add(side(inner), 1), 0.5)))];
});

/** The lower triangular `L` with `L L^T = a` for a symmetric `a`, whose lower triangle alone is read. */
export const cholesky = (a: NDArray): NDArray => attachCholesky(a, choleskyKernel(a))[0];

/** Townsend, "Differentiating the QR decomposition" (2018). */
const attachQr = /* @__PURE__ */ withDerivative<Two>("qr", (a, [q, r], da) => {
  const [vectors, triangle] = [q, r];
  needsReduced("qr", vectors, matrixShape(a)[1]);
  const solved = transposed(substitute(triangle, transposed(da), false, true));
  const inner = matmul(transposed(vectors), solved);
  const below = mul(inner, max(side(inner), 0));
  const upper = sub(inner, sub(below, transposed(below)));
  return [sub(solved, matmul(vectors, upper)), matmul(upper, triangle)];
});

/** Orthonormal columns `q` and an upper triangular `r` with `q r = a`; with `complete` the square `q`. */
export function qr(a: NDArray, complete: boolean): [q: NDArray, r: NDArray] {
  const [rows, columns] = matrixShape(a);
  const last = a.ndim - 1;
  if (rows < columns) {
    const [q, r] = qr(sliceInDim(a, 0, rows, last), complete);
    return [q, concatenate([r, matmul(transposed(q), sliceInDim(a, rows, columns, last))], { dimension: last })];
  }
  const [x, size] = scaled(a);
  const [rT, qT] = householder(transposed(x), complete ? rows : columns);
  const r = sliceInDim(transposed(rT), 0, matrixShape(qT)[0], last - 1);
  return attachQr(a, [transposed(qT), mul(r, spread(size, r))]);
}
