/** Gradient descent on an ensemble of networks, whose initial outputs are a Gaussian process. */
import { checkOptions, describe, noMore } from "../base/errors.ts";
import { range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { Tracer } from "../ir/trace.ts";
import { convertElementType, reshape, transpose } from "../lax/index.ts";
import { identityLike } from "../lax/matrix.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { swapaxes } from "../numpy/movement.ts";
import { matmul } from "../numpy/products.ts";
import { resultType } from "../numpy/types.ts";
import { add, multiply, negative, subtract } from "../numpy/ufuncs.ts";
import { checkFunction } from "../transform/flat.ts";
import { type Gaussian, type Kernels, posterior } from "./gp-inference.ts";
import { descent, evolution, type GradientDescentOptions } from "./gradient-descent.ts";
import { acrossKernel, type KernelMatrix, SYSTEM_OPTIONS, toMatrix, trainingLayout } from "./system.ts";
import { trainingSystems } from "./training.ts";

/** The processes that `predict.gradientDescentMseEnsemble` knows: `"nngp"` trains the last layer alone, `"ntk"` all. */
export type EnsembleName = "nngp" | "ntk";

/** Kernels of inputs, as `nt.empiricalKernelFn` gives them with the parameters bound. */
export type EnsembleKernelFn<X> = (x1: X, x2: X | null, get: readonly EnsembleName[]) => Kernels;

/** Predictions of each process asked for; see `gradientDescentMseEnsemble`. */
export interface EnsemblePredictFn<X> {
  (t: ArrayLike | null, xTest: X | null, get: EnsembleName, computeCov?: false): NDArray;
  (t: ArrayLike | null, xTest: X | null, get: EnsembleName, computeCov: true): Gaussian;
  (
    t?: ArrayLike | null,
    xTest?: X | null,
    get?: readonly EnsembleName[] | null,
    computeCov?: false,
  ): { readonly [name in EnsembleName]: NDArray };
  (
    t: ArrayLike | null,
    xTest: X | null,
    get: readonly EnsembleName[] | null,
    computeCov: true,
  ): { readonly [name in EnsembleName]: Gaussian };
}

const FN = "predict.gradientDescentMseEnsemble";
const NAMES: readonly unknown[] = ["nngp", "ntk"];

const kernelOf = (kernels: Kernels, name: EnsembleName): NDArray => {
  const kernel = (kernels as { readonly [name in EnsembleName]?: NDArray } | null)?.[name];
  if (kernel !== undefined) return kernel;
  throw new TypeError(`${FN}: kernelFn must return an object with the kernel "${name}", got ${describe(kernels)}.`);
};

/** Matrices with leading axes as kernels, whose axes stand in pairs behind those. */
function pairedAxes(matrices: NDArray, { rows }: KernelMatrix): NDArray {
  const leading = matrices.shape.slice(0, -2);
  const separate = reshape(matrices, { newSizes: [...leading, ...rows, ...rows] });
  const order = range(rows.length).flatMap((i) => [i, rows.length + i]);
  return transpose(separate, { permutation: [...range(leading.length), ...order.map((i) => leading.length + i)] });
}

/**
 * What continuous gradient descent on the loss `mean((f - y)^2) / 2` makes of an ensemble of networks with random initial
 * parameters, for kernels that are those of infinite width. Source: `neural_tangents.predict.gradient_descent_mse_ensemble`.
 *
 * Returns `predictFn(t, xTest, get, computeCov)`: the mean of the outputs on `xTest` after `t` steps, or with
 * `computeCov: true` `{ mean, covariance }`. `t` may be an array, whose axes then stand first; `null` means infinitely many.
 * With `xTest: null` the outputs are those on the train examples. `get` is `"nngp"` (the last layer alone is trained),
 * `"ntk"`, a list or `null` for both, which give an object. Kernels are computed as they are needed, those of the train examples once.
 *
 * @param kernelFn `(x1, x2, get)` to an object of the kernels that the list `get` names.
 * @throws ShapeError when a shape doesn't fit, TypeError when a kernel is missing, RangeError when the kernel of the train
 * examples isn't positive definite (see `gpInference`, which `null` asks, and for other times `gradientDescentMse`).
 * @example
 * const kernelFn = nt.empiricalKernelFn(f, { vmapAxes: 0 });
 * const bound = (x1: NDArray, x2: NDArray | null, get: readonly predict.EnsembleName[]) => kernelFn(x1, x2, get, params);
 * const predictFn = predict.gradientDescentMseEnsemble(bound, x, y, { diagReg: 1e-4 });
 * const { mean, covariance } = predictFn(100, xTest, "ntk", true);
 */
export function gradientDescentMseEnsemble<X>(
  kernelFn: EnsembleKernelFn<X>,
  xTrain: X,
  yTrain: ArrayLike,
  options: GradientDescentOptions = {},
  ...rest: never[]
): EnsemblePredictFn<X> {
  noMore(FN, rest);
  checkFunction(FN, kernelFn);
  if (xTrain === undefined || xTrain === null) {
    throw new TypeError(`${FN}: xTrain must be the inputs of the train examples, got ${describe(xTrain)}.`);
  }
  const chosen = checkOptions(FN, options, [...SYSTEM_OPTIONS, "learningRate"]);
  const { learningRate = 1, ...systemOptions } = chosen;
  const known = new Map<EnsembleName, NDArray>();
  const trainKernel = (name: EnsembleName): NDArray => {
    const kernel = known.get(name) ?? kernelOf(kernelFn(xTrain, null, [name]), name);
    // What was computed inside a traced function is of no use outside.
    if (!(kernel instanceof Tracer)) known.set(name, kernel);
    return kernel;
  };

  /** The covariance of the outputs after `t` steps, of the initial ones' and what training makes of them. */
  const covarianceAt = (t: ArrayLike, name: EnsembleName, across: Kernels | null, initial: NDArray): NDArray => {
    const matrixOf = (kernel: NDArray): NDArray => toMatrix(FN, "the kernel", kernel).matrix;
    const [train, prior] = [matrixOf(trainKernel("nngp")), toMatrix(FN, "the kernel", initial)];
    const own = across && matrixOf(kernelOf(across, name));
    const ofPrior = across && name === "ntk" ? matrixOf(kernelOf(across, "nngp")) : own;
    const kernels = [trainKernel(name), train, prior.matrix, ...(own && ofPrior ? [own, ofPrior] : [])];
    const { systemFor } = trainingSystems(FN, trainKernel(name), yTrain, systemOptions);
    const system = systemFor(t, ...kernels);
    const spectrum = system.spectrum();
    const { apply, eigenvalues } = spectrum;
    const transposed = (x: NDArray): NDArray => swapaxes(x, -1, -2);
    const dtype = resultType(t, ...kernels);
    const result = (matrices: NDArray): NDArray => pairedAxes(convertElementType(matrices, dtype), prior);
    // Outputs are `left f0 + (what the targets add)`, where f0 are the initial ones on the train examples.
    const rate = name === "nngp" ? 2 * learningRate : learningRate;
    const [atTrain, before] = evolution(spectrum, system.targets, t, rate);
    const identity = identityLike(system.matrix);
    if (own === null || ofPrior === null) {
      if (name === "nngp") return result(apply(multiply(eigenvalues, add(atTrain, 1)), identity));
      const left = apply(add(atTrain, 1), identity);
      return result(matmul(matmul(left, train), transposed(left)));
    }
    const solved = apply(before, own.T);
    if (name === "nngp") return result(add(prior.matrix, matmul(own, solved)));
    const left = negative(transposed(solved));
    const mixed = matmul(left, ofPrior.T);
    const spread = matmul(matmul(left, train), transposed(left));
    return result(subtract(add(prior.matrix, spread), add(mixed, transposed(mixed))));
  };

  const predictOne = (t: ArrayLike | null, xTest: X | null, name: EnsembleName, withCovariance: boolean) => {
    const needed: readonly EnsembleName[] = withCovariance && name === "ntk" ? ["nngp", "ntk"] : [name];
    const across = xTest === null ? null : kernelFn(xTest, xTrain, needed);
    // What doesn't fit is an error of this function, not of those that it calls.
    const layout = trainingLayout(FN, trainKernel(name), yTrain, systemOptions.traceAxes);
    if (across !== null) acrossKernel(FN, "the kernel of xTest and xTrain", kernelOf(across, name), layout);
    const initial = (): NDArray =>
      xTest === null ? trainKernel("nngp") : kernelOf(kernelFn(xTest, null, ["nngp"]), "nngp");
    if (t === null) {
      const kernels = Object.fromEntries(needed.map((each) => [each, trainKernel(each)]));
      const predictFn = posterior(FN, kernels, yTrain, systemOptions);
      return withCovariance ? predictFn(name, across, { nngp: initial() }) : predictFn(name, across);
    }
    const predictFn = descent(FN, trainKernel(name), yTrain, chosen);
    const mean = across === null ? predictFn(t) : predictFn(t, null, 0, kernelOf(across, name));
    return withCovariance ? { mean, covariance: covarianceAt(t, name, across, initial()) } : mean;
  };

  const predictFn = (
    t: ArrayLike | null = null,
    xTest: X | null = null,
    get: EnsembleName | readonly EnsembleName[] | null = null,
    computeCov = false,
    ...rest: never[]
  ) => {
    noMore(FN, rest);
    if (t !== null) asArray(FN, t, "t");
    const names = get === null ? (["nngp", "ntk"] as const) : Array.isArray(get) ? Array.from(get) : [get];
    if (!names.every((name) => NAMES.includes(name))) {
      throw new TypeError(`${FN}: get must be "nngp", "ntk", a list of these or null, got ${describe(get)}.`);
    }
    if (typeof computeCov !== "boolean") {
      throw new TypeError(`${FN}: computeCov must be true or false, got ${describe(computeCov)}.`);
    }
    if (typeof get === "string") return predictOne(t, xTest, get, computeCov);
    return Object.fromEntries(names.map((name) => [name, predictOne(t, xTest, name, computeCov)]));
  };
  return predictFn as EnsemblePredictFn<X>;
}
