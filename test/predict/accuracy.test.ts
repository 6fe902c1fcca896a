/** How far predictions are from the solution in plain float64 loops, for kernels of known condition. */
import { array, grad, jit, type NDArray, numpy as np, predict, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

type Matrix = number[][];

const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const times = (a: Matrix, b: Matrix): Matrix => {
  const columns = transposed(b);
  return a.map((row) => columns.map((column) => row.reduce((sum, v, k) => sum + v * column[k]!, 0)));
};
const rounded = (a: Matrix): Matrix => a.map((row) => row.map(Math.fround));
const waves = (rows: number, columns: number, a: number): Matrix =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => Math.sin(a * (i * columns + j + 1) ** 1.3)),
  );

/** Gaussian elimination; exact enough to be the reference for condition numbers up to 1e8 in float64. */
function solved(a: Matrix, b: Matrix): Matrix {
  const rows = a.map((row, i) => [...row, ...b[i]!]);
  const n = a.length;
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j < rows[i]!.length; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = n; j < rows[k]!.length; j++) {
      for (let i = k + 1; i < n; i++) rows[k]![j]! -= rows[k]![i]! * rows[i]![j]!;
      rows[k]![j]! /= rows[k]![k]!;
    }
  }
  return rows.map((row) => row.slice(n));
}

/** Orthogonal: two reflections. */
function rotation(n: number): Matrix {
  const reflection = (a: number): Matrix => {
    const v = waves(n, 1, a).map(([x]) => x!);
    const square = v.reduce((sum, x) => sum + x * x, 0);
    return v.map((x, i) => v.map((y, j) => Number(i === j) - (2 * x * y) / square));
  };
  return times(reflection(0.7), reflection(1.9));
}

/** Symmetric, with eigenvalues from 1 down to 1 / condition in equal ratios. */
function ofCondition(n: number, condition: number): Matrix {
  const q = rotation(n);
  const scaled = q.map((row) => row.map((v, k) => v * condition ** (-k / (n - 1))));
  const a = times(scaled, transposed(q));
  return a.map((row, i) => row.map((v, j) => (v + a[j]![i]!) / 2));
}

const worst = (actual: NDArray, expected: Matrix): number => {
  const flat = expected.flat();
  const size = Math.max(...flat.map(Math.abs));
  return Math.max(...Array.from(actual.dataSync(), (v, i) => Math.abs(v - flat[i]!))) / size;
};
const [n, m] = [24, 5];
const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 } as const;

for (const dtype of ["float32", "float64"] as const) {
  for (const condition of [1e2, 1e4, 1e6, 1e8]) {
    // In float32 entries are rounded to 6e-8 of the largest eigenvalue: beyond 1e6 the rounded matrix has another inverse.
    if (dtype === "float32" && condition > 1e6) continue;
    test(`${dtype}, condition ${condition}: the limit of training and the posterior mean and covariance`, () => {
      const given = (a: Matrix): Matrix => (dtype === "float32" ? rounded(a) : a);
      const [k, across, y] = [given(ofCondition(n, condition)), given(waves(m, n, 0.3)), given(waves(n, 2, 1.1))];
      const weights = solved(k, y);
      const mean = times(across, weights);
      const explained = times(across, solved(k, transposed(across)));
      // Symmetric; what is left of it is 0.
      const prior = given(explained.map((row, i) => row.map((v, j) => (v + explained[j]![i]!) / 2)));
      const [kernel, test_, targets] = [k, across, y].map((a) => array(a, { dtype })) as [NDArray, NDArray, NDArray];
      // Any regularization says that nothing is to be left out as rounding.
      const options = { diagReg: 1e-30, diagRegAbsoluteScale: true };
      const limit = (q: NDArray): NDArray => predict.gradientDescentMse(q, targets, options)(null, null, 0, test_);
      const { mean: posterior, covariance } = predict.gpInference(kernel, targets)(
        "nngp",
        test_,
        array(prior, { dtype }),
      );
      // In float64 on the way: float32 results have their own rounding and no more; a residual of n rounding errors
      // (Higham 2002, theorem 10.4) times the condition is what remains in float64.
      const bound = dtype === "float32" ? 4 * EPSILON.float32 : 4 * n * condition * EPSILON.float64;
      assert.ok(worst(limit(kernel), mean) <= bound, `limit: ${worst(limit(kernel), mean)} > ${bound}`);
      assert.ok(worst(posterior, mean) <= bound, `mean: ${worst(posterior, mean)} > ${bound}`);
      const left = np.max(np.abs(covariance)).item() / Math.max(...prior.flat().map(Math.abs));
      assert.ok(left <= bound, `covariance: ${left} > ${bound}`);
      assert.is(np.max(np.abs(covariance.sub(covariance.T))).item(), 0);
      // Inside of a trace in the kernel's own dtype.
      const inner = 4 * n * condition * EPSILON[dtype];
      const traced = (jit(limit) as typeof limit)(kernel);
      assert.ok(worst(traced, mean) <= inner, `traced: ${worst(traced, mean)} > ${inner}`);
    });
  }
}
/** 500 points of a line, whose condition is 2800, and 40 others. */
function points() {
  const x = waves(500, 1, 2.3).map(([v]) => 3 * v!);
  const z = Array.from({ length: 40 }, (_, i) => -3 + i * 0.15);
  const rbf = (a: number[], b: number[]): Matrix => a.map((u) => b.map((v) => Math.exp(-((u - v) ** 2) / 0.18)));
  const largest = Number(np.max(np.linalg.eigvalsh(array(rbf(x, x), { dtype: "float64" }))).item());
  const k = rbf(x, x).map((row, i) => row.map((v, j) => (i === j ? v + largest / 2799 : v)));
  return { k: rounded(k), across: rounded(rbf(z, x)), y: rounded(waves(500, 2, 0.9)), prior: rounded(rbf(z, z)) };
}

