import {
  array,
  checkpoint,
  customJvp,
  customVjp,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  lax,
  linearize,
  type NDArray,
  numpy as np,
  nt,
  type TreeFunction,
  vjp,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, numbers } from "../support/arrays.ts";

const x = array([5, 7, 9]);
const take = (x: NDArray, i: unknown): NDArray => np.take(x, i as NDArray);
const int32 = array([1, 2], { dtype: "int32" });
const float64 = array([1 / 3, 1e5], { dtype: "float64" });
type Binary = (x: NDArray, y: NDArray) => NDArray;
type Calls = (f: Binary) => (x: NDArray, t: number) => NDArray;

/** The ways in which a function is given a number that it sees traced. */
const ways: Record<string, Calls> = {
  jit: (f) => jit(f) as never,
  "jit twice": (f) => jit((x: NDArray, t: NDArray) => jit(f)(x, t)) as never,
  vmap: (f) => (x, t) => np.squeeze(vmap(f, { inAxes: [0, null] })(np.expandDims(x, 0), t as never), { axis: 0 }),
  checkpoint: (f) => checkpoint(f) as never,
  customJvp: (f) => {
    const g = customJvp(f);
    g.defjvp(([x, t], [dx]) => [f(x, t), np.multiply(dx, np.onesLike(f(x, t)))]);
    return g as never;
  },
  customVjp: (f) => {
    const g = customVjp(f);
    g.defvjp(
      (x, t) => [f(x, t), null],
      (_, ct) => [ct, null],
    );
    return g as never;
  },
  cond: (f) => (x, t) =>
    jit((p: NDArray) => lax.cond(p, f, (x: NDArray, t: NDArray) => np.negative(f(x, t)), x, t))(array(true)),
  scan: (f) => (x, t) => np.squeeze(lax.scan((c, x) => [c, f(x, c)], t, np.expandDims(x, 0))[1], { axis: 0 }),
  whileLoop: (f) => (x, t) => {
    const start = [0, t, np.zerosLike(f(x, t as never))];
    return (
      lax.whileLoop(
        ([n]) => np.less(n as never, 1),
        ([n, t]) => [np.add(n as never, 1), t, f(x, t as never)],
        start,
      ) as NDArray[]
    )[2]!;
  },
  foriLoop: (f) => (x, t) =>
    (lax.foriLoop(0, 1, (_, [t]) => [t, f(x, t)], [t, np.zerosLike(f(x, t as never))]) as NDArray[])[1]!,
  "grad's other argument": (f) => (x, t) =>
    grad((_: NDArray, t: NDArray) => [np.sum(f(x, t)).astype("float32"), f(x, t)], { hasAux: true })(
      array(1),
      t as never,
    )[1],
};

for (const [name, call] of Object.entries(ways)) {
  test(`${name}: a whole number counts and indexes, and keeps the other's dtype`, () => {
    assertClose(call(take)(x, 1), 7);
    assertClose(call(take)(x, -1), 9);
    const sum = call(np.add)(int32, 1);
    assert.is(sum.dtype, "int32");
    assert.equal(numbers(sum), [2, 3]);
    assert.is(call(np.add)(x, 1).dtype, "float32");
    assert.is(call(np.add)(float64, 1).dtype, "float64");
    assert.is(call(np.add)(array([1], { dtype: "uint32" }), 1).dtype, "uint32");
  });

  test(`${name}: beside float64 no digit of a number is lost, elsewhere it is a float32`, () => {
    for (const t of [0.1, 1e-300, 2 ** 40 + 1, -0, 1e10, -1 / 3]) {
      for (const f of [np.multiply, np.divide, np.subtract, np.arctan2]) {
        const [got, want] = [call(f)(float64, t), f(float64, t)];
        assert.is(got.dtype, "float64");
        assert.equal(numbers(got), numbers(want), `${f.name} ${t}`);
        assert.is(call(f)(x, t).dtype, "float32");
        assert.equal(numbers(call(f)(x, t)), numbers(f(x, t)), `float32 ${f.name} ${t}`);
      }
    }
    assert.is(call(np.multiply)(int32, 0.5).dtype, "float32");
    assert.equal(numbers(call(np.multiply)(int32, 0.1)), numbers(np.multiply(int32, 0.1)));
    assert.is(call((_, t) => np.sin(t))(x, 0.1).dtype, "float32");
  });
}

