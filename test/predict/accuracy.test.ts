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
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => Math.sin(a * (i * columns + j + 1) ** 1.3)));

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
      const prior = given(times(across, solved(k, transposed(across))));
      const [kernel, test_, targets] = [k, across, y].map((a) => array(a, { dtype })) as [NDArray, NDArray, NDArray];
      const options = { diagReg: 1e-30, diagRegAbsoluteScale: true };
      const limit = (q: NDArray): NDArray => predict.gradientDescentMse(q, targets, options)(null, null, 0, test_);
      const process = (q: NDArray) =>
        predict.gpInference(q, targets)("nngp", test_, array(prior, { dtype }));
      // In float64 on the way: float32 results have their own rounding and no more; a residual of n rounding errors
      // (Higham 2002, theorem 10.4) times the condition is what remains in float64.
      const bound = dtype === "float32" ? 4 * EPSILON.float32 : 4 * n * condition * EPSILON.float64;
      assert.ok(worst(limit(kernel), mean) <= bound, `limit: ${worst(limit(kernel), mean)} > ${bound}`);
      assert.ok(worst(process(kernel).mean, mean) <= bound, `mean: ${worst(process(kernel).mean, mean)} > ${bound}`);
      const covariance = process(kernel).covariance;
      const left = np.max(np.abs(covariance)).item() / Math.max(...prior.flat().map(Math.abs));
      assert.ok(left <= bound, `covariance: ${left} > ${bound}`);
      assert.is(np.max(np.abs(covariance.sub(covariance.T))).item(), 0);
      // Inside of a trace in the kernel's own dtype.
      const inner = 4 * n * condition * EPSILON[dtype];
      const traced = jit(limit as never)(kernel) as NDArray;
      assert.ok(worst(traced, mean) <= inner, `traced: ${worst(traced, mean)} > ${inner}`);
    });
  }
}
test.run();
