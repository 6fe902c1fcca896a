// The examples of the documentation of neural-tangents' `empirical.py`, line by line.

import { array, evalShape, type NDArray, numpy as np, nt, random, stax } from "cotangent";

function expectShape(name: string, x: NDArray, shape: number[]): void {
  if (x.shape.join() !== shape.join()) throw new Error(`${name}: expected shape ${shape}, got ${x.shape}`);
  console.log(`${name.padEnd(24)} (${x.shape.join(", ")})`);
}

const [key1, key2, key3] = random.split(random.key(1), 3) as unknown as [NDArray, NDArray, NDArray];
const xTrain = random.normal(key1, [20, 32, 32, 3]);
const xTest = random.normal(key2, [5, 32, 32, 3]);

// A narrow CNN.
const [initCnn, cnn] = stax.serial(
  stax.Conv(32, [3, 3]),
  stax.Relu(),
  stax.Conv(32, [3, 3]),
  stax.Relu(),
  stax.Conv(32, [3, 3]),
  stax.Flatten(),
  stax.Dense(10),
);
const [, cnnParams] = initCnn(key3, xTrain.shape);

// Default setting: reducing over logits; vmapAxes is 0 because the network is iid along the batch axis, no BatchNorm.
const traced = nt.empiricalKernelFn(cnn, {
  traceAxes: [-1],
  vmapAxes: 0,
  implementation: nt.NtkImplementation.JACOBIAN_CONTRACTION,
});
// (5, 20) test-train NNGP and NTK
expectShape("nngpTestTrain", traced(xTest, xTrain, "nngp", cnnParams), [5, 20]);
expectShape("ntkTestTrain", traced(xTest, xTrain, "ntk", cnnParams), [5, 20]);

// Full kernel: not reducing over logits. Structured derivatives are typically faster and need less memory.
const full = nt.empiricalKernelFn(cnn, {
  traceAxes: [],
  vmapAxes: 0,
  implementation: nt.NtkImplementation.STRUCTURED_DERIVATIVES,
});
// (5, 20, 10, 10) test-train NNGP and NTK
const kTestTrain = full(xTest, xTrain, null, cnnParams);
expectShape("kTestTrain.nngp", kTestTrain.nngp, [5, 20, 10, 10]);
expectShape("kTestTrain.ntk", kTestTrain.ntk, [5, 20, 10, 10]);

// A wide FCN with lots of parameters and many (100) outputs.
const [initFcn, fcn] = stax.serial(
  stax.Flatten(),
  stax.Dense(1024),
  stax.Relu(),
  stax.Dense(1024),
  stax.Relu(),
  stax.Dense(100),
);
const [, fcnParams] = initFcn(key3, xTrain.shape);

// NTK-vector products, since the network has many parameters relative to the cost of a forward pass, and large outputs.
const ntkFn = nt.empiricalNtkFn(fcn, {
  vmapAxes: 0,
  implementation: nt.NtkImplementation.NTK_VECTOR_PRODUCTS,
  onProgress: (done, total) => console.log(`  tile ${done} of ${total}`),
});
// (5, 5) test-test NTK
expectShape("ntkTestTest", ntkFn(xTest, null, fcnParams), [5, 5]);

// Compute only output variances: (20,) train-train diagonal NNGP
const nngpFn = nt.empiricalNngpFn(fcn, { diagonalAxes: [0] });
expectShape("nngpTrainTrainDiag", nngpFn(xTrain, null, fcnParams), [20]);

// The product of the NTK with cotangents, without the kernel; its shape is that of f(params, x1).
const x2 = random.normal(key2, [10, 32, 32, 3]);
const ntkVpFn = nt.empiricalNtkVpFn(cnn, xTrain, x2, cnnParams);
const cotangents = random.normal(key3, evalShape(cnn, cnnParams, x2).shape);
expectShape("ntkVp", ntkVpFn(cotangents), [20, 10]);

// The mean squared error of the first and third order Taylor series of a function.
const f = (p: NDArray, x: NDArray) => np.sin(np.multiply(p, x));
const [params, newParams, x] = [array([1, 2, 3]), array([1.1, 2.1, 2.9]), array([0.5, 0.4, 0.3])];
const mse = (g: typeof f) => np.mean(np.square(np.subtract(f(newParams, x), g(newParams, x)))).item();
const [first, third] = [mse(nt.linearize(f, params)), mse(nt.taylorExpand(f, params, 3))];
console.log(`errors of the Taylor series: ${first.toExponential(1)}, ${third.toExponential(1)}`);
if (!(third < 1e-3 * first)) throw new Error("the third order must be much closer than the first");