test("what is computed of numbers alone gives way to arrays, as outside", () => {
  const twice = jit((t: NDArray) => np.multiply(t, 2));
  assert.is(np.add(int32, twice(3 as never)).dtype, "int32");
  assert.is(np.add(float64, twice(0.5 as never)).dtype, "float64");
  assert.is(twice(0.5 as never).dtype, "float32");
  assert.is(np.add(int32, jit(() => 3)() as never).dtype, "int32");
});

test("derivatives by a number are those by a float", () => {
  const square = (t: NDArray): NDArray => np.multiply(t, t);
  for (const t of [3, 0.5]) {
    for (const f of [grad(square), jit(grad(square)), jacrev(square), jacfwd(square)]) {
      const d = f(t as never) as NDArray;
      assertClose(d, 2 * t);
      assert.is(d.dtype, "float32");
    }
    assertClose(hessian(square)(t as never), 2);
    assertClose(jvp(square, [t as never], [1 as never])[1], 2 * t);
    assertClose(jvp(square, [t as never], [array(1)])[1], 2 * t);
    assertClose(linearize(square, t as never)[1](1 as never), 2 * t);
    assertClose(vjp(square, t as never)[1](array(1))[0], 2 * t);
  }
  // With float64 values the whole derivative is one of float64.
  const f = (t: NDArray): NDArray => np.sum(np.square(np.multiply(float64, t)));
  const squares = 1 / 9 + 1e10;
  const want = 2 * 0.1 * squares;
  for (const d of [grad(f), jit(grad(f)), jacrev(f), jacfwd(f)]) assertClose(d(0.1 as never) as NDArray, want, 1e-15);
  assertClose(vmap(grad(f), { inAxes: null, axisSize: 2, outAxes: null } as never)(0.1 as never), want, 1e-15);
  assertClose(hessian(f)(0.1 as never), 2 * squares, 1e-15);
  assertClose(grad(grad(f))(0.1 as never), 2 * squares, 1e-15);
  assertClose(grad(() => 3)(x as never) as NDArray, [0, 0, 0]);
});

test("custom rules: a float may come back for a whole number", () => {
  const scale = customVjp((x: NDArray, n: NDArray) => np.multiply(x, n));
  scale.defvjp(
    (x, n) => [np.multiply(x, n), [x, n]],
    ([x, n]: NDArray[], ct: NDArray) => [np.multiply(ct, n!), np.multiply(ct, x!)],
  );
  for (const n of [2, 0.5]) assertClose(grad((x: NDArray) => scale(x, n as never))(array(3)), n);
  assertClose(grad(scale, { argnums: 1 })(array(3), 2 as never), 3);
  const forward = customJvp((x: NDArray, n: NDArray) => np.multiply(x, n));
  forward.defjvp(([x, n], [dx, dn]) => [np.multiply(x, n), lax.add(lax.mul(dx, n), lax.mul(dn, x))]);
  for (const n of [2, 0.5]) {
    assertClose(grad((x: NDArray) => forward(x, n as never))(array(3)), n);
    assertClose(grad((x: NDArray) => forward(x, n as never))(array(3, { dtype: "float64" })), n);
  }
  assertClose(grad(forward, { argnums: 1 })(array(3), 2 as never), 3);
});

