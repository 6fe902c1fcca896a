/** `nn`: what neural networks are made of, under the names of `jax.nn`. */
export * from "./activations.ts";
export * from "./attention.ts";
/** What parameters start from, under the names of `jax.nn.initializers`. */
export * as initializers from "./initializers.ts";
export * from "./normalization.ts";
export * from "./pooling.ts";
