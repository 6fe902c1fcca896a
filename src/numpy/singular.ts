/** Functions of matrices by their singular values. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One } from "../ir/primitive.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { withDerivative } from "../lax/decomposition.ts";
import * as lax from "../lax/index.ts";
import { epsilon, matmul, spread, transposed } from "../lax/matrix.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import * as decompositions from "../lax/singular.ts";
import { where } from "./logic.ts";
import { inverse, matrices } from "./matrices.ts";
import { checkOrd, type NormOptions, normOf } from "./norm.ts";
import { filled } from "./operands.ts";
import { all } from "./reductions.ts";

/** Options of `np.linalg.svd`. */
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
 * @example np.linalg.svd(np.ones([3, 2])).map((part) => part.shape) // [[3, 3], [2], [2, 2]]
 */
export function svd(a: ArrayLike, options: SvdOptions & { readonly computeUv: false }): NDArray;
export function svd(a: ArrayLike, options?: SvdOptions): [u: NDArray, s: NDArray, vT: NDArray];
export function svd(a: ArrayLike, ...args: unknown[]): NDArray | [NDArray, NDArray, NDArray] {
  const fn = "numpy.linalg.svd";
  const named = namedArguments<SvdOptions>(fn, ["fullMatrices", "computeUv"], args);
  const { fullMatrices = true, computeUv = true } = named;
  const given = matrices(fn, a, false);
  if (!computeUv) return decompositions.svdvals(given);
  return decompositions.svd(given, fullMatrices);
}

/**
 * The descending singular values of matrices `(..., m, n)`. Source: `jax.numpy.linalg.svdvals`.
 * @example np.linalg.svdvals(np.array([[3, 0], [0, 4]])) // [4, 3]
 */
export function svdvals(a: ArrayLike, ...rest: never[]): NDArray {
  const fn = "numpy.linalg.svdvals";
  noMore(fn, rest);
  return decompositions.svdvals(matrices(fn, a, false));
}

/**
 * The ratio of the largest to the smallest singular value, or with another norm `ord` than 2 that of the matrix times that of its
 * inverse. Infinite for singular matrices. Source: `jax.numpy.linalg.cond`.
 * @example np.linalg.cond(np.array([[2, 0], [0, 4]])) // 2
 */
export function cond(
  a: ArrayLike,
  ...args: Arguments<[p: Exclude<NormOptions["ord"], "nuc">], { readonly p?: Exclude<NormOptions["ord"], "nuc"> }>
): NDArray {
  const fn = "numpy.linalg.cond";
  const ord = namedArguments<{ p: NormOptions["ord"] }>(fn, ["p"], args).p ?? 2;
  checkOrd(fn, "p", ord);
  const given = matrices(fn, a, Math.abs(ord as number) !== 2);
  const axis = [-2, -1];
  const ratio =
    Math.abs(ord as number) === 2
      ? lax.div(normOf(fn, given, { ord, axis }), normOf(fn, given, { ord: -ord, axis }))
      : lax.mul(normOf(fn, given, { ord, axis }), normOf(fn, inverse(given), { ord, axis }));
  return where(
    lax.bitwiseAnd(lax.ne(ratio, ratio), all(lax.eq(given, given), { axis })),
    Number.POSITIVE_INFINITY,
    ratio,
  );
}

/** Which singular values count: those above `rtol` times the largest. */
function significant(s: NDArray, rtol: ArrayLike): NDArray {
  const largest = lax.sliceInDim(s, 0, 1, s.ndim - 1);
  const cutoff = lax.mul(largest, filled("numpy.linalg", [], rtol, s.dtype));
  return lax.gt(s, lax.broadcastInDim(cutoff, { shape: s.shape, broadcastDimensions: range(s.ndim) }));
}

/** Options of `np.linalg.pinv` and `np.linalg.matrixRank`. */
export interface RtolOptions {
  /** Singular values up to this fraction of the largest count as 0. */
  readonly rtol?: ArrayLike;
}

type RtolArguments = Arguments<[rtol: ArrayLike], RtolOptions>;

function tolerance(fn: string, args: RtolArguments): ArrayLike | undefined {
  const { rtol } = namedArguments<RtolOptions>(fn, ["rtol"], args);
  if (rtol === undefined || asArray(fn, rtol, "rtol").size === 1) return rtol;
  throw new ShapeError(`${fn}: rtol must be one number, got ${describe(rtol)}.`);
}

