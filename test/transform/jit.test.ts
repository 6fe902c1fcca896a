import { array, customJvp, grad, jit, jvp, lax, linearize, makeJaxpr, type NDArray, vjp, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, numbers } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

/** The function, counting how often it is traced. */
function counted<F extends (...args: never[]) => unknown>(f: F): { f: F; count: () => number } {
  let calls = 0;
  const wrapped = (...args: never[]): unknown => {
    calls++;
    return f(...args);
  };
  return { f: wrapped as F, count: () => calls };
}

test("one trace per shape, dtype and structure", () => {
  const { f, count } = counted((x: NDArray) => lax.mul(x, 2));
  const g = jit(f);
  assertClose(g(array([1, 2])), [2, 4]);
  assertClose(g(array([3, 4])), [6, 8]);
  assert.is(count(), 1);
  g(array([1, 2, 3]));
  assert.is(count(), 2);
  assert.is(g(array([1, 2], { dtype: "float64" })).dtype, "float64");
  assert.is(count(), 3);
  assert.is(g(array([1, 2], { dtype: "int32" })).dtype, "int32");
  assert.is(count(), 4);
  assertClose(g(3 as never), 6);
  assert.is(count(), 5, "a number is weak");
  assertClose(g(array(3)), 6);
  assert.is(count(), 6);
  const t = counted((p: { a: NDArray; b: NDArray | null }) => lax.add(p.a, p.b ?? 1));
  const h = jit(t.f);
  assertClose(h({ a: array([1]), b: array([2]) }), [3]);
  assertClose(h({ b: array([3]), a: array([2]) }), [5]);
  assert.is(t.count(), 1, "the order of keys does not matter");
  assertClose(h({ a: array([1]), b: null }), [2]);
  assert.is(t.count(), 2);
});

test("static arguments: a program for each value, and only for those that differ", () => {
  const { f, count } = counted((x: NDArray, options: { power: number; name: string }, k: number) =>
    lax.mul(lax.integerPow(x, { exponent: options.power }), k),
  );
  const g = jit(f, { staticArgnums: [1, 2] });
  const x = array([2]);
  assertClose(g(x, { power: 2, name: "a" }, 3), [12]);
  assertClose(g(x, { power: 2, name: "a" }, 3), [12]);
  assert.is(count(), 1);
  assertClose(g(x, { power: 3, name: "a" }, 3), [24]);
  assert.is(count(), 2);
});

test("static arguments that look alike are told apart", () => {
  const seen = (values: unknown[]): string[] => {
    const g = jit((x: NDArray, s: unknown) => ({ [describe(s)]: x }) as unknown as NDArray, { staticArgnums: 1 });
    return values.map((v) => Object.keys(g(array([1]), v))[0]);
  };
  const values = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    null,
    undefined,
    0,
    -0,
    "0",
    "null",
    true,
    "true",
    [1, 2],
    ["1,2"],
    [[1], 2],
    { a: undefined },
    {},
    [],
    ["a", "b"],
    ['a","b'],
  ];
  assert.equal(seen(values), values.map(describe));
});

function describe(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describe).join(" ; ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value).map(([k, v]) => `${k}: ${describe(v)}`)}}`;
  }
  return Object.is(value, -0) ? "-0" : `${typeof value} ${String(value)}`;
}

test("static functions are equal to themselves alone, in lists and objects too", () => {
  const { f, count } = counted((x: NDArray, s: { f: (x: NDArray) => NDArray; list: unknown[] }) => s.f(x));
  const g = jit(f, { staticArgnums: 1 });
  const double = (y: NDArray): NDArray => lax.mul(y, 2);
  const alike = [1, 2].map(
    () =>
      (y: NDArray): NDArray =>
        lax.mul(y, 3),
  );
  const x = array([1, 2]);
  for (const list of [[], [double], [alike[0]]]) {
    for (const [own, factor] of [
      [double, 2],
      [alike[0], 3],
      [alike[1], 3],
      [double, 2],
    ] as const) {
      assertClose(g(x, { f: own, list }), [factor, 2 * factor]);
    }
  }
  assert.is(count(), 9);
  const squares = jit((op: (y: NDArray) => NDArray, y: NDArray) => grad((z: NDArray) => lax.reduceSum(op(z)))(y), {
    staticArgnums: 0,
  });
  assertClose(squares(lax.square, x), [2, 4]);
  assertClose(squares(lax.sin, array([0, 0])), [1, 1]);
});

