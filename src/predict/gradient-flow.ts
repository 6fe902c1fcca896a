/** Gradient descent on any loss of a linearized network, as a differential equation. */

import { checkOptions, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import { type Shape, sameShape, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { convertElementType, reshape } from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { zerosLike } from "../numpy/creation.ts";
import { at, take } from "../numpy/indexing.ts";
import { concatenate, stack } from "../numpy/join.ts";
import { broadcastTo } from "../numpy/movement.ts";
import { matmul } from "../numpy/products.ts";
import { argsort } from "../numpy/sorting.ts";
import { add, multiply, negative } from "../numpy/ufuncs.ts";
import { checkFunction } from "../transform/flat.ts";
import { grad } from "../transform/grad.ts";
import type { PredictFn } from "./gradient-descent.ts";
import { integrate } from "./integrate.ts";
import { acrossKernel, type Layout, type SystemOptions, trainingLayout } from "./system.ts";

/** Options of `predict.gradientDescent`. */
export interface GradientFlowOptions extends Pick<SystemOptions, "traceAxes"> {
  /** 1 by default. */
  readonly learningRate?: number;
  /** The momentum, if there is one: standard, not Nesterov's. */
  readonly momentum?: number | null;
  /** The relative error of a step of the integration; 1.4e-8 by default, 1e-6 in float32. */
  readonly rtol?: number;
  /** The absolute error of a step beside it; as `rtol`. */
  readonly atol?: number;
  /** The most steps from one time to the next, 100,000 by default; the outputs after more are NaN. */
  readonly maxSteps?: number;
}

/** Outputs on the train examples and on others, and with momentum how fast they change. */
export interface OdeState {
  readonly fxTrain: ArrayLike | null;
  readonly fxTest?: ArrayLike | null;
  readonly qxTrain?: ArrayLike | null;
  readonly qxTest?: ArrayLike | null;
}

/** The state at the times asked for; `null` for what was not asked for. */
export type OdeStates = { readonly [name in keyof OdeState]-?: NDArray | null };

/** The outputs after `t` steps; see `gradientDescent`. */
export type GradientFlowFn = PredictFn &
  ((t: ArrayLike | null, state0: OdeState, fxTest0?: null, kTestTrain?: ArrayLike | null) => OdeStates);

const FN = "predict.gradientDescent";
const OPTIONS = ["learningRate", "momentum", "traceAxes", "rtol", "atol", "maxSteps"] as const;
const STATE = ["fxTrain", "fxTest", "qxTrain", "qxTest"] as const;

/** An array of the kernel's dtype, of `shape` or one number. */
function ofShape(name: string, value: ArrayLike, shape: Shape, { targets }: Layout): NDArray {
  const given = convertElementType(asArray(FN, value, name), targets.dtype);
  if (given.ndim === 0 || sameShape(given.shape, shape)) return broadcastTo(given, shape);
  throw new ShapeError(`${FN}: ${name} must have shape ${formatShape(shape)}, got ${formatShape(given.shape)}.`);
}

/** The times in ascending order, and what brings the values at them into the order of `t`. */
function inOrder(t: NDArray): { times: NDArray; restore: (values: NDArray) => NDArray } {
  const flat = reshape(t, { newSizes: [t.size] });
  const order = argsort(flat);
  return {
    times: take(flat, order),
    restore: (values) => {
      const back = take(values, argsort(order), { axis: 0 });
      return reshape(back, { newSizes: [...t.shape, ...values.shape.slice(1)] });
    },
  };
}

/** What a prediction begins with, checked against what there is. */
function startOf(start: ArrayLike | OdeState | null, fxTest0: ArrayLike | null, hasMomentum: boolean): OdeState {
  if (!isPlainObject(start)) return { fxTrain: start as ArrayLike | null, fxTest: fxTest0 };
  if (fxTest0 !== null) throw new TypeError(`${FN}: fxTest0 stands in the state, and must be null beside one.`);
  const state = checkOptions(FN, start as unknown as OdeState, STATE);
  if (!hasMomentum && (state.qxTrain ?? state.qxTest ?? null) !== null) {
    throw new TypeError(`${FN}: the state has qxTrain or qxTest, which need the option momentum.`);
  }
  return state;
}

function checkTime(t: unknown): void {
  if (typeof t !== "number" || t >= 0) return;
  throw new RangeError(`${FN}: t must not be negative, got ${describe(t)}.`);
}

/**
 * What continuous full-batch gradient descent makes of a network's outputs when its NTK stays as it is, for any loss:
 * `df/dt = -learningRate K grad loss(f)`; with momentum the heavy ball's equation, in units of `sqrt(learningRate)`.
 * Source: `neural_tangents.predict.gradient_descent`.
 *
 * Returns `predictFn(t, fxTrain0, fxTest0, kTestTrain)`, as `gradientDescentMse` does. In place of `fxTrain0` it takes a
 * state `{ fxTrain, fxTest, qxTrain, qxTest }`, where `q` is how fast outputs change with momentum, and then gives the
 * states at the times. Times may stand in any order. With `t: null` it goes on until steps change no more than the tolerance,
 * which needs a loss that has a minimum. The equation is solved in steps of adapted size: the work grows with `t` times the
 * kernel's largest eigenvalue. It has derivatives in forward mode.
 *
 * @param loss `loss(fx, yTrain)`, a number.
 * @param kTrainTrain (n, n) for `yTrain` (n, c), or, with `traceAxes: []`, (n, n, c, c).
 * @throws ShapeError when a shape doesn't fit, TypeError when there is nothing to compute, RangeError for a negative `t`.
 * @example
 * const crossEntropy = (fx: NDArray, y: NDArray) => np.mean(nn.logSoftmax(fx).mul(y)).neg();
 * const predictFn = predict.gradientDescent(crossEntropy, k(x, null, params), y, { learningRate: 0.1, momentum: 0.9 });
 * const [train, test] = predictFn(100, f(params, x), f(params, xTest), k(xTest, x, params));
 */
export function gradientDescent(
  loss: (fx: NDArray, yTrain: NDArray) => NDArray,
  kTrainTrain: ArrayLike,
  yTrain: ArrayLike,
  options: GradientFlowOptions = {},
  ...rest: never[]
): GradientFlowFn {
  noMore(FN, rest);
  checkFunction(FN, loss);
  const chosen = checkOptions(FN, options, OPTIONS);
  const { matrix, ...layout } = trainingLayout(FN, kTrainTrain, yTrain, chosen.traceAxes);
  const { targets, rows, toColumns, toOutputs } = layout;
  const { learningRate = 1, momentum = null } = chosen;
  const rate = momentum === null ? learningRate : Math.sqrt(learningRate);
  const friction = momentum === null ? null : (momentum - 1) / rate;
  const byDefault = targets.dtype === "float64" ? 1.4e-8 : 1e-6;
  const tolerance = {
    rtol: chosen.rtol ?? byDefault,
    atol: chosen.atol ?? byDefault,
    maxSteps: chosen.maxSteps ?? 1e5,
  };
  const gradient = grad((fx: NDArray) => loss(fx, targets));
  const count = sizeOf(rows);

  /** The derivative of the outputs, or of these and how fast they change, in one array. */
  const derivative = (kernel: NDArray) => (y: NDArray) => {
    const fx = friction === null ? y : at(y, 0);
    const force = negative(matmul(kernel, toColumns(gradient(toOutputs(at(fx, `:${count}`), rows)))));
    return friction === null ? force : stack([at(y, 1), add(force, multiply(at(y, 1), friction))]);
  };

  const predictFn = (
    t: ArrayLike | null = null,
    fxTrainOrState0: ArrayLike | OdeState | null = 0,
    fxTest0: ArrayLike | null = null,
    kTestTrain: ArrayLike | null = null,
    ...rest: never[]
  ): NDArray | [NDArray, NDArray] | OdeStates => {
    noMore(FN, rest);
    checkTime(t);
    const state = startOf(fxTrainOrState0, fxTest0, friction !== null);
    const { fxTrain, fxTest = null, qxTrain = null, qxTest = null } = state;
    if (fxTrain === null && fxTest === null) {
      throw new TypeError(`${FN}: fxTrain0 and fxTest0 are both null; there is nothing to predict.`);
    }
    if (fxTest !== null && kTestTrain === null) {
      throw new TypeError(`${FN}: fxTest0 needs the kernel kTestTrain, got ${describe(kTestTrain)}.`);
    }
    const across = fxTest === null ? null : acrossKernel(FN, "kTestTrain", kTestTrain as ArrayLike, layout);
    const testShape = across && toOutputs(matmul(across.matrix, toColumns(zerosLike(targets))), across.rows).shape;
    const columns = (names: readonly [string, string], train: ArrayLike | null, test: ArrayLike | null): NDArray => {
      const parts = [toColumns(ofShape(names[0], train ?? 0, targets.shape, layout))];
      if (testShape) parts.push(toColumns(ofShape(names[1], test ?? 0, testShape, layout)));
      return concatenate(parts);
    };
    const fx = columns(["fxTrain0", "fxTest0"], fxTrain, fxTest);
    const start = friction === null ? fx : stack([fx, columns(["qxTrain", "qxTest"], qxTrain, qxTest)]);
    const steps = convertElementType(asArray(FN, t ?? Number.POSITIVE_INFINITY, "t"), targets.dtype);
    const { times, restore } = inOrder(multiply(steps, rate));
    const kernel = across ? concatenate([matrix, across.matrix]) : matrix;
    const values = restore(integrate(derivative(kernel), start, times, tolerance));

    const outputs = friction === null ? values : at(values, "...", 0, ":", ":");
    const train = (x: NDArray): NDArray => toOutputs(at(x, "...", `:${count}`, ":"), rows);
    const test = (x: NDArray): NDArray | null => across && toOutputs(at(x, "...", `${count}:`, ":"), across.rows);
    if (isPlainObject(fxTrainOrState0)) {
      const speeds = friction === null ? null : at(values, "...", 1, ":", ":");
      return {
        fxTrain: train(outputs),
        fxTest: test(outputs),
        qxTrain: speeds && train(speeds),
        qxTest: speeds && test(speeds),
      };
    }
    const others = test(outputs);
    if (others === null) return train(outputs);
    return fxTrain === null ? others : [train(outputs), others];
  };
  return predictFn as GradientFlowFn;
}