test("float32, 500 points of condition 2800: as the float64 solution but for the rounding of results", () => {
  const { k, across, y } = points();
  const mean = times(across, solved(k, y));
  const [kernel, test_, targets] = [k, across, y].map((a) => array(a)) as [NDArray, NDArray, NDArray];
  const limit = (q: NDArray): NDArray => predict.gradientDescentMse(q, targets)(null, null, 0, test_);
  const posterior = (q: NDArray): NDArray => predict.gpInference(q, targets)("nngp", test_);
  for (const f of [limit, posterior]) {
    assert.is(f(kernel).dtype, "float32");
    assert.ok(worst(f(kernel), mean) < 2 * EPSILON.float32, `off by ${worst(f(kernel), mean)}`);
    // Half a rounding of the condition: what a backward stable method has in float32.
    const traced = (jit(f) as typeof f)(kernel);
    assert.ok(worst(traced, mean) < 0.5 * 2800 * EPSILON.float32, `traced: off by ${worst(traced, mean)}`);
  }
});

test("float32, 500 points at finite times and their covariance: as in float64 but for the rounding of results", () => {
  const { k, across, y, prior } = points();
  const [single, double] = (["float32", "float64"] as const).map((dtype) =>
    [k, across, y, prior].map((a) => array(a, { dtype })),
  ) as [NDArray[], NDArray[]];
  const at = (t: number, [kernel, test_, targets]: NDArray[]): NDArray =>
    predict.gradientDescentMse(kernel!, targets!)(t, null, 0, test_!);
  for (const t of [10, 1e3, 1e5]) {
    const error = worst(at(t, single), at(t, double).toArray() as Matrix);
    assert.ok(error < 2 * EPSILON.float32, `at ${t}: off by ${error}`);
  }
  const covariance = ([kernel, test_, targets, initial]: NDArray[]): NDArray =>
    predict.gpInference(kernel!, targets!)("nngp", test_!, initial!).covariance;
  const error = worst(covariance(single), covariance(double).toArray() as Matrix);
  assert.ok(error < 2 * EPSILON.float32, `covariance: off by ${error}`);
});

const DOUBLE = { dtype: "float64" } as const;

