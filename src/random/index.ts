/** `random`: draws from keys, bit for bit those of `jax.random` with `jax_threefry_partitionable`. */
export { bits, type DrawArguments, type DrawShape } from "./bits.ts";
export {
  type DrawOptions,
  exponential,
  type FloatDType,
  gumbel,
  normal,
  truncatedNormal,
  type UniformOptions,
  uniform,
} from "./continuous.ts";
export {
  type BernoulliOptions,
  bernoulli,
  type CategoricalOptions,
  categorical,
  type RandintOptions,
  rademacher,
  randint,
} from "./discrete.ts";
export { foldIn, key, PRNGKey, split } from "./keys.ts";
export { type PermutationOptions, permutation } from "./permutation.ts";
