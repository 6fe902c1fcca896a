import { array, customJvp, customVjp, grad, jit, jvp, lax, type NDArray, vjp, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, numbers } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

const step = (s: NDArray, x: NDArray): [NDArray, NDArray] => {
  const next = lax.tanh(lax.add(lax.mul(s, 0.5), x));
  return [next, lax.mul(next, s)];
};

test("scan: values as a loop, both directions, derivatives, batches", () => {
  const [s, xs] = [randomArray([2], 1), randomArray([4, 2], 2)];
  const data = numbers(xs);
  for (const reverse of [false, true]) {
    let carry = numbers(s);
    const rows: number[][] = [];
    for (let k = 0; k < 4; k++) {
      const i = reverse ? 3 - k : k;
      const next = carry.map((c, j) => Math.tanh(0.5 * c + data[2 * i + j]));
      rows[i] = next.map((n, j) => n * carry[j]);
      carry = next;
    }
    const [last, ys] = lax.scan(step, s, xs, { reverse });
    assertClose(last, carry, 1e-13);
    assertClose(ys, rows, 1e-13);
    const f = (a: NDArray, b: NDArray) => lax.scan(step, a, b, { reverse });
    checkAll(f, [s, xs], "scan", 2);
    checkVmap(f, [s, xs]);
  }
});

test("scan: null xs with a length, no steps, trees, one trace", () => {
  let traces = 0;
  const [total, ys] = lax.scan(
    (s: NDArray) => {
      traces++;
      return [lax.mul(s, 2), null];
    },
    array(1),
    null,
    { length: 5 },
  );
  assert.is(total.item(), 32);
  assert.is(ys, null);
  assert.is(traces, 1);
  const [kept, none] = lax.scan(step, randomArray([2], 1), lax.full([0, 2], 1, "float64"));
  assertSame(kept, randomArray([2], 1), 0);
  assert.equal([...none.shape], [0, 2]);
  assertThrows(() => lax.scan(step, randomArray([2], 1), null), "lax.scan", "length");
  assertThrows(() => lax.scan((s: NDArray) => s, array(1), null, { length: 2 }), "lax.scan", "[carry, y]");
  assertThrows(
    () => lax.scan((_: NDArray) => [array([1, 2]), null], array(1), null, { length: 2 }),
    "lax.scan",
    "carry",
  );
});

test("foriLoop: values, derivatives, a number that starts a float64 sum", () => {
  const f = (x: NDArray): NDArray =>
    lax.foriLoop(
      1,
      4,
      (i: NDArray, v: NDArray) => lax.add(lax.mul(lax.sin(v), x), lax.convertElementType(i, "float64")),
      x,
    );
  const x = randomArray([3], 1);
  const want = numbers(x).map((a) => [1, 2, 3].reduce((v, i) => Math.sin(v) * a + i, a));
  assertClose(f(x), want, 1e-13);
  checkAll(f, [x], "foriLoop", 2);
  checkVmap(f, [x]);
  assert.is(lax.foriLoop(3, 1, (_: NDArray, v: NDArray) => v, array(7)).item(), 7);
  const sum = lax.foriLoop(0, 3, (_: NDArray, v: NDArray) => lax.add(v, lax.reduceSum(x)), 0 as never) as NDArray;
  assert.is(sum.dtype, "float64");
});

test("cond: known and traced predicates, derivatives, batches", () => {
  const f = (p: NDArray, x: NDArray): NDArray =>
    lax.cond(
      lax.gt(p, 0),
      (y: NDArray) => lax.sin(y),
      (y: NDArray) => lax.mul(y, 3),
      x,
    );
  const x = randomArray([3], 1);
  const one = array(1, { dtype: "float64" });
  assertSame(f(one, x), lax.sin(x), 0);
  assertSame(jit(f)(lax.neg(one), x), lax.mul(x, 3), 1e-15);
  checkAll(f, [one, x], "cond", 2);
  checkVmap(f, [one, x]);
  assertThrows(
    () =>
      lax.cond(
        lax.gt(x, 0),
        (y) => y,
        (y) => y,
        x,
      ),
    "lax.cond",
    "bool(3,)",
  );
  assertThrows(
    () =>
      lax.cond(
        true,
        () => array(1),
        () => array([1]),
      ),
    "lax.cond",
    "same",
  );
});