test("derivatives by the kernels and the targets are those of differences", () => {
  const [k, across] = [array(ofCondition(6, 50), DOUBLE), array(waves(3, 6, 0.3), DOUBLE)];
  const [y, initial] = [array(waves(6, 2, 1.1), DOUBLE), array(ofCondition(3, 2), DOUBLE)];
  const weights = array(waves(3, 5, 0.77), DOUBLE);
  const score = (mean: NDArray, covariance: NDArray): NDArray =>
    np.sum(np.multiply(np.concatenate([mean, covariance], { axis: 1 }), weights));
  type Score = (k: NDArray, across: NDArray, y: NDArray) => NDArray;
  const process =
    (name: "nngp" | "ntk" | "ntkgp"): Score =>
    (k, across, y) => {
      const kernels = { nngp: np.add(k, np.square(k)), ntk: k };
      const { mean, covariance } = predict.gpInference(kernels, y)(name, across, initial);
      return score(mean, covariance);
    };
  const training =
    (t: number | null): Score =>
    (k, across, y) => {
      const [train, other] = predict.gradientDescentMse(k, y)(t, 0, 0, across);
      return np.add(score(other, initial), np.sum(np.square(train)));
    };
  const direction = (x: NDArray, a: number): NDArray => array(waves(x.shape[0]!, x.shape[1]!, a), DOUBLE);
  const turned = direction(k, 0.41);
  const directions = [np.add(turned, turned.T), direction(across, 1.7), direction(y, 0.23)];
  const scores = {
    nngp: process("nngp"),
    ntk: process("ntk"),
    ntkgp: process("ntkgp"),
    limit: training(null),
    5: training(5),
  };
  for (const [name, f] of Object.entries(scores)) {
    const point = [k, across, y] as [NDArray, NDArray, NDArray];
    const slopes = grad(f, { argnums: [0, 1, 2] })(...point) as NDArray[];
    directions.forEach((d, i) => {
      const h = 1e-5;
      const moved = (by: number): number =>
        f(...(point.map((x, j) => (i === j ? np.add(x, np.multiply(d, by)) : x)) as typeof point)).item();
      const expected = (moved(h) - moved(-h)) / (2 * h);
      const actual = np.sum(np.multiply(slopes[i]!, d)).item();
      // Differences are exact to h^2 and to the rounding of 1e-16 / h.
      assert.ok(
        Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
        `${name} ${i}: ${actual}, ${expected}`,
      );
    });
  }
  // The limit's second derivative along the targets and the kernel, too.
  const along = (s: NDArray): NDArray => process("nngp")(np.add(k, np.multiply(directions[0]!, s)), across, y);
  const slope = grad(along) as (s: NDArray) => NDArray;
  const curvature = (grad(slope) as typeof slope)(array(0, DOUBLE)).item();
  const change = (slope(array(1e-5, DOUBLE)).item() - slope(array(-1e-5, DOUBLE)).item()) / 2e-5;
  assert.ok(Math.abs(curvature - change) <= 1e-6 * Math.abs(change), `${curvature}, ${change}`);
});

const [indefinite, y2, across2] = [
  array([
    [1, 2],
    [2, 1],
  ]),
  array([[3], [1]]),
  array([[1, 1]]),
];

test("a kernel that isn't positive definite is an error with the pivot and what to do", () => {
  const refused = (f: () => unknown, message: RegExp): void => {
    assert.throws(f, (e: unknown) => e instanceof RangeError && message.test(e.message));
  };
  // The second pivot is 1 - 2^2 / 1.
  const text =
    /: the kernel of the train examples with diagReg 0 isn't positive definite: its smallest pivot is -3, in row 1; give a diagReg above 0, or leave out examples that are there twice\.$/;
  const named = (fn: string): RegExp => new RegExp(`^predict\\.${fn}${text.source}`);
  refused(() => predict.gpInference(indefinite, y2)("nngp", across2), named("gpInference"));
  refused(() => predict.gpInference(indefinite, y2)("ntk", across2, np.eye(1)), named("gpInference"));
  for (const t of [null, 5, Number.POSITIVE_INFINITY]) {
    refused(() => predict.gradientDescentMse(indefinite, y2)(t), named("gradientDescentMse"));
  }
  const ensemble = predict.gradientDescentMseEnsemble(
    (x: NDArray) => ({ nngp: x.shape[0] === 2 ? indefinite : across2 }),
    y2,
    y2,
  );
  for (const t of [null, 5]) {
    refused(() => ensemble(t, np.ones([1, 1]), "nngp", false), named("gradientDescentMseEnsemble"));
  }
  // With a diagonal of 1.5 the second pivot is 1.5 - 4 / 1.5.
  const more = { diagReg: 0.5 };
  refused(
    () => predict.gpInference(indefinite, y2, more)("nngp", across2),
    /diagReg 0\.5 .* pivot is -1\.166.*above 0\.5/,
  );
  const broken = array([
    [1, 0],
    [0, Number.NaN],
  ]);
  refused(
    () => predict.gpInference(broken, y2)("nngp", across2),
    /pivot is NaN, in row 1; it has elements that aren't finite/,
  );
  refused(() => predict.gradientDescentMse(broken, y2)(3), /pivot is NaN, in row 1/);
  // Two equal examples, exactly or but for rounding: their weights would be rounding, and the errors' sizes.
  for (const step of [0, 2 ** -23]) {
    const twice = array([
      [1 + step, 1],
      [1, 1],
    ]);
    refused(() => predict.gpInference(twice, y2)("nngp", across2), /gpInference: .* pivot is .*, in row 1/);
    const mean = predict.gpInference(twice, y2, { diagReg: 1e-3 })("nngp", across2);
    // (3 + 1) / (2 + 1e-3) for the kernel of ones.
    assert.ok(Math.abs(mean.item() - 4 / 2.001) < 1e-3, String(mean));
  }
});

