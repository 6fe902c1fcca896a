/** Regression with a Gaussian process whose covariance is a network's kernel. */
import { checkOptions, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import { sameShape } from "../base/shapes.ts";
import { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, convertElementType } from "../lax/index.ts";
import { substitute } from "../lax/solve.ts";
import { zerosLike } from "../numpy/creation.ts";
import { matmul } from "../numpy/products.ts";
import { resultType } from "../numpy/types.ts";
import { add, multiply, subtract } from "../numpy/ufuncs.ts";
import { acrossKernel, SYSTEM_OPTIONS, type SystemOptions, toKernel, toMatrix } from "./system.ts";
import { positiveFactor, type System, solvePositive, trainingSystems } from "./training.ts";

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

function kernelOf(fn: string, argument: string, kernels: Kernels, name: "nngp" | "ntk"): NDArray {
  const kernel = kernels instanceof NDArray ? kernels : kernels?.[name];
  if (kernel instanceof NDArray) return kernel;
  throw new TypeError(`${fn}: ${argument} must be an array or have the kernel "${name}", got ${describe(kernels)}.`);
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
 * The equations are solved by Cholesky with a step of refinement; outside of a trace and on the processor in float64, whatever
 * the kernels' dtype. A kernel of the train examples that isn't positive definite needs a larger `diagReg`: it is an error
 * where its elements are at hand, and inside of a trace or on WebGPU the results are NaN.
 *
 * @throws ShapeError when a shape doesn't fit, TypeError when a kernel is missing, RangeError when the kernel of the train
 * examples isn't positive definite.
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
  noMore(FN, rest);
  return posterior(FN, kTrainTrain, yTrain, checkOptions(FN, options, SYSTEM_OPTIONS));
}

/** `gpInference` under the name of `fn`, with options that were checked. */
export function posterior(fn: string, kTrainTrain: Kernels, yTrain: ArrayLike, options: SystemOptions): GpPredictFn {
  type Name = "nngp" | "ntk";
  // The object stays the caller's, who may write to it.
  const kernels = isPlainObject(kTrainTrain) ? { ...kTrainTrain } : kTrainTrain;
  const trainKernel = (name: Name): NDArray => kernelOf(fn, "kTrainTrain", kernels, name);
  const known = new Map<Name, ReturnType<typeof trainingSystems>>();
  const systemsOf = (name: Name): ReturnType<typeof trainingSystems> => {
    const systems = known.get(name) ?? trainingSystems(fn, trainKernel(name), yTrain, options);
    known.set(name, systems);
    return systems;
  };

  const covarianceOf = (
    system: System,
    get: ProcessName,
    prior: NDArray,
    across: NDArray,
    ofPrior: NDArray,
  ): NDArray => {
    if (get !== "ntk") {
      // The inner products of one set of vectors: symmetric and positive semidefinite.
      const half = substitute(positiveFactor(system), convertElementType(across.T, system.matrix.dtype), true);
      return subtract(prior, matmul(half.T, half));
    }
    const weights = solvePositive(system, across.T);
    const mixed = matmul(ofPrior, weights);
    const train = toMatrix(fn, "kTrainTrain", trainKernel("nngp")).matrix;
    const spread = matmul(weights.T, matmul(train, weights));
    const symmetric = multiply(add(spread, spread.T), 0.5);
    return add(subtract(prior, add(mixed, mixed.T)), symmetric);
  };

  const predictOne = (get: ProcessName, kTestTrain: Kernels | null, kTestTest: Kernels | null): NDArray | Gaussian => {
    const name = get === "nngp" ? "nngp" : "ntk";
    const { layout, systemFor } = systemsOf(name);
    if (kTestTrain === null) {
      const covariance = () => zerosLike(trainKernel(name));
      return kTestTest === null ? layout.targets : { mean: layout.targets, covariance: covariance() };
    }
    const across = (kernel: Name) =>
      acrossKernel(fn, "kTestTrain", kernelOf(fn, "kTestTrain", kTestTrain, kernel), layout);
    const { matrix, rows } = across(name);
    const meanOf = (system: System): NDArray => {
      const weights = solvePositive(system, system.toColumns(system.targets));
      return convertElementType(system.toOutputs(matmul(matrix, weights), rows), resultType(layout.matrix, matrix));
    };
    if (kTestTest === null) return meanOf(systemFor(matrix));

    const prior = get === "ntkgp" ? "ntk" : "nngp";
    const { matrix: initial, ...shape } = toMatrix(fn, "kTestTest", kernelOf(fn, "kTestTest", kTestTest, prior));
    if (![shape.rows, shape.columns].every((sizes) => sameShape(sizes, rows))) {
      throw new ShapeError(
        `${fn}: kTestTest must have the test examples' sizes ${formatShape(rows)} twice, got ${formatShape(shape.rows)} and ` +
          `${formatShape(shape.columns)}; is it the kernel of (test, test)?`,
      );
    }
    const ofPrior = across(prior).matrix;
    const involved = [matrix, ofPrior, initial, trainKernel(prior)];
    const system = systemFor(...involved);
    const covariance = covarianceOf(system, get, initial, matrix, ofPrior);
    const given = convertElementType(covariance, resultType(layout.matrix, ...involved));
    return { mean: meanOf(system), covariance: toKernel({ matrix: given, ...shape }) };
  };

  const predictFn = (
    get: ProcessName | readonly ProcessName[] | null = null,
    kTestTrain: Kernels | null = null,
    kTestTest: Kernels | null = null,
    ...rest: never[]
  ) => {
    noMore(fn, rest);
    const names = get === null ? (["nngp", "ntk"] as const) : Array.isArray(get) ? Array.from(get) : [get];
    if (!names.every((name) => PROCESSES.includes(name))) {
      throw new TypeError(`${fn}: get must be "${PROCESSES.join('", "')}", a list or null, got ${describe(get)}.`);
    }
    if (typeof get === "string") return predictOne(get, kTestTrain, kTestTest);
    return Object.fromEntries(names.map((name) => [name, predictOne(name, kTestTrain, kTestTest)]));
  };
  return predictFn;
}
