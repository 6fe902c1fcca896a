/** Loops that stay loops: their programs, their plans, and what JAX gives and refuses for them. */
import {
  checkpoint,
  checkpointPolicies,
  customJvp,
  customVjp,
  grad,
  hessian,
  jit,
  jvp,
  lax,
  makeJaxpr,
  type NDArray,
  numpy as np,
  nt,
  vjp,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { costOf } from "../../src/compile/cost.ts";
import { wasmTarget } from "../../src/device/wasm/target.ts";
import { checkJaxpr } from "../../src/ir/jaxpr.ts";
import { assertClose, assertThrows, f64 } from "../support/arrays.ts";
import { planOf } from "../support/plans.ts";
import { assertSame, checkAll, randomArray } from "../support/properties.ts";

const planned = (f: (...args: NDArray[]) => unknown, ...args: NDArray[]) => planOf(makeJaxpr(f)(...args).jaxpr);

test("a loop is one equation, whatever its length, and prints its body", () => {
  const f = (x: NDArray) => lax.scan((c: NDArray, v: NDArray) => [np.add(c, v), np.multiply(c, 2)], 0, x);
  const program = makeJaxpr(f)(np.zeros([1000]));
  checkJaxpr(program.jaxpr);
  assert.is(
    String(program),
    `
{ lambda ; a:f32[1000]. let
    b:f32[] c:f32[1000] = scan[body={ lambda ; a:f32[] b:f32[]. let
        c:f32[] = add a b
        d:f32[] = mul a 2:f32[]
      in (c, d) } length=1000 reverse=false consts=0 carries=1] 0:f32[] a
  in (b, c) }`.trim(),
  );
});

test("a plan's commands don't grow with a loop's length, and its cost does", () => {
  const f = (x: NDArray) =>
    grad((v: NDArray) => lax.scan((c: NDArray, u: NDArray) => [np.sin(np.add(c, u)), null], 0, v)[0])(x);
  const [short, long] = [np.zeros([10]), np.zeros([1000])];
  assert.is(planned(f as never, short).commands.length, planned(f as never, long).commands.length);
  const rates = { contract: 1e9, map: 1e9, memory: 1e9 };
  const flops = (x: NDArray) => costOf(makeJaxpr(f)(x).jaxpr, wasmTarget, rates).flops;
  assert.ok(flops(long) > 90 * flops(short) && flops(long) < 110 * flops(short));
});

test("unroll gives the same, for lengths that it divides and others", () => {
  const step = (c: NDArray, x: NDArray) => [np.sin(np.add(np.multiply(c, x), 1)), np.multiply(c, x)];
  for (const length of [0, 1, 2, 5, 6]) {
    const xs = randomArray([length, 2], length);
    for (const reverse of [false, true]) {
      const run = (unroll: number | boolean) => (x: NDArray) =>
        lax.scan(step, np.ones([2], { dtype: "float64" }), x, { unroll, reverse });
      for (const unroll of [2, 3, 6, 7, true]) {
        assertSame(run(unroll)(xs), run(1)(xs), 1e-14, `unroll ${unroll} of ${length}`);
        const total = (u: number | boolean) => (x: NDArray) => np.sum(np.multiply(run(u)(x)[1], 3));
        assertSame(grad(total(unroll))(xs), grad(total(1))(xs), 1e-14);
      }
    }
  }
  const equations = (unroll: number | boolean): string[] =>
    makeJaxpr((x: NDArray) => lax.scan(step, 1, x, { unroll }))(np.zeros([6])).jaxpr.equations.map(
      (e) => e.primitive.name,
    );
  assert.ok(equations(3).includes("scan") && !equations(true).includes("scan"));
});

test("the laws of derivatives for recurrent weights, integer carries, trees and constants", () => {
  const recurrent = (w: NDArray, xs: NDArray): NDArray => {
    const table = np.array([2, 3, 5], { dtype: "float64" });
    const step = ({ h, n }: { h: NDArray; n: NDArray }, x: NDArray) => {
      const next = np.tanh(np.add(np.matmul(w, h), np.multiply(np.add(x, table), n.astype("float64"))));
      return [
        { h: next, n: np.add(n, 1) },
        { y: next, n, none: null },
      ] as const;
    };
    const start = { h: np.zeros([3], { dtype: "float64" }), n: np.array(1, { dtype: "int32" }) };
    const [{ h, n }, { y, n: steps }] = lax.scan(step, start, xs, { reverse: true });
    return np.add(np.multiply(h, n.astype("float64")), np.matmul(steps.astype("float64"), y));
  };
  checkAll(recurrent as never, [randomArray([3, 3], 1), randomArray([4, 3], 2)], "recurrent", 2);
});

test("a residual that is the same in every step is kept once", () => {
  // tanh(w) is a constant of the loop; x and the carry are not.
  const f = (w: NDArray, xs: NDArray) =>
    lax.scan((c: NDArray, x: NDArray) => [np.sin(np.add(np.matmul(np.tanh(w), c), x)), null], np.zeros([50]), xs)[0];
  const bytes = (length: number): number =>
    planned((w, xs) => vjp(f, w, xs)[1](np.ones([50])), np.zeros([50, 50]), np.zeros([length, 50])).memoryBytes;
  assert.ok(bytes(200) - bytes(100) < 100 * 50 * 4 * 12, `${bytes(100)} and ${bytes(200)}`);
});

test("while loops end when they should, forwards in both derivatives' modes but reverse", () => {
  const f = (x: NDArray): NDArray =>
    lax.whileLoop(
      ([v]: NDArray[]) => np.less(v!, 100),
      ([v, n]: NDArray[]) => [np.multiply(v!, x), np.add(n!, 1)],
      [x, np.array(1)],
    )[0]!;
  for (const g of [f, jit(f)]) {
    assertClose(g(f64(3)), 243);
    assertClose(g(f64(200)), 200);
    assertClose(jvp(g, [f64(3)], [f64(1)])[1], 5 * 81);
    assertClose(jvp((x: NDArray) => jvp(g, [x], [f64(1)])[1], [f64(3)], [f64(1)])[1], 20 * 27);
    assertClose(vmap(g)(f64([3, 7, 200, 50])), [243, 343, 200, 2500]);
    assertClose(vmap((x: NDArray) => jvp(g, [x], [f64(1)])[1])(f64([3, 7, 200])), [405, 147, 1]);
  }
  assertThrows(() => grad(f)(f64(3)), "reverse-mode", "lax.whileLoop", "lax.scan");
  assertThrows(
    () =>
      lax.whileLoop(
        (x: NDArray) => x,
        (x: NDArray) => x,
        f64(1),
      ),
    "lax.whileLoop",
    "one bool",
    "float64()",
  );
  assertThrows(
    () =>
      lax.whileLoop(
        () => np.array(true),
        (x: NDArray) => np.stack([x, x]),
        f64(1),
      ),
    "lax.whileLoop",
    "f64[], got f64[2]",
  );
  assertClose(
    lax.whileLoop(
      (x: NDArray) => np.less(x, 10),
      (x: NDArray) => np.add(x, 1.5),
      1 as unknown as NDArray,
    ),
    10,
  );
});

test("foriLoop with traced bounds", () => {
  const f = jit((n: NDArray, x: NDArray) =>
    lax.foriLoop(1, n, (i, v: NDArray) => np.multiply(v, i.astype("float64")), x),
  );
  assertClose(f(np.array(5, { dtype: "int32" }), f64(2)), 48);
  assertClose(f(np.array(0, { dtype: "int32" }), f64(2)), 2);
  assertClose(vmap(f, { inAxes: [0, null] })(np.array([1, 3, 5], { dtype: "int32" }), f64(2)), [2, 4, 48]);
});

test("map computes one slice after the other, or batches of them", () => {
  const x = randomArray([7, 3], 1);
  const f = (row: NDArray) => ({ sum: np.sum(np.sin(row)), row });
  const whole = vmap(f)(x);
  for (const batchSize of [undefined, 1, 2, 3, 7, 10]) {
    assertSame(lax.map(f, x, batchSize ? { batchSize } : {}), whole, 1e-14);
  }
  assertThrows(() => lax.map(f, x, { batchSize: 0 }), "lax.map", "batchSize");
  const matrix = (v: NDArray) => np.sum(np.outer(v, v));
  const peak = (g: (a: NDArray) => unknown): number => planned(g, np.zeros([100, 100])).memoryBytes;
  assert.ok(
    peak((a) => lax.map((v: NDArray) => matrix(np.sin(v)), a)) <
      peak((a) => vmap((v: NDArray) => matrix(np.sin(v)))(a)),
  );
});

/** Never ends where it is computed. */
const endless = (x: NDArray): NDArray =>
  lax.whileLoop(
    () => np.array(true),
    (v: NDArray) => np.add(v, 1),
    x,
  );

test("only the chosen branch runs", () => {
  const f = jit((n: NDArray, x: NDArray) => lax.cond(np.greater(n, 0), (v: NDArray) => np.sin(v), endless, x));
  assertClose(f(f64(1), f64(2)), Math.sin(2));
  const g = jit((i: NDArray, x: NDArray) => lax.switch(i, [endless, np.sin, np.cos, endless], x));
  const at = (i: number) => np.array(i, { dtype: "int32" });
  assertClose(g(at(1), f64(2)), Math.sin(2));
  assertClose(g(at(2), f64(2)), Math.cos(2));
  const slope = jit((n: NDArray, x: NDArray) =>
    grad((v: NDArray) =>
      lax.cond(
        np.greater(n, 0),
        (u: NDArray) => np.sin(u),
        (u: NDArray) => np.log(u),
        v,
      ),
    )(x),
  );
  assertClose(slope(f64(1), f64(0)), 1, 1e-12);
  assertClose(slope(f64(-1), f64(4)), 0.25, 1e-12);
});

test("branches of which only some depend on an operand: each has its own derivative, in any order", () => {
  const fixed = (v: NDArray): NDArray => np.zerosLike(v);
  const sine = (v: NDArray): NDArray => np.multiply(np.sin(v), 2);
  const at = (i: number): NDArray => np.array(i, { dtype: "int32" });
  for (const branches of [
    [fixed, sine, fixed],
    [sine, fixed, sine],
  ]) {
    for (const i of [0, 1, 2]) {
      const slope = branches[i] === sine ? 2 * Math.cos(0.7) : 0;
      const curve = branches[i] === sine ? -2 * Math.sin(0.7) : 0;
      const of = (k: NDArray) => (v: NDArray) => lax.switch(k, branches, v);
      const forward = jit((k: NDArray, v: NDArray) => jvp(of(k), [v], [np.onesLike(v)])[1]);
      assertClose(forward(at(i), f64(0.7)), slope, 1e-12);
      assertClose(jit((k: NDArray, v: NDArray) => grad(of(k))(v))(at(i), f64(0.7)), slope, 1e-12);
      assertClose(jit((k: NDArray, v: NDArray) => grad(grad(of(k)))(v))(at(i), f64(0.7)), curve, 1e-12);
      const looped = (k: NDArray) => (v: NDArray) =>
        lax.scan((c: NDArray) => [np.add(c, of(k)(v)), null], f64(0), null, { length: 3 })[0];
      assertClose(jit((k: NDArray, v: NDArray) => grad(looped(k))(v))(at(i), f64(0.7)), 3 * slope, 1e-12);
    }
  }
});

test("switch: a number outside of the list means the nearest branch", () => {
  const branches = [np.sin, np.cos, np.tanh];
  const of = (i: number | NDArray, x: NDArray) => lax.switch(i, branches, x);
  const x = f64(0.7);
  const expected = [Math.sin, Math.sin, Math.cos, Math.tanh, Math.tanh].map((g) => g(0.7));
  const places = np.array([-2, 0, 1, 2, 9], { dtype: "int32" });
  assertClose(np.stack([-2, 0, 1, 2, 9].map((i) => of(i, x))), expected, 1e-12);
  assertClose(vmap((i: NDArray, v: NDArray) => of(i, v), { inAxes: [0, null] })(places, x), expected, 1e-12);
  assertClose(jit((v: NDArray) => lax.map((i: NDArray) => of(i, v), places))(x), expected, 1e-12);
  const slopes = jit((v: NDArray) => lax.map((i: NDArray) => grad((u: NDArray) => of(i, u))(v), places))(x);
  const c = Math.cosh(0.7) ** -2;
  assertClose(slopes, [Math.cos(0.7), Math.cos(0.7), -Math.sin(0.7), c, c], 1e-12);
  assertThrows(() => of(0.5, x), "lax.switch", "one integer");
  assertThrows(() => lax.switch(0, [], x), "lax.switch", "list of functions");
});

const layer = (w: NDArray, x: NDArray): NDArray => np.sin(np.tanh(np.matmul(np.sin(x), w)));
const deep =
  (wrap: (f: typeof layer) => typeof layer, depth: number) =>
  (w: NDArray, x: NDArray): NDArray => {
    let h = x;
    for (let i = 0; i < depth; i++) h = wrap((a, b) => layer(a, layer(a, layer(a, b))))(w, h);
    return np.sum(h);
  };

test("checkpoint: less memory in reverse mode, and the same derivatives of every order", () => {
  const [w, x] = [np.zeros([20, 20]), np.zeros([500, 20])];
  const memory = (wrap: (f: typeof layer) => typeof layer, depth: number): number =>
    planned(grad(deep(wrap, depth)) as never, w, x).memoryBytes;
  const bytesOfLayer = 500 * 20 * 4;
  const perBlock = (wrap: (f: typeof layer) => typeof layer): number =>
    (memory(wrap, 14) - memory(wrap, 4)) / 10 / bytesOfLayer;
  const saved = (f: typeof layer): typeof layer => checkpoint(f, { policy: checkpointPolicies.everythingSaveable });
  // A block of three layers keeps its input, against at least two values of each layer.
  assert.ok(perBlock(checkpoint) < 1.2, `${perBlock(checkpoint)}`);
  assert.ok(perBlock((f) => f) > 5, `${perBlock((f) => f)}`);
  assert.ok(perBlock(saved) > 5, `${perBlock(saved)}`);
  const dots = perBlock((f) => checkpoint(f, { policy: checkpointPolicies.dotsSaveable }));
  assert.ok(dots > 2.5 && dots < 4.5, `${dots}`);
  const args = [randomArray([3, 3], 1), randomArray([2, 3], 2)] as const;
  const second = (f: ReturnType<typeof deep>) => (a: NDArray, b: NDArray) => np.sum(np.sin(grad(f)(a, b)));
  for (const wrap of [checkpoint, saved]) {
    const [f, g] = [deep(wrap as never, 2), deep((h) => h, 2)];
    assertSame(f(...args), g(...args), 1e-13);
    assertSame(grad(f)(...args), grad(g)(...args), 1e-12);
    assertSame(jit(grad(second(f)))(...args), jit(grad(second(g)))(...args), 1e-11);
    assertSame(jit(hessian(f))(...args), jit(hessian(g))(...args), 1e-11);
  }
});

test("checkpoint inside of a scan keeps the carry alone", () => {
  const [w, x] = [np.zeros([20, 20]), np.zeros([50, 20])];
  const stacked = (f: typeof layer) => (a: NDArray, b: NDArray) =>
    np.sum(lax.scan((c: NDArray) => [f(a, c), null], b, null, { length: 40 })[0]);
  const bytes = (f: typeof layer): number => planned(grad(stacked(f)) as never, w, x).memoryBytes;
  assert.ok(bytes(layer) - bytes(checkpoint(layer)) > 40 * 2 * 50 * 20 * 4);
  const args = [randomArray([3, 3], 1), randomArray([2, 3], 2)] as const;
  assertSame(grad(stacked(checkpoint(layer)))(...args), grad(stacked(layer))(...args), 1e-12);
});

test("rules of one's own inside of loops, branches and checkpoints", () => {
  const tenfold = customJvp((v: NDArray) => np.sin(v));
  tenfold.defjvp(([v], [t]) => [tenfold(v), np.multiply(np.multiply(t, np.cos(v)), 10)]);
  const backwards = customVjp((v: NDArray) => np.sin(v));
  backwards.defvjp(
    (v) => [backwards(v), np.cos(v)],
    (c, ct) => [np.multiply(np.multiply(c, ct), 10)],
  );
  for (const f of [tenfold, backwards]) {
    const looped = (x: NDArray) => lax.scan((c: NDArray) => [f(c), null], x, null, { length: 3 })[0];
    const s = [0.5, Math.sin(0.5), Math.sin(Math.sin(0.5))].map(Math.cos);
    assertClose(grad(looped)(f64(0.5)), 1000 * s[0]! * s[1]! * s[2]!, 1e-9);
    assertClose(jit(vmap(grad(looped)))(f64([0.5]) as never), [1000 * s[0]! * s[1]! * s[2]!], 1e-9);
    const branch = (x: NDArray) => lax.cond(np.greater(x, 0), f, (v: NDArray) => v, x) as NDArray;
    assertClose(jit(grad(branch))(f64(0.5)), 10 * s[0]!, 1e-9);
    assertClose(vmap(grad(branch))(f64([0.5, -1])), [10 * s[0]!, 1], 1e-9);
    assertClose(grad(checkpoint(f))(f64(0.5)), 10 * s[0]!, 1e-9);
  }
});

test("kernels of recurrent, branching and checkpointed networks by every method", () => {
  const f = (p: { w: NDArray; v: NDArray }, x: NDArray): NDArray => {
    const block = checkpoint((w: NDArray, h: NDArray) => np.tanh(np.matmul(h, w)));
    const [h] = lax.scan((c: NDArray) => [np.add(block(p.w, c), x), null], x, null, { length: 3 });
    const gated = lax.cond(
      np.greater(np.sum(p.v), 0),
      (u: NDArray) => np.sin(u),
      (u: NDArray) => u,
      h,
    ) as NDArray;
    return np.matmul(gated, p.v);
  };
  const unrolled = (p: { w: NDArray; v: NDArray }, x: NDArray): NDArray => {
    let h = x;
    for (let i = 0; i < 3; i++) h = np.add(np.tanh(np.matmul(h, p.w)), x);
    return np.matmul(np.where(np.greater(np.sum(p.v), 0), np.sin(h), h), p.v);
  };
  const params = { w: randomArray([4, 4], 1), v: randomArray([4, 2], 2) };
  const [x1, x2] = [randomArray([3, 4], 3), randomArray([2, 4], 4)];
  const reference = nt.empiricalNtkFn(unrolled, { traceAxes: [] })(x1, x2, params);
  for (const implementation of Object.values(nt.NtkImplementation)) {
    for (const vmapAxes of [null, 0]) {
      for (const rules of [{}, { jRules: false }, { sRules: false }, { jRules: false, fwd: true }]) {
        const options = { traceAxes: [], implementation, vmapAxes, ...rules };
        assertSame(nt.empiricalNtkFn(f, options)(x1, x2, params), reference, 1e-10, JSON.stringify(options));
      }
    }
  }
});

test("loops of nothing: no steps, no carry, empty arrays", () => {
  const xs = np.zeros([0, 3], { dtype: "float64" });
  const f = (c: NDArray, x: NDArray): NDArray =>
    lax.scan((h: NDArray, v: NDArray) => [np.add(h, np.sum(v)), h], c, x)[0];
  assertClose(jit(grad(f))(f64(2), xs), 1);
  assert.equal(jit(grad(f, { argnums: 1 }))(f64(2), xs).shape, [0, 3]);
  const sines = jit((x: NDArray) => lax.scan((_: null, v: NDArray) => [null, np.sin(v)], null, x)[1]);
  assertClose(sines(f64([1, 2])), [Math.sin(1), Math.sin(2)], 1e-12);
  const wide = np.zeros([4, 0], { dtype: "float64" });
  assert.equal(
    jit(
      (x: NDArray) =>
        lax.scan((c: NDArray, v: NDArray) => [np.add(c, v), v], np.zeros([0], { dtype: "float64" }), x)[1],
    )(wide).shape,
    [4, 0],
  );
});

test("loops made of other loops and maps fail in their own names", () => {
  const name = () => "a name" as never;
  assertThrows(
    () => jit((n: NDArray) => lax.foriLoop(0, n, () => np.ones([2]), f64(1)))(np.array(3, { dtype: "int32" })),
    "lax.foriLoop: ",
  );
  assertThrows(
    () => jit((n: NDArray) => lax.foriLoop(0, n, name, f64(1)))(np.array(3, { dtype: "int32" })),
    "lax.foriLoop: ",
  );
  assertThrows(() => lax.map(name, np.ones([4]), { batchSize: 2 }), "lax.map: ");
  assertThrows(() => lax.map(name, np.ones([5]), { batchSize: 2 }), "lax.map: ");
});

test("options of loops are looked for in the options alone", () => {
  const polluted = Object.prototype as { batchSize?: number; length?: number; reverse?: boolean };
  Object.assign(polluted, { batchSize: 0.5, length: 7, reverse: true });
  try {
    assert.equal(lax.map((x) => np.add(x, 1), np.array([1, 2])).toArray(), [2, 3]);
    const [, sums] = lax.scan((c, x) => [np.add(c, x), np.add(c, x)], 0, np.array([1, 2]));
    assert.equal(sums.toArray(), [1, 3]);
  } finally {
    for (const key of ["batchSize", "length", "reverse"] as const) delete polluted[key];
  }
});

test.run();