/** Golub and Pereyra, "The differentiation of pseudo-inverses" (1973); for a constant rank. */
const attachPinv = /* @__PURE__ */ withDerivative<One>("pinv", (a, [value], da) => {
  const p = value;
  const turned = transposed(da);
  // Products with da first: the square of p may overflow, or vanish.
  const left = matmul(p, matmul(transposed(p), turned));
  const right = matmul(matmul(turned, transposed(p)), p);
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
 * @example np.linalg.pinv(np.array([[2, 0], [0, 0]])) // [[0.5, 0], [0, 0]]
 */
export function pinv(a: ArrayLike, ...args: RtolArguments): NDArray {
  const fn = "numpy.linalg.pinv";
  const given = matrices(fn, a, false);
  return pseudoInverse(given, tolerance(fn, args) ?? 10 * Math.max(...given.shape.slice(-2)) * epsilon(given));
}

function pseudoInverse(given: NDArray, rtol: ArrayLike): NDArray {
  if (given.size === 0) return transposed(given);
  const [u, s, vT] = decompositions.svd(lax.stopGradient(given), false);
  const inverses = lax.select(significant(s, rtol), lax.reciprocal(s), lax.full(s.shape, 0, s.dtype));
  const scaled = lax.mul(vT, spread(inverses, vT, -2));
  return attachPinv(given, [matmul(transposed(scaled), transposed(u))])[0];
}

/**
 * How many singular values of matrices `(..., m, n)` aren't 0, as `int32`; `rtol` is by default the larger size times the
 * dtype's precision. Source: `jax.numpy.linalg.matrix_rank`.
 * @example np.linalg.matrixRank(np.array([[1, 2], [2, 4]])) // 1
 */
export function matrixRank(a: ArrayLike, ...args: RtolArguments): NDArray {
  const fn = "numpy.linalg.matrixRank";
  const given = matrices(fn, a, false);
  return rankOf(given, tolerance(fn, args) ?? Math.max(...given.shape.slice(-2)) * epsilon(given));
}

function rankOf(given: NDArray, rtol: ArrayLike): NDArray {
  if (given.size === 0) return lax.full(given.shape.slice(0, -2), 0, "int32");
  const counted = significant(decompositions.svdvals(given), rtol);
  return lax.reduceSum(lax.convertElementType(counted, "int32"), { axes: [-1] });
}

/** Options of `np.linalg.lstsq`. */
export interface LstsqOptions {
  /** Singular values below this fraction of the largest count as 0: by default the larger size times the dtype's precision. */
  readonly rcond?: number | null;
}

/**
 * The shortest of the `x` that make `|a x - b|` smallest, for `a` of shape `(m, n)` and `b` `(m,)` or `(m, k)`; with the squares
 * of these residuals, the rank of `a` and its singular values. Source: `jax.numpy.linalg.lstsq`.
 * @throws ShapeError when the shapes don't fit.
 * @example np.linalg.lstsq(np.array([[1, 0], [1, 1], [1, 2]]), np.array([1, 3, 5]))[0] // [1, 2]
 */
export function lstsq(
  a: ArrayLike,
  b: ArrayLike,
  ...args: Arguments<[rcond: number | null], LstsqOptions>
): [x: NDArray, residuals: NDArray, rank: NDArray, s: NDArray] {
  const fn = "numpy.linalg.lstsq";
  const { rcond = null } = namedArguments<LstsqOptions>(fn, ["rcond"], args);
  if (rcond !== null && !Number.isFinite(rcond)) {
    throw new TypeError(`${fn}: rcond must be a finite number or null, got ${describe(rcond)}.`);
  }
  const [matrix, rhs] = promoteToFloat(fn, [a, b], ["a", "b"]);
  if (matrix.ndim !== 2 || rhs.ndim < 1 || rhs.ndim > 2 || rhs.shape[0] !== matrix.shape[0]) {
    throw new ShapeError(
      `${fn}: a ${formatShape(matrix.shape)} must be a matrix and b ${formatShape(rhs.shape)} a vector or matrix of as many rows.`,
    );
  }
  const rtol = rcond ?? Math.max(...matrix.shape) * epsilon(matrix);
  const columns = lax.reshape(rhs, {
    newSizes: [entry(rhs.shape, 0), rhs.size / Math.max(entry(rhs.shape, 0), 1)],
  });
  const x = matmul(pseudoInverse(matrix, rtol), columns);
  const residuals = lax.reduceSum(lax.square(lax.sub(columns, matmul(matrix, x))), { axes: [0] });
  const solved = rhs.ndim === 1 ? lax.reshape(x, { newSizes: [-1] }) : x;
  return [solved, residuals, rankOf(matrix, rtol), decompositions.svdvals(matrix)];
}