test("options of JAX that don't exist here are errors that say what does", () => {
  const f = (x: NDArray): NDArray => lax.reduceSum(lax.mul(x, x));
  const x = array([1, 2]);
  for (const name of [
    "donateArgnums",
    "donateArgnames",
    "staticArgnames",
    "device",
    "backend",
    "inline",
    "keepUnused",
  ]) {
    assertThrows(() => jit(f, { [name]: 0 } as never), "jit", name, "staticArgnums");
  }
  assertThrows(() => jit(f, 0 as never), "jit", "staticArgnums", "number 0");
  assertThrows(() => grad(f, { holomorphic: true } as never)(x), "grad", "holomorphic", "argnums");
  assertThrows(() => vmap(f, { axisName: "i" } as never)(x), "vmap", "axisName", "inAxes");
  assertThrows(() => makeJaxpr(f, { staticArgnums: 0 } as never), "makeJaxpr", "no options");
  assertThrows(() => jvp(f, [x], [x], { holomorphic: true } as never), "jvp", "holomorphic", "hasAux");
  assertThrows(() => vjp(f as never, x, { hasAux: true }), "vjp", "hasAux", "[out, aux]");
  assertThrows(() => linearize(f as never, x, { hasAux: true }), "linearize", "hasAux", "[out, aux]");
  const custom = customJvp(f);
  assertThrows(
    () => custom.defjvp(...([() => [x, x], { symbolicZeros: true }] as never[] as [never])),
    "defjvp",
    "no options",
  );
  assertThrows(() => customJvp(f, { symbolicZeros: true } as never), "customJvp", "symbolicZeros", "nondiffArgnums");
});

test("staticArgnums may be negative, and must name arguments", () => {
  const pick = (x: NDArray, mode: string): NDArray => (mode === "neg" ? lax.neg(x) : x);
  const g = jit(pick, { staticArgnums: -1 });
  assertClose(g(array([1]), "neg"), [-1]);
  assertClose(g(array([1]), "pos"), [1]);
  assertThrows(() => jit(pick, { staticArgnums: 2 })(array([1]), "neg"), "jit", "2");
  assertThrows(
    () => jit(pick, { staticArgnums: 1 })(array([1]), array([1]) as never),
    "jit",
    "static",
    "an array float32(1,)",
  );
  assertThrows(() => jit(pick, { staticArgnums: 1 })(array([1]), new Map() as never), "jit", "static", "Map");
  assertThrows(() => jit(pick, { static_argnums: 1 } as never), "jit", "static_argnums");
  assertClose(jit(pick)(array([1]), "neg"), [-1], 0, "a string is static in any case");
});

test("jit of everything equals everything", () => {
  const f = (x: NDArray, w: NDArray): NDArray =>
    lax.reduceSum(lax.tanh(lax.dotGeneral(x, w, { contractingDims: [[1], [0]] })));
  const [x, w] = [randomArray([3, 4], 1), randomArray([4, 2], 2)];
  const eager = grad(f, { argnums: [0, 1] })(x, w);
  assertSame(jit(grad(f, { argnums: [0, 1] }))(x, w), eager, 1e-13);
  assertSame(grad(jit(f), { argnums: [0, 1] })(x, w), eager, 1e-13);
  const perExample = vmap(
    grad((v: NDArray, row: NDArray) => f(lax.reshape(row, { newSizes: [1, 4] }), v)),
    { inAxes: [null, 0] },
  );
  assertSame(jit(perExample)(w, x), perExample(w, x), 1e-13);
});

