import {
  array,
  checkpoint,
  customJvp,
  customVjp,
  evalShape,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  lax,
  linearize,
  makeJaxpr,
  type NDArray,
  numpy as np,
  nt,
  vjp,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

/** Twice x where the flag is set. */
const scaled = (x: NDArray, twice: unknown): NDArray => (twice ? np.multiply(x, 2) : x);
const withFlag = ({ w, twice }: { w: NDArray; twice: unknown }): NDArray => scaled(w, twice);

test("jit: a flag keeps its meaning, and each value has a program of its own", () => {
  let traces = 0;
  const f = jit((x: NDArray, twice: boolean) => {
    traces++;
    return scaled(x, twice);
  });
  const x = array(3);
  for (const [flag, value] of [
    [false, 3],
    [true, 6],
    [false, 3],
    [true, 6],
  ] as const)
    assertClose(f(x, flag), value);
  assert.is(traces, 2);
  const inTree = jit(withFlag);
  assertClose(inTree({ w: x, twice: false }), 3);
  assertClose(inTree({ w: x, twice: true }), 6);
  const named = jit((x: NDArray, name: string) => (name === "double" ? np.multiply(x, 2) : x));
  assertClose(named(x, "double"), 6);
  assertClose(named(x, "single"), 3);
  const absent = jit((p: { w: NDArray; b: NDArray | undefined }) => (p.b === undefined ? p.w : np.add(p.w, p.b)));
  assertClose(absent({ w: x, b: undefined }), 3);
  assertClose(absent({ w: x, b: array(1) }), 4);
});

test("flags and names that a function returns come back as they are, so that a state can make the round", () => {
  const step = jit((state: { w: NDArray; train: boolean; name: string }) => ({ ...state, w: np.multiply(state.w, 2) }));
  const once = step({ w: array(1), train: false, name: "a" });
  assert.is(once.train, false);
  assert.is(once.name, "a");
  assertClose(step(once).w, 4);
  assert.is(jit((x: NDArray) => [x, true] as const)(array(1))[1], true);
  assert.is(checkpoint((x: NDArray) => [x, true] as const)(array(1))[1], true);
  assertThrows(() => jit(() => undefined)(), "jit", "must return arrays", "undefined");
  assertThrows(() => jit(() => "text")(), "jit", "must return arrays", "text");
});

test("vmap: flags are not mapped, whatever inAxes say", () => {
  const x = array([1, 2]);
  for (const inAxes of [0, [0, null], [0, 0]]) {
    assertClose(vmap(scaled, { inAxes })(x, false), [1, 2]);
    assertClose(vmap(scaled, { inAxes })(x, true), [2, 4]);
  }
  for (const inAxes of [0, [0], [{ w: 0, twice: null }], [{ w: 0, twice: 0 }]]) {
    assertClose(vmap(withFlag, { inAxes })({ w: x, twice: false }), [1, 2]);
  }
});

test("derivatives: a flag is neither differentiated nor lost", () => {
  const w = array(3);
  const square = (p: { w: NDArray; twice: boolean; name: string }): NDArray => np.square(withFlag(p));
  for (const [twice, value, slope] of [
    [false, 9, 6],
    [true, 36, 24],
  ] as const) {
    const p = { w, twice, name: "layer" };
    const t = { ...p, w: array(1) };
    const g = grad(square)(p);
    assertClose(g.w, slope);
    assert.is(g.twice, twice);
    assert.is(g.name, "layer");
    const [y, dy] = jvp(square, [p], [t]);
    assertClose(y, value);
    assertClose(dy, slope);
    assertClose(linearize(square, p)[1](t), slope);
    const [ct] = vjp(square, p)[1](array(1));
    assertClose(ct.w, slope);
    assert.is(ct.twice, twice);
    for (const jacobian of [jacrev, jacfwd]) {
      const j = jacobian(square)(p);
      assertClose(j.w, slope);
      assert.is(j.twice, twice);
    }
    assertClose(hessian(square)(p).w.w, 2 * (slope / 6));
    assertClose(jit(grad(square))(p).w, slope);
    assert.is(jit(grad(square))(p).twice, twice);
    assertClose(vmap(grad(square))({ ...p, w: array([3, 6]) }).w, [slope, 2 * slope]);
  }
  assertThrows(() => jvp(square, [{ w, twice: true, name: "" }], [{ w, twice: false, name: "" }]), "jvp", "structure");
});

test("checkpoint and custom rules see flags as they are", () => {
  const x = array(3);
  const again = checkpoint(scaled);
  const forward = customJvp(scaled);
  forward.defjvp(([x, twice], [t]) => [scaled(x, twice), scaled(t, twice)]);
  const backward = customVjp(scaled);
  backward.defvjp(
    (x: NDArray, twice: unknown) => [scaled(x, twice), { twice }],
    ({ twice }: { twice: unknown }, ct: NDArray) => [scaled(ct, twice), null],
  );
  for (const f of [again, forward, backward]) {
    for (const [twice, factor] of [
      [false, 1],
      [true, 2],
    ] as const) {
      assertClose(f(x, twice), 3 * factor);
      assertClose(grad((x: NDArray) => f(x, twice))(x), factor);
      assertClose(grad(f)(x, twice), factor);
      assertClose(vmap((x: NDArray) => f(x, twice))(array([1, 2])), [factor, 2 * factor]);
      assertClose(jit(f)(x, twice), 3 * factor);
    }
  }
});

test("cond, scan, foriLoop and whileLoop hand flags through", () => {
  const x = array(3);
  const pick = jit((p: NDArray, flag: boolean) => lax.cond(p, scaled, (x: NDArray) => x, x, flag));
  assertClose(pick(array(true), false), 3);
  assertClose(pick(array(true), true), 6);
  assertClose(pick(array(false), true), 3);
  for (const [twice, factor] of [
    [false, 1],
    [true, 2],
  ] as const) {
    const body = ([x, twice]: [NDArray, boolean], y: NDArray) => [[scaled(np.add(x, y), twice), twice], x];
    const [[last, flag]] = lax.scan(body, [array(0), twice], array([1, 1]));
    assertClose(last, factor === 1 ? 2 : 6);
    assert.is(flag, twice);
    const [sum] = lax.scan((s: NDArray, p) => [np.add(s, withFlag(p)), null], 0, { w: array([1, 2]), twice });
    assertClose(sum, 3 * factor);
    const [looped, same] = lax.foriLoop(0, 2, (_, [x, twice]) => [scaled(x, twice), twice], [x, twice] as const);
    assertClose(looped, 3 * factor * factor);
    assert.is(same, twice);
    const [grown] = lax.whileLoop(
      ([x]) => np.less(x, 10),
      ([x, twice]) => [np.add(scaled(x, twice), 1), twice],
      [array(1), twice] as const,
    );
    assertClose(grown, factor === 1 ? 10 : 15);
  }
  assertThrows(
    () =>
      lax.whileLoop(
        ([x]) => np.less(x, 3),
        ([x, done]) => [np.add(x, 1), np.logicalOr(done, true)] as never,
        [x, false] as const,
      ),
    "lax.whileLoop",
    "false",
    "array(false)",
  );
  assertThrows(
    () => lax.scan(([f]: boolean[]) => [[!f], null], [true], null, { length: 2 }),
    "lax.scan",
    "array(false)",
  );
  const [[done]] = lax.scan(([d]: NDArray[], x) => [[np.logicalOr(d, x)], null], [array(false)], array([false, true]));
  assert.equal(done.toArray(), true);
});

test("evalShape and makeJaxpr take flags", () => {
  assert.equal(evalShape(withFlag, { w: array([1, 2]), twice: false }).shape, [2]);
  assert.not.ok(`${makeJaxpr(withFlag)({ w: array([1, 2]), twice: false })}`.includes("mul"));
  assert.ok(`${makeJaxpr(withFlag)({ w: array([1, 2]), twice: true })}`.includes("mul"));
});

test("kernels: flags among the parameters and inputs", () => {
  type P = { w: NDArray; flag: boolean; kind: string };
  const f = (p: P, x: NDArray): NDArray => np.multiply(p.w, scaled(x, p.flag));
  const x = array([[1], [2]]);
  for (const implementation of Object.values(nt.NtkImplementation)) {
    for (const vmapAxes of [null, 0]) {
      const kernelFn = nt.empiricalNtkFn(f, { implementation, vmapAxes, traceAxes: [] });
      for (const [flag, factor] of [
        [false, 1],
        [true, 4],
      ] as const) {
        const kernel = kernelFn(x, null, { w: array(1), flag, kind: "a" });
        assertClose(
          kernel.reshape([4]),
          [1, 2, 2, 4].map((k) => k * factor),
        );
        const inInput = nt.empiricalNtkFn(
          (p: NDArray, x: { x: NDArray; flag: boolean }) => f({ w: p, flag: x.flag, kind: "" }, x.x),
          {
            implementation,
            traceAxes: [],
            vmapAxes: vmapAxes === null ? null : [0, 0, {}],
          },
        );
        assertClose(
          inInput({ x, flag }, null, array(1)).reshape([4]),
          [1, 2, 2, 4].map((k) => k * factor),
        );
        assertClose(
          inInput({ x, flag }, { x, flag }, array(1)).reshape([4]),
          [1, 2, 2, 4].map((k) => k * factor),
        );
      }
    }
  }
  for (const [flag, factor] of [
    [false, 1],
    [true, 2],
  ] as const) {
    const p = { w: array(1), flag, kind: "a" };
    assertClose(nt.linearize(f, p)({ ...p, w: array(3) }, x), [[3 * factor], [6 * factor]]);
    assertClose(nt.taylorExpand(f, p, 2)({ ...p, w: array(3) }, x), [[3 * factor], [6 * factor]]);
    assertClose(nt.empiricalNngpFn(f)(x, null, p), [
      [factor ** 2, 2 * factor ** 2],
      [2 * factor ** 2, 4 * factor ** 2],
    ]);
    assertClose(nt.empiricalNtkVpFn(f, x, null, p)(array([[1], [0]])), [[factor ** 2], [2 * factor ** 2]]);
    const batched = nt.batch(nt.empiricalNtkFn(f, { traceAxes: [] }), { batchSize: 1 });
    assertClose(
      batched(x, null, p).reshape([4]),
      [1, 2, 2, 4].map((k) => k * factor ** 2),
    );
  }
});

test.run();
