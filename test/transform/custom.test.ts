/** customJvp and customVjp: the user's rule is used, under every transformation, and nowhere else. */

import {
  array,
  checkpoint,
  customJvp,
  customVjp,
  grad,
  jit,
  jvp,
  lax,
  makeJaxpr,
  type NDArray,
  numpy as np,
  stopGradient,
  vjp,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

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

test("arguments without derivatives: rules get them first", () => {
  const f64 = (v: number) => array(v, { dtype: "float64" });
  const applied = customVjp((fn: (v: NDArray) => NDArray, v: NDArray) => fn(v), { nondiffArgnums: 0 });
  applied.defvjp(
    (fn, v) => [fn(v), v],
    (fn: (v: NDArray) => NDArray, v: NDArray, ct: NDArray) => [np.multiply(np.multiply(ct, fn(v)), 10)],
  );
  close(grad((v: NDArray) => applied(np.sin, v))(f64(0.5)), [10 * Math.sin(0.5)]);
  close(
    jit(vmap(grad((v: NDArray) => applied(np.cos, v))))(x),
    points.map((v) => 10 * Math.cos(v)),
  );
  const power = customJvp((v: NDArray, n: number) => np.power(v, n), { nondiffArgnums: [1] });
  power.defjvp((n: number, [v]: [NDArray], [t]: [NDArray]) => [power(v, n), np.multiply(t, 100 * n)]);
  close(grad((v: NDArray) => power(v, 3))(f64(2)), [300]);
  assert.throws(() => customJvp((v: NDArray) => v)(x), /set the derivative/);
  assert.throws(() => customJvp((v: NDArray) => v, { nondiff: 0 } as never), /unknown option "nondiff"/);
});

test("defjvps: a rule for each argument, as JAX gives", () => {
  const f = customJvp((a: NDArray, b: NDArray) => np.multiply(a, b));
  f.defjvps((t: NDArray, _: NDArray, _a: NDArray, b: NDArray) => np.multiply(np.multiply(t, b), 10), null);
  const [two, three] = [array(2, { dtype: "float64" }), array(3, { dtype: "float64" })];
  const [da, db] = grad(f, { argnums: [0, 1] })(two, three) as [NDArray, NDArray];
  close(da, [30]);
  close(db, [0]);
});

test("customVjp: null stands for zeros, also for whole numbers", () => {
  const f = customVjp((v: NDArray, p: { n: NDArray; w: NDArray }) => np.multiply(np.multiply(v, p.n), p.w));
  f.defvjp(
    (v, p) => [f(v, p), p],
    (p, ct) => [np.multiply(np.multiply(ct, p.n), 7), null],
  );
  const p = { n: array([1, 2, 3], { dtype: "int32" }), w: x };
  const loss = (v: NDArray, w: NDArray): NDArray => np.sum(f(v, { ...p, w }));
  const [dv, dw] = grad(loss, { argnums: [0, 1] })(x, x) as [NDArray, NDArray];
  close(dv, [7, 14, 21]);
  close(dw, [0, 0, 0]);
});

test("rules that return something else than they should are errors, not wrong derivatives", () => {
  const backward = (rule: (r: unknown, ct: NDArray) => unknown) => {
    const f = customVjp((a: NDArray, b: NDArray) => np.multiply(a, b));
    f.defvjp((a, b) => [f(a, b), null], rule as never);
    return () => grad((a: NDArray, b: NDArray) => np.sum(f(a, b)))(x, x);
  };
  assert.throws(
    backward((_, ct) => [ct]),
    /one cotangent for each of 2 arguments, got a list of 1/,
  );
  assert.throws(
    backward((_, ct) => ct),
    /one cotangent for each of 2 arguments/,
  );
  assert.throws(
    backward((_, ct) => [ct, [ct]]),
    /cotangent of argument 1 must have the structure/,
  );
  assert.throws(
    backward((_, ct) => [np.sum(ct), ct]),
    /cotangent of argument 0 must be float64\(3,\)/,
  );
  const forward = customVjp((a: NDArray) => a);
  forward.defvjp(
    (a) => [np.sum(a), null],
    (_, ct) => [ct],
  );
  assert.throws(() => grad((a: NDArray) => np.sum(forward(a)))(x), /forward's result must be float64\(3,\)/);
  const tangent = customJvp((a: NDArray) => a);
  tangent.defjvp(([a], [t]) => [a, np.sum(t)]);
  assert.throws(() => jvp(tangent, [x], [x]), /the rule's tangent must be float64\(3,\).*got float64\(\)/);
  const alone = customJvp((a: NDArray) => a);
  alone.defjvp((([a]: [NDArray]) => a) as never);
  assert.throws(() => jvp(alone, [x], [x]), /must return \[out, tangentOut\]/);
});

test("customVjp: every second derivative is the backward function's", () => {
  const [a, b] = [array(0.5, { dtype: "float64" }), array(3, { dtype: "float64" })];
  // JAX: grad(grad(f, 0), 1) is cos(a), by the rule for a; grad(grad(f, 1), 0) is 100 cos(a), by the rule for b.
  close(grad((u: NDArray, v: NDArray) => grad(product)(v, u))(b, a), [Math.cos(0.5)]);
  const byB = (u: NDArray, v: NDArray) => (grad(product, { argnums: [1] })(u, v) as [NDArray])[0];
  close(grad(byB)(a, b), [100 * Math.cos(0.5)]);
});

/** a x, by a rule that closes over a, and over b, which the function doesn't know: the slope is a b. */
const closingJvp = (a: NDArray, b: NDArray, v: NDArray): NDArray => {
  const f = customJvp((v: NDArray) => np.multiply(a, v));
  f.defjvp(([v], [t]) => [f(v), np.multiply(np.multiply(a, b), t)]);
  return f(v);
};
const closingVjp = (a: NDArray, b: NDArray, v: NDArray): NDArray => {
  const f = customVjp((v: NDArray) => np.multiply(a, v));
  f.defvjp(
    (v) => [f(v), np.multiply(a, 1)],
    (a, ct: NDArray) => [np.multiply(np.multiply(a, b), ct)],
  );
  return f(v);
};

test("rules that close over mapped and traced values, differentiated from outside", () => {
  const a = array([3, 4], { dtype: "float64" });
  const b = array([10, 100], { dtype: "float64" });
  const v = array([1, 2], { dtype: "float64" });
  const one = np.ones([2], { dtype: "float64" });
  for (const f of [closingJvp, closingVjp]) {
    const mapped = (v: NDArray): NDArray => np.sum(vmap((a: NDArray, v: NDArray) => f(a, array(1), v))(a, v));
    close(grad(mapped)(v), [3, 4]);
    const total = (v: NDArray): NDArray => np.sum(vmap(f)(a, b, v));
    close(total(v), [11]);
    for (const g of [grad(total), jit(grad(total)), grad(jit(total))]) close(g(v), [30, 400]);
    close(vmap(grad((v: NDArray) => f(array(3), array(10), v)))(v), [30, 30]);
    // Values of the trace that the function is differentiated in.
    close(grad((v: NDArray) => np.sum(f(stopGradient(np.multiply(v, 3)), b, v)))(v), [30, 600]);
    // A square of it, so that second derivatives are those of the rule: (a b)² 2.
    const square = (v: NDArray): NDArray => np.sum(np.square(vmap(f)(a, b, v)));
    close(grad(square)(v), [2 * 3 * 30, 2 * 8 * 400]);
    close(grad((v: NDArray) => np.sum(grad(square)(v)))(v), [2 * 30 * 30, 2 * 400 * 400]);
    const body = (c: NDArray, [a, b]: NDArray[]): NDArray[] => [f(a!, b!, c), c];
    close(grad((v: NDArray) => lax.scan(body, v, [a, b])[0])(array(1, { dtype: "float64" })), [30 * 400]);
    const chosen = (p: NDArray, v: NDArray): NDArray => lax.cond(p, (v: NDArray) => f(a, b, v), np.negative, v);
    close(grad((v: NDArray) => np.sum(jit(chosen)(array(true), v)))(v), [30, 400]);
    close(grad((v: NDArray) => np.sum(checkpoint((v: NDArray) => f(np.exp(np.log(a)), b, v))(v)))(v), [30, 400]);
  }
  close(jvp((v: NDArray) => vmap(closingJvp)(a, b, v), [v], [one])[1], [30, 400]);
});

test("a rule that can't be traced is no error until its derivative is asked for", () => {
  const f = customJvp((v: NDArray) => np.sin(v));
  f.defjvp(() => {
    throw new Error("no derivative");
  });
  close(jit(f)(x), points.map(Math.sin));
  close(vmap(f)(x), points.map(Math.sin));
  assert.throws(() => grad((v: NDArray) => np.sum(f(v)))(x), /no derivative/);
});

test.run();
