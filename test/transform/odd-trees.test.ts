/** Trees that contain themselves, very deep ones, those of other realms, and what async functions return. */
import { createContext, runInContext } from "node:vm";
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
  linearTranspose,
  makeJaxpr,
  type NDArray,
  numpy as np,
  nt,
  tree,
  valueAndGrad,
  vjp,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, numbers } from "../support/arrays.ts";

const X = array([1, 2, 3]);
const sum = (x: { a: NDArray }): NDArray => np.sum(x.a);

/** Every function that takes a tree, or a function that returns one, called with the latter. */
const withResult: Record<string, (f: (...args: NDArray[]) => never) => unknown> = {
  jit: (f) => jit(f)(X),
  grad: (f) => grad(f)(X),
  "grad hasAux": (f) => grad(f, { hasAux: true })(X),
  valueAndGrad: (f) => valueAndGrad(f)(X),
  jvp: (f) => jvp(f, [X], [X]),
  "jvp hasAux": (f) => jvp(f, [X], [X], { hasAux: true }),
  vjp: (f) => vjp(f, X),
  linearize: (f) => linearize(f, X),
  linearTranspose: (f) => linearTranspose(f, X),
  jacfwd: (f) => jacfwd(f)(X),
  jacrev: (f) => jacrev(f)(X),
  hessian: (f) => hessian(f)(X),
  vmap: (f) => vmap(f)(X),
  checkpoint: (f) => checkpoint(f)(X),
  evalShape: (f) => evalShape(f, X),
  makeJaxpr: (f) => makeJaxpr(f)(X),
  "lax.scan": (f) => lax.scan(f, 0, X),
  "lax.map": (f) => lax.map(f, X),
  "lax.foriLoop": (f) => lax.foriLoop(0, 2, f, X),
  "lax.whileLoop": (f) => lax.whileLoop(() => array(false), f, X),
  "lax.cond": (f) => lax.cond(true, f, f, X),
  "lax.switch": (f) => lax.switch(0, [f, f], X),
  customJvp: (f) => {
    const g = customJvp((x: NDArray) => x);
    g.defjvp(f);
    return grad((x: NDArray) => np.sum(g(x)))(X);
  },
  customVjp: (f) => {
    const g = customVjp((x: NDArray) => x);
    g.defvjp(f, f);
    return grad((x: NDArray) => np.sum(g(x)))(X);
  },
  "nt.empiricalNtkFn": (f) => nt.empiricalNtkFn(f)(X, null, X),
  "nt.linearize": (f) => nt.linearize(f, X)(X, X),
};

for (const [name, call] of Object.entries(withResult)) {
  const fn = name.split(" ")[0]!;
  test(`${name} says that an async function can't be traced`, () => {
    assertThrows(() => call((async (x: NDArray) => x) as never), fn, "an async function can't be traced");
  });
}

test("what an async function throws afterwards doesn't end the process", async () => {
  const caught: unknown[] = [];
  const listen = (reason: unknown): void => {
    caught.push(reason);
  };
  process.on("unhandledRejection", listen);
  const fails = async (): Promise<never> => {
    await null;
    throw new Error("later");
  };
  for (const call of Object.values(withResult)) assertThrows(() => call(fails as never), "async function");
  await new Promise((done) => setTimeout(done, 20));
  process.off("unhandledRejection", listen);
  assert.equal(caught, []);
});

const cyclicList: unknown[] = [X];
cyclicList.push(cyclicList);
const cyclicObject: Record<string, unknown> = { a: X };
cyclicObject.b = { c: [cyclicObject] };
const nested = (depth: number, leaf: unknown): unknown => {
  let all = leaf;
  for (let i = 0; i < depth; i++) all = i % 2 ? { a: all } : [all];
  return all;
};

const withArgument: Record<string, (x: never) => unknown> = {
  jit: (x) => jit(sum)(x),
  grad: (x) => grad(sum)(x),
  jvp: (x) => jvp(sum, [x], [x]),
  vjp: (x) => vjp(sum, x),
  vmap: (x) => vmap(sum)(x),
  jacrev: (x) => jacrev(sum)(x),
  checkpoint: (x) => checkpoint(sum)(x),
  evalShape: (x) => evalShape(sum, x),
  "lax.scan": (x) => lax.scan((c) => [c, null], x, X),
  "lax.whileLoop": (x) =>
    lax.whileLoop(
      () => array(false),
      (c) => c,
      x,
    ),
  "lax.cond": (x) => lax.cond(true, sum, sum, x),
  "tree.map": (x) => tree.map((leaf) => leaf, x),
  "tree.leaves": (x) => tree.leaves(x),
  "nt.empiricalNtkFn": (x) => nt.empiricalNtkFn((p) => p as never)(X, null, x),
};

