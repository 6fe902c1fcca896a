import { array, type NDArray, numpy as np, predict } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

const rows = (n: number, width: number, a: number): NDArray =>
  np.sin(np.square(np.arange(1, n * width + 1).astype("float64")).mul(a)).reshape([n, width]);

const [x, xTest] = [rows(4, 6, 0.3), rows(2, 6, 0.7)];
const y = rows(4, 3, 0.2);
const kernelFn = (x1: NDArray, x2: NDArray | null) => {
  const linear = np.matmul(x1, (x2 ?? x1).T);
  return { nngp: linear, ntk: np.add(linear, np.square(linear)) };
};
const [kDd, kTd, kTt] = [kernelFn(x, null), kernelFn(xTest, x), kernelFn(xTest, null)];
const learningRate = 0.8;
const predictFn = predict.gradientDescentMseEnsemble(kernelFn, x, y, { learningRate });
const T = array([0, 0.5, 7], { dtype: "float64" });

function near(actual: NDArray, expected: NDArray, most = 1e-9): void {
  assert.equal([...actual.shape], [...expected.shape]);
  const worst = np.max(np.abs(np.subtract(actual, expected))).item();
  assert.ok(worst <= most, `off by ${worst}`);
}

/**
 * Training is linear in the targets and the initial outputs: f(x*) = f0(x*) + A (y - f0(x)). With unit vectors for targets,
 * gradientDescentMse gives A, and the covariance is [-A, 1] K [-A, 1]^T. Its rate counts the numbers in the targets.
 */
function propagated(t: number, name: "nngp" | "ntk"): [train: NDArray, test: NDArray] {
  const unit = np.eye(4, { dtype: "float64" });
  const one = predict.gradientDescentMse(kDd[name], unit, { learningRate: (learningRate * 4) / 3 });
  const [onTrain, onTest] = one(t, 0, 0, kTd[name]);
  const left = np.subtract(unit, onTrain);
  const train = np.matmul(np.matmul(left, kDd.nngp), left.T);
  const mixed = np.matmul(onTest, kTd.nngp.T);
  const spread = np.matmul(np.matmul(onTest, kDd.nngp), onTest.T);
  return [train, np.subtract(np.add(kTt.nngp, spread), np.add(mixed, mixed.T))];
}

for (const name of ["nngp", "ntk"] as const) {
  test(`${name}: the mean is gradientDescentMse's, from outputs 0`, () => {
    const exactly = predict.gradientDescentMse(kDd[name], y, { learningRate });
    near(predictFn(T, null, name), exactly(T));
    near(predictFn(T, xTest, name), exactly(T, null, 0, kTd[name]));
  });

  test(`${name}: the covariance is that of what training makes of initial outputs`, () => {
    const onTrain = predictFn(T, null, name, true).covariance;
    const onTest = predictFn(T, xTest, name, true).covariance;
    [0, 0.5, 7].forEach((t, i) => {
      const [train, other] = propagated(t, name);
      near(onTrain.at(i), train);
      near(onTest.at(i), other);
      near(predictFn(t, xTest, name, true).covariance, other);
    });
  });

  test(`${name}: after infinitely many steps it is gpInference`, () => {
    const gp = predict.gpInference(kDd, y);
    const { mean, covariance } = predictFn(null, xTest, name, true);
    const expected = gp(name, kTd, kTt);
    near(mean, expected.mean);
    near(covariance, expected.covariance);
    near(predictFn(1e9, xTest, name, true).covariance, expected.covariance, 1e-6);
    near(predictFn(null, null, name), y);
  });
}

test("full kernels have their axes in pairs", () => {
  const full = (x1: NDArray, x2: NDArray | null) => {
    const { nngp, ntk } = kernelFn(x1, x2);
    const wide = (k: NDArray): NDArray => np.einsum("ij,ab->ijab", k, np.eye(3, { dtype: "float64" }));
    return { nngp: wide(nngp), ntk: wide(ntk) };
  };
  const wideFn = predict.gradientDescentMseEnsemble(full, x, y, { learningRate, traceAxes: [] });
  const wide = wideFn(T, xTest, "ntk", true);
  const narrow = predictFn(T, xTest, "ntk", true);
  near(wide.mean, narrow.mean);
  near(wide.covariance, np.einsum("tij,ab->tijab", narrow.covariance, np.eye(3, { dtype: "float64" })));
});

test("a list or null gives an object", () => {
  const all = predictFn(1, xTest);
  assert.equal(Object.keys(all), ["nngp", "ntk"]);
  near(all.ntk, predictFn(1, xTest, "ntk"));
  assert.equal(Object.keys(predictFn(1, xTest, ["ntk"], true)), ["ntk"]);
});

test("errors name what is wrong", () => {
  // @ts-expect-error no such process
  assert.throws(() => predictFn(1, xTest, "ntkgp"), /predict\.gradientDescentMseEnsemble: get must be "nngp", "ntk"/);
  // @ts-expect-error no bool
  assert.throws(() => predictFn(1, xTest, "ntk", 1), /computeCov must be true or false/);
  const without = predict.gradientDescentMseEnsemble(() => ({ nngp: kDd.nngp }), x, y);
  assert.throws(() => without(1, null, "ntk"), /must return an object with the kernel "ntk"/);
});

test.run();
