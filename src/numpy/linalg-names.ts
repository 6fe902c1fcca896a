/** `numpy.linalg` whole: with the functions of `numpy` that stand under its names. */
import { type Arguments, namedArguments } from "../base/arguments.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { type DTypeOption, diagonalOf } from "./creation.ts";
import { sums } from "./reducing.ts";

export * from "./linalg.ts";
export { matrixTranspose } from "./movement.ts";
export { matrixNorm, type NormOptions, norm, type VectorNormOptions, vectorNorm } from "./norm.ts";
export { cross, matmul, outer, tensordot, vecdot } from "./products.ts";
export * from "./singular.ts";

interface OffsetOption {
  /** Which diagonal: above the main one if positive, below it if negative. */
  readonly offset?: number;
}

/**
 * The diagonals of a stack of matrices. Source: `jax.numpy.linalg.diagonal`.
 * @example np.linalg.diagonal(np.array([[1, 2], [3, 4]])) // [1, 4]
 */
export function diagonal(x: ArrayLike, ...args: Arguments<[], OffsetOption>): NDArray {
  const fn = "numpy.linalg.diagonal";
  const { offset = 0 } = namedArguments<OffsetOption>(fn, ["offset"], args, 0);
  return diagonalOf(fn, x, { offset, axis1: -2, axis2: -1 });
}

/**
 * The sums of the diagonals of a stack of matrices. Source: `jax.numpy.linalg.trace`.
 * @example np.linalg.trace(np.array([[1, 2], [3, 4]])) // 5
 */
export function trace(x: ArrayLike, ...args: Arguments<[], OffsetOption & DTypeOption>): NDArray {
  const fn = "numpy.linalg.trace";
  const { offset = 0, dtype } = namedArguments<OffsetOption & DTypeOption>(fn, ["offset", "dtype"], args, 0);
  const found = diagonalOf(fn, x, { offset, axis1: -2, axis2: -1 });
  return sums(fn, found, { axis: -1, ...(dtype && { dtype }) });
}