test("map over rows", () => {
  assertClose(
    lax.map(
      (r: NDArray) => lax.reduceSum(r),
      array([
        [1, 2],
        [3, 4],
      ]),
    ),
    [3, 7],
  );
});

test("customJvp: the given rule in every mode, first and second order, batched and compiled", () => {
  const f = customJvp((x: NDArray) => lax.log(lax.add(lax.exp(x), 1)));
  f.defjvp(([x], [t]) => [f(x), lax.mul(t, lax.logistic(x))]);
  const x = randomArray([3], 1);
  checkAll(f, [x], "customJvp", 2);
  checkVmap(f, [x]);
  const g = customJvp((x: NDArray, y: NDArray) => lax.mul(x, y));
  g.defjvp(([x, y], [tx, ty]) => [lax.mul(x, y), lax.add(lax.mul(tx, 10), lax.mul(ty, 100))]);
  const [a, b] = [array(2), array(3)];
  assert.equal(numbers(grad(g as (a: NDArray, b: NDArray) => NDArray, { argnums: [0, 1] })(a, b)[0]), [10]);
  assertClose(jvp(g, [a, b], [array(1), array(1)])[1], 110);
  assertClose(jit(grad(g))(a, b), 10);
  assertClose(vmap(grad(g))(array([1, 2]), array([3, 4])), [10, 10]);
  assertClose(grad((x: NDArray) => g(x, lax.mul(x, x)))(array(2)), 10 + 100 * 4);
  assertThrows(() => customJvp((x: NDArray) => x)(a), "defjvp");
});

test("two custom functions with equal texts are not taken for one", () => {
  const make = (factor: number) => {
    const f = customJvp((x: NDArray) => lax.mul(x, 2));
    f.defjvp(([x], [t]) => [f(x), lax.mul(t, factor)]);
    return f;
  };
  const [f, g] = [make(5), make(7)];
  const both = jit((x: NDArray) => [grad((y: NDArray) => f(y))(x), grad((y: NDArray) => g(y))(x), f(x), g(x)]);
  assert.equal(
    both(array(1)).map((y) => y.item()),
    [5, 7, 2, 2],
  );
});

test("customVjp: the given pullback, batched, compiled; forward mode refused", () => {
  const f = customVjp((x: NDArray, y: NDArray) => lax.mul(lax.sin(x), y));
  f.defvjp(
    (x, y) => [f(x, y), { x, y }],
    ({ x, y }, ct) => [lax.mul(ct, lax.mul(lax.cos(x), lax.mul(y, 2))), lax.mul(ct, lax.sin(x))],
  );
  const [x, y] = [randomArray([3], 1), randomArray([3], 2)];
  const ct = randomArray([3], 3);
  const [dx, dy] = vjp(f, x, y)[1](ct) as NDArray[];
  assertSame(dx, lax.mul(ct, lax.mul(lax.cos(x), lax.mul(y, 2))), 1e-14);
  assertSame(dy, lax.mul(ct, lax.sin(x)), 1e-14);
  const g = (a: NDArray, b: NDArray): NDArray => lax.reduceSum(f(a, b));
  assertSame(jit(grad(g))(x, y), grad(g)(x, y), 1e-14);
  const rows = randomArray([2, 3], 5);
  const batched = vmap(grad(g), { inAxes: [0, null] })(rows, y);
  const d = (a: NDArray): NDArray => lax.mul(lax.cos(a), lax.mul(y, 2));
  assertSame(
    lax.slice(batched, { startIndices: [1, 0], limitIndices: [2, 3] }).reshape([3]),
    d(lax.slice(rows, { startIndices: [1, 0], limitIndices: [2, 3] }).reshape([3])),
    1e-14,
  );
  assertThrows(() => jvp(f, [x, y], [ct, ct]), "customVjp", "forward");
});

test.run();
