/** Distributions whose draws are a function of uniform, exponential or normal ones. */

import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, abs, div, exp, log, log1p, mul, neg, pow, sign, sqrt, sub, tan } from "../lax/index.ts";
import type { DrawArguments } from "./bits.ts";
import { exponential, normal, tiny, ulpBelowOne, uniform } from "./continuous.ts";
import { type DrawOptions, drawArguments, type ParametricArguments, parametricArguments } from "./parameters.ts";

/**
 * Draws from the standard Laplace distribution, exp(-|x|) / 2. Source: `jax.random.laplace`.
 * @returns an array of `shape` and `dtype`.
 * @example random.laplace(random.key(0), [3]) // shape [3]
 */
export function laplace(key: ArrayLike, ...args: DrawArguments<DrawOptions>): NDArray {
  const { shape, dtype } = drawArguments("random.laplace", key, args);
  const u = uniform(key, { shape, dtype, minval: ulpBelowOne(dtype) - 1, maxval: 1 });
  return mul(sign(u), log1p(neg(abs(u))));
}

/**
 * Draws from the standard Cauchy distribution, 1 / (pi (1 + x^2)). Source: `jax.random.cauchy`.
 * @returns an array of `shape` and `dtype`.
 * @example random.cauchy(random.key(0), [3]) // shape [3]
 */
export function cauchy(key: ArrayLike, ...args: DrawArguments<DrawOptions>): NDArray {
  const { shape, dtype } = drawArguments("random.cauchy", key, args);
  const u = uniform(key, { shape, dtype, minval: 2 * ulpBelowOne(dtype), maxval: 1 });
  return tan(mul(sub(u, 0.5), Math.PI));
}

/**
 * Draws from the standard logistic distribution, exp(-x) / (1 + exp(-x))^2. Source: `jax.random.logistic`.
 * @returns an array of `shape` and `dtype`.
 * @example random.logistic(random.key(0), [3]) // shape [3]
 */
export function logistic(key: ArrayLike, ...args: DrawArguments<DrawOptions>): NDArray {
  const { shape, dtype } = drawArguments("random.logistic", key, args);
  const u = uniform(key, { shape, dtype, minval: tiny(dtype), maxval: 1 });
  return sub(log(u), log1p(neg(u)));
}

/**
 * Draws from the Pareto distribution, b / x^(b + 1) for x >= 1. Source: `jax.random.pareto`.
 * @param b a number, or an array that broadcasts to `shape`.
 * @returns an array of `shape` (by default that of `b`) and `dtype`.
 * @example random.pareto(random.key(0), 3, [2]) // shape [2]
 */
export function pareto(key: ArrayLike, b: ArrayLike, ...args: ParametricArguments): NDArray {
  const { shape, dtype, parameters } = parametricArguments("random.pareto", key, { b }, args);
  return exp(div(exponential(key, { shape, dtype }), parameters.b));
}

/**
 * Draws from the Rayleigh distribution, x / scale^2 exp(-x^2 / (2 scale^2)) for x >= 0. Source: `jax.random.rayleigh`.
 * @param scale a number, or an array that broadcasts to `shape`.
 * @returns an array of `shape` (by default that of `scale`) and `dtype`.
 * @example random.rayleigh(random.key(0), 2, [3]) // shape [3]
 */
export function rayleigh(key: ArrayLike, scale: ArrayLike, ...args: ParametricArguments): NDArray {
  const { shape, dtype, parameters } = parametricArguments("random.rayleigh", key, { scale }, args);
  return mul(sqrt(mul(log(uniform(key, { shape, dtype })), -2)), parameters.scale);
}

/**
 * Draws from the Weibull distribution of x >= 0 with `P(X > x) = exp(-(x / scale)^concentration)`.
 * Source: `jax.random.weibull_min`.
 * @param scale a number, or an array that broadcasts to `shape`; so is `concentration`.
 * @returns an array of `shape` (by default what the parameters broadcast to) and `dtype`.
 * @example random.weibullMin(random.key(0), 1, 2, [3]) // shape [3]
 */
export function weibullMin(
  key: ArrayLike,
  scale: ArrayLike,
  concentration: ArrayLike,
  ...args: ParametricArguments
): NDArray {
  const { shape, dtype, parameters } = parametricArguments("random.weibullMin", key, { scale, concentration }, args);
  return mul(pow(exponential(key, { shape, dtype }), div(1, parameters.concentration)), parameters.scale);
}

/**
 * Draws whose logarithms are normal with mean 0 and standard deviation `sigma`. Source: `jax.random.lognormal`.
 * @param sigma a number (1 by default), or an array that broadcasts to `shape`.
 * @returns an array of `shape` (by default that of `sigma`) and `dtype`.
 * @example random.lognormal(random.key(0), 0.5, [3]) // shape [3]
 */
export function lognormal(key: ArrayLike, sigma: ArrayLike = 1, ...args: ParametricArguments): NDArray {
  const { shape, dtype, parameters } = parametricArguments("random.lognormal", key, { sigma }, args);
  return exp(mul(normal(key, { shape, dtype }), parameters.sigma));
}
