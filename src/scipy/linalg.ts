/** `scipy.linalg`: systems with one positive definite matrix and many right-hand sides, by its Cholesky factor. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { broadcastShapes } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { cholesky } from "../lax/factorizations.ts";
import { transposed } from "../lax/matrix.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { broadcastTo, reshape } from "../lax/shape.ts";
import { substitute } from "../lax/solve.ts";
import { matrices } from "../numpy/matrices.ts";

/** What `choFactor` gives and `choSolve` takes. */
export type ChoFactor<C = NDArray> = readonly [c: C, lower: boolean];

/** Options of `scipy.linalg.choFactor`. */
export interface ChoFactorOptions {
  /** Whether the factor is lower triangular, and the lower triangle of `a` is read; else the upper one (the default). */
  readonly lower?: boolean;
}

/**
 * The Cholesky factor of symmetric positive definite matrices `(..., n, n)`, of which one triangle is read, and whether it is
 * the lower one: what `choSolve` takes. NaN for other matrices. Source: `jax.scipy.linalg.cho_factor`.
 * @throws ShapeError when the matrices aren't square.
 * @example scipy.linalg.choFactor(np.array([[4, 2], [2, 5]])) // [[[2, 1], [0, 2]], false]
 */
export function choFactor(a: ArrayLike, ...args: Arguments<[lower: boolean], ChoFactorOptions>): [NDArray, boolean] {
  const fn = "scipy.linalg.choFactor";
  const { lower = false } = namedArguments<ChoFactorOptions>(fn, ["lower"], args);
  const given = matrices(fn, a, true);
  return [lower ? cholesky(given) : transposed(cholesky(transposed(given))), lower];
}

/**
 * The `x` with `a x = b`, by the factor of `a` that `choFactor` gave; for `b` of shape `(n,)` or `(..., n, k)`, whose batch
 * axes broadcast. Source: `jax.scipy.linalg.cho_solve`.
 * @throws ShapeError when the shapes don't fit.
 * @example
 * const factor = scipy.linalg.choFactor(np.array([[4, 2], [2, 5]]));
 * scipy.linalg.choSolve(factor, np.array([8, 12])) // [1, 2]
 */
export function choSolve(factor: ChoFactor<ArrayLike>, b: ArrayLike, ...rest: never[]): NDArray {
  const fn = "scipy.linalg.choSolve";
  noMore(fn, rest);
  if (!Array.isArray(factor) || factor.length !== 2 || typeof factor[1] !== "boolean") {
    throw new TypeError(`${fn}: factor must be what choFactor gives, [c, lower], got ${describe(factor)}.`);
  }
  const [given, lower] = factor;
  const [c, y] = promoteToFloat(fn, [given, b], ["factor[0]", "b"]);
  const matrix = matrices(fn, c, true, "factor[0]");
  const n = entry(matrix.shape, -1);
  if (y.ndim === 0 || y.shape.at(y.ndim === 1 ? -1 : -2) !== n) {
    throw new ShapeError(
      `${fn}: a factor ${formatShape(matrix.shape)} needs a b of shape (${n},) or (..., ${n}, k), got ${formatShape(y.shape)}.`,
    );
  }
  const columns = y.ndim === 1 ? reshape(y, { newSizes: [n, 1] }) : y;
  const batch = broadcastShapes(fn, [matrix.shape.slice(0, -2), columns.shape.slice(0, -2)]);
  const stacked = (m: NDArray): NDArray => broadcastTo(m, [...batch, ...m.shape.slice(-2)]);
  const triangle = stacked(matrix);
  const half = substitute(triangle, stacked(columns), lower, !lower);
  const x = substitute(triangle, half, lower, lower);
  return y.ndim === 1 ? reshape(x, { newSizes: [...batch, n] }) : x;
}
