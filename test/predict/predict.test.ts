import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { array, grad, jit, type NDArray, numpy as np, predict } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

/**
 * Computed by neural_tangents (commit c17e770) with JAX 0.10.2 in float64, from the arrays that `data` makes: the elements
 * of train and test outputs, or of means and covariances.
 */
const references: Record<string, number[][]> = JSON.parse(
  readFileSync(fileURLToPath(new URL("data/predict.json", import.meta.url)), "utf8"),
);

function data(shape: number[], a: number): NDArray {
  const size = shape.reduce((x, y) => x * y, 1);
  const values = Array.from({ length: size }, (_, i) => Math.sin(a * (i + 1) ** 1.3));
  return array(values, { shape, dtype: "float64" });
}

const [n, m, c] = [4, 3, 2];
const [train, test_] = [`:${n}`, `${n}:`];

function agree(actual: NDArray, expected: readonly number[], name: string): void {
  const values = actual.dataSync();
  assert.is(values.length, expected.length, name);
  const largest = Math.max(...expected.map(Math.abs), 1e-300);
  expected.forEach((v, i) => {
    const error = Math.abs((values[i] as number) - v) / largest;
    assert.ok(error < 1e-8, `${name}, element ${i}: ${values[i]}, expected ${v}`);
  });
}

function compare(name: string, ...actual: NDArray[]): void {
  const expected = references[name] as number[][];
  assert.is(actual.length, expected.length, name);
  actual.forEach((x, i) => {
    agree(x, expected[i] as number[], `${name} ${i}`);
  });
}

const gram = (features: NDArray): NDArray => features.matmul(features.T);
const fullGram = (features: NDArray): NDArray => np.einsum("iap,jbp->ijab", features, features);
const ntk = gram(data([n + m, 9], 0.7));
const nngp = gram(data([n + m, 7], 0.4));
const fullNtk = fullGram(data([n + m, c, 20], 0.37));
const fullNngp = fullGram(data([n + m, c, 20], 0.81));
const y = data([n, c], 1.1);
const [f0, g0] = [data([n, c], 0.9), data([m, c], 0.3)];
const part = (kernel: NDArray, rows: string, columns: string): NDArray => kernel.at(rows, columns);

test("gradient descent with a traced kernel", () => {
  const predictFn = predict.gradientDescentMse(part(ntk, train, train), y, { learningRate: 0.5, diagReg: 1e-2 });
  const across = part(ntk, test_, train);
  const [atTrain, atTest] = predictFn(array([0, 1, 30]), f0, g0, across);
  assert.equal([...atTrain.shape], [3, n, c]);
  assert.equal([...atTest.shape], [3, m, c]);
  compare("traced", atTrain, atTest);
  compare("traced inf", ...predictFn(null, f0, g0, across));
  compare("traced inf", ...predictFn(Number.POSITIVE_INFINITY, f0, g0, across));
  compare("traced train", predictFn(2.5));
  compare("traced test", predictFn(2.5, null, g0, across));
});

test("absolute regularization", () => {
  const options = { diagReg: 0.3, diagRegAbsoluteScale: true };
  const predictFn = predict.gradientDescentMse(part(ntk, train, train), y, options);
  compare("absolute", ...predictFn(7, f0, g0, part(ntk, test_, train)));
});

test("gradient descent with a full kernel, at an array of times", () => {
  const predictFn = predict.gradientDescentMse(part(fullNtk, train, train), y, { traceAxes: [] });
  const [atTrain, atTest] = predictFn(array([[3, 50]]), f0, g0, part(fullNtk, test_, train));
  assert.equal([...atTest.shape], [1, 2, m, c]);
  compare("full", atTrain, atTest);
  compare("full inf", ...predictFn(null, f0, g0, part(fullNtk, test_, train)));
});

test("gradient descent with outputs traced in the middle", () => {
  const kernel = fullGram(data([n + m, 2, 20], 0.53));
  const targets = data([n, c, 2], 1.3);
  const predictFn = predict.gradientDescentMse(part(kernel, train, train), targets, { traceAxes: 1 });
  const results = predictFn(4, data([n, c, 2], 0.23), data([m, c, 2], 0.19), part(kernel, test_, train));
  compare("middle", ...results);
});

