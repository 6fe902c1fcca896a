/** `numpy.linalg`: linear algebra on matrices and stacks of them, whose batch axes stand in front. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import { broadcastShapes } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as determinant from "../lax/determinant.ts";
import * as eigen from "../lax/eigen.ts";
import * as factorizations from "../lax/factorizations.ts";
import * as lax from "../lax/index.ts";
import { identityLike, matmul, transposed } from "../lax/matrix.ts";
import type { Binary } from "../lax/nary.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { lu, solveFactorized } from "../lax/solve.ts";
import { tril, triu } from "./creation.ts";
import { einsum } from "./einsum.ts";
import type { ArrayList } from "./join.ts";
import { inverse, matrices } from "./matrices.ts";
import { asArrays, checkInteger } from "./operands.ts";

const symmetric = (a: NDArray): NDArray => lax.mul(lax.add(a, transposed(a)), 0.5);

/** Options of `np.linalg.cholesky`. */
export interface CholeskyOptions {
  /** Whether the upper triangular factor is returned. */
  readonly upper?: boolean;
  /** Whether `(a + a^T) / 2` is decomposed (the default) and not what the lower triangle alone says. */
  readonly symmetrizeInput?: boolean;
}

/**
 * The lower triangular `L` with `L L^T = a`, or `U = L^T` with `upper`, for symmetric positive definite matrices `(..., n, n)`.
 * NaN for others. Source: `jax.numpy.linalg.cholesky`.
 * @throws ShapeError when the matrices aren't square.
 * @example np.linalg.cholesky(np.array([[4, 2], [2, 5]])) // [[2, 0], [1, 2]]
 */
export function cholesky(a: ArrayLike, ...args: Arguments<[], CholeskyOptions>): NDArray {
  const fn = "numpy.linalg.cholesky";
  const named = namedArguments<CholeskyOptions>(fn, ["upper", "symmetrizeInput"], args, 0);
  const { upper = false, symmetrizeInput = true } = named;
  const given = matrices(fn, a, true);
  const factor = factorizations.cholesky(symmetrizeInput ? symmetric(given) : given);
  return upper ? transposed(factor) : factor;
}

/**
 * The `x` with `a x = b`, for `a` of shape `(..., n, n)` and `b` `(n,)` or `(..., n, k)`; batch axes broadcast. Not finite where
 * `a` is exactly singular. Source: `jax.numpy.linalg.solve`.
 * @throws ShapeError when the shapes don't fit.
 * @example np.linalg.solve(np.array([[2, 0], [0, 4]]), np.array([2, 8])) // [1, 2]
 */
export const solve: Binary = (a: ArrayLike, b: ArrayLike, ...rest: unknown[]) => {
  const fn = "numpy.linalg.solve";
  noMore(fn, rest);
  const [x, y] = promoteToFloat(fn, [a, b], ["a", "b"]);
  const matrix = matrices(fn, x, true);
  const n = entry(matrix.shape, -1);
  if (y.ndim === 0 || y.shape.at(y.ndim === 1 ? -1 : -2) !== n) {
    throw new ShapeError(
      `${fn}: a ${formatShape(matrix.shape)} needs a b of shape (${n},) or (..., ${n}, k), got ${formatShape(y.shape)}.`,
    );
  }
  const rhs = y.ndim === 1 ? lax.reshape(y, { newSizes: [n, 1] }) : y;
  const batch = broadcastShapes(fn, [matrix.shape.slice(0, -2), rhs.shape.slice(0, -2)]);
  const [factors, pivots] = mapEach(lu(matrix), (f) => broadcastTo(f, [...batch, ...f.shape.slice(matrix.ndim - 2)]));
  const stacked = (m: NDArray): NDArray => broadcastTo(m, [...batch, ...m.shape.slice(-2)]);
  const solved = solveFactorized(stacked(matrix), [factors, pivots], stacked(rhs));
  return y.ndim === 1 ? lax.reshape(solved, { newSizes: solved.shape.slice(0, -1) }) : solved;
};

/** A function of square matrices that takes nothing else. */
function ofSquare<Out>(name: string, apply: (a: NDArray) => Out): (a: ArrayLike) => Out {
  const fn = `numpy.linalg.${name}`;
  return (a: ArrayLike, ...rest: unknown[]) => {
    noMore(fn, rest);
    return apply(matrices(fn, a, true));
  };
}

/**
 * The inverse of matrices `(..., n, n)`. Not finite where one is exactly singular; `solve` is more exact than a product with
 * it. Source: `jax.numpy.linalg.inv`.
 * @example np.linalg.inv(np.array([[2, 0], [0, 4]])) // [[0.5, 0], [0, 0.25]]
 */
export const inv = /* @__PURE__ */ ofSquare("inv", inverse);

/**
 * The determinant of matrices `(..., n, n)`. Its derivative is right for singular ones, too; the second derivative of those
 * with more than three rows is NaN. Source: `jax.numpy.linalg.det`.
 * @example np.linalg.det(np.array([[1, 2], [3, 4]])) // -2
 */
export const det = /* @__PURE__ */ ofSquare("det", determinant.det);

/**
 * The determinant's sign and the logarithm of its absolute value: 0 and -infinity where it is 0.
 * Source: `jax.numpy.linalg.slogdet`.
 * @example np.linalg.slogdet(np.array([[1, 2], [3, 4]])) // [-1, 0.6931]
 */
export const slogdet = /* @__PURE__ */ ofSquare("slogdet", (a) => determinant.slogdet(a));

