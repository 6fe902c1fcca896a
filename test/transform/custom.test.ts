/** customJvp and customVjp: the user's rule is used, under every transformation, and nowhere else. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  array,
  customJvp,
  customVjp,
  grad,
  jit,
  jvp,
  makeJaxpr,
  type NDArray,
  numpy as np,
  vjp,
  vmap,
} from "../../src/entry/node.ts";

const x = array([0.5, 1, 2], { dtype: "float64" });
const close = (got: NDArray, expected: number[]): void => {
  const data = [...got.dataSync()];
  assert.is(data.length, expected.length);
  data.forEach((v, i) => {
    assert.ok(Math.abs(v - expected[i]!) < 1e-9, `${data} and ${expected}`);
  });
};
const points = [0.5, 1, 2];

// The derivative is ten times too large on purpose, so that it can't be mistaken for the true one.
const sine = customJvp((v: NDArray) => np.sin(v));
sine.defjvp(([v], [t]) => [sine(v), np.multiply(np.multiply(t, np.cos(v)), 10)]);

test("customJvp: the rule gives derivatives of both modes, under vmap and jit, of any order", () => {
  close(sine(x), points.map(Math.sin));
  const slopes = points.map((v) => 10 * Math.cos(v));
  close(jvp(sine, [x], [np.onesLike(x)])[1], slopes);
  close(vjp(sine, x)[1](np.onesLike(x))[0], slopes);
  close(vmap(grad(sine))(x), slopes);
  close(jit(vmap(grad(sine)))(x), slopes);
  close(vmap(vmap(grad(sine)))(np.reshape(x, [1, 3])), slopes);
  // The rule's own cosine is differentiated as usual.
  close(
    vmap(grad(grad(sine)))(x),
    points.map((v) => -10 * Math.sin(v)),
  );
  assert.match(String(makeJaxpr(sine)(x)), /custom_jvp_call\[customJvp\] a/);
});

test("customJvp: trees, and tangents that are zero", () => {
  const f = customJvp((p: { a: NDArray; b: NDArray }) => [np.multiply(p.a, p.b), p.a]);
  f.defjvp(([p], [t]) => [f(p), [np.multiply(t.a, 3), np.multiply(t.b, 5)]]);
  const one = array(1, { dtype: "float64" });
  const value = { a: array(2, { dtype: "float64" }), b: array(7, { dtype: "float64" }) };
  const [out, tangent] = jvp(f, [value], [{ a: one, b: one }]);
  close(out[0]!, [14]);
  close(tangent[0]!, [3]);
  close(tangent[1]!, [5]);
  close(grad((b: NDArray) => f({ a: value.a, b })[1] as NDArray)(value.b), [5]);
});

test("customJvp: a call without a rule, and a derivative by what the function closes over, are errors", () => {
  const bare = customJvp((v: NDArray) => v);
  assert.throws(() => bare(x), /set the derivative with defjvp/);
  const closing = (a: NDArray) => {
    const f = customJvp((v: NDArray) => np.multiply(v, a));
    f.defjvp(([v], [t]) => [f(v), t]);
    return np.sum(f(x));
  };
  assert.throws(
    () => grad(closing)(array(2, { dtype: "float64" })),
    /closes over a value that is being differentiated/,
  );
});

const product = customVjp((a: NDArray, b: NDArray) => np.multiply(np.sin(a), b));
product.defvjp(
  (a, b) => [product(a, b), { cos: np.cos(a), sin: np.sin(a), b }],
  ({ cos, sin, b }, ct) => [np.multiply(np.multiply(cos, ct), b), np.multiply(np.multiply(sin, ct), 100)],
);

test("customVjp: the backward function gives the cotangents, under vmap and jit", () => {
  const y = array([3, 4, 5], { dtype: "float64" });
  const byA = [0, 1, 2].map((i) => Math.cos(points[i]!) * [3, 4, 5][i]!);
  const byB = points.map((v) => 100 * Math.sin(v));
  const total = (a: NDArray, b: NDArray): NDArray => np.sum(product(a, b));
  const check = ([da, db]: NDArray[]): void => {
    close(da!, byA);
    close(db!, byB);
  };
  check(grad(total, { argnums: [0, 1] })(x, y));
  check(jit(grad(total, { argnums: [0, 1] }))(x, y));
  check(vmap(grad(product, { argnums: [0, 1] }))(x, y));
  check(vmap(vmap(grad(product, { argnums: [0, 1] })))(np.reshape(x, [1, 3]), np.reshape(y, [1, 3])));
  const shared = vmap(grad(product, { argnums: [0, 1] }), { inAxes: [0, null] })(x, array(2, { dtype: "float64" }));
  close(
    (shared as NDArray[])[0]!,
    points.map((v) => 2 * Math.cos(v)),
  );
});

test("customVjp: the backward function is differentiated for second derivatives", () => {
  const byFirst = (a: NDArray, b: NDArray): NDArray => grad(product)(a, b);
  const y = array([3, 4, 5], { dtype: "float64" });
  // byFirst is cos(a) b: its derivative by a is the true one, because the rule's cosine is an ordinary one.
  close(
    vmap(grad(byFirst))(x, y),
    [0, 1, 2].map((i) => -Math.sin(points[i]!) * [3, 4, 5][i]!),
  );
});

test("customVjp: forward mode is an error, not a silent zero", () => {
  assert.throws(() => jvp(product, [x, x], [x, x]), /no forward-mode derivative/);
  assert.throws(() => jit((v: NDArray) => jvp(product, [v, v], [v, v])[1])(x), /no forward-mode derivative/);
});

test.run();