test("jit inside vmap inside grad, closing over their tracers", () => {
  const inner = (y: NDArray) => jit((z: NDArray) => lax.mul(lax.sin(z), y));
  const f = (x: NDArray): NDArray => lax.reduceSum(vmap((row: NDArray) => inner(lax.mul(row, x))(row))(x) as NDArray);
  const g = (x: NDArray): NDArray =>
    lax.reduceSum(vmap((row: NDArray) => lax.mul(lax.sin(row), lax.mul(row, x)))(x) as NDArray);
  const x = randomArray([3], 4);
  assertSame(grad(f)(x), grad(g)(x), 1e-13);
  assertSame(jit(grad(f))(x), grad(g)(x), 1e-13);
  assertSame(grad(f)(lax.mul(x, 2)), grad(g)(lax.mul(x, 2)), 1e-13);
});

test("one jitted function used inside different traces and outside gives right values everywhere", () => {
  const g = jit((x: NDArray) => lax.mul(x, x));
  const viaClosure = (k: NDArray) => {
    const h = jit((x: NDArray) => lax.mul(g(x), k));
    return lax.reduceSum(lax.add(h(array([1, 2])), h(array([3, 4]))));
  };
  assert.is(numbers(grad(viaClosure)(2 as never))[0], 30);
  assert.is(numbers(grad(viaClosure)(5 as never))[0], 30);
  assertClose(g(array([3])), [9]);
  assertSame(jvp(g, [array([3])], [array([1])])[1], array([6]), 0);
});

test("inputs as outputs, the same output twice, constants, nothing, nested results", () => {
  const x = array([1, 2]);
  const shared = array([
    [1, 2],
    [3, 4],
  ]);
  const f = jit((a: NDArray, b: NDArray) => {
    const sum = lax.add(a, b);
    return [a, b, a, sum, { twice: [sum, sum] }, 3, lax.full([2], 7), shared, null, lax.transpose(shared)];
  });
  const out = f(x, array([10, 20])) as unknown as [
    NDArray,
    NDArray,
    NDArray,
    NDArray,
    { twice: NDArray[] },
    NDArray,
    NDArray,
    NDArray,
    null,
    NDArray,
  ];
  for (const k of [0, 2] as const) assertClose(out[k], [1, 2]);
  assertClose(out[1], [10, 20]);
  assertClose(out[3], [11, 22]);
  for (const y of out[4].twice) assertClose(y, [11, 22]);
  assertClose(out[5], 3);
  assertClose(out[6], [7, 7]);
  assertClose(out[7], [
    [1, 2],
    [3, 4],
  ]);
  assert.is(out[8], null);
  assertClose(out[9], [
    [1, 3],
    [2, 4],
  ]);
  assert.equal(jit(() => [] as unknown as NDArray)(), []);
  assertClose(jit(() => lax.add(lax.full([2], 1), 2))(), [3, 3]);
});

test("results are independent of later runs and of the caller's data", () => {
  const f = jit((x: NDArray) => lax.add(x, 1));
  const data = new Float32Array([1, 2]);
  const x = array(data);
  const first = f(x);
  data[0] = 100;
  const copy = first.dataSync();
  copy[0] = 50;
  f(array([7, 8]));
  assertClose(first, [2, 3]);
  assertClose(x, [1, 2]);
});

test("an error while tracing leaves the tracer as it was", () => {
  const bad = jit((x: NDArray) => {
    lax.add(x, 1);
    throw new Error("mine");
  });
  assertThrows(() => bad(array([1])), "mine");
  assertThrows(() => grad(vmap(bad as never) as never)(array([1])), "mine");
  assertClose(lax.add(array([1]), 1), [2]);
});

test.run();