test("inside of a trace the predictions of such a kernel are NaN", () => {
  const limit = (k: NDArray): NDArray => predict.gradientDescentMse(k, y2)(null, null, 0, across2);
  const later = (k: NDArray): NDArray => predict.gradientDescentMse(k, y2)(5, null, 0, across2);
  const mean = (k: NDArray): NDArray => predict.gpInference(k, y2)("nngp", across2);
  const covariance = (k: NDArray): NDArray => predict.gpInference(k, y2)("ntk", across2, np.eye(1)).covariance;
  const regular = array([
    [2, 1],
    [1, 2],
  ]);
  for (const f of [limit, later, mean, covariance]) {
    const compiled = jit(f) as typeof f;
    assert.ok(Number.isNaN(compiled(indefinite).item()));
    const both = (vmap(f) as typeof f)(np.stack([regular, indefinite])).dataSync();
    assert.ok(Math.abs(both[0]! - f(regular).item()) < 1e-6);
    assert.ok(Number.isNaN(both[1]!));
    const slope = (grad((k: NDArray) => np.sum(f(k))) as typeof f)(indefinite);
    assert.ok(Array.from(slope.dataSync()).some(Number.isNaN));
  }
});

test("without a diagReg the limit of training leaves out directions that a singular kernel doesn't move", () => {
  // Three features for six examples: the limit is the least squares fit, whose normal equations are (F^T F) w = F^T y.
  const [features, other, y] = [rounded(waves(6, 3, 0.7)), rounded(waves(2, 3, 0.5)), rounded(waves(6, 1, 1.1))];
  const fit = solved(times(transposed(features), features), times(transposed(features), y));
  const [inside, outside] = [times(features, fit), times(other, fit)];
  for (const dtype of ["float32", "float64"] as const) {
    const [f, g, targets] = [features, other, y].map((a) => array(a, { dtype })) as [NDArray, NDArray, NDArray];
    const limit = (k: NDArray): NDArray[] => predict.gradientDescentMse(k, targets)(null, 0, 0, np.matmul(g, f.T));
    const k = np.matmul(f, f.T);
    for (const [train, test_] of [limit(k), (jit(limit) as typeof limit)(k)] as [NDArray, NDArray][]) {
      assert.ok(worst(train, inside) < 64 * EPSILON[dtype], `${dtype} train: ${worst(train, inside)}`);
      assert.ok(worst(test_, outside) < 64 * EPSILON[dtype], `${dtype} test: ${worst(test_, outside)}`);
    }
  }
});

test("no train examples, one, and full kernels", () => {
  const none = predict.gradientDescentMse(np.zeros([0, 0]), np.zeros([0, 2]));
  for (const t of [null, 3]) {
    assert.equal([...none(t).shape], [0, 2]);
    assert.equal(none(t, null, 7, np.zeros([3, 0])).toArray(), [
      [7, 7],
      [7, 7],
      [7, 7],
    ]);
  }
  const prior = predict.gpInference(np.zeros([0, 0]), np.zeros([0, 2]))("nngp", np.zeros([3, 0]), np.eye(3));
  assert.equal(prior.mean.toArray(), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  assert.equal(prior.covariance.toArray(), np.eye(3).toArray());
  const nothing = predict.gradientDescentMse(np.eye(5), np.zeros([5, 0]));
  for (const t of [null, 3]) {
    const [train, other] = nothing(t, 0, np.zeros([2, 0]), np.ones([2, 5]));
    assert.equal(
      [train.shape, other.shape],
      [
        [5, 0],
        [2, 0],
      ],
    );
  }
  // 3 * 1 / 2 and 1 - 1 * 1 / 2.
  const one = predict.gpInference(array([[2]]), array([[3]]))("nngp", array([[1]]), array([[1]]));
  assert.is(one.mean.item(), 1.5);
  assert.is(one.covariance.item(), 0.5);
  // A kernel of two separate outputs, without its zeros and with them.
  const [k, across, y] = [array(ofCondition(4, 9)), array(waves(2, 4, 0.3)), array(waves(4, 2, 1.1))];
  const full = (x: NDArray): NDArray => np.einsum("ij,ab->ijab", x, np.eye(2));
  const traced = predict.gpInference(k, y)("ntkgp", across);
  const wide = predict.gpInference(full(k), y, { traceAxes: [] })("ntkgp", full(across));
  assert.ok(worst(wide, traced.toArray() as Matrix) < 4 * EPSILON.float32);
});

test.run();