/** `df/dt = -rate K (f - y) / size` for the outputs of all examples, by the classical Runge-Kutta method. */
function integrate(kernel: number[][], targets: number[], start: number[], time: number, steps: number): number[] {
  const slope = (f: number[]): number[] =>
    kernel.map((row) => -targets.reduce((sum, t, j) => sum + (row[j] as number) * ((f[j] as number) - t), 0));
  const move = (f: number[], s: number[], h: number): number[] => f.map((v, i) => v + h * (s[i] as number));
  const h = time / steps;
  let f = start;
  for (let i = 0; i < steps; i++) {
    const k1 = slope(f);
    const k2 = slope(move(f, k1, h / 2));
    const k3 = slope(move(f, k2, h / 2));
    const k4 = slope(move(f, k3, h));
    f = f.map((v, j) => v + (h / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!));
  }
  return f;
}

test("the closed form solves the differential equation, also in directions that do not move", () => {
  // Three features for four examples: the kernel is singular.
  const features = data([n + m, 3], 0.7);
  const kernel = gram(features);
  const [targets, start] = [data([n, 1], 1.1), data([n + m, 1], 0.9)];
  const predictFn = predict.gradientDescentMse(part(kernel, train, train), targets, { learningRate: 0.3 });
  const at = (t: number | null) => predictFn(t, start.at(train), start.at(test_), part(kernel, test_, train));
  const list = (x: NDArray): number[] => Array.from(x.dataSync());
  const rows = part(kernel, ":", train).toArray() as number[][];
  for (const t of [0, 0.5, 20]) {
    const expected = integrate(rows, list(targets), list(start), (0.3 * t) / n, 2000);
    const [atTrain, atTest] = at(t);
    agree(atTrain, expected.slice(0, n), `train at ${t}`);
    agree(atTest, expected.slice(n), `test at ${t}`);
  }
  const [late, limit] = [at(1e7), at(null)];
  late.forEach((x, i) => {
    agree(x, list(limit[i] as NDArray), "the limit");
  });
});

test("at any time, directions in which a kernel vanishes to rounding do not move", () => {
  // The kernel of features [1, 1, 2] with errors of one rounding: all of its directions but one are rounding.
  const kernels = (step: number) => ({
    within: [
      [1 + step, 1, 2],
      [1, 1, 2 - step],
      [2, 2 - step, 4],
    ],
    across: [[3, 3 + 2 * step, 6]],
  });
  const targets = [1, 2, 3];
  const [y, f] = [array(targets, { shape: [3, 1] }), array([[0.5]])];
  // With u = [1, 1, 2] / sqrt(6), K = 6 u u^T: on the train examples y moves to its projection, at the rate 6 / 3.
  const exact = (t: number) => {
    const moved = (-Math.expm1(-2 * t) * (1 + 2 + 2 * 3)) / 6;
    return { train: [moved, moved, 2 * moved], test: 0.5 + 3 * moved };
  };
  for (const [dtype, step] of [["float32", 2 ** -23] as const, ["float64", 2 ** -52] as const]) {
    const { within, across } = kernels(step);
    const [k, kTest] = [array(within, { dtype }), array(across, { dtype })];
    const predictFn = predict.gradientDescentMse(k, np.astype(y, dtype));
    const at = (t: number | NDArray | null) => predictFn(t, 0, np.astype(f, dtype), kTest);
    const times = [0, 0.1, 1, 1e4, 1e8, 1e20, 1e300, Number.POSITIVE_INFINITY];
    const every = at(array(times, { dtype }));
    const compiled = (jit(at as never) as unknown as typeof at)(array(times, { dtype }));
    const tolerance = 16 * step;
    times.forEach((t, i) => {
      const { train, test } = exact(t);
      const results = [at(t), every.map((x) => x.at(i)), compiled.map((x) => x.at(i))];
      if (t === Number.POSITIVE_INFINITY) results.push(at(null));
      for (const [atTrain, atTest] of results as [NDArray, NDArray][]) {
        train.forEach((v, j) => {
          assert.ok(Math.abs(atTrain.dataSync()[j]! - v) < tolerance, `${dtype} train ${j} at ${t}: ${atTrain}`);
        });
        assert.ok(Math.abs(atTest.dataSync()[0]! - test) < tolerance, `${dtype} test at ${t}: ${atTest}`);
      }
    });
    // The limit does not depend on the time, nor on small changes of what does not move.
    const slope = grad((t: NDArray) => np.sum(at(t)[1]))(array(1e8, { dtype })) as NDArray;
    assert.is(slope.item(), 0);
  }
});

