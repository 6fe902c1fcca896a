import { array, grad, jit, type NDArray, numpy as np, vjp, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

test("zeros, ones, full and their likes", () => {
  assert.equal(np.zeros([2, 2]).toArray(), [
    [0, 0],
    [0, 0],
  ]);
  assert.equal(np.ones(2).toArray(), [1, 1]);
  assert.is(np.ones(2).dtype, "float32");
  assert.is(np.zeros([1], { dtype: "int32" }).dtype, "int32");
  assert.equal(np.full([2], 7).toArray(), [7, 7]);
  assert.is(np.full([2], 7).dtype, "float32");
  assert.is(np.full([2], true).dtype, "bool");
  const x = array([[1, 2, 3]], { dtype: "float64" });
  for (const like of [np.zerosLike(x), np.onesLike(x), np.fullLike(x, 4)]) {
    assert.equal(like.shape, [1, 3]);
    assert.is(like.dtype, "float64");
  }
  assert.equal(np.fullLike(x, 4, { dtype: "int32", shape: [2] }).toArray(), [4, 4]);
  assertThrows(() => np.zeros([2, -1]), "numpy.zeros", "[2, -1]");
  assertThrows(() => np.zeros([2], { shape: [2] } as never), 'unknown option "shape"');
  assert.equal(np.full([2], array(1)).toArray(), [1, 1]);
  assertThrows(() => np.full([2], "1" as never), "numpy.full: fillValue");
});

test("eye and identity", () => {
  assert.equal(np.eye(2, { M: 3, k: 1 }).toArray(), [
    [0, 1, 0],
    [0, 0, 1],
  ]);
  assert.equal(np.eye(3, { k: -2, dtype: "int32" }).toArray(), [
    [0, 0, 0],
    [0, 0, 0],
    [1, 0, 0],
  ]);
  assert.equal(np.identity(2).toArray(), [
    [1, 0],
    [0, 1],
  ]);
});

test("arange is int32 for whole numbers, else float32, as in JAX", () => {
  assert.equal(np.arange(3).toArray(), [0, 1, 2]);
  assert.is(np.arange(3).dtype, "int32");
  assert.equal(np.arange(1, 7, 2).toArray(), [1, 3, 5]);
  assert.equal(np.arange(3, 0, -1).toArray(), [3, 2, 1]);
  assert.equal(np.arange(3, 0).toArray(), []);
  assert.is(np.arange(3, { dtype: "float32" }).dtype, "float32");
  assert.is(np.arange(0, 1, 0.25).dtype, "float32");
  assert.equal(np.arange(0, 1, 0.25).toArray(), [0, 0.25, 0.5, 0.75]);
  assertThrows(() => np.arange(0, 1, 0), "numpy.arange", "step not 0");
  assertThrows(() => np.arange(2147483647, 2147483650), "2147483648", "int32");
});

test("linspace", () => {
  assert.equal(np.linspace(0, 1, 5).toArray(), [0, 0.25, 0.5, 0.75, 1]);
  assert.equal(np.linspace(0, 1, 4, { endpoint: false }).toArray(), [0, 0.25, 0.5, 0.75]);
  assert.equal(np.linspace(3, 9, 1).toArray(), [3]);
  assert.is(np.linspace(0, 1).size, 50);
  assert.is((np.linspace(0, 0.1, 3, { dtype: "float64" }).toArray() as number[])[2], 0.1);
  assertThrows(() => np.linspace(0, 1, -2), "numpy.linspace", "-2");
});

const m = array([
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
]);

test("tril and triu, batched too", () => {
  assert.equal(np.tril(m).toArray(), [
    [1, 0, 0],
    [4, 5, 0],
    [7, 8, 9],
  ]);
  assert.equal(np.triu(m, { k: 1 }).toArray(), [
    [0, 2, 3],
    [0, 0, 6],
    [0, 0, 0],
  ]);
  assert.equal(np.tril(np.ones([2, 2, 2]), { k: -1 }).toArray(), [
    [
      [0, 0],
      [1, 0],
    ],
    [
      [0, 0],
      [1, 0],
    ],
  ]);
  assertThrows(() => np.tril(array([1, 2])), "numpy.tril", "(2,)");
});

test("diag, diagonal and trace", () => {
  for (const k of [-4, -2, -1, 0, 1, 2, 4]) {
    const expected = [0, 1, 2].filter((i) => i + k >= 0 && i + k < 3).map((i) => 4 * i + k + 1);
    assert.equal(np.diag(m, { k }).toArray(), expected, `k = ${k}`);
    assert.is(
      np.trace(m, { offset: k }).item(),
      expected.reduce((a, b) => a + b, 0),
    );
  }
  const x = array([5, 6]);
  for (const k of [-2, -1, 0, 1, 3]) {
    const n = 2 + Math.abs(k);
    const built = np.diag(x, { k });
    assert.equal(built.shape, [n, n]);
    assert.equal(np.diag(built, { k }).toArray(), [5, 6]);
    assert.is(np.sum(built).item(), 11);
  }
  assert.equal(np.diag(np.zeros(0), { k: 1 }).toArray(), [[0]]);
  const cube = np.reshape(np.arange(24), [2, 3, 4]);
  assert.equal(np.diagonal(cube).shape, [4, 2]);
  assert.equal(np.diagonal(cube, { axis1: 1, axis2: 2, offset: 1 }).toArray(), [
    [1, 6, 11],
    [13, 18, 23],
  ]);
  assertThrows(() => np.diagonal(cube, { axis1: 1, axis2: 1 }), "numpy.diagonal", "axis");
  assertThrows(() => np.diag(cube), "numpy.diag", "(2, 3, 4)");
});

test("derivatives and batches of diagonals", () => {
  const [, pullback] = vjp((x: NDArray) => np.diag(x, { k: 1 }), array([1, 2])) as unknown as [
    NDArray,
    (ct: NDArray) => [NDArray],
  ];
  assertClose(pullback(m)[0], [2, 6]);
  const mapped = vmap((x: NDArray) => np.trace(x))(np.stack([m, np.multiply(2, m)])) as NDArray;
  assertClose(mapped, [15, 30]);
});

test("full with a traced fill value", () => {
  const f = (v: NDArray) => np.full([2, 2], v).add(np.fullLike(np.zeros([2, 2]), v.mul(10)));
  assert.equal(jit(f)(array(3)).toArray(), np.full([2, 2], 33).toArray());
  assert.is(grad((v: NDArray) => np.sum(f(v)))(array(3)).item(), 44);
  assert.equal(vmap(f)(array([1, 2])).toArray(), np.stack([np.full([2, 2], 11), np.full([2, 2], 22)]).toArray());
  assert.equal(jit((v: NDArray) => np.full([3, 2], v))(array([1, 2])).toArray(), [
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  const whole = jit((v: NDArray) => np.full([2], v, "int32"))(array(2.7));
  assert.equal([whole.dtype, whole.toArray()], ["int32", [2, 2]]);
  assert.is(jit((v: NDArray) => np.full([1], v, "float64"))(array(0.5)).item(), 0.5);
  assert.equal(jit((v: NDArray) => np.full([0], v))(array(1)).shape, [0]);
});

test.run();
