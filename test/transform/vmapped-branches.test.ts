/** Under vmap of the predicate, a branch that an example doesn't take has no part in its values and derivatives. */
import {
  array,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  lax,
  linearTranspose,
  type NDArray,
  numpy as np,
  nt,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, f64, numbers } from "../support/arrays.ts";

type F = (x: NDArray) => NDArray;
const root: F = (x) => lax.cond(np.greater(x, 0), np.sqrt, np.zerosLike, x);
const log: F = (x) =>
  lax.cond(
    np.less(x, 1),
    () => np.multiply(x, 3),
    () => np.log(np.subtract(x, 1)),
  );
/** The sum over a batch. */
const total =
  (f: F): F =>
  (x) =>
    np.sum(vmap(f)(x));
/** Both orders of vmap and grad, outside of jit and inside. */
const gradients = (f: F): F[] => [grad(total(f)), vmap(grad(f)), jit(grad(total(f))), jit(vmap(grad(f)))];

function check(f: F, x: number[], want: number[], message: string): void {
  for (const dtype of ["float32", "float64"] as const) {
    for (const [i, g] of gradients(f).entries()) {
      assertClose(g(array(x, { dtype })), want, dtype === "float32" ? 1e-6 : 1e-14, `${message}, way ${i}, ${dtype}`);
    }
  }
}

test("cond: derivatives of both modes and of second order", () => {
  check(root, [4, 0], [0.25, 0], "root");
  check(root, [0, 4], [0, 0.25], "root");
  check(root, [0, -1], [0, 0], "nobody takes it");
  check(root, [4, 1], [0.25, 0.5], "all take it");
  check(log, [0.5, 1, 3], [3, Number.POSITIVE_INFINITY, 0.5], "an infinite derivative of an example's own");
  const x = f64([4, 0]);
  assertClose(jvp(vmap(root), [x], [np.ones([2], { dtype: "float64" })])[1], [0.25, 0]);
  assertClose(jvp(grad(total(root)), [x], [f64([1, 1])])[1], [-1 / 32, 0]);
  assertClose(hessian(total(root))(x), [
    [-1 / 32, 0],
    [0, 0],
  ]);
  assertClose(vmap(grad(grad(root)))(x), [-1 / 32, 0]);
  for (const jacobian of [jacfwd, jacrev])
    assertClose(jacobian(vmap(root))(x), [
      [0.25, 0],
      [0, 0],
    ]);
  assertClose(vmap(root)(x), [2, 0]);
  assertClose(vmap(root)(np.zeros([0])), []);
  assertClose(grad(total(root))(np.zeros([0])), []);
});

test("switch, nested branches, nested vmap, a branch within scan", () => {
  const three: F = (x) =>
    lax.switch(
      np.floor(x).astype("int32"),
      [() => np.multiply(x, 2), np.log, (x: NDArray) => np.sqrt(np.subtract(x, 2))],
      x,
    );
  check(three, [0, 1, 3, 0.5], [2, 1, 0.5, 2], "switch");
  const nested: F = (x) =>
    lax.cond(np.greater(x, -1), (x: NDArray) => lax.cond(np.greater(x, 0), np.sqrt, np.square, x), np.exp, x);
  check(nested, [4, 0, -0.5, -2], [0.25, 0, -1, Math.exp(-2)], "nested");
  const x = f64([4, 0, -1, 1]);
  const square = (y: NDArray): NDArray => np.reshape(y, [2, 2]);
  assertClose(grad((x: NDArray) => np.sum(vmap(vmap(root))(square(x))))(x), [0.25, 0, 0, 0.5]);
  assertClose(vmap(grad(total(root)))(square(x)), [
    [0.25, 0],
    [0, 0.5],
  ]);
  // x becomes root(x) + x, twice.
  const inScan: F = (x) => lax.scan((c) => [np.add(root(c), c), null], x, null, { length: 2 })[0];
  const step = (y: number): [number, number] => (y > 0 ? [Math.sqrt(y) + y, 1 + 0.5 / Math.sqrt(y)] : [y, 1]);
  const want = [4, 0].map((y) => {
    const [once, d] = step(y);
    return d * step(once)[1];
  });
  check(inScan, [4, 0], want, "scan");
});

test("closed over and unbatched operands", () => {
  const w = f64([2]);
  const f = (w: NDArray, x: NDArray): NDArray =>
    lax.cond(
      np.greater(x, 0),
      () => np.sum(np.multiply(w, np.divide(1, x))),
      () => np.sum(np.square(w)),
    );
  for (const x of [
    [4, 0],
    [0, 4],
  ]) {
    const loss = (w: NDArray): NDArray => np.sum(vmap(f, { inAxes: [null, 0] })(w, f64(x)));
    assertClose(grad(loss)(w), [0.25 + 4]);
    assertClose(jit(grad(loss))(w), [0.25 + 4]);
    assertClose(hessian(loss)(w), [[2]]);
  }
  const dot = (w: NDArray, x: NDArray): NDArray =>
    lax.cond(np.greater(x, 0), (x: NDArray) => np.multiply(np.sum(w), np.log(x)), np.zerosLike, x);
  const loss = (w: NDArray): NDArray => np.sum(vmap(dot, { inAxes: [null, 0] })(w, f64([0, Math.E])));
  assertClose(grad(loss)(w), [1]);
});

test("a linear function with branches has a transpose", () => {
  const f = vmap((x: NDArray, p: NDArray) =>
    lax.cond(
      p,
      (x: NDArray) => np.multiply(x, 2),
      (x: NDArray) => np.multiply(x, 3),
      x,
    ),
  );
  const p = array([true, false]);
  assertClose(linearTranspose((x: NDArray) => f(x, p), f64([0, 0]))(f64([1, 10]))[0], [2, 30]);
});

test("kernels of functions with branches are finite, symmetric and the same by every method", () => {
  const params = { w: f64([1.5]), b: f64([0.5]) };
  // w x + log(x) b for x > 0, else w² x; the NTK is x x' + log(x) log(x'), x 2 w x', or 4 w² x x'.
  const one = ({ w, b }: typeof params, x: NDArray): NDArray =>
    lax.cond(
      np.greater(x, 0),
      () => np.add(np.multiply(w, x), np.multiply(b, np.log(x))),
      () => np.multiply(np.square(w), x),
    );
  const f = (p: typeof params, x: NDArray): NDArray => vmap(one, { inAxes: [null, 0] })(p, x);
  const x = [2, 0, -1];
  const slopes = x.map((v) => (v > 0 ? [v, Math.log(v)] : [3 * v, 0]));
  const want = slopes.map(([a, b]) => slopes.map(([c, d]) => a! * c! + b! * d!));
  for (const implementation of Object.values(nt.NtkImplementation)) {
    for (const vmapAxes of [null, 0]) {
      const kernelFn = nt.empiricalNtkFn(f, { implementation, vmapAxes });
      const kernel = kernelFn(f64(x), null, params);
      assertClose(kernel, want, 1e-14, `method ${implementation}`);
      assert.equal(numbers(kernel), numbers(kernel.T));
      assertClose(
        kernelFn(f64(x), f64([2]), params),
        want.map((row) => [row[0]!]),
        1e-14,
      );
    }
  }
});

test.run();
