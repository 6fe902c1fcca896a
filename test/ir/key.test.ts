/** Keys of caches: equal texts for equal values, different texts for different ones. */
import { array, jit, lax, makeJaxpr, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { keyOf } from "../../src/ir/key.ts";
import { bind1 } from "../../src/ir/trace.ts";
import { makeElementwise } from "../../src/lax/elementwise.ts";
import { assertClose } from "../support/arrays.ts";

type Unary = (x: NDArray) => NDArray;

const program = (factor: number, name = "x") =>
  makeJaxpr(
    { [name]: (x: NDArray) => lax.scan((c: NDArray) => [np.multiply(c, factor), null], x, null, { length: 3 })[0] }[
      name
    ]!,
  )(array(1, { dtype: "float64" })).jaxpr;

test("values that JSON confuses have keys of their own", () => {
  const [f, g] = [() => 1, () => 1];
  const values = [
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    null,
    undefined,
    true,
    "true",
    "",
    "null",
  ];
  const more = [
    [],
    [[]],
    {},
    { a: undefined },
    { a: null },
    [1, 2],
    ["1,2"],
    "[1,2]",
    f,
    g,
    new Map(),
    new Map(),
    1n,
    "1n",
  ];
  const symbols = [Symbol("a"), Symbol("a")];
  const keys = [...values, ...more, ...symbols].map(keyOf);
  assert.is(new Set(keys).size, keys.length, keys.join(" | "));
  assert.is(keyOf(f), keyOf(f));
  assert.is(keyOf({ a: [1, { b: -0 }] }), keyOf({ a: [1, { b: -0 }] }));
});

test("programs count by what they do", () => {
  assert.is(keyOf(program(2)), keyOf(program(2)));
  const keys = [2, 3, 0, -0, Number.NaN, Number.POSITIVE_INFINITY].map((factor) => keyOf(program(factor)));
  assert.is(new Set(keys).size, keys.length);
});

test("operations with NaN and infinities among their parameters are told apart, alone and compiled", () => {
  const scaled = (factor: number) => (x: NDArray) =>
    lax.scan((c: NDArray) => [np.multiply(c, factor), null], x, null, { length: 2 })[0];
  const x = array(-2, { dtype: "float64" });
  for (const factor of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 3]) {
    const expected = -2 * factor * factor;
    for (const f of [scaled(factor), jit(scaled(factor))]) assert.ok(Object.is(f(x).item(), expected), `${factor}`);
  }
  const both = jit((v: NDArray) => [scaled(2)(v), scaled(3)(v), scaled(2)(v)]) as unknown as (v: NDArray) => NDArray[];
  for (const [i, y] of both(x).entries()) assertClose(y, [-8, -18, -8][i]);
});

test("primitives of one name are told apart, alone and in a program", () => {
  const [negated, absolute] = (["NEG", "ABS"] as const).map((emit) => {
    const primitive = makeElementwise<null>({ name: "same", emit, derivatives: [null] });
    return (x: NDArray): NDArray => bind1(primitive, [x], null);
  }) as [Unary, Unary];
  const x = array([-1, 2], { dtype: "float64" });
  const both = (v: NDArray): [NDArray, NDArray] => [negated(v), absolute(v)];
  for (const f of [both, jit(both)]) {
    assert.equal(
      f(x).map((y) => y.toArray()),
      [
        [1, -2],
        [1, 2],
      ],
    );
  }
});

test.run();
