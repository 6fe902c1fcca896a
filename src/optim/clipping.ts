/** Gradients that are never too large. */
import { noMore } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { full } from "../lax/index.ts";
import { less, where } from "../numpy/logic.ts";
import { sum } from "../numpy/reductions.ts";
import { add, clip as clipArray, divide, multiply, sqrt, square } from "../numpy/ufuncs.ts";
import { checkNumber, each, type Flat, flat, isPositive, stateless } from "./parts.ts";
import type { GradientTransformation } from "./types.ts";

const squaresOf = ({ leaves }: Flat): NDArray =>
  leaves.reduce((total, leaf) => add(total, sum(square(leaf))), full([], 0, "float32"));

/**
 * The root of the sum of the squares of all elements of a tree, a scalar. Source: `optax.global_norm`.
 * @example optim.globalNorm({ a: np.array([3]), b: np.array([4]) }) // 5
 */
export function globalNorm(updates: unknown, ...rest: never[]): NDArray {
  const fn = "optim.globalNorm";
  noMore(fn, rest);
  return sqrt(squaresOf(flat(fn, updates)));
}

/**
 * Gradients as they are where `globalNorm` is less than `maxNorm`, else scaled to it. Source: `optax.clip_by_global_norm`.
 * @example
 * optim.clipByGlobalNorm(1).update({ a: np.array([3]), b: np.array([4]) }, null)[0] // { a: [0.6], b: [0.8] }
 * const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.sgd(0.1));
 */
export function clipByGlobalNorm(maxNorm: number, ...rest: never[]): GradientTransformation {
  const fn = "optim.clipByGlobalNorm";
  noMore(fn, rest);
  checkNumber(fn, "maxNorm", maxNorm, isPositive, "a positive number");
  return stateless(fn, (gradients) => {
    const norm = sqrt(squaresOf(gradients));
    return each(gradients, (g) => where(less(norm, maxNorm), g, multiply(divide(g, norm), maxNorm)));
  });
}

/**
 * Every element between `-maxDelta` and `maxDelta`. Source: `optax.clip`.
 * @example optim.clip(1).update({ w: np.array([3, -0.5]) }, null)[0] // { w: [1, -0.5] }
 */
export function clip(maxDelta: number, ...rest: never[]): GradientTransformation {
  const fn = "optim.clip";
  noMore(fn, rest);
  checkNumber(fn, "maxDelta", maxDelta, isPositive, "a positive number");
  return stateless(fn, (gradients) => each(gradients, (g) => clipArray(g, -maxDelta, maxDelta)));
}
