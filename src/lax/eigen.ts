/** Eigenvalues and eigenvectors of stacks of symmetric matrices, with their derivatives. */

import { entry } from "../base/lists.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One, Two } from "../ir/primitive.ts";
import { traceToJaxpr } from "../ir/trace.ts";
import { add, div, mul, pow, sqrt, square, sub } from "./arithmetic.ts";
import { factorization, withDerivative } from "./decomposition.ts";
import { diagonal, identityLike, matmul, matrixShape, spread, transposed } from "./matrix.ts";
import { jacobi, reciprocals, scaled, sorted } from "./rotations.ts";
import { reduceSum } from "./shape.ts";
import { stopGradient } from "./stop-gradient.ts";

/** Up to this size rotations take less time, most of all for many matrices at once. */
const SMALL = 12;

/** The numbers that EIGEN works with, counted in float64; assembly/linalg/eigen.ts says what for. */
const roomFor = (n: number, withVectors: boolean): number =>
  n * n + 3 * n + (withVectors ? 4 * n * n + 64 * n + 1024 : n * n + 14 * n) + 16;

/** The ascending eigenvalues behind the eigenvectors as rows: all of these for a count of n, none for 0. */
const eigenKernel = /* @__PURE__ */ factorization("EIGEN", (n) => [[n, n], [n]], {
  room: ([{ shape, dtype }], { count }) => roomFor(entry(shape, -1), count > 0) * (dtype === "float64" ? 1 : 2),
  without: ([a]) => traceToJaxpr((inputs) => byRotations(entry(inputs, 0)), [a]).jaxpr,
});

/** Negated and shifted to positive eigenvalues, a matrix has them as its descending singular values. */
function byRotations(a: NDArray): [vectors: NDArray, values: NDArray] {
  const [x] = scaled(a);
  // A bound of the eigenvalues that is at most n^(1/8) of the largest.
  const fourth = matmul(matmul(x, x), matmul(x, x));
  const bound = pow(reduceSum(square(fourth), { axes: [-2, -1] }), 1 / 8);
  const shift = spread(add(mul(bound, 1.25), 0.25), x);
  const [rows] = jacobi(sub(mul(identityLike(x), shift), x));
  const lengths = sqrt(reduceSum(square(rows), { axes: [-1] }));
  const vectors = div(rows, spread(lengths, rows, -2));
  const values = reduceSum(mul(vectors, matmul(vectors, a)), { axes: [-1] });
  return [vectors, sorted(values, false)];
}

/** Giles, "An extended collection of matrix derivative results" (2008), 3.1; for distinct eigenvalues. */
const attachEigh = /* @__PURE__ */ withDerivative<Two>("eigh", (_, [w, v], da) => {
  const [values, vectors] = [w, v];
  const inner = matmul(transposed(vectors), matmul(da, vectors));
  const factors = reciprocals(sub(spread(values, inner, -1), spread(values, inner, -2)));
  return [diagonal(inner), matmul(vectors, mul(factors, inner))];
});

/** Ascending eigenvalues and the eigenvectors, as columns, of symmetric matrices. */
export function eigh(a: NDArray): [w: NDArray, v: NDArray] {
  const constant = stopGradient(a);
  const [n] = matrixShape(a);
  const [rows, values] = n > SMALL ? eigenKernel(constant, n) : byRotations(constant);
  return attachEigh(a, [values, transposed(rows)]);
}

/** The vectors are computed for derivatives alone. */
const attachEigenvalues = /* @__PURE__ */ withDerivative<One>("eigvalsh", (a, _, da) => {
  const [, vectors] = eigh(a);
  return [diagonal(matmul(transposed(vectors), matmul(da, vectors)))];
});

/** The ascending eigenvalues of symmetric matrices. */
export function eigvalsh(a: NDArray): NDArray {
  const constant = stopGradient(a);
  const [, values] = matrixShape(a)[0] > SMALL ? eigenKernel(constant, 0) : byRotations(constant);
  return attachEigenvalues(a, [values])[0];
}
