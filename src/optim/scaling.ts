/** Gradients times numbers: learning rates, and weight decay beside them. */
import { noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { convertElementType } from "../lax/convert.ts";
import { full } from "../lax/index.ts";
import { add, multiply, negative } from "../numpy/ufuncs.ts";
import { checkNumber, each, flat, flatLike, rebuilt, stateless, stateOf } from "./parts.ts";
import type { Schedule } from "./schedules.ts";
import type { GradientTransformation } from "./types.ts";

/** A number, or a function of the number of updates made before. */
export type LearningRate = number | Schedule;

/**
 * Gradients times a number. Source: `optax.scale`.
 * @example optim.scale(2).update({ w: np.array([1.5]) }, null)[0] // { w: [3] }
 */
export function scale(stepSize: number, ...rest: never[]): GradientTransformation {
  const fn = "optim.scale";
  noMore(fn, rest);
  checkNumber(fn, "stepSize", stepSize, Number.isFinite, "a finite number");
  return stateless(fn, (gradients) => each(gradients, (g) => multiply(g, stepSize)));
}

/**
 * Gradients plus `weightDecay` times the parameters, which `update` needs then. Source: `optax.add_decayed_weights`.
 * @example optim.addDecayedWeights(0.1).update({ w: np.array([1]) }, null, { w: np.array([5]) })[0] // { w: [1.5] }
 */
export function addDecayedWeights(weightDecay: number, ...rest: never[]): GradientTransformation {
  const fn = "optim.addDecayedWeights";
  noMore(fn, rest);
  return decayedWeights(fn, weightDecay);
}

/** The same under the name of the function that the user called. */
export function decayedWeights(fn: string, weightDecay: number): GradientTransformation {
  checkNumber(fn, "weightDecay", weightDecay, Number.isFinite, "a finite number");
  return stateless(fn, (gradients, params) => {
    if (params === undefined) {
      throw new TypeError(`${fn}: weight decay needs the parameters: update(gradients, state, params).`);
    }
    const weights = flatLike(fn, "params", params, gradients);
    return each(gradients, (g, i) => add(g, multiply(entry(weights, i), weightDecay)));
  });
}

/**
 * Gradients times minus the learning rate; of a schedule the one for the updates so far, which are counted.
 * Source: `optax.scale_by_learning_rate`.
 * @example optim.scaleByLearningRate(0.1).update({ w: np.array([1]) }, null)[0] // { w: [-0.1] }
 */
export function scaleByLearningRate(learningRate: LearningRate, ...rest: never[]): GradientTransformation {
  const fn = "optim.scaleByLearningRate";
  noMore(fn, rest);
  return learning(fn, learningRate);
}

/** The same under the name of the function that the user called. */
export function learning(fn: string, learningRate: LearningRate): GradientTransformation {
  if (typeof learningRate !== "function") {
    checkNumber(fn, "learningRate", learningRate, Number.isFinite, "a finite number or a schedule");
    return stateless(fn, (gradients) => each(gradients, (g) => multiply(g, -learningRate)));
  }
  return {
    init: () => ({ count: full([], 0, "int32") }),
    update: (updates, state) => {
      const gradients = flat(fn, updates);
      const count = stateOf(fn, state, ["count"]).count as NDArray;
      // A schedule of an int32 count would give float32, whose digits are too few for the others.
      const isDouble = gradients.leaves.some(({ dtype }) => dtype === "float64");
      const rate = negative(learningRate(isDouble ? convertElementType(count, "float64") : count));
      return [
        rebuilt(
          gradients,
          each(gradients, (g) => multiply(g, rate)),
        ),
        { count: add(count, 1) },
      ];
    },
  };
}
