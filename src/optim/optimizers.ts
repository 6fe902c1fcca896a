/** Optimizers with Optax's names, defaults and formulas. */
import { checkOptions, noMore } from "../base/errors.ts";
import { chain } from "./chain.ts";
import { ADAM_OPTIONS, type AdamOptions, adamScaling, momentum } from "./moments.ts";
import { decayedWeights, type LearningRate, learning } from "./scaling.ts";
import type { GradientTransformation } from "./types.ts";

/** Options of `sgd`. */
export interface SgdOptions {
  /** The part of a step that the next one repeats; `null`, the default, for none. */
  readonly momentum?: number | null;
  /** Nesterov's momentum; `false` by default. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with momentum where it is given. Source: `optax.sgd`.
 * @param learningRate a number, or a schedule.
 * @example
 * const optimizer = optim.sgd(0.1, { momentum: 0.9 });
 * let state = optimizer.init(params);
 * const step = jit((params, state, x, y) => {
 *   const [updates, next] = optimizer.update(grad(loss)(params, x, y), state, params);
 *   return [optim.applyUpdates(params, updates), next];
 * });
 * [params, state] = step(params, state, x, y);
 */
export function sgd(learningRate: LearningRate, options: SgdOptions = {}, ...rest: never[]): GradientTransformation {
  const fn = "optim.sgd";
  noMore(fn, rest);
  const { momentum: decay = null, nesterov = false } = checkOptions(fn, options, ["momentum", "nesterov"]);
  const step = learning(fn, learningRate);
  return decay === null ? step : chain(momentum(fn, decay, nesterov), step);
}

/**
 * Adam. Source: `optax.adam`; Kingma and Ba, https://arxiv.org/abs/1412.6980.
 * @param learningRate a number, or a schedule.
 * @example const optimizer = optim.adam(1e-3); // see sgd for a step of training
 */
export function adam(learningRate: LearningRate, options: AdamOptions = {}, ...rest: never[]): GradientTransformation {
  const fn = "optim.adam";
  noMore(fn, rest);
  return chain(adamScaling(fn, checkOptions(fn, options, ADAM_OPTIONS)), learning(fn, learningRate));
}

/** Options of `adamw`. */
export interface AdamwOptions extends AdamOptions {
  /** What each step takes from a parameter, as a part of it, times the learning rate; 1e-4 by default. */
  readonly weightDecay?: number;
}

/**
 * Adam with weight decay that isn't scaled by it; `update` needs the parameters. Source: `optax.adamw`; Loshchilov and
 * Hutter, https://arxiv.org/abs/1711.05101.
 * @example const optimizer = optim.adamw(1e-3, { weightDecay: 1e-2 }); // see sgd for a step of training
 */
export function adamw(
  learningRate: LearningRate,
  options: AdamwOptions = {},
  ...rest: never[]
): GradientTransformation {
  const fn = "optim.adamw";
  noMore(fn, rest);
  const { weightDecay = 1e-4, ...chosen } = checkOptions(fn, options, [...ADAM_OPTIONS, "weightDecay"]);
  return chain(adamScaling(fn, chosen), decayedWeights(fn, weightDecay), learning(fn, learningRate));
}
