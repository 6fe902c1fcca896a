/** `scipy`: what `jax.scipy` has beyond `numpy`, under its names. */

/** Linear algebra, under JAX's names. */
export * as linalg from "./linalg.ts";
/** Systems with large matrices, known by their products. */
export * as sparse from "./sparse.ts";
