import { array, jvp, lax, type NDArray, numpy as np, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

const lse = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
const OPS: [keyof typeof lax, typeof lax.cumsum, (a: number, b: number) => number][] = [
  ["cumsum", lax.cumsum, (a, b) => a + b],
  ["cumprod", lax.cumprod, (a, b) => a * b],
  ["cummax", lax.cummax, Math.max],
  ["cummin", lax.cummin, Math.min],
  ["cumlogsumexp", lax.cumlogsumexp, lse],
];

function oracle(x: NDArray, axis: number, reverse: boolean, op: (a: number, b: number) => number): NDArray {
  const out = numbers(x);
  const n = x.shape[axis];
  for (const first of indices(x.shape).filter((i) => i[axis] === 0)) {
    const at = (i: number): number =>
      offsetOf(
        first.map((v, a) => (a === axis ? i : v)),
        x.shape,
      );
    for (let i = 1; i < n; i++) {
      const [here, before] = reverse ? [n - 1 - i, n - i] : [i, i - 1];
      out[at(here)] = op(out[at(before)], out[at(here)]);
    }
  }
  return array(out, { shape: [...x.shape], dtype: x.dtype });
}

for (const [name, f, op] of OPS) {
  test(`${name}: values against loops`, () => {
    for (const n of [0, 1, 2, 3, 4, 5, 7, 8, 33]) {
      for (const axis of [0, 1]) {
        for (const reverse of [false, true]) {
          const x = randomArray(axis === 0 ? [n, 2] : [2, n], n + 1);
          assertSame(f(x, { axis, reverse }), oracle(x, axis, reverse, op), 1e-12, `${name} ${n} ${axis} ${reverse}`);
        }
      }
    }
    if (name === "cumlogsumexp") return;
    for (const dtype of ["float32", "int32", "uint32"] as const) {
      const x = randomArray([9], 4, { low: 1, high: 4, dtype });
      assertSame(f(x), oracle(x, 0, false, op), dtype === "float32" ? 1e-6 : 0, `${name} ${dtype}`);
    }
  });

  test(`${name}: derivatives and batches`, () => {
    for (const n of [1, 2, 6, 7]) {
      checkAll((x: NDArray) => f(x, { axis: 1, reverse: n === 6 }), [randomArray([2, n], 2)], `${name} ${n}`, 2);
    }
    checkVmap((x: NDArray) => f(x), [randomArray([5], 1)]);
  });
}

test("infinities and zeros", () => {
  assert.equal(numbers(lax.cumsum(array([1, Number.POSITIVE_INFINITY, 2, 3]))), [
    1,
    ...new Array(3).fill(Number.POSITIVE_INFINITY),
  ]);
  assert.equal(numbers(lax.cummax(array([1, Number.NaN, 3]))), [1, Number.NaN, Number.NaN]);
  const x = array([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]);
  assert.equal(numbers(lax.cumlogsumexp(x)), [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]);
  const [, pullback] = vjp(lax.cumprod, array([2, 0, 3, 0, 5])) as unknown as [NDArray, (ct: NDArray) => [NDArray]];
  // d(prefix products)/dx summed: x1: 1 + 0 + ..., x2: 2 + 6, the others have a zero before them.
  assert.equal(numbers(pullback(np.ones([5]))[0]), [1, 8, 0, 0, 0]);
});

test("equal elements share the derivative as in JAX", () => {
  const [, pullback] = vjp(lax.cummax, np.ones([4])) as unknown as [NDArray, (ct: NDArray) => [NDArray]];
  const row = (i: number): number[] =>
    numbers(pullback(lax.convertElementType(lax.eq(lax.iota("int32", 4), i), "float32"))[0]);
  assert.equal([0, 1, 2, 3].map(row), [
    [1, 0, 0, 0],
    [0.5, 0.5, 0, 0],
    [0.25, 0.25, 0.5, 0],
    [0.25, 0.25, 0.25, 0.25],
  ]);
});

test("associativeScan of trees: a linear recurrence", () => {
  const [a, b] = [randomArray([6, 2], 1), randomArray([6, 2], 2)];
  type Step = { a: NDArray; b: NDArray };
  const compose = (f: Step, g: Step): Step => ({ a: lax.mul(f.a, g.a), b: lax.add(lax.mul(f.b, g.a), g.b) });
  const run = (a: NDArray, b: NDArray): NDArray => lax.associativeScan(compose, { a, b }).b;
  const [x, y] = [numbers(a), numbers(b)];
  const states = [...y];
  for (let i = 2; i < 12; i++) states[i] = x[i] * states[i - 2] + y[i];
  assertSame(run(a, b), array(states, { shape: [6, 2], dtype: "float64" }), 1e-12);
  checkAll(run, [a, b], "recurrence", 2);
});

test("numpy.cumsum and cumprod flatten, convert and take an axis", () => {
  assert.equal(numbers(np.cumsum(np.ones([2, 2]))), [1, 2, 3, 4]);
  assert.equal(np.cumsum(np.ones([2, 2]), { axis: -1 }).toArray(), [
    [1, 2],
    [1, 2],
  ]);
  assert.equal(numbers(np.cumprod(array([1, 2, 3], { dtype: "int32" }), 0)), [1, 2, 6]);
  assert.is(np.cumsum(array([true, true])).dtype, "int32");
  assert.is(np.cumsum(array([1, 2], { dtype: "int32" }), { dtype: "float64" }).dtype, "float64");
  const [, tangent] = jvp(np.cumsum, [np.ones([2, 2])], [np.ones([2, 2])]) as [NDArray, NDArray];
  assert.equal(numbers(tangent), [1, 2, 3, 4]);
});

test("mistakes", () => {
  assertThrows(() => lax.cumsum(array([true])), "lax.cumsum: needs numbers");
  assertThrows(() => lax.cumsum(array([1]), { axis: 1 }), "axis 1");
  assertThrows(() => np.cumsum(array([1]), { reverse: true } as never), 'numpy.cumsum: unknown option "reverse"');
  assertThrows(
    () => lax.associativeScan(([a, b], [c, d]) => [lax.add(a, c), lax.add(b, d)], [np.ones([2]), np.ones([3])]),
    "(2,), (3,)",
  );
});

test.run();
