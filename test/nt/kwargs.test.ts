import { array, lax, type NDArray, numpy as np, nt, random } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, numbers } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;
const w = randomArray([3, 2], 1);
const [x, y] = [randomArray([4, 3], 2), randomArray([5, 3], 3)];
const methods = Object.entries(nt.NtkImplementation);

/** The kernel of `scale1 * x w` against `scale2 * y w`: `scale1 scale2 x y^T`, over the mean of two outputs. */
const linear = (a: NDArray, b: NDArray, factor = 1): NDArray => np.multiply(np.matmul(a, np.transpose(b)), factor);

for (const [name, implementation] of methods) {
  const ntk = (f: Any, options: Any = {}): Any => nt.empiricalNtkFn(f, { implementation, ...options });

  test(`${name}: one value goes to both sides, a list of two is split`, () => {
    const f = (p: NDArray, z: NDArray, { scale }: Any): NDArray => np.multiply(np.matmul(z, p), scale);
    const kernel = ntk(f);
    assertSame(kernel(x, y, w, { scale: 3 }), linear(x, y, 9), 1e-12);
    assertSame(kernel(x, y, w, { scale: [2, 5] }), linear(x, y, 10), 1e-12);
    assertSame(kernel(x, y, w, { scale: array(2, { dtype: "float64" }) }), linear(x, y, 4), 1e-12);
    const pair = [array(2, { dtype: "float64" }), array(7, { dtype: "float64" })];
    assertSame(kernel(x, y, w, { scale: pair }), linear(x, y, 14), 1e-12);
    assertSame(kernel(x, null, w, { scale: [2, 5] }), linear(x, x, 4), 1e-12);
  });

  test(`${name}: keyword arguments with a batch axis`, () => {
    const f = (p: NDArray, z: NDArray, { mask }: Any): NDArray => np.multiply(np.matmul(z, p), mask);
    const [m1, m2] = [randomArray([4, 1], 5), randomArray([5, 1], 6)];
    const expected = linear(np.multiply(x, m1), np.multiply(y, m2));
    assertSame(ntk(f)(x, y, w, { mask: [m1, m2] }), expected, 1e-12);
    assertSame(ntk(f, { vmapAxes: [0, 0, { mask: 0 }] })(x, y, w, { mask: [m1, m2] }), expected, 1e-12);
  });

  test(`${name}: rng: one key for equal inputs, another for different ones`, () => {
    const f = (p: NDArray, z: NDArray, { rng }: Any): NDArray =>
      np.multiply(np.matmul(z, p), random.uniform(rng, [], { dtype: "float64" } as Any));
    const u = (key: NDArray): number => (random.uniform(key, [], { dtype: "float64" } as Any) as NDArray).item();
    const key = random.key(3);
    const [a, b] = [u(key), u(random.foldIn(key, 1))];
    assertSame(ntk(f)(x, y, w, { rng: key }), linear(x, y, a * b), 1e-9);
    assertSame(ntk(f)(x, null, w, { rng: key }), linear(x, x, a * a), 1e-9);
    const copy = array(x.dataSync(), { shape: [4, 3] });
    assertSame(ntk(f)(x, copy, w, { rng: key }), linear(x, x, a * a), 1e-9);
    const [k1, k2] = [random.key(1), random.key(2)];
    assertSame(ntk(f)(x, y, w, { rng: [k1, k2] }), linear(x, y, u(k1) * u(k2)), 1e-9);
    assertSame(ntk(f)(x, y, w, { rng: [k1, k1] }), linear(x, y, u(k1) * u(random.foldIn(k1, 1))), 1e-9);
    assertSame(ntk(f)(x, copy, w, { rng: [k1, k2] }), linear(x, x, u(k1) ** 2), 1e-9);
  });
}

