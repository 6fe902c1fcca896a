/** `numpy.linalg` whole: with the functions of `numpy` that stand under its names. */
import type { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import * as creation from "./creation.ts";
import { type NormOptions, norm } from "./norm.ts";

export * from "./linalg.ts";
export { matrixTranspose } from "./movement.ts";
export { cross, matmul, outer, tensordot, vecdot } from "./products.ts";

/** The diagonals of a stack of matrices. Source: `jax.numpy.linalg.diagonal`. */
export const diagonal = (x: ArrayLike, options?: { readonly offset?: number }): NDArray =>
  creation.diagonal(x, { ...options, axis1: -2, axis2: -1 });
/** The sums of the diagonals of a stack of matrices. Source: `jax.numpy.linalg.trace`. */
export const trace = (x: ArrayLike, options?: { readonly offset?: number }): NDArray =>
  creation.trace(x, { ...options, axis1: -2, axis2: -1 });

/** The norm of the matrices of the last two axes. Source: `jax.numpy.linalg.matrix_norm`. */
export const matrixNorm = (x: ArrayLike, options?: Omit<NormOptions, "axis">): NDArray =>
  norm(x, { ord: "fro", ...options, axis: [-2, -1] });