test("the posterior of Gaussian processes", () => {
  const kernels = (rows: string, columns: string) => ({
    nngp: part(nngp, rows, columns),
    ntk: part(ntk, rows, columns),
  });
  const predictFn = predict.gpInference(kernels(train, train), y, { diagReg: 1e-2 });
  const [across, within] = [kernels(test_, train), kernels(test_, test_)];
  const names = ["nngp", "ntk", "ntkgp"] as const;
  compare("gp mean", ...names.map((get) => predictFn(get, across)));
  compare("gp mean", ...names.map((get) => predictFn(names, across)[get]));
  compare("gp covariance", ...names.map((get) => predictFn(get, across, within).covariance));
  const onTrain = predictFn("ntk", null, within);
  agree(onTrain.mean, Array.from(y.dataSync()), "the mean on the train examples");
  assert.equal([...onTrain.covariance.shape], [n, n]);
  assert.is(np.max(np.abs(onTrain.covariance)).item(), 0);
  assert.equal(Object.keys(predictFn(null, across)), ["nngp", "ntk"]);
});

test("the posterior with full kernels", () => {
  const kernels = (rows: string, columns: string) => ({
    nngp: part(fullNngp, rows, columns),
    ntk: part(fullNtk, rows, columns),
  });
  const predictFn = predict.gpInference(kernels(train, train), y, { traceAxes: [] });
  const both = predictFn(null, kernels(test_, train), kernels(test_, test_));
  assert.equal([...both.ntk.covariance.shape], [m, m, c, c]);
  compare("gp full", both.nngp.mean, both.nngp.covariance, both.ntk.mean, both.ntk.covariance);
});

test("one kernel serves for both names; the mean without noise goes through the data", () => {
  const kernel = part(ntk, train, train);
  const predictFn = predict.gpInference(kernel, y);
  const { mean, covariance } = predictFn("nngp", kernel, kernel);
  agree(mean, Array.from(y.dataSync()), "the mean");
  assert.ok(np.max(np.abs(covariance)).item() < 1e-10);
});

test("predictions can be compiled", () => {
  const predictFn = predict.gradientDescentMse(part(ntk, train, train), y, { learningRate: 0.5, diagReg: 1e-2 });
  const compiled = jit((t: NDArray) => predictFn(t, f0, g0, part(ntk, test_, train)));
  compare("traced", ...(compiled(array([0, 1, 30], { dtype: "float64" })) as NDArray[]));
  const posterior = predict.gpInference({ nngp: part(nngp, train, train) }, y, { diagReg: 1e-2 });
  const across = part(nngp, test_, train);
  const inside = (jit((k: NDArray) => posterior("nngp", { nngp: k })) as (k: NDArray) => NDArray)(across);
  agree(inside, (references["gp mean"] as number[][])[0] as number[], "inside");
  agree(posterior("nngp", across), (references["gp mean"] as number[][])[0] as number[], "afterwards");
});

test("bad input is refused", () => {
  const kernel = part(ntk, train, train);
  const predictFn = predict.gradientDescentMse(kernel, y);
  const refused = (attempt: () => unknown, message: RegExp): void => {
    assert.throws(attempt, message);
  };
  refused(
    () => predict.gradientDescentMse(kernel, y, { rate: 1 } as never),
    /gradientDescentMse: unknown option "rate"/,
  );
  refused(
    () => predict.gradientDescentMse(part(fullNtk, train, train), y),
    /kTrainTrain must have shape \(4, 4\) for yTrain \(4, 2\) with traceAxes \[1\], got \(4, 4, 2, 2\)/,
  );
  refused(() => predict.gradientDescentMse(part(ntk, train, test_), y), /must have shape \(4, 4\).*got \(4, 3\)/);
  refused(() => predict.gradientDescentMse(np.ones([4]), y), /kTrainTrain \(4,\) must have its axes in pairs/);
  refused(() => predictFn(1, null as never), /both null/);
  refused(() => predictFn(1, f0, g0, null as never), /fxTest0 needs the kernel kTestTrain/);
  refused(() => predictFn(1, g0), /fxTrain0 must have shape \(4, 2\), got \(3, 2\)/);
  refused(() => predictFn(1, f0, f0, part(ntk, test_, train)), /fxTest0 must have shape \(3, 2\), got \(4, 2\)/);
  refused(() => predictFn(1, f0, g0, part(ntk, train, test_)), /kTestTrain .*\(4,\).*\(3,\).*\(test, train\)/);
  const posterior = predict.gpInference({ ntk: kernel }, y);
  refused(() => posterior("nngp"), /kTrainTrain must be an array or have the kernel "nngp"/);
  refused(() => posterior("nntk" as never), /get must be "nngp", "ntk", "ntkgp", a list or null, got "nntk"/);
  refused(
    () => posterior("ntk", { ntk: part(ntk, test_, train) }, part(ntk, test_, test_)),
    /kTestTrain must be an array or have the kernel "nngp"/,
  );
});

test.run();
