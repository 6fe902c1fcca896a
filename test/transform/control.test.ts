/** Loops and branches: values, derivatives of both modes and of second order, vmap, jit; and what they refuse. */

import { array, grad, hessian, jacfwd, jacrev, jit, jvp, lax, type NDArray, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

const close = (got: NDArray, expected: number | unknown[], tolerance = 1e-12): void => {
  const want = typeof expected === "number" ? [expected] : (expected as number[]).flat(9);
  const data = [...got.dataSync()];
  assert.is(data.length, want.length);
  for (const [i, v] of data.entries()) assert.ok(Math.abs(v - (want[i] as number)) <= tolerance, `${data} and ${want}`);
};

const xs = array([1, 2, 3, 4], { dtype: "float64" });

test("scan carries a value and stacks what it returns, forwards and backwards", () => {
  const [last, sums] = lax.scan((c: NDArray, x: NDArray) => [np.add(c, x), np.multiply(c, x)], 0, xs);
  close(last, 10);
  close(sums, [0, 2, 9, 24]);
  const [, reversed] = lax.scan((c: NDArray, x: NDArray) => [np.add(c, x), c], 0, xs, { reverse: true });
  close(reversed, [9, 7, 4, 0]);
});

test("scan takes trees, and a length in place of arrays", () => {
  const step = ({ a, b }: { a: NDArray; b: NDArray }) => [{ a: b, b: np.add(a, b) }, { now: a }] as const;
  const [carry, { now }] = lax.scan(step, { a: array(0), b: array(1) }, null, { length: 8 });
  close(now, [0, 1, 1, 2, 3, 5, 8, 13]);
  close(carry.a, 21);
  const [still, nothing] = lax.scan((c: NDArray, x: NDArray) => [c, x], array(3), np.zeros([0, 2]));
  close(still, 3);
  assert.equal(nothing.shape, [0, 2]);
});

// c -> (c + 1) x from c = 1: ((((1+1) x1 + 1) x2 + 1) x3 + 1) x4, a polynomial whose derivatives are written by hand.
const polynomial = (x: NDArray): NDArray =>
  lax.scan((c: NDArray, v: NDArray) => [np.multiply(np.add(c, 1), v), c], 1, x)[0];
const GRADIENT = [48, 36, 28, 22];
const HESSIAN = [
  [0, 24, 16, 12],
  [24, 0, 12, 9],
  [16, 12, 0, 7],
  [12, 9, 7, 0],
];

test("scan has derivatives of every mode and order", () => {
  close(polynomial(xs), 88);
  close(grad(polynomial)(xs), GRADIENT);
  close(jacfwd(polynomial)(xs), GRADIENT);
  close(hessian(polynomial)(xs), HESSIAN);
  close(jacrev(jacfwd(polynomial))(xs), HESSIAN);
  close(jit(hessian(polynomial))(xs), HESSIAN);
  const both = vmap(grad(polynomial))(np.stack([xs, np.zeros([4], { dtype: "float64" })]));
  close(both, [...GRADIENT, 0, 0, 0, 1]);
});

test("a changing carry and missing lengths are errors that name them", () => {
  const widen = (c: NDArray, x: NDArray) => [np.stack([c, c]), x];
  assert.throws(
    () => lax.scan(widen, array(0), xs),
    /lax\.scan: the body must return a carry like the one it gets: f32\[\], got f32\[2\]/,
  );
  assert.throws(() => lax.scan((c: NDArray) => [c, c], array(0), null), /give \{length\}/);
  const uneven = [xs, np.zeros([3])];
  assert.throws(() => lax.scan((c: NDArray) => [c, c], array(0), uneven), /first axes of xs and length must agree/);
  assert.throws(() => lax.scan(((c: NDArray) => c) as never, array(0), xs), /lax\.scan/);
  assert.throws(() => lax.scan((c: NDArray) => [c, c], array(0), xs, { unrol: 2 } as never), /unknown option "unrol"/);
  assert.throws(() => lax.scan((c: NDArray) => [c, c], array(0), xs, { unroll: 0 }), /unroll must be .* got number 0/);
});

test("foriLoop repeats its body", () => {
  const doubled = (x: NDArray) => lax.foriLoop(0, 5, (i, v: NDArray) => np.add(np.multiply(v, 2), i), x);
  // v -> 2 v + i from v: 32 v + 0*16 + 1*8 + 2*4 + 3*2 + 4
  close(doubled(xs), [58, 90, 122, 154]);
  close(grad((x: NDArray) => np.sum(doubled(x)))(xs), [32, 32, 32, 32]);
  close(
    lax.foriLoop(3, 3, (_, v: NDArray) => np.add(v, 1), xs),
    [1, 2, 3, 4],
  );
  assert.throws(() => lax.foriLoop(0, 1.5, (_, v: NDArray) => v, xs), /whole numbers, got 0? ?.*1\.5/);
});

test("map applies a function to every slice", () => {
  const x = np.reshape(xs, [2, 2]);
  close(
    lax.map((row: NDArray) => np.sum(row), x),
    [3, 7],
  );
  close(
    lax.map((row: NDArray) => lax.map((v: NDArray) => np.multiply(v, 2), row), x),
    [2, 4, 6, 8],
  );
  close(grad((v: NDArray) => np.sum(lax.map((row: NDArray) => np.prod(row), v)))(x), [2, 1, 4, 3]);
});

test("cond takes a known branch only, and selects for a traced predicate", () => {
  let calls = 0;
  const f = (flag: boolean | NDArray, x: NDArray): NDArray =>
    lax.cond(
      flag,
      (v: NDArray) => {
        calls++;
        return np.sin(v);
      },
      (v: NDArray) => np.cos(v),
      x,
    );
  close(f(true, xs), [1, 2, 3, 4].map(Math.sin), 1e-9);
  close(f(array(false), xs), [1, 2, 3, 4].map(Math.cos), 1e-9);
  assert.ok(calls > 0);
  const flags = array([true, false, true, false]);
  const expected = [Math.sin(1), Math.cos(2), Math.sin(3), Math.cos(4)];
  close(vmap(f)(flags, xs), expected, 1e-9);
  close(jit(vmap(f))(flags, xs), expected, 1e-9);
  const slopes = [Math.cos(1), -Math.sin(2), Math.cos(3), -Math.sin(4)];
  close(vmap(grad((x: NDArray, flag: NDArray) => f(flag, x)))(xs, flags), slopes, 1e-9);
  const one = array(1, { dtype: "float64" });
  close(jvp((x: NDArray) => f(true, x), [array(2, { dtype: "float64" })], [one])[1], Math.cos(2), 1e-9);
});

test("cond refuses branches that differ, and predicates that are no bool", () => {
  const same = (v: NDArray) => v;
  assert.throws(() => lax.cond(true, same, ((v: NDArray) => [v]) as never, xs), /both branches must return the same/);
  assert.throws(() => lax.cond(xs, same, same, xs), /pred must be one bool, got float64\(4,\)/);
});

test.run();
