/** Valid calls of random and predict, and of the functions that predict returns. */
import { array, type NDArray, numpy as np, predict, random } from "cotangent";
import { type Example, examplesOf, type Row, returned } from "./example.ts";

const key = (): NDArray => random.key(3);
const shape = () => ({ shape: [2, 3] });
const drawn = () => ({ ...shape(), dtype: "float64" });

/** A parameter of distributions, whatever the matrix's dtype. */
const positive = (x: NDArray): NDArray => np.add(np.abs(x), 0.5);

const ROWS: readonly Row[] = [
  ["key PRNGKey", () => [7]],
  ["split", () => [key()]],
  ["split", () => [key(), 3]],
  ["split", () => [key(), [2, 2]]],
  ["foldIn", () => [key(), 5]],
  ["bits", () => [key()], shape],
  ["bits normal uniform gumbel exponential rademacher", () => [key(), [3]]],
  ["normal gumbel exponential laplace cauchy logistic", () => [key()], drawn],
  ["gamma loggamma t chisquare pareto rayleigh lognormal", (x) => [key(), positive(x)]],
  ["gamma loggamma t chisquare pareto rayleigh lognormal", () => [key(), 2], drawn],
  ["beta weibullMin", (x) => [key(), positive(x), 2]],
  ["beta weibullMin", () => [key(), 2, 3], drawn],
  ["dirichlet", (x) => [key(), positive(x)]],
  ["dirichlet", () => [key(), array([1, 2])], drawn],
  ["multivariateNormal", () => [key(), array([1, 2]), np.eye(2)], () => ({ ...drawn(), method: "cholesky" })],
  ["orthogonal", () => [key(), 3], () => ({ ...drawn(), m: 2 })],
  ["poisson", (x) => [key(), positive(x)]],
  ["poisson", () => [key(), 4], () => ({ ...shape(), dtype: "uint32" })],
  ["choice", (x) => [key(), x], () => ({ shape: [2, 3], replace: true, p: array([0.2, 0.5, 0.3]), axis: 1 })],
  ["choice", () => [key(), 5, [3]], () => ({ replace: false })],
  ["rademacher", () => [key()], () => ({ ...shape(), dtype: "int32" })],
  ["uniform", () => [key()], () => ({ ...drawn(), minval: -1, maxval: 2 })],
  ["truncatedNormal", () => [key(), -1, 2], drawn],
  ["truncatedNormal", () => [key(), -1, 2, [3]]],
  ["bernoulli", () => [key()], () => ({ ...shape(), p: 0.3 })],
  ["bernoulli", () => [key(), 0.3, [3]]],
  ["randint", () => [key(), [3], 0, 10], () => ({ dtype: "uint32" })],
  ["randint", () => [key(), { shape: [3], minval: 0, maxval: 10 }], () => ({ dtype: "uint32" })],
  ["categorical", (x) => [key(), x], () => ({ axis: 0, shape: [3] })],
  ["categorical", (x) => [key(), x, 0, [3]]],
  ["permutation", (x) => [key(), x], () => ({ axis: 1 })],
  ["permutation", () => [key(), 4]],
];

const kernel = (x: NDArray): NDArray => np.matmul(x, x);
const targets = (x: NDArray): NDArray => np.at(x, ":", ":2");
const loss = (fx: NDArray, y: NDArray): NDArray => np.mean(np.square(np.subtract(fx, y)));
const both = (x1: NDArray, x2: NDArray | null) => {
  const k = np.matmul(x1, (x2 ?? x1).T);
  return { nngp: k, ntk: np.multiply(k, 2) };
};
const system = () => ({ diagReg: 0.1, diagRegAbsoluteScale: true, traceAxes: [-1] });

const PREDICT: readonly Row[] = [
  ["gpInference", (x) => [kernel(x), targets(x)], system],
  ["gpInference", (x) => [{ nngp: kernel(x), ntk: kernel(x) }, targets(x)], system],
  ["gradientDescentMse", (x) => [kernel(x), targets(x)], () => ({ ...system(), learningRate: 0.5 })],
  [
    "gradientDescent",
    (x) => [loss, kernel(x), targets(x)],
    () => ({ learningRate: 0.5, momentum: 0.9, traceAxes: [-1], rtol: 1e-4, atol: 1e-4, maxSteps: 100 }),
  ],
  ["gradientDescentMseEnsemble", (x) => [both, x, targets(x)], () => ({ ...system(), learningRate: 0.5 })],
  ["maxLearningRate", (x) => [kernel(x)], () => ({ yTrainSize: 6, momentum: 0.9, eps: 1e-6 })],
];

const data = (): [NDArray, NDArray] => {
  const x = np.eye(3).mul(2);
  return [x, np.at(x, ":", ":2")];
};

const RETURNED: readonly Example[] = [
  returned(
    "predict.gradientDescentMseEnsemble",
    () => predict.gradientDescentMseEnsemble(both, ...data()),
    (x) => [2, x, ["nngp", "ntk"], true],
  ),
  returned(
    "predict.gradientDescent",
    // So many steps are soon over where a time is far.
    () => predict.gradientDescent(loss, ...data(), { maxSteps: 1000 }),
    () => [1],
  ),
  returned(
    "predict.gradientDescent",
    () => predict.gradientDescent(loss, ...data(), { momentum: 0.5, maxSteps: 1000 }),
    (x) => [1, { fxTrain: targets(x), fxTest: targets(x), qxTrain: 0, qxTest: 0 }, null, x],
  ),
  returned(
    "predict.gradientDescentMse",
    () => predict.gradientDescentMse(...data()),
    () => [1],
  ),
  returned(
    "predict.gradientDescentMse",
    () => predict.gradientDescentMse(...data()),
    (x) => [null, targets(x), targets(x), x],
  ),
  returned(
    "predict.gpInference",
    () => predict.gpInference(...data()),
    (x) => ["ntk", x],
  ),
  returned(
    "predict.gpInference",
    () => predict.gpInference({ nngp: data()[0], ntk: data()[0] }, data()[1]),
    (x) => [["ntkgp", "nngp"], { nngp: x, ntk: x }, { nngp: x, ntk: x }],
  ),
];

export const randomExamples = (): Example[] => examplesOf("random.", random, ROWS);
export const predictExamples = (): Example[] => [...examplesOf("predict.", predict, PREDICT), ...RETURNED];
