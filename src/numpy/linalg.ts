/** `numpy.linalg`: linear algebra on matrices and stacks of them, whose batch axes stand in front. */
import { checkOptions, describe, formatShape, ShapeError } from "../base/errors.ts";
import { broadcastShapes, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { withDerivative } from "../lax/decomposition.ts";
import * as determinant from "../lax/determinant.ts";
import * as factorizations from "../lax/factorizations.ts";
import * as lax from "../lax/index.ts";
import { epsilon, identityLike, matmul, spread, transposed } from "../lax/matrix.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { lu, solveFactorized } from "../lax/solve.ts";
import { einsum } from "./einsum.ts";
import { where } from "./logic.ts";
import { type NormOptions, norm } from "./norm.ts";
import { asArrays, checkInteger } from "./operands.ts";
import { all } from "./reductions.ts";

export { type NormOptions, norm };

/** The argument as a float array of matrices. */
function matrices(fn: string, x: ArrayLike, square: boolean): NDArray {
  const [a] = promoteToFloat(fn, [x], ["a"]) as [NDArray];
  if (a.ndim >= 2 && (!square || a.shape.at(-1) === a.shape.at(-2))) return a;
  throw new ShapeError(
    `${fn}: a must be a ${square ? "square " : ""}matrix or a stack of them, got shape ${formatShape(a.shape)}.`,
  );
}

const symmetric = (a: NDArray): NDArray => lax.mul(lax.add(a, transposed(a)), 0.5);

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
 */
export function cholesky(a: ArrayLike, options?: CholeskyOptions): NDArray {
  const fn = "numpy.linalg.cholesky";
  checkOptions(fn, options, ["upper", "symmetrizeInput"]);
  const given = matrices(fn, a, true);
  const factor = factorizations.cholesky(options?.symmetrizeInput === false ? given : symmetric(given));
  return options?.upper ? transposed(factor) : factor;
}

/**
 * The `x` with `a x = b`, for `a` of shape `(..., n, n)` and `b` `(n,)` or `(..., n, k)`; batch axes broadcast. Not finite where
 * `a` is exactly singular. Source: `jax.numpy.linalg.solve`.
 * @throws ShapeError when the shapes don't fit.
 */
export function solve(a: ArrayLike, b: ArrayLike): NDArray {
  const fn = "numpy.linalg.solve";
  const [x, y] = promoteToFloat(fn, [a, b], ["a", "b"]) as [NDArray, NDArray];
  const matrix = matrices(fn, x, true);
  const n = matrix.shape.at(-1) as number;
  if (y.ndim === 0 || y.shape.at(y.ndim === 1 ? -1 : -2) !== n) {
    throw new ShapeError(
      `${fn}: a ${formatShape(matrix.shape)} needs a b of shape (${n},) or (..., ${n}, k), got ${formatShape(y.shape)}.`,
    );
  }
  const rhs = y.ndim === 1 ? lax.reshape(y, { newSizes: [n, 1] }) : y;
  const batch = broadcastShapes(fn, [matrix.shape.slice(0, -2), rhs.shape.slice(0, -2)]);
  const [factors, pivots] = lu(matrix).map((f) => broadcastTo(f, [...batch, ...f.shape.slice(matrix.ndim - 2)]));
  const stacked = (m: NDArray): NDArray => broadcastTo(m, [...batch, ...m.shape.slice(-2)]);
  const solved = solveFactorized(stacked(matrix), [factors as NDArray, pivots as NDArray], stacked(rhs));
  return y.ndim === 1 ? lax.reshape(solved, { newSizes: solved.shape.slice(0, -1) }) : solved;
}

const inverse = (a: NDArray): NDArray => solveFactorized(a, lu(a), identityLike(a));

/**
 * The inverse of matrices `(..., n, n)`. Not finite where one is exactly singular; `solve` is more exact than a product with
 * it. Source: `jax.numpy.linalg.inv`.
 */
export const inv = (a: ArrayLike): NDArray => inverse(matrices("numpy.linalg.inv", a, true));

/**
 * The determinant of matrices `(..., n, n)`. Its derivative is right for singular ones, too; the second derivative of those
 * with more than three rows is NaN. Source: `jax.numpy.linalg.det`.
 */
export const det = (a: ArrayLike): NDArray => determinant.det(matrices("numpy.linalg.det", a, true));

/**
 * The determinant's sign and the logarithm of its absolute value: 0 and -infinity where it is 0.
 * Source: `jax.numpy.linalg.slogdet`.
 */
export const slogdet = (a: ArrayLike): [sign: NDArray, logabsdet: NDArray] =>
  determinant.slogdet(matrices("numpy.linalg.slogdet", a, true)) as [NDArray, NDArray];

/**
 * The eigenvalues of symmetric matrices `(..., n, n)`, ascending, and the eigenvectors as columns; of `(a + a^T) / 2`.
 * Derivatives of eigenvectors need distinct eigenvalues. Source: `jax.numpy.linalg.eigh`.
 */
export const eigh = (a: ArrayLike): [eigenvalues: NDArray, eigenvectors: NDArray] =>
  factorizations.eigh(symmetric(matrices("numpy.linalg.eigh", a, true))) as [NDArray, NDArray];

/** The eigenvalues of symmetric matrices `(..., n, n)`, ascending. Source: `jax.numpy.linalg.eigvalsh`. */
export const eigvalsh = (a: ArrayLike): NDArray =>
  factorizations.eigh(symmetric(matrices("numpy.linalg.eigvalsh", a, true)))[0] as NDArray;

export interface QrOptions {
  /** Whether `q` has as many columns as `a` has rows (`"complete"`), at most as many as `a` has columns (`"reduced"`), or is left out. */
  readonly mode?: "reduced" | "complete" | "r";
}

/**
 * Orthonormal columns `q` and an upper triangular `r` with `q r = a`, of matrices `(..., m, n)`; with mode `"r"` only `r`. The
 * signs are LAPACK's. Source: `jax.numpy.linalg.qr`.
 */
export function qr(a: ArrayLike, options: { readonly mode: "r" }): NDArray;
export function qr(a: ArrayLike, options?: QrOptions): [q: NDArray, r: NDArray];
export function qr(a: ArrayLike, options?: QrOptions): NDArray | [NDArray, NDArray] {
  const fn = "numpy.linalg.qr";
  checkOptions(fn, options, ["mode"]);
  const mode = options?.mode ?? "reduced";
  if (!["reduced", "complete", "r"].includes(mode)) {
    throw new TypeError(`${fn}: mode must be "reduced", "complete" or "r", got ${describe(mode)}.`);
  }
  const [q, r] = factorizations.qr(matrices(fn, a, false), mode === "complete") as [NDArray, NDArray];
  return mode === "r" ? r : [q, r];
}

export interface SvdOptions {
  /** Whether `u` and `vT` are square (the default). Without, they have as many vectors as there are singular values. */
  readonly fullMatrices?: boolean;
  /** Whether `u` and `vT` are returned (the default), or the singular values alone. */
  readonly computeUv?: boolean;
}

/**
 * `u`, the descending singular values `s` and `vT` with `u diag(s) vT = a`, of matrices `(..., m, n)`; with `computeUv: false`
 * only `s`. Derivatives of the vectors need distinct singular values, and `fullMatrices: false` unless the matrix is square.
 * Source: `jax.numpy.linalg.svd`.
 */
export function svd(a: ArrayLike, options: SvdOptions & { readonly computeUv: false }): NDArray;
export function svd(a: ArrayLike, options?: SvdOptions): [u: NDArray, s: NDArray, vT: NDArray];
export function svd(a: ArrayLike, options?: SvdOptions): NDArray | [NDArray, NDArray, NDArray] {
  const fn = "numpy.linalg.svd";
  checkOptions(fn, options, ["fullMatrices", "computeUv"]);
  const vectors = options?.computeUv ?? true;
  const full = vectors && (options?.fullMatrices ?? true);
  const factors = factorizations.svd(matrices(fn, a, false), full) as [NDArray, NDArray, NDArray];
  return vectors ? factors : factors[1];
}

/** The descending singular values of matrices `(..., m, n)`. Source: `jax.numpy.linalg.svdvals`. */
export const svdvals = (a: ArrayLike): NDArray =>
  factorizations.svd(matrices("numpy.linalg.svdvals", a, false), false)[1] as NDArray;

/**
 * The ratio of the largest to the smallest singular value, or with another norm `ord` than 2 that of the matrix times that of its
 * inverse. Infinite for singular matrices. Source: `jax.numpy.linalg.cond`.
 */
export function cond(a: ArrayLike, options?: { readonly p?: Exclude<NormOptions["ord"], "nuc"> }): NDArray {
  const fn = "numpy.linalg.cond";
  checkOptions(fn, options, ["p"]);
  const ord = options?.p ?? 2;
  const given = matrices(fn, a, Math.abs(ord as number) !== 2);
  const axis = [-2, -1];
  const ratio =
    Math.abs(ord as number) === 2
      ? lax.mul(norm(given, { ord, axis }), lax.reciprocal(norm(given, { ord: -(ord as number), axis })))
      : lax.mul(norm(given, { ord, axis }), norm(inverse(given), { ord, axis }));
  return where(
    lax.bitwiseAnd(lax.ne(ratio, ratio), all(lax.eq(given, given), { axis })),
    Number.POSITIVE_INFINITY,
    ratio,
  );
}

/** Which singular values count: those above `rtol` times the largest. */
function significant(s: NDArray, rtol: number): NDArray {
  const largest = lax.sliceInDim(s, 0, 1, s.ndim - 1);
  const cutoff = lax.mul(largest, rtol);
  return lax.gt(s, lax.broadcastInDim(cutoff, { shape: s.shape, broadcastDimensions: range(s.ndim) }));
}

export interface RtolOptions {
  /** Singular values up to this fraction of the largest count as 0. */
  readonly rtol?: number;
}

/** Golub and Pereyra, "The differentiation of pseudo-inverses" (1973); for a constant rank. */
const attachPinv = /* @__PURE__ */ withDerivative("pinv", (a, [value], da) => {
  const p = value as NDArray;
  const turned = transposed(da);
  const left = matmul(matmul(p, transposed(p)), turned);
  const right = matmul(turned, matmul(transposed(p), p));
  const terms = [left, right, lax.neg(matmul(left, matmul(a, p))), lax.neg(matmul(p, matmul(a, right)))];
  return [
    lax.sub(
      terms.reduce((sum, term) => lax.add(sum, term)),
      matmul(p, matmul(da, p)),
    ),
  ];
});

/**
 * The pseudo-inverse `(..., n, m)` of matrices `(..., m, n)`; `rtol` is by default 10 times the larger size times the dtype's
 * precision. Source: `jax.numpy.linalg.pinv`.
 */
export function pinv(a: ArrayLike, options?: RtolOptions): NDArray {
  const fn = "numpy.linalg.pinv";
  checkOptions(fn, options, ["rtol"]);
  const given = matrices(fn, a, false);
  if (given.size === 0) return transposed(given);
  const rtol = options?.rtol ?? 10 * Math.max(...given.shape.slice(-2)) * epsilon(given);
  const [u, s, vT] = factorizations.svd(lax.stopGradient(given), false) as [NDArray, NDArray, NDArray];
  const inverses = lax.select(significant(s, rtol), lax.reciprocal(s), lax.full(s.shape, 0, s.dtype));
  const scaled = lax.mul(vT, spread(inverses, vT, -2));
  return attachPinv(given, [matmul(transposed(scaled), transposed(u))])[0] as NDArray;
}

/**
 * How many singular values of matrices `(..., m, n)` aren't 0, as `int32`; `rtol` is by default the larger size times the
 * dtype's precision. Source: `jax.numpy.linalg.matrix_rank`.
 */
export function matrixRank(a: ArrayLike, options?: RtolOptions): NDArray {
  const fn = "numpy.linalg.matrixRank";
  checkOptions(fn, options, ["rtol"]);
  const given = matrices(fn, a, false);
  if (given.size === 0) return lax.full(given.shape.slice(0, -2), 0, "int32");
  const s = svd(given, { computeUv: false });
  const counted = significant(s, options?.rtol ?? Math.max(...given.shape.slice(-2)) * epsilon(given));
  return lax.reduceSum(lax.convertElementType(counted, "int32"), { axes: [-1] });
}

/** The product of `n` times the matrices `(..., m, m)`; of their inverses for a negative `n`. Source: `jax.numpy.linalg.matrix_power`. */
export function matrixPower(a: ArrayLike, n: number): NDArray {
  const fn = "numpy.linalg.matrixPower";
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
 */
export function multiDot(arrays: readonly ArrayLike[]): NDArray {
  const fn = "numpy.linalg.multiDot";
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

export interface LstsqOptions {
  /** Singular values below this fraction of the largest count as 0: by default the larger size times the dtype's precision. */
  readonly rcond?: number | null;
}

/**
 * The shortest of the `x` that make `|a x - b|` smallest, for `a` of shape `(m, n)` and `b` `(m,)` or `(m, k)`; with the squares
 * of these residuals, the rank of `a` and its singular values. Source: `jax.numpy.linalg.lstsq`.
 * @throws ShapeError when the shapes don't fit.
 */
export function lstsq(
  a: ArrayLike,
  b: ArrayLike,
  options?: LstsqOptions,
): [x: NDArray, residuals: NDArray, rank: NDArray, s: NDArray] {
  const fn = "numpy.linalg.lstsq";
  checkOptions(fn, options, ["rcond"]);
  const [matrix, rhs] = promoteToFloat(fn, [a, b], ["a", "b"]) as [NDArray, NDArray];
  if (matrix.ndim !== 2 || rhs.ndim < 1 || rhs.ndim > 2 || rhs.shape[0] !== matrix.shape[0]) {
    throw new ShapeError(
      `${fn}: a ${formatShape(matrix.shape)} must be a matrix and b ${formatShape(rhs.shape)} a vector or matrix of as many rows.`,
    );
  }
  const rtol = options?.rcond ?? Math.max(...matrix.shape) * epsilon(matrix);
  const columns = lax.reshape(rhs, {
    newSizes: [rhs.shape[0] as number, rhs.size / Math.max(rhs.shape[0] as number, 1)],
  });
  const x = matmul(pinv(matrix, { rtol }), columns);
  const residuals = lax.reduceSum(lax.square(lax.sub(columns, matmul(matrix, x))), { axes: [0] });
  const solved = rhs.ndim === 1 ? lax.reshape(x, { newSizes: [-1] }) : x;
  return [solved, residuals, matrixRank(matrix, { rtol }), svdvals(matrix)];
}
