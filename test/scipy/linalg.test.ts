import { array, grad, jit, type NDArray, numpy as np, scipy, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

const { choFactor, choSolve } = scipy.linalg;
const a = array(
  [
    [4, 2, 0.5],
    [2, 5, 1],
    [0.5, 1, 3],
  ],
  { dtype: "float64" },
);
const b = array([1, -2, 3], { dtype: "float64" });

test("the factor reproduces the matrix, and the solution solves the system, for either triangle", () => {
  for (const lower of [true, false]) {
    const [c, flag] = choFactor(a, { lower });
    assert.is(flag, lower);
    assertClose(lower ? np.matmul(c, c.T) : np.matmul(c.T, c), a, 1e-14);
    assert.is((lower ? np.triu(c, 1) : np.tril(c, -1)).abs().max().item(), 0);
    const x = choSolve([c, lower], b);
    assertClose(np.matmul(a, x), b, 1e-14);
    const columns = np.stack([b, b.mul(2)], { axis: 1 });
    assertClose(choSolve([c, lower], columns), np.stack([x, x.mul(2)], { axis: 1 }), 1e-14);
    // The other triangle isn't read.
    const half = lower ? np.tril(a) : np.triu(a);
    assertClose(choSolve(choFactor(half, lower), b), x, 1e-14);
  }
});

test("stacks of matrices broadcast against right-hand sides, as in vmap and jit", () => {
  const stack = np.stack([a, a.mul(2)]);
  const factor = choFactor(stack);
  const x = choSolve(choFactor(a), b);
  assertClose(choSolve(factor, b), np.stack([x, x.div(2)]), 1e-14);
  const column = b.reshape(3, 1);
  assertClose(choSolve(factor, column), np.stack([x, x.div(2)]).reshape(2, 3, 1), 1e-14);
  const f = (m: NDArray) => choSolve(choFactor(m, { lower: true }), b);
  assertClose(jit(vmap(f))(stack), np.stack([x, x.div(2)]), 1e-14);
  assert.equal(choSolve(choFactor(np.zeros([0, 0])), np.zeros([0])).shape, [0]);
  assert.equal(choSolve(choFactor(a), np.zeros([3, 0])).shape, [3, 0]);
});

test("the gradient is that of solve on symmetric matrices", () => {
  const symmetric = (m: NDArray) => m.add(m.T).mul(0.5);
  for (const lower of [true, false]) {
    const f = (m: NDArray, y: NDArray) => np.sum(np.sin(choSolve(choFactor(symmetric(m), { lower }), y)));
    const g = (m: NDArray, y: NDArray) => np.sum(np.sin(np.linalg.solve(symmetric(m), y)));
    const [byMatrix, byVector] = grad(f, { argnums: [0, 1] })(a, b);
    const [expectedMatrix, expectedVector] = grad(g, { argnums: [0, 1] })(a, b);
    assertClose(byMatrix, expectedMatrix, 1e-13);
    assertClose(byVector, expectedVector, 1e-13);
  }
});

test("dtypes, and what doesn't fit", () => {
  assert.is(choSolve(choFactor(array([[4]], { dtype: "int32" })), array([8], { dtype: "int32" })).dtype, "float32");
  assert.is(choSolve(choFactor(np.eye(3)), b).dtype, "float64");
  assert.is(Number.isNaN(choFactor(array([[-1]]))[0].item()), true);
  assertThrows(() => choFactor(b), "scipy.linalg.choFactor: a must be a square matrix");
  assertThrows(
    () => choSolve(choFactor(a), np.ones([2])),
    "scipy.linalg.choSolve: a factor (3, 3) needs a b of shape (3,)",
  );
  assertThrows(() => choSolve([b, true], b), "scipy.linalg.choSolve: factor[0] must be a square matrix");
  assertThrows(() => choSolve(a as never, b), "scipy.linalg.choSolve: factor must be what choFactor gives");
});

test.run();
