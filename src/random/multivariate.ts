/** Normal vectors with a covariance, and orthogonal matrices. */

import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { broadcastShapes, checkCount, sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { type ArrayLike, convertElementType, sign, sqrt } from "../lax/index.ts";
import { diagonal, transposed } from "../lax/matrix.ts";
import { cholesky, eigh, qr } from "../numpy/linalg.ts";
import { expandDims } from "../numpy/movement.ts";
import { matvec } from "../numpy/products.ts";
import { svd } from "../numpy/singular.ts";
import { add, multiply } from "../numpy/ufuncs.ts";
import { type DrawArguments, type DrawShape, type FloatDType, sizesOf } from "./bits.ts";
import { normal } from "./continuous.ts";
import { checkKey } from "./keys.ts";
import { broadcastsTo, checkFloat } from "./parameters.ts";

/** Options of `random.multivariateNormal`. */
export interface MultivariateNormalOptions {
  /** By default what the axes of `mean` but its last and those of `cov` but its last two broadcast to. */
  readonly shape?: DrawShape | null;
  /** By default that of `mean` and `cov`, which are converted to it. */
  readonly dtype?: FloatDType;
  /** How `cov` is decomposed: `"cholesky"` by default; the slower others take singular ones as well. */
  readonly method?: "cholesky" | "eigh" | "svd";
}

/** Factors `F` of covariances with `F F^T` equal to them. */
const FACTORS: Readonly<Record<string, (cov: NDArray) => NDArray>> = {
  cholesky: (cov) => cholesky(cov),
  eigh: (cov) => {
    const [values, vectors] = eigh(cov);
    return multiply(vectors, expandDims(sqrt(values), -2));
  },
  svd: (cov) => {
    const [u, s] = svd(cov);
    return multiply(u, expandDims(sqrt(s), -2));
  },
};

/**
 * Draws from normal distributions of vectors. They have derivatives by `mean` and `cov`.
 * Source: `jax.random.multivariate_normal`, whose draws they are; with `"eigh"` and `"svd"` up to the vectors' signs.
 * @param mean (..., n); its axes but the last broadcast to `shape`.
 * @param cov (..., n, n), positive definite; its axes but the last two broadcast to `shape`.
 * @returns an array (...shape, n).
 * @throws ShapeError when a shape doesn't fit.
 * @example random.multivariateNormal(random.key(0), np.zeros([2]), np.eye(2), [5]) // shape [5, 2]
 */
export function multivariateNormal(
  key: ArrayLike,
  mean: ArrayLike,
  cov: ArrayLike,
  ...args: DrawArguments<MultivariateNormalOptions>
): NDArray {
  const fn = "random.multivariateNormal";
  const given = namedArguments<MultivariateNormalOptions>(fn, ["shape", "dtype", "method"], args);
  const promoted = promoteToFloat(fn, [mean, cov], ["mean", "cov"]);
  const { dtype = promoted[0].dtype, method = "cholesky" } = given;
  checkFloat(fn, dtype);
  const factorOf = Object.hasOwn(FACTORS, method) ? FACTORS[method] : undefined;
  if (!factorOf) {
    throw new TypeError(`${fn}: method must be "cholesky", "eigh" or "svd", got ${describe(method)}.`);
  }
  const [center, covariance] = promoted.map((x) => convertElementType(x, dtype)) as [NDArray, NDArray];
  const n = center.shape.at(-1);
  if (n === undefined || !sameShape(covariance.shape.slice(-2), [n, n])) {
    throw new ShapeError(
      `${fn}: mean must be (..., n) and cov (..., n, n), got ${formatShape(center.shape)} and ` +
        `${formatShape(covariance.shape)}.`,
    );
  }
  const batch = broadcastShapes(fn, [center.shape.slice(0, -1), covariance.shape.slice(0, -2)]);
  const shape = sizesOf(fn, given.shape ?? batch);
  if (!broadcastsTo(batch, shape)) {
    throw new ShapeError(
      `${fn}: mean ${formatShape(center.shape)} and cov ${formatShape(covariance.shape)} do not broadcast to shape ` +
        `${formatShape(shape)}.`,
    );
  }
  return add(center, matvec(factorOf(covariance), normal(checkKey(fn, key), { shape: [...shape, n], dtype })));
}

/** Options of `random.orthogonal`. */
export interface OrthogonalOptions {
  /** How many matrices; one, of shape (), by default. */
  readonly shape?: DrawShape;
  /** `"float32"` by default. */
  readonly dtype?: FloatDType;
  /** How many columns; `n` by default. The shorter of rows and columns are orthonormal. */
  readonly m?: number;
}

/**
 * Orthogonal matrices, uniformly distributed. Source: `jax.random.orthogonal`.
 * @param n how many rows.
 * @returns an array (...shape, n, m).
 * @example random.orthogonal(random.key(0), 3) // shape [3, 3]
 */
export function orthogonal(key: ArrayLike, n: number, ...args: DrawArguments<OrthogonalOptions>): NDArray {
  const fn = "random.orthogonal";
  const given = namedArguments<OrthogonalOptions>(fn, ["shape", "dtype", "m"], args);
  const { shape = [], dtype = "float32", m = n } = given;
  checkFloat(fn, dtype);
  checkCount(fn, "n", n);
  checkCount(fn, "m", m);
  const sizes = sizesOf(fn, [...sizesOf(fn, shape), Math.max(n, m), Math.min(n, m)]);
  const [q, r] = qr(normal(checkKey(fn, key), sizes, { dtype }));
  // With a positive diagonal of r the decomposition is unique, and q uniform.
  const matrix = multiply(q, expandDims(sign(diagonal(r)), -2));
  return n < m ? transposed(matrix) : matrix;
}
