/** Singular values and vectors of stacks of matrices, with their derivatives. */

import { entry } from "../base/lists.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One, Three } from "../ir/primitive.ts";
import { traceToJaxpr } from "../ir/trace.ts";
import { abs, add, div, mul, sign, sqrt, square, sub } from "./arithmetic.ts";
import { factorization, withDerivative } from "./decomposition.ts";
import { eq, ge, select } from "./logic.ts";
import { diagonal, matmul, matrixShape, spread, transposed } from "./matrix.ts";
import { householder, jacobi, needsReduced, reciprocals, scaled, sorted } from "./rotations.ts";
import { reduceSum } from "./shape.ts";
import { sliceInDim } from "./slice.ts";
import { stopGradient } from "./stop-gradient.ts";

/** Up to so many columns rotations take less time, most of all for many matrices at once. */
const SMALL = 12;

/** The numbers that SVD works with, counted in float64; assembly/linalg/singular.ts says what for. */
function roomFor(n: number, m: number, count: number): number {
  const vectors = count ? 2 : 0;
  const triangle = 2 * m > 3 * n ? n * n : 0;
  const rows = n + 1;
  const dividing = (vectors + 1) * rows ** 2 + 12 * rows;
  const reflecting = (vectors / 2 + 1) * n * m + 32 * (n + m) + 1024;
  return n * (m + n + 5) + triangle + 2 * rows * (count ? rows : 1) + Math.max(dividing, reflecting) + 16;
}

/** Of transposed matrices: `count` left vectors and all right ones as rows, for 0 none, and between them the descending values. */
const svdKernel = /* @__PURE__ */ factorization("SVD", (n, m, count) => [[count, m], [n], [n, n]], {
  room: ([{ shape, dtype }], { count }) =>
    roomFor(entry(shape, -2), entry(shape, -1), count) * (dtype === "float64" ? 1 : 2),
  without: ([a], { count }) => traceToJaxpr((inputs) => byRotations(entry(inputs, 0), count), [a]).jaxpr,
});

/** The same by rotations. */
function byRotations(a: NDArray, count: number): [uT: NDArray, s: NDArray, vT: NDArray] {
  const [columns] = matrixShape(a);
  const [x, size] = scaled(a);
  // The rows are the matrix's columns: orthogonal after the rotations, they are s u, which the second step makes a basis.
  const [w, v] = jacobi(x, columns);
  const [rT, uT] = householder(w, Math.max(count, columns));
  // Rotations change lengths a little; those of v, which should be 1, tell how much.
  const lengths = sqrt(reduceSum(square(v), { axes: [-1] }));
  const values = div(diagonal(mul(rT, spread(size, rT))), lengths);
  // NaN for NaN.
  const signed = select(ge(values, 0), lengths, mul(lengths, sign(values)));
  const vT = div(v, spread(signed, v, -2));
  return [sliceInDim(uT, 0, count, uT.ndim - 2), sorted(abs(values), true), vT];
}

/** Giles, "An extended collection of matrix derivative results" (2008), 3.2; for distinct singular values. */
const attachSvd = /* @__PURE__ */ withDerivative<Three>("svd_factors", (a, [u, s, vT], da) => {
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
  const decompose = columns > SMALL ? svdKernel : byRotations;
  const [uT, s, vT] = decompose(transposed(stopGradient(a)), complete ? rows : columns);
  return attachSvd(a, [transposed(uT), s, vT]);
}

/** The vectors are computed for derivatives alone. */
const attachSingularValues = /* @__PURE__ */ withDerivative<One>("svdvals", (a, _, da) => {
  const [u, , vT] = svd(a, false);
  return [diagonal(matmul(transposed(u), matmul(da, transposed(vT))))];
});

/** The descending singular values. */
export function svdvals(a: NDArray): NDArray {
  const [rows, columns] = matrixShape(a);
  if (Math.min(rows, columns) <= SMALL) return svd(a, false)[1];
  const constant = stopGradient(a);
  const [, s] = svdKernel(rows < columns ? constant : transposed(constant), 0);
  return attachSingularValues(a, [s])[0];
}
