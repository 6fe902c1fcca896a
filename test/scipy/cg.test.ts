/** The conjugate gradient method, by JAX's values from `write_cg.py` and by direct solves. */
import { readFileSync } from "node:fs";
import { array, grad, hessian, jacfwd, jit, jvp, type NDArray, numpy as np, nt, scipy, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

const { cg } = scipy.sparse.linalg;
const expected = JSON.parse(readFileSync(new URL("cg.json", import.meta.url), "utf8"));
const wide = (list: number[] | number[][]): NDArray => array(list, { dtype: "float64" });
const [A, b, x0, M] = [expected.A, expected.b, expected.x0, expected.M].map(wide) as [
  NDArray,
  NDArray,
  NDArray,
  NDArray,
];
const OPTIONS: Record<string, object> = {
  plain: {},
  "two steps": { maxiter: 2 },
  "two steps from a guess": { maxiter: 2, x0 },
  "three steps, preconditioned": { maxiter: 3, M },
  loose: { tol: 0.3 },
  "loose by atol": { tol: 0, atol: 0.5, M: (r: NDArray) => np.matmul(M, r) },
};
const tight = { tol: 1e-13 };

test("solutions are JAX's, after few steps and many; info tells whether they sufficed", () => {
  for (const [name, options] of Object.entries(OPTIONS)) {
    for (const matrix of [A, (x: NDArray) => np.matmul(A, x)]) {
      const [x, info] = cg(matrix, b, options);
      assertClose(x, wide(expected.solutions[name]), 1e-10, name);
      assert.is(info.item(), name.includes("two") ? 2 : name.includes("three") ? 3 : 0, name);
      assertClose(jit((y: NDArray) => cg(matrix, y, options)[0])(b), x, 1e-12, `jit of ${name}`);
    }
  }
});

test("gradients by the matrix and the right-hand side, and second derivatives, are JAX's", () => {
  const loss = (a: NDArray, y: NDArray) => np.sum(np.sin(cg(a, y, tight)[0]));
  for (const of of [grad(loss, { argnums: [0, 1] }), jit(grad(loss, { argnums: [0, 1] }))]) {
    const [byA, byB] = of(A, b);
    assertClose(byA, wide(expected.gradA), 1e-10);
    assertClose(byB, wide(expected.gradB), 1e-10);
  }
  assertClose(hessian((y: NDArray) => loss(A, y))(b), wide(expected.hessianB), 1e-9);
  assertClose(jacfwd((y: NDArray) => cg(A, y, tight)[0])(b), np.linalg.inv(A), 1e-10);
});

test("the derivative is the solution's, whatever the guess and the preconditioner", () => {
  const f = (t: NDArray) => cg(A, b, { ...tight, x0: x0.mul(t), M: M.mul(t) })[0];
  const [x, dx] = jvp(f, [array(2, { dtype: "float64" })], [array(1, { dtype: "float64" })]);
  assertClose(x, np.linalg.solve(A, b), 1e-10);
  assert.equal(np.any(dx).item(), 0);
  // d/dt of (t A)^-1 b is -x / t^2.
  const scaled = (t: NDArray) => cg((y: NDArray) => np.matmul(A, y).mul(t), b, tight)[0];
  const two = array(2, { dtype: "float64" });
  assertClose(jacfwd(scaled)(two), np.linalg.solve(A, b).div(-4), 1e-10);
  const total = (t: NDArray) => np.sum(scaled(t));
  assertClose(grad(total)(two), np.sum(np.linalg.solve(A, b)).div(-4), 1e-10);
  assertClose(grad(grad(total))(two), np.sum(np.linalg.solve(A, b)).div(4), 1e-10);
});

test("each system of a batch ends by itself, as in a loop, and has its gradients", () => {
  const matrices = np.stack([A, A.mul(3).add(np.eye(6)), np.eye(6, { dtype: "float64" })]);
  const sides = np.stack([b, x0, np.zeros([6], { dtype: "float64" })]);
  for (const options of [{}, { maxiter: 3, M }, { tol: 0.2, x0: b }]) {
    const f = (a: NDArray, y: NDArray) => cg(a, y, options);
    const one = [0, 1, 2].map((i) => f(matrices.at(i), sides.at(i)));
    const [x, info] = vmap(f)(matrices, sides);
    assertClose(x, np.stack(one.map(([own]) => own)), 1e-12);
    assert.equal(
      info.toArray(),
      one.map(([, own]) => own.item()),
    );
    const shared = vmap((y: NDArray) => cg(A, y, options)[0])(sides);
    assertClose(shared, np.stack([0, 1, 2].map((i) => cg(A, sides.at(i), options)[0])), 1e-12);
  }
  const loss = (a: NDArray, y: NDArray) => np.sum(np.sin(cg(a, y, tight)[0]));
  const total = (a: NDArray) => np.sum(vmap(loss)(a, sides));
  const direct = (a: NDArray) =>
    np.sum(vmap((m: NDArray, y: NDArray) => np.sum(np.sin(np.linalg.solve(m, y))))(a, sides));
  assertClose(grad(total)(matrices), grad(direct)(matrices), 1e-9);
  const twice = vmap((t: NDArray) => vmap((y: NDArray) => cg(A, y.mul(t), tight)[0])(sides))(wide([1, 2]));
  const solved = np.linalg.solve(A, sides.T).T;
  assertClose(twice, np.stack([solved, solved.mul(2)]), 1e-10);
});

test("kernels of a function that solves are those of a direct solve, by every method", () => {
  const params = { w: x0.reshape(2, 3), v: b.reshape(2, 3).T };
  const inputs = wide([
    [1, -1],
    [0.5, 2],
  ]);
  type Solve = (a: NDArray, y: NDArray) => NDArray;
  const network = (solve: Solve) => (p: typeof params, x: NDArray) => {
    const a = np.matmul(p.w.T, p.w).add(np.eye(3, { dtype: "float64" }));
    return vmap((row: NDArray) => solve(a, np.matmul(p.v, row)))(x);
  };
  for (const implementation of ["JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS", "STRUCTURED_DERIVATIVES"] as const) {
    const of = (solve: Solve) =>
      nt.empiricalNtkFn(network(solve), { implementation, traceAxes: [] })(inputs, null, params) as NDArray;
    assertClose(
      of((a, y) => cg(a, y, tight)[0]),
      of(np.linalg.solve),
      1e-10,
      implementation,
    );
  }
});

test("trees of unknowns", () => {
  const tree = { u: b, v: [array([[1], [2]], { dtype: "float64" }), null] as const };
  const f = (x: typeof tree) => ({ u: np.matmul(A, x.u), v: [x.v[0].mul(4), null] as const });
  const [x, info] = cg(f, tree, tight);
  assertClose(x.u, np.linalg.solve(A, b), 1e-10);
  assertClose(x.v[0], wide([[0.25], [0.5]]), 1e-12);
  assert.equal([x.v[1], info.item()], [null, 0]);
  const start = { u: x0, v: [array([[3], [4]], { dtype: "float64" }), null] as const };
  assertClose(cg(f, tree, { ...tight, x0: start, M: (r) => r })[0].u, x.u, 1e-10);
});

test("several right-hand sides, numbers, other dtypes, and no unknowns at all", () => {
  const columns = np.stack([b, x0], { axis: 1 });
  assertClose(cg(A, columns, tight)[0], np.linalg.solve(A, columns), 1e-10);
  const [x, info] = cg(
    array(
      [
        [4, 1],
        [1, 3],
      ],
      { dtype: "int32" },
    ),
    array([1, 2], { dtype: "int32" }),
  );
  assert.equal([x.dtype, info.dtype], ["float32", "int32"]);
  assertClose(x, array([1 / 11, 7 / 11]), 1e-6);
  assert.is(cg((y) => y.mul(2), 3)[0].item(), 1.5);
  assert.equal(cg(np.zeros([0, 0]), np.zeros([0]))[0].shape, [0]);
  assert.equal(cg(A, b.mul(0))[0].toArray(), [0, 0, 0, 0, 0, 0]);
  assert.is(cg(A, b, { maxiter: 0 })[1].item(), 1);
  assert.is(cg(array([[NaN]]), array([1]))[1].item(), 1);
});

test("what doesn't fit", () => {
  const fn = "scipy.sparse.linalg.cg: ";
  assertThrows(() => cg(b, b), `${fn}A of shape (6,) must be a square matrix`);
  assertThrows(() => cg(A, np.ones([5])), `${fn}A of shape (6, 6) must be a square matrix and b fit its columns`);
  assertThrows(() => cg(A, [b, b] as never), "for a tree a function");
  assertThrows(() => cg((x) => x.sum(), b), `${fn}A must give what b is`);
  assertThrows(() => cg((x) => x, b, { M: (x) => x.astype("float32") }), `${fn}M must give what b is`);
  assertThrows(() => cg(A, b, { x0: np.ones([5]) }), `${fn}x0 must be like b`);
  assertThrows(() => cg(A, b, { tol: -1 }), `${fn}tol must be a number that isn't negative`);
  assertThrows(() => cg(A, b, { atol: array([1]) as never }), `${fn}atol must be a number`);
  assertThrows(() => cg(A, b, { maxiter: 1.5 }), "maxiter");
  assertThrows(() => cg((x) => x, { a: null }), `${fn}b has no arrays`);
});

test.run();