test("static values are told apart, whatever they look like as text", () => {
  class Mode {
    constructor(readonly factor: number) {}
  }
  const f = (p: NDArray, z: NDArray, kwargs: Any): NDArray => np.multiply(np.matmul(z, p), kwargs.mode.factor);
  const kernel = nt.empiricalNtkFn(f) as Any;
  assertSame(kernel(x, y, w, { mode: new Mode(2) }), linear(x, y, 4), 1e-12);
  assertSame(kernel(x, y, w, { mode: new Mode(3) }), linear(x, y, 9), 1e-12);

  const named = (p: NDArray, z: NDArray, { a, b }: Any): NDArray =>
    np.multiply(np.matmul(z, p), a.length + 10 * b.length);
  const texts = nt.empiricalNtkFn(named) as Any;
  assertSame(texts(x, y, w, { a: "1,string:2", b: "3" }), linear(x, y, 400), 1e-12);
  assertSame(texts(x, y, w, { a: "1", b: "2,string:3" }), linear(x, y, 101 ** 2), 1e-12);

  const signed = (p: NDArray, z: NDArray, { s }: Any): NDArray =>
    np.multiply(np.matmul(z, p), Object.is(s, -0) ? 2 : 1);
  const signs = nt.empiricalNtkFn(signed) as Any;
  assertSame(signs(x, y, w, { s: 0 }), linear(x, y), 1e-12);
  assertSame(signs(x, y, w, { s: -0 }), linear(x, y, 4), 1e-12);

  const call = (p: NDArray, z: NDArray, { g }: Any): NDArray => g(np.matmul(z, p));
  const functions = nt.empiricalNtkFn(call) as Any;
  assertSame(functions(x, y, w, { g: (v: NDArray) => lax.mul(v, 2) }), linear(x, y, 4), 1e-12);
  assertSame(functions(x, y, w, { g: (v: NDArray) => lax.mul(v, 3) }), linear(x, y, 9), 1e-12);
});

test("f is called without a third argument when there are no keyword arguments", () => {
  const counts: number[] = [];
  const f = (...args: Any[]): NDArray => {
    counts.push(args.length);
    return np.matmul(args[1], args[0]);
  };
  (nt.empiricalNtkFn(f as Any) as Any)(x, null, w);
  assert.ok(counts.every((n) => n === 2));
  (nt.empiricalNtkFn(f as Any) as Any)(x, null, w, { train: true });
  assert.is(counts.at(-1), 3);
});

test("a key that is no key is refused", () => {
  const kernel = nt.empiricalNtkFn((p: NDArray, z: NDArray) => np.matmul(z, p)) as Any;
  assertThrows(() => kernel(x, y, w, { rng: "seed" }), "rng", '"seed"');
});

test("methods agree where the two sides take different ways through f", () => {
  const p = { v: randomArray([3, 4], 1), u: randomArray([4, 3], 2) };
  const ways: Record<string, (q: Any, z: NDArray) => NDArray> = {
    // The order of the products, and so the structure, depends on the size of the batch.
    order: (q, z) => np.einsum("ni,ij,jk->nk", z, q.v, q.u) as NDArray,
    // Only one side reads the parameter through a transposition.
    transposed: (q, z) =>
      z.shape[0] === 1 ? (np.einsum("ji,ni->nj", np.transpose(q.v), z) as NDArray) : np.matmul(z, q.v),
    // Only one side has a structure at all.
    unstructured: (q, z) =>
      z.shape[0] === 1
        ? lax.reduceSum(np.multiply(q.v, np.reshape(z, [3, 1])), { axes: [0] }).reshape([1, 4])
        : np.matmul(z, q.v),
    // Only one side reads the parameter as a list, and without a product.
    flat: (q, z) =>
      z.shape[0] === 1
        ? np.matmul(np.reshape(z, [1, 3]), np.reshape(np.reshape(q.v, [12]), [3, 4]))
        : np.matmul(z, q.v),
    reversed: (q, z) =>
      z.shape[0] === 1
        ? np.matmul(lax.rev(z, { dimensions: [1] }), lax.rev(q.v, { dimensions: [0] }))
        : np.matmul(z, q.v),
  };
  for (const [way, f] of Object.entries(ways)) {
    const [one, many] = [randomArray([1, 3], 4), randomArray([200, 3], 5)];
    const kernels = methods.map(([, implementation]) => nt.empiricalNtkFn(f, { implementation })(one, many, p));
    for (const k of kernels) assertSame(k, kernels[1], 1e-10, way);
    assert.ok(numbers(kernels[0]).some((v) => Math.abs(v) > 0.01));
  }
});

test.run();
