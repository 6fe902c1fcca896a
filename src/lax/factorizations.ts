/** Cholesky, QR and singular value decompositions of stacks of matrices, with their derivatives. */

import { UnsupportedError } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One, Three, Two } from "../ir/primitive.ts";
import { abs, add, div, max, mul, neg, sqrt, square, sub } from "./arithmetic.ts";
import { factorization, withDerivative } from "./decomposition.ts";
import { eq, lt, select } from "./logic.ts";
import { diagonal, matmul, matrixShape, side, spread, transposed } from "./matrix.ts";
import { jacobi, reciprocals, scaled, sorted } from "./rotations.ts";
import { reduceSum } from "./shape.ts";
import { concatenate, sliceInDim } from "./slice.ts";
import { substitute } from "./solve.ts";

const choleskyKernel = /* @__PURE__ */ factorization("CHOLESKY", (n) => [[n, n]]);
/** Takes and gives transposed matrices. */
const householder = /* @__PURE__ */ factorization("HOUSEHOLDER", (n, m, k) => [
  [n, m],
  [k, m],
]);
/** Murray, "Differentiation of the Cholesky decomposition" (2016), equation 8. */
const attachCholesky = /* @__PURE__ */ withDerivative<One>("cholesky_factor", (_, [factor], da) => {
  const l = factor;
  const inner = substitute(l, transposed(substitute(l, transposed(da), true)), true);
  return [matmul(l, mul(inner, mul(add(side(inner), 1), 0.5)))];
});

/** The lower triangular `L` with `L L^T = a` for a symmetric `a`, whose lower triangle alone is read. */
export const cholesky = (a: NDArray): NDArray => attachCholesky(a, choleskyKernel(a))[0];

function needsReduced(name: string, vectors: NDArray, count: number): void {
  if (vectors.shape.at(-1) === count) return;
  throw new UnsupportedError(
    `${name}: there is no derivative of more vectors than columns (fullMatrices, mode "complete") of a matrix that ` +
      "isn't square; use the reduced decomposition.",
  );
}

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

/** Giles, "An extended collection of matrix derivative results" (2008), 3.2; for distinct singular values. */
const attachSvd = /* @__PURE__ */ withDerivative<Three>("svd", (a, [u, s, vT], da) => {
  const [left, values, right] = [u, s, vT];
  const [rows, columns] = matrixShape(a);
  needsReduced("svd", left, columns);
  const moved = matmul(da, transposed(right));
  const inner = matmul(transposed(left), moved);
  const [ofRows, ofColumns] = [spread(values, inner, -2), spread(values, inner, -1)];
  // Divided by the sum and the difference in turn: their product may overflow, or vanish.
  const sum = add(ofColumns, ofRows);
  const positive = select(eq(sum, 0), 1, sum);
  const factors = reciprocals(sub(ofColumns, ofRows));
  const symmetric = (x: NDArray): NDArray => mul(factors, add(x, transposed(x)));
  const dLeft = matmul(left, symmetric(mul(div(ofColumns, positive), inner)));
  const outside = div(sub(moved, matmul(left, inner)), spread(values, moved, -1));
  const dRight = matmul(transposed(symmetric(mul(div(ofRows, positive), inner))), right);
  return [rows > columns ? add(dLeft, outside) : dLeft, diagonal(inner), dRight];
});

/** `u`, descending `s` and `vT` with `u diag(s) vT = a`; with `complete` square `u` and `vT`. */
export function svd(a: NDArray, complete: boolean): [u: NDArray, s: NDArray, vT: NDArray] {
  const [rows, columns] = matrixShape(a);
  if (rows < columns) {
    const [u, s, vT] = svd(transposed(a), complete);
    return [transposed(vT), s, transposed(u)];
  }
  const [x, size] = scaled(a);
  // The rows are a's columns: orthogonal after the rotations, they are s u, which the second step makes a basis.
  const [w, v] = jacobi(transposed(x), columns);
  const [rT, uT] = householder(w, complete ? rows : columns);
  // Rotations change lengths a little; those of v, which should be 1, tell how much.
  const lengths = sqrt(reduceSum(square(v), { axes: [-1] }));
  const values = div(diagonal(mul(rT, spread(size, rT))), lengths);
  const vT = div(v, spread(select(lt(values, 0), neg(lengths), lengths), v, -2));
  return attachSvd(a, [transposed(uT), sorted(abs(values), true), vT]);
}