test("a carry settles at the dtypes at which it stays, however many passes that takes", () => {
  const ones = np.ones([2], { dtype: "float64" });
  const [carry] = lax.scan((c, x) => [[np.add(c[0], x), np.add(c[1], c[0])], null], [0, 0], ones);
  assert.equal(carry.map(numbers), [[2], [1]]);
  assert.equal(
    carry.map((c: NDArray) => c.dtype),
    ["float64", "float64"],
  );
  // Through a chain of five.
  const shift = ([a, b, c, d, e]: NDArray[]) => [np.add(a!, 1 / 3), a, b, c, np.add(d!, e!)];
  const start = [array(0, { dtype: "float64" }), 0, 0, 0, 0];
  const [shifted] = lax.scan((c) => [shift(c), null], start, null, { length: 6 });
  assert.equal(
    shifted.map((c: NDArray) => c.dtype),
    new Array(5).fill("float64"),
  );
  assertClose(shifted[4], 1 / 3 + 2 / 3, 1e-15);
  // A whole number that becomes a float, and one that stays whole.
  const [half] = lax.scan((c) => [np.multiply(c, 0.5), null], 1, null, { length: 3 });
  assertClose(half, 0.125);
  const [count, picked] = lax.scan((i) => [np.add(i, 1), np.take(x, i)], 0, null, { length: 3 });
  assert.is(count.dtype, "int32");
  assertClose(picked, [5, 7, 9]);
  // All digits, from the first pass on.
  const [third] = lax.scan((c, x) => [np.add(c, np.multiply(x, 0)), null], 1 / 3, ones);
  assert.equal(numbers(third), [1 / 3]);
  const [traced] = jit((t: NDArray) => lax.scan((c, x) => [np.add(c, np.multiply(x, 0)), null], t, ones))(
    1e-3 as never,
  );
  assert.equal(numbers(traced), [1e-3]);
  // A number that the body gives back takes the dtype of the carry.
  assertClose(lax.scan(() => [1, null], array(0.5), null, { length: 2 })[0], 1);
  assert.is(lax.scan(() => [1, null], array(0.5), null, { length: 2 })[0].dtype, "float32");
  assert.is(lax.foriLoop(0, 3, (_, c) => np.add(c, np.sum(float64)), 0).dtype, "float64");
  const [n, y] = lax.whileLoop(
    ([n]) => np.less(n, 3),
    ([n, y]) => [np.add(n, 1), np.add(y, np.sum(float64))],
    [0, 0],
  );
  assert.is(n!.dtype, "int32");
  assert.equal(numbers(y!), [3 * (1 / 3 + 1e5)]);
});

test("branches that give numbers and arrays agree on a dtype", () => {
  for (const [a, b, dtype] of [
    [() => 1, () => 0.1, "float32"],
    [() => 0.1, () => array(2, { dtype: "float64" }), "float64"],
    [() => 1, () => array(2, { dtype: "int32" }), "int32"],
    [() => array(2), () => 1, "float32"],
  ] as const) {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as [() => number | NDArray, () => number | NDArray][]) {
      const chosen = (p: boolean | NDArray): NDArray => lax.cond(p, first, second);
      for (const p of [true, false]) {
        const want = numbers(np.asarray((p ? first : second)(), { dtype }));
        for (const got of [chosen(p), jit(chosen)(array(p))]) {
          assert.is(got.dtype, dtype);
          assert.equal(numbers(got), want);
        }
      }
    }
  }
});

test("kernels: numbers among inputs index, parameters that are numbers are differentiated by", () => {
  const f = (p: { a: NDArray }, x: { x: NDArray; i: NDArray }): NDArray =>
    np.multiply(p.a, np.take(x.x, x.i, { axis: 1 }));
  for (const implementation of Object.values(nt.NtkImplementation)) {
    const kernelFn = nt.empiricalNtkFn(f, { implementation, traceAxes: [] });
    for (const a of [3, 0.5]) {
      const kernel = kernelFn(
        {
          x: array([
            [1, 2],
            [3, 4],
          ]),
          i: 1,
        },
        null,
        { a },
      );
      assert.equal(kernel.toArray(), [
        [4, 8],
        [8, 16],
      ]);
    }
  }
  assertClose(nt.linearize(f as TreeFunction, { a: 3 })({ a: 4 }, { x: array([[1, 2]]), i: 1 }), [8]);
  assertClose(nt.taylorExpand(f as TreeFunction, { a: 3 }, 2)({ a: 4 }, { x: array([[1, 2]]), i: 1 }), [8]);
  assertClose(nt.empiricalNtkVpFn(f, { x: array([[1, 2]]), i: 1 }, null, { a: 3 })(array([1])), [4]);
});

test.run();