/** Options of `np.linalg.eigh`. */
export interface EighOptions {
  /** Which triangle counts where the input isn't symmetrized: the lower (`"L"`, the default) or the upper (`"U"`). */
  readonly UPLO?: "L" | "U";
  /** Whether `(a + a^T) / 2` is decomposed (the default) and not what one triangle alone says. */
  readonly symmetrizeInput?: boolean;
}

type EighArguments = Arguments<[UPLO: "L" | "U"], EighOptions>;

/** The symmetric matrices that the options speak of. */
function symmetrized(fn: string, a: ArrayLike, args: EighArguments): NDArray {
  const { UPLO = "L", symmetrizeInput = true } = namedArguments<EighOptions>(fn, ["UPLO", "symmetrizeInput"], args);
  if (UPLO !== "L" && UPLO !== "U") throw new TypeError(`${fn}: UPLO must be "L" or "U", got ${describe(UPLO)}.`);
  const given = matrices(fn, a, true);
  if (symmetrizeInput) return symmetric(given);
  const [triangle, strict] =
    UPLO === "L" ? [tril(given), tril(given, { k: -1 })] : [triu(given), triu(given, { k: 1 })];
  return lax.add(triangle, transposed(strict));
}

/**
 * The eigenvalues of symmetric matrices `(..., n, n)`, ascending, and the eigenvectors as columns; of `(a + a^T) / 2`, or of
 * one triangle with `symmetrizeInput: false`. Derivatives of eigenvectors need distinct eigenvalues.
 * Source: `jax.numpy.linalg.eigh`.
 * @example np.linalg.eigh(np.array([[2, 0], [0, 3]]))[0] // [2, 3]
 */
export const eigh = (a: ArrayLike, ...args: EighArguments): [eigenvalues: NDArray, eigenvectors: NDArray] =>
  eigen.eigh(symmetrized("numpy.linalg.eigh", a, args));

/**
 * The eigenvalues of symmetric matrices `(..., n, n)`, ascending; see `eigh`. Source: `jax.numpy.linalg.eigvalsh`.
 * @example np.linalg.eigvalsh(np.array([[2, 1], [1, 2]])) // [1, 3]
 */
export const eigvalsh = (a: ArrayLike, ...args: EighArguments): NDArray =>
  eigen.eigvalsh(symmetrized("numpy.linalg.eigvalsh", a, args));

/** Options of `np.linalg.qr`. */
export interface QrOptions {
  /** Whether `q` has as many columns as `a` has rows (`"complete"`), at most as many as `a` has columns (`"reduced"`), or is left out. */
  readonly mode?: "reduced" | "complete" | "r";
}

/**
 * Orthonormal columns `q` and an upper triangular `r` with `q r = a`, of matrices `(..., m, n)`; with mode `"r"` only `r`. The
 * signs are LAPACK's. Source: `jax.numpy.linalg.qr`.
 * @example np.linalg.qr(np.ones([3, 2])).map((part) => part.shape) // [[3, 2], [2, 2]]
 */
export function qr(a: ArrayLike, mode: "r" | { readonly mode: "r" }): NDArray;
export function qr(a: ArrayLike, mode?: QrOptions["mode"] | QrOptions): [q: NDArray, r: NDArray];
export function qr(a: ArrayLike, ...args: unknown[]): NDArray | [NDArray, NDArray] {
  const fn = "numpy.linalg.qr";
  const { mode = "reduced" } = namedArguments<QrOptions>(fn, ["mode"], args);
  if (!["reduced", "complete", "r"].includes(mode)) {
    throw new TypeError(`${fn}: mode must be "reduced", "complete" or "r", got ${describe(mode)}.`);
  }
  const [q, r] = factorizations.qr(matrices(fn, a, false), mode === "complete");
  return mode === "r" ? r : [q, r];
}

/**
 * The product of `n` times the matrices `(..., m, m)`; of their inverses for a negative `n`. Source: `jax.numpy.linalg.matrix_power`.
 * @example np.linalg.matrixPower(np.array([[1, 1], [0, 1]]), 3) // [[1, 3], [0, 1]]
 */
export function matrixPower(a: ArrayLike, n: number, ...rest: never[]): NDArray {
  const fn = "numpy.linalg.matrixPower";
  noMore(fn, rest);
  const given = matrices(fn, a, true);
  let square = checkInteger(fn, "n", n) < 0 ? inverse(given) : given;
  let result: NDArray | undefined;
  for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result ? matmul(result, square) : square;
    if (left > 1) square = matmul(square, square);
  }
  return result ?? identityLike(given);
}

/**
 * The product of matrices in the order that takes the least work; the first and the last may be vectors.
 * Source: `jax.numpy.linalg.multi_dot`.
 * @example np.linalg.multiDot([np.ones([2, 3]), np.ones([3, 4]), np.ones([4, 1])]) // [[12], [12]]
 */
export function multiDot(arrays: ArrayList, ...rest: never[]): NDArray {
  const fn = "numpy.linalg.multiDot";
  noMore(fn, rest);
  const factors = asArrays(fn, arrays);
  const last = factors.length - 1;
  const fits = factors.every((x, i) => {
    const ends = i === 0 || i === last;
    const next = factors[i + 1];
    return (x.ndim === 2 || (ends && x.ndim === 1)) && (!next || x.shape.at(-1) === next.shape[0]);
  });
  if (last < 1 || !fits) {
    throw new ShapeError(
      `${fn}: needs at least two matrices whose sizes follow each other (a vector at either end), got shapes ` +
        `${factors.map((x) => formatShape(x.shape)).join(", ")}.`,
    );
  }
  const labels = (x: NDArray, i: number): number[] => (x.ndim === 2 ? [i, i + 1] : i === 0 ? [1] : [i]);
  return einsum(...factors.flatMap((x, i) => [x, labels(x, i)]));
}
