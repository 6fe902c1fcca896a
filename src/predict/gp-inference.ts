/** Regression with a Gaussian process whose covariance is a network's kernel. */
import { checkOptions, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import { NDArray } from "../ir/ndarray.ts";
import { Tracer } from "../ir/trace.ts";
import type { ArrayLike } from "../lax/index.ts";
import { zerosLike } from "../numpy/creation.ts";
import { where } from "../numpy/logic.ts";
import { matmul } from "../numpy/products.ts";
import { add, divide, subtract } from "../numpy/ufuncs.ts";
import {
  acrossKernel,
  SYSTEM_OPTIONS,
  type System,
  type SystemOptions,
  toKernel,
  toMatrix,
  trainingSystem,
} from "./system.ts";

/** A kernel for every use, or an object with the kernels `nngp` and `ntk`, as `nt.empiricalKernelFn` gives it. */
export type Kernels = NDArray | { readonly nngp?: NDArray; readonly ntk?: NDArray };

/** The covariance of the initial outputs (`"nngp"`), of the trained ones (`"ntk"`), or the NTK as a prior (`"ntkgp"`). */
export type ProcessName = "nngp" | "ntk" | "ntkgp";

/** A normal distribution: its mean and covariance. */
export interface Gaussian {
  readonly mean: NDArray;
  /** Of the shape of the kernel of the test examples. */
  readonly covariance: NDArray;
}

/** Predictions of each process asked for; see `gpInference`. */
export interface GpPredictFn {
  (get: ProcessName, kTestTrain?: Kernels | null): NDArray;
  (get: ProcessName, kTestTrain: Kernels | null, kTestTest: Kernels): Gaussian;
  (get: null | readonly ProcessName[], kTestTrain?: Kernels | null): { readonly [name in ProcessName]: NDArray };
  (
    get: null | readonly ProcessName[],
    kTestTrain: Kernels | null,
    kTestTest: Kernels,
  ): { readonly [name in ProcessName]: Gaussian };
}

const FN = "predict.gpInference";
const PROCESSES: readonly unknown[] = ["nngp", "ntk", "ntkgp"];

function kernelOf(argument: string, kernels: Kernels, name: "nngp" | "ntk"): NDArray {
  const kernel = kernels instanceof NDArray ? kernels : kernels?.[name];
  if (kernel instanceof NDArray) return kernel;
  throw new TypeError(`${FN}: ${argument} must be an array or have the kernel "${name}", got ${describe(kernels)}.`);
}

/**
 * The Gaussian posterior of a network's outputs given training data. Source: `neural_tangents.predict.gp_inference`.
 *
 * Returns `predictFn(get, kTestTrain, kTestTest)`. `get` is `"nngp"` (a Bayesian network of infinite width), `"ntk"` (an
 * ensemble of networks trained by gradient descent forever, from random initial parameters), `"ntkgp"` (a process with the
 * NTK for its covariance), a list of these, or `null` for the first two; for a list the result is an object. Without
 * `kTestTest` it is the mean, with it `{ mean, covariance }`. The covariance of `"ntk"` needs both kernels everywhere.
 * Without `kTestTrain` the results are those on the train examples: `yTrain` and 0.
 *
 * @param kTrainTrain kernels (n, n) for `yTrain` (n, c), or, with `traceAxes: []`, (n, n, c, c).
 * @throws ShapeError when a shape doesn't fit, TypeError when a kernel is missing.
 * @example
 * const kernelFn = nt.empiricalKernelFn(f, { vmapAxes: 0 });
 * const predictFn = predict.gpInference(kernelFn(x, null, null, params), y, { diagReg: 1e-4 });
 * const { mean, covariance } = predictFn("ntk", kernelFn(xTest, x, null, params), kernelFn(xTest, null, null, params));
 */
export function gpInference(
  kTrainTrain: Kernels,
  yTrain: ArrayLike,
  options: SystemOptions = {},
  ...rest: never[]
): GpPredictFn {
  noMore("predict.gpInference", rest);
  const chosen = checkOptions(FN, options, SYSTEM_OPTIONS);
  const systems = new Map<string, System>();
  const systemOf = (name: "nngp" | "ntk"): System => {
    const system = systems.get(name) ?? trainingSystem(FN, kernelOf("kTrainTrain", kTrainTrain, name), yTrain, chosen);
    // What was computed inside a traced function is of no use outside.
    if (!(system.eigenvalues instanceof Tracer)) systems.set(name, system);
    return system;
  };

  const solve = ({ eigenvalues, threshold, apply }: System, columns: NDArray): NDArray => {
    const regular = eigenvalues.greater(threshold);
    return apply(where(regular, divide(1, where(regular, eigenvalues, 1)), 0), columns);
  };

  const predictOne = (get: ProcessName, kTestTrain: Kernels | null, kTestTest: Kernels | null): NDArray | Gaussian => {
    const name = get === "nngp" ? "nngp" : "ntk";
    const system = systemOf(name);
    const across = (kernel: "nngp" | "ntk") =>
      acrossKernel(FN, "kTestTrain", kernelOf("kTestTrain", kTestTrain as Kernels, kernel), system);
    if (kTestTrain === null) {
      const covariance = () => zerosLike(kernelOf("kTrainTrain", kTrainTrain, name));
      return kTestTest === null ? system.targets : { mean: system.targets, covariance: covariance() };
    }
    const { matrix, rows } = across(name);
    const mean = system.toOutputs(matmul(matrix, solve(system, system.toColumns(system.targets))), rows);
    if (kTestTest === null) return mean;

    const prior = get === "ntkgp" ? "ntk" : "nngp";
    const { matrix: initial, ...shape } = toMatrix(FN, "kTestTest", kernelOf("kTestTest", kTestTest, prior));
    if (![shape.rows, shape.columns].every((sizes) => sameShape(sizes, rows))) {
      throw new ShapeError(
        `${FN}: kTestTest must have the test examples' sizes ${formatShape(rows)} twice, got ${formatShape(shape.rows)} and ` +
          `${formatShape(shape.columns)}; is it the kernel of (test, test)?`,
      );
    }
    const explained = matmul(matrix, solve(system, across(prior).matrix.T));
    let covariance = subtract(initial, explained);
    if (get === "ntk") {
      const weights = solve(system, matrix.T);
      const train = toMatrix(FN, "kTrainTrain", kernelOf("kTrainTrain", kTrainTrain, "nngp")).matrix;
      covariance = add(subtract(covariance, explained.T), matmul(weights.T, matmul(train, weights)));
    }
    return { mean, covariance: toKernel({ matrix: covariance, ...shape }) };
  };

  const predictFn = (
    get: ProcessName | readonly ProcessName[] | null = null,
    kTestTrain: Kernels | null = null,
    kTestTest: Kernels | null = null,
    ...rest: never[]
  ) => {
    noMore(FN, rest);
    const names = get === null ? (["nngp", "ntk"] as const) : Array.isArray(get) ? Array.from(get) : [get];
    if (!names.every((name) => PROCESSES.includes(name))) {
      throw new TypeError(`${FN}: get must be "${PROCESSES.join('", "')}", a list or null, got ${describe(get)}.`);
    }
    if (typeof get === "string") return predictOne(get, kTestTrain, kTestTest);
    return Object.fromEntries(names.map((name) => [name, predictOne(name, kTestTrain, kTestTest)]));
  };
  return predictFn;
}
