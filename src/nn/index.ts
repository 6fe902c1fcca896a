/** `nn`: what neural networks are made of, under the names of `jax.nn`. */
export * from "./activations.ts";
export * from "./attention.ts";
export * from "./normalization.ts";
export * from "./pooling.ts";
