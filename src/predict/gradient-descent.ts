/** Gradient descent on a linearized network, in closed form. */
import { checkOptions, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { where } from "../numpy/logic.ts";
import { broadcastTo, expandDims } from "../numpy/movement.ts";
import { matmul } from "../numpy/products.ts";
import { add, divide, expm1, multiply, negative, subtract } from "../numpy/ufuncs.ts";
import { acrossKernel, SYSTEM_OPTIONS, type System, type SystemOptions, trainingSystem } from "./system.ts";

/** Options of `predict.gradientDescentMse`. */
export interface GradientDescentOptions extends SystemOptions {
  /** 1 by default. */
  readonly learningRate?: number;
}

/** The outputs after `t` steps; see `gradientDescentMse`. */
export interface PredictFn {
  (t?: ArrayLike | null, fxTrain0?: ArrayLike): NDArray;
  (t: ArrayLike | null, fxTrain0: null, fxTest0: ArrayLike, kTestTrain: ArrayLike): NDArray;
  (
    t: ArrayLike | null,
    fxTrain0: ArrayLike,
    fxTest0: ArrayLike,
    kTestTrain: ArrayLike,
  ): [train: NDArray, test: NDArray];
}

/**
 * The eigenvalues of what `f0 - y` on the train examples is multiplied by for the change there, and, before the kernel of
 * other examples, for theirs: `exp(-k t) - 1` and the same divided by k. Where k is 0 but for rounding both are 0: the
 * quotient's limit, `-t`, would multiply what rounding left of other examples' kernel in that direction, which is 0, too.
 */
export function evolution(
  { eigenvalues, threshold, targets }: System,
  t: ArrayLike | null,
  learningRate: number,
): [NDArray, NDArray] {
  const rate = learningRate / targets.size;
  const steps = t ?? Number.POSITIVE_INFINITY;
  // A product of numbers loses no digits that a kernel in float64 has room for.
  const time = typeof steps === "number" ? steps * rate : expandDims(multiply(steps, rate), -1);
  const moving = eigenvalues.greater(threshold);
  const rates = where(moving, eigenvalues, 1);
  const change = where(moving, expm1(negative(multiply(rates, time))), 0);
  return [change, divide(change, rates)];
}

/**
 * What continuous full-batch gradient descent on the loss `mean((f - y)^2) / 2` makes of a network's outputs when its NTK
 * stays as it is: `df/dt = -learningRate K (f - y) / y.size`. Source: `neural_tangents.predict.gradient_descent_mse`.
 *
 * Returns `predictFn(t, fxTrain0, fxTest0, kTestTrain)`. `t` counts steps and may be an array, whose axes then stand first
 * in the outputs; `null` (the default) means infinitely many. `fxTrain0` are the outputs at the start on the train
 * examples (0 by default; `null` for none, which takes them for 0 and leaves them out), `fxTest0` those on others, which
 * need their kernel with the train examples. The result is the outputs on the train examples, on the others, or a pair.
 * Directions in which the kernel vanishes to rounding don't move.
 *
 * @param kTrainTrain (n, n) for `yTrain` (n, c), or, with `traceAxes: []`, (n, n, c, c).
 * @throws ShapeError when a shape doesn't fit, TypeError when there is nothing to compute.
 * @example
 * const k = nt.empiricalNtkFn(f, { vmapAxes: 0 });
 * const predictFn = predict.gradientDescentMse(k(x, null, params), y, { learningRate: 0.1 });
 * const [train, test] = predictFn(100, f(params, x), f(params, xTest), k(xTest, x, params));
 */
export function gradientDescentMse(
  kTrainTrain: ArrayLike,
  yTrain: ArrayLike,
  options: GradientDescentOptions = {},
  ...rest: never[]
): PredictFn {
  const fn = "predict.gradientDescentMse";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, [...SYSTEM_OPTIONS, "learningRate"]);
  const system = trainingSystem(fn, kTrainTrain, yTrain, chosen);
  const { targets, rows } = system;

  /** Initial outputs, of the targets' shape but for other examples. */
  const outputs = (name: string, value: ArrayLike, shape: readonly number[]): NDArray => {
    const given = asArray(fn, value, name);
    if (given.ndim === 0 || sameShape(given.shape, shape)) return broadcastTo(given, shape);
    throw new ShapeError(`${fn}: ${name} must have shape ${formatShape(shape)}, got ${formatShape(given.shape)}.`);
  };

  const predictFn = (
    t: ArrayLike | null = null,
    fxTrain0: ArrayLike | null = 0,
    fxTest0: ArrayLike | null = null,
    kTestTrain: ArrayLike | null = null,
    ...rest: never[]
  ): NDArray | [NDArray, NDArray] => {
    noMore(fn, rest);
    if (t !== null) asArray(fn, t, "t");
    if (fxTrain0 === null && fxTest0 === null) {
      throw new TypeError(`${fn}: fxTrain0 and fxTest0 are both null; there is nothing to predict.`);
    }
    if (fxTest0 !== null && kTestTrain === null) {
      throw new TypeError(`${fn}: fxTest0 needs the kernel kTestTrain, got ${describe(kTestTrain)}.`);
    }
    const start = outputs("fxTrain0", fxTrain0 ?? 0, targets.shape);
    const error = system.toColumns(subtract(start, targets));
    const [atTrain, before] = evolution(system, t, chosen.learningRate ?? 1);
    const train = () => add(start, system.toOutputs(system.apply(atTrain, error), rows));
    const test = (): NDArray => {
      const across = acrossKernel(fn, "kTestTrain", kTestTrain as ArrayLike, system);
      const change = system.toOutputs(matmul(across.matrix, system.apply(before, error)), across.rows);
      const shape = change.shape.slice(change.ndim - targets.ndim);
      return add(outputs("fxTest0", fxTest0 as ArrayLike, shape), change);
    };
    if (fxTest0 === null) return train();
    return fxTrain0 === null ? test() : [train(), test()];
  };
  return predictFn as PredictFn;
}