for (const [fn, call] of Object.entries(withArgument)) {
  test(`${fn} of a tree that contains itself, or is 8,000 levels deep`, () => {
    assertThrows(() => call(cyclicList as never), `${fn}: `, "contains itself");
    assertThrows(() => call(cyclicObject as never), `${fn}: `, "contains itself");
    assertThrows(() => call(nested(8000, X) as never), `${fn}: `, "levels deep");
  });
}

for (const [fn, call] of Object.entries(withResult)) {
  if (fn.includes(" ") || fn.startsWith("custom")) continue;
  test(`${fn} of a function whose result contains itself`, () => {
    assertThrows(() => call((() => cyclicList) as never), `${fn}: `, "contains itself");
  });
}

test("a list that stands in a tree twice is no cycle, and 900 levels are none too many", () => {
  const shared = [X];
  assert.equal(tree.leaves([shared, shared]).length, 2);
  const deep = nested(900, X);
  const total = (t: unknown): NDArray => np.sum(tree.leaves<NDArray>(t)[0]!);
  assert.equal(numbers(tree.leaves<NDArray>(grad(total)(deep))[0]), [1, 1, 1]);
  assert.is(jit(total)(deep).item(), 6);
});

const realm = createContext({});
const foreign = (code: string): never => runInContext(code, realm) as never;

test("typed arrays of another realm are arrays", () => {
  assert.equal(numbers(np.add(foreign("new Float32Array([1, 2])"), 1)), [2, 3]);
  for (const [name, dtype] of [
    ["Float32", "float32"],
    ["Float64", "float64"],
    ["Int32", "int32"],
    ["Uint32", "uint32"],
    ["Uint8", "bool"],
  ]) {
    const x = array(foreign(`new ${name}Array([1, 0])`));
    assert.equal([x.dtype, numbers(x)], [dtype, [1, 0]]);
    assert.is(jit((y: NDArray) => y)(foreign(`new ${name}Array([1, 0])`)).dtype, dtype);
  }
  assert.equal(numbers(grad((x: NDArray) => np.sum(np.multiply(x, x)))(foreign("new Float32Array([1, 2])"))), [2, 4]);
  assert.is(np.sum(X, { where: foreign("new Uint8Array([1, 0, 1])") }).item(), 4);
  assertThrows(() => array(foreign("new DataView(new ArrayBuffer(4))")), "numpy.array", "DataView");
});

test("objects and lists of another realm are nodes and options", () => {
  assert.equal(tree.leaves(foreign("({ b: 1, a: [2, { c: 3 }] })")), [2, 3, 1]);
  assert.is(jit((t: { a: NDArray; b: NDArray[] }) => np.add(t.a, t.b[0]!))(foreign("({ a: 1, b: [2] })")).item(), 3);
  assert.equal(np.sum(X, foreign("({ axis: [0], keepdims: true })")).shape, [1]);
  assert.equal(tree.leaves(foreign("new (class Point { x = 1; })")).length, 1);
  assert.equal(tree.leaves(foreign("new Map([[1, 2]])")).length, 1);
});

test("a promise of another realm is one", () => {
  assertThrows(() => jit(foreign("async () => 1") as () => NDArray)(), "jit", "async function");
});

test("arrays of another copy of the library are refused, and say so", () => {
  class Other {
    readonly dtype = "float32";
    readonly shape = [3];
    get [Symbol.for("cotangent.NDArray")](): object {
      return Other;
    }
  }
  const x = new Other() as never;
  assertThrows(() => np.sin(x), "numpy.sin", "another copy");
  assertThrows(() => array(x), "numpy.array", "another copy");
  assertThrows(() => lax.add(x, 1), "lax.add", "another copy");
  assertThrows(() => X.add(x), "add", "another copy");
  assertThrows(() => np.stack([X, x]), "numpy.stack", "another copy");
  assertThrows(() => jit((y: NDArray) => y)(x), "jit", "another copy");
  assertThrows(() => jit(() => x)(), "jit", "another copy");
  assertThrows(() => grad(sum)({ a: x }), "grad", "another copy");
  assertThrows(
    () => nt.empiricalNtkFn((p: NDArray, y: NDArray) => np.multiply(p, y))(X, null, x),
    "nt.empiricalNtkFn",
    "another copy",
  );
});

test.run();
