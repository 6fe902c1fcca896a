/** `random`: draws from keys, bit for bit those of `jax.random` with `jax_threefry_partitionable`. */
export { bits, type DrawArguments, type DrawShape, type FloatDType } from "./bits.ts";
export { type ChoiceOptions, choice } from "./choice.ts";
export { exponential, gumbel, normal, truncatedNormal, type UniformOptions, uniform } from "./continuous.ts";
export {
  type BernoulliOptions,
  bernoulli,
  type CategoricalOptions,
  categorical,
  type RandintOptions,
  rademacher,
  randint,
} from "./discrete.ts";
export { beta, chisquare, dirichlet, gamma, loggamma, t } from "./gamma.ts";
export { foldIn, key, PRNGKey, split } from "./keys.ts";
export {
  type MultivariateNormalOptions,
  multivariateNormal,
  type OrthogonalOptions,
  orthogonal,
} from "./multivariate.ts";
export type { DrawOptions, ParametricArguments, ParametricOptions } from "./parameters.ts";
export { type PermutationOptions, permutation } from "./permutation.ts";
export { type PoissonOptions, poisson } from "./poisson.ts";
export { cauchy, laplace, logistic, lognormal, pareto, rayleigh, weibullMin } from "./quantiles.ts";
