/** Gradient descent on a linearized network, in closed form. */
import { checkOptions, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, convertElementType } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { logicalAnd, where } from "../numpy/logic.ts";
import { broadcastTo, expandDims } from "../numpy/movement.ts";
import { matmul } from "../numpy/products.ts";
import { all, max, sum } from "../numpy/reductions.ts";
import { resultType } from "../numpy/types.ts";
import { abs, add, divide, expm1, multiply, negative, sqrt, square, subtract } from "../numpy/ufuncs.ts";
import { cond } from "../transform/cond.ts";
import { acrossKernel, type KernelMatrix, SYSTEM_OPTIONS, type SystemOptions } from "./system.ts";
import { type Spectrum, type System, solveBy, trainingSystems } from "./training.ts";

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
  { eigenvalues, threshold }: Spectrum,
  targets: NDArray,
  t: ArrayLike,
  learningRate: number,
): [NDArray, NDArray] {
  const rate = learningRate / targets.size;
  // A product of numbers loses no digits that a kernel in float64 has room for.
  const time = typeof t === "number" ? t * rate : expandDims(multiply(t, rate), -1);
  // Not "greater": NaN moves, so that it is seen.
  const resting = eigenvalues.lessEqual(threshold);
  const rates = where(resting, 1, eigenvalues);
  const change = where(resting, 0, expm1(negative(multiply(rates, time))));
  return [change, divide(change, rates)];
}

/** How outputs on the train examples have changed after `t` steps, and, before the kernel of other examples, theirs. */
type Change = readonly [atTrain: NDArray, before: NDArray];

function spectralChange({ spectrum, targets }: System, error: NDArray, t: ArrayLike, learningRate: number): Change {
  const known = spectrum();
  const [atTrain, before] = evolution(known, targets, t, learningRate);
  return [known.apply(atTrain, error), known.apply(before, error)];
}

/**
 * The same after infinitely many steps, by Cholesky. Where the kernel isn't regularized and the solution is larger than
 * one could be for eigenvalues that are more than rounding, by the spectrum, which leaves those directions where they are.
 */
function limit(system: System, error: NDArray): Change {
  const before = negative(solveBy(system, error));
  const { matrix, rounding, isRegularized } = system;
  const most = multiply(
    max(sum(abs(matrix), { axis: 1 }), { initial: 0 }),
    rounding * Math.max(matrix.shape[0] ?? 0, 64),
  );
  const size = (x: NDArray): NDArray => sqrt(sum(square(x), { axis: 0 }));
  const isModerate = isRegularized ? true : all(multiply(size(before), most).lessEqual(size(error)));
  const isRegular = logicalAnd(system.factor().isPositive, isModerate);
  const direct = (): Change => [negative(error), before];
  const spectral = (): Change => spectralChange(system, error, Number.POSITIVE_INFINITY, 1);
  if (isRegular instanceof HostArray) return isRegular.item() ? direct() : spectral();
  return cond(isRegular, direct, spectral);
}

/**
 * What continuous full-batch gradient descent on the loss `mean((f - y)^2) / 2` makes of a network's outputs when its NTK
 * stays as it is: `df/dt = -learningRate K (f - y) / y.size`. Source: `neural_tangents.predict.gradient_descent_mse`.
 *
 * Returns `predictFn(t, fxTrain0, fxTest0, kTestTrain)`. `t` counts steps and may be an array, whose axes then stand first
 * in the outputs; `null` (the default) means infinitely many. `fxTrain0` are the outputs at the start on the train
 * examples (0 by default; `null` for none, which takes them for 0 and leaves them out), `fxTest0` those on others, which
 * need their kernel with the train examples. The result is the outputs on the train examples, on the others, or a pair.
 * Without `diagReg` directions in which the kernel vanishes to rounding don't move.
 *
 * The limit is solved by Cholesky with a step of refinement, finite times by the kernel's spectrum; outside of a trace and on
 * the processor in float64, whatever the kernels' dtype. A kernel with eigenvalues below 0 by more than rounding is an error
 * where its elements are at hand; inside of a trace or on WebGPU the results are NaN.
 *
 * @param kTrainTrain (n, n) for `yTrain` (n, c), or, with `traceAxes: []`, (n, n, c, c).
 * @throws ShapeError when a shape doesn't fit, TypeError when there is nothing to compute, RangeError when the kernel of the
 * train examples has eigenvalues below 0.
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
  return descent(fn, kTrainTrain, yTrain, checkOptions(fn, options, [...SYSTEM_OPTIONS, "learningRate"]));
}

/** `gradientDescentMse` under the name of `fn`, with options that were checked. */
export function descent(
  fn: string,
  kTrainTrain: ArrayLike,
  yTrain: ArrayLike,
  { learningRate = 1, ...options }: GradientDescentOptions,
): PredictFn {
  const { layout, systemFor } = trainingSystems(fn, kTrainTrain, yTrain, options);
  const { targets, rows } = layout;

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
    const across = fxTest0 === null ? null : acrossKernel(fn, "kTestTrain", kTestTrain as ArrayLike, layout);
    const system = systemFor(t, start, fxTest0, across?.matrix ?? null);
    const error = system.toColumns(subtract(start, system.targets));
    const isLimit = t === null || t === Number.POSITIVE_INFINITY;
    const [change, before] = isLimit ? limit(system, error) : spectralChange(system, error, t, learningRate);
    const ofGiven = (x: NDArray, ...others: readonly ArrayLike[]): NDArray =>
      convertElementType(x, resultType(layout.matrix, start, ...(t === null ? [] : [t]), ...others));
    const train = () => ofGiven(add(start, system.toOutputs(change, rows)));
    const test = (kernel: KernelMatrix): NDArray => {
      const moved = system.toOutputs(matmul(kernel.matrix, before), kernel.rows);
      const shape = moved.shape.slice(moved.ndim - targets.ndim);
      const initial = outputs("fxTest0", fxTest0 as ArrayLike, shape);
      return ofGiven(add(initial, moved), kernel.matrix, initial);
    };
    if (across === null) return train();
    return fxTrain0 === null ? test(across) : [train(), test(across)];
  };
  return predictFn as PredictFn;
}
