import { readFileSync } from "node:fs";
import { array, jit, jvp, type NDArray, nn, numpy as np, predict, ShapeError, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** Outputs on the three train examples and on another one at `TIMES`, by `write_flow.py`. */
const references: Readonly<Record<string, number[][][]>> = JSON.parse(
  readFileSync(new URL("data/flow.json", import.meta.url), "utf8"),
);

const wide = (rows: Parameters<typeof array>[0]): NDArray => array(rows, { dtype: "float64" });
const kernel = wide([
  [2, 0.5, 0.1, 0.2],
  [0.5, 1.5, 0.3, 0.4],
  [0.1, 0.3, 1, 0.2],
  [0.2, 0.4, 0.2, 1.2],
]);
const [k, across] = [kernel.at(":3", ":3"), kernel.at("3:", ":3")];
const y = wide([
  [1, 0],
  [0, 1],
  [0.5, 0.5],
]);
const start = wide([
  [0.3, -0.2],
  [0.1, 0.4],
  [-0.5, 0.6],
  [0.2, 0.7],
]);
const [f0, g0] = [start.at(":3"), start.at("3:")];
const TIMES = wide([0.5, 4, 30]);
const learningRate = 0.7;

const mse = (fx: NDArray, targets: NDArray): NDArray => np.mean(np.square(fx.sub(targets))).mul(0.5);
const crossEntropy = (fx: NDArray, targets: NDArray): NDArray => np.mean(nn.logSoftmax(fx).mul(targets)).neg();

function near(x: NDArray, expected: NDArray, most = 1e-6): void {
  assert.equal([...x.shape], [...expected.shape]);
  const worst = np.max(np.abs(np.subtract(x, expected))).item();
  assert.ok(worst <= most, `off by ${worst}`);
}

const closed = predict.gradientDescentMse(k, y, { learningRate });
const flow = predict.gradientDescent(mse, k, y, { learningRate });

test("by the squared error it is gradientDescentMse, on train and test examples, at times in any order", () => {
  const t = wide([3, 0, 10, 1.5]);
  const [train, other] = flow(t, f0, g0, across);
  const [closedTrain, closedTest] = closed(t, f0, g0, across);
  near(train, closedTrain);
  near(other, closedTest);
  near(flow(2.5, 0.3), closed(2.5, 0.3));
  near(flow(2.5), closed(2.5));
  near(flow(2.5, null, g0, across), closed(2.5, null, g0, across));
  const table = np.reshape(t, [2, 2]);
  near(flow(table, f0), closed(table, f0));
});

test("infinitely many steps end at the minimum", () => {
  const [train, other] = flow(null, f0, g0, across);
  const [closedTrain, closedTest] = closed(null, f0, g0, across);
  near(train, closedTrain);
  near(other, closedTest);
  near(flow(wide([1, Number.POSITIVE_INFINITY]), f0), np.stack([closed(1, f0), closedTrain]));
});

test("full kernels, with other trace axes", () => {
  const features = np.sin(np.reshape(np.arange(8 * 9).astype("float64"), [4, 2, 9]).mul(0.37));
  const full = np.einsum("iap,jbp->ijab", features, features);
  const [own, others] = [full.at(":3", ":3"), full.at("3:", ":3")];
  const by = predict.gradientDescent(mse, own, y, { learningRate, traceAxes: [] });
  const exactly = predict.gradientDescentMse(own, y, { learningRate, traceAxes: [] });
  by(5, f0, g0, others).forEach((x, i) => {
    near(x, exactly(5, f0, g0, others)[i as 0 | 1]);
  });
  const columns = predict.gradientDescent(mse, k, y.T, { learningRate, traceAxes: 0 });
  near(columns(5, f0.T), closed(5, f0).T);
});

for (const [name, loss, momentum] of [
  ["cross entropy", crossEntropy, null],
  ["cross entropy, momentum", crossEntropy, 0.9],
  ["momentum", mse, 0.9],
] as const) {
  test(`${name} as SciPy has it`, () => {
    const predictFn = predict.gradientDescent(loss, k, y, { learningRate, momentum });
    const [train, other] = predictFn(TIMES, f0, g0, across);
    near(np.concatenate([train, other], { axis: 1 }), wide(references[name] as number[][][]));
  });
}

test("a state goes on where another ended", () => {
  const predictFn = predict.gradientDescent(crossEntropy, k, y, { learningRate, momentum: 0.8 });
  const whole = predictFn(6, { fxTrain: f0, fxTest: g0 }, null, across);
  const half = predictFn(3, { fxTrain: f0, fxTest: g0 }, null, across);
  const rest = predictFn(3, half as Parameters<typeof predictFn>[1] & object, null, across) as unknown as typeof whole;
  for (const name of ["fxTrain", "fxTest", "qxTrain", "qxTest"] as const) {
    near(rest[name] as NDArray, whole[name] as NDArray);
  }
  near(whole.fxTrain as NDArray, predictFn(6, f0));
  assert.equal(flow(1, { fxTrain: f0 }).qxTrain, null);
  assert.equal(flow(1, { fxTrain: f0 }).fxTest, null);
});

test("float32 is integrated to its own precision", () => {
  const narrow = predict.gradientDescent(mse, k.astype("float32"), y.astype("float32"), { learningRate });
  const x = narrow(5, f0.astype("float32"));
  assert.is(x.dtype, "float32");
  near(x.astype("float64"), closed(5, f0), 1e-5);
});

test("a looser tolerance is coarser", () => {
  const loose = predict.gradientDescent(mse, k, y, { learningRate, rtol: 1e-3, atol: 1e-3 });
  const error = np.max(np.abs(loose(5, f0).sub(closed(5, f0)))).item();
  assert.ok(error > 1e-7 && error < 1e-2, `off by ${error}`);
});

test("too few steps and negative times in arrays give NaN", () => {
  const short = predict.gradientDescent(mse, k, y, { maxSteps: 2 });
  assert.ok(short(1e4).dataSync().every(Number.isNaN));
  assert.ok(
    flow(wide([-1]))
      .dataSync()
      .every(Number.isNaN),
  );
});

test("it works under jit, vmap and jvp", () => {
  const t = wide([1, 2]);
  near(jit((s: NDArray) => flow(s, f0))(t), flow(t, f0), 1e-12);
  near(vmap((s: NDArray) => flow(s, f0))(t), flow(t, f0), 1e-7);
  const [, slope] = jvp((s: NDArray) => flow(s, f0), [wide(2)], [wide(1)]);
  near(slope, jvp((s: NDArray) => closed(s, f0), [wide(2)], [wide(1)])[1]);
});

test("no times give no outputs", () => {
  assert.equal([...flow(wide([]), f0).shape], [0, 3, 2]);
});

test("the largest learning rate is that of the largest eigenvalue", () => {
  // lambda_max of [[2, 1], [1, 2]] is 3.
  const small = wide([
    [2, 1],
    [1, 2],
  ]);
  near(predict.maxLearningRate(small), wide(4 / 3), 1e-10);
  near(predict.maxLearningRate(small, { yTrainSize: 6, momentum: 0.9 }), wide((2 * 1.9 * 6) / 3), 1e-10);
  near(predict.maxLearningRate(np.reshape(small, [1, 1, 2, 2])), wide(4 / 3), 1e-10);
  near(predict.maxLearningRate(wide([[0]]), { eps: 0.5 }), wide(4), 1e-10);
});

test("errors name the argument and what is wrong", () => {
  const wrong: readonly (readonly [() => unknown, RegExp])[] = [
    [() => flow(1, null as unknown as number), /predict\.gradientDescent: fxTrain0 and fxTest0 are both null/],
    // @ts-expect-error no kernel
    [() => flow(1, f0, g0), /fxTest0 needs the kernel kTestTrain/],
    [() => flow(-1), /predict\.gradientDescent: t must not be negative/],
    [() => flow(1, g0), /fxTrain0 must have shape \(3, 2\), got \(1, 2\)/],
    [() => flow(1, f0, f0, across), /fxTest0 must have shape \(1, 2\), got \(3, 2\)/],
    [() => flow(1, f0, g0, k.at(":", ":2")), /kTestTrain must have the training examples' sizes/],
    [() => flow(1, { fxTrain: f0, qxTrain: f0 }), /qxTrain or qxTest, which need the option momentum/],
    // @ts-expect-error both
    [() => flow(1, { fxTrain: f0 }, g0, across), /fxTest0 stands in the state/],
    // @ts-expect-error no function
    [() => predict.gradientDescent(k, k, y), /predict\.gradientDescent: the first argument must be a function/],
    [() => predict.gradientDescent(mse, k.at(":2"), y), /kTrainTrain must have shape \(3, 3\)/],
  ];
  for (const [call, message] of wrong) assert.throws(call, message);
  assert.throws(
    () => predict.maxLearningRate(kernel.at(":2")),
    (error: unknown) => error instanceof ShapeError && /maxLearningRate: .*\(2,\) and \(4,\)/.test(error.message),
  );
});

test.run();
