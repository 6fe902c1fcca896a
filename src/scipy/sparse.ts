/** `scipy.sparse`. */

/** Linear algebra, under JAX's names. */
export * as linalg from "./sparse-linalg.ts";
