/** `scipy`: what `jax.scipy` has beyond `numpy`, under its names. */

/** Linear algebra: systems by Cholesky factors. */
export * as linalg from "./linalg.ts";
