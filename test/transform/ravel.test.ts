import { array, grad, hessian, jit, type NDArray, numpy as np, ravelPytree, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../support/arrays.ts";

const params = {
  w: array([
    [1, 2],
    [3, 4],
  ]),
  b: [array(5), null] as const,
};

test("the leaves in order, as one vector, and back", () => {
  const [flat, unravel] = ravelPytree(params);
  assert.equal(flat.toArray(), [5, 1, 2, 3, 4]);
  const back = unravel(flat.mul(2));
  assert.equal(back.w.toArray(), [
    [2, 4],
    [6, 8],
  ]);
  assert.is(back.b[0].item(), 10);
  assert.is(back.b[1], null);
  const [empty, nothing] = ravelPytree({ a: null, b: [] });
  assert.equal([empty.shape, empty.dtype], [[0], "float32"]);
  assert.equal(nothing(empty), { a: null, b: [] });
  assert.equal(ravelPytree([np.zeros([0, 3]), np.ones([2])])[1](array([7, 8]))[0]?.shape, [0, 3]);
});

test("leaves of different dtypes get theirs back, and a vector of another dtype is refused", () => {
  const tree = { wide: array([0.1], { dtype: "float64" }), whole: array([7], { dtype: "int32" }), on: array([true]) };
  const [flat, unravel] = ravelPytree(tree);
  assert.is(flat.dtype, "float64");
  const back = unravel(flat);
  assert.equal([back.wide.dtype, back.whole.dtype, back.on.dtype], ["float64", "int32", "bool"]);
  assert.equal([back.wide.item(), back.whole.item(), back.on.toArray()], [0.1, 7, [true]]);
  assertThrows(() => unravel(np.ones([3])), "ravelPytree: unravel takes a vector float64(3,), got float32(3,)");
});

test("leaves of one dtype take the vector's, and numbers that of the arrays", () => {
  const [, unravel] = ravelPytree(params);
  assert.is(unravel(np.ones([5], { dtype: "float64" })).w.dtype, "float64");
  const [flat, back] = ravelPytree({ rate: 0.1, w: array([1], { dtype: "float64" }) });
  assert.equal(flat.toArray(), [0.1, 1]);
  assert.is(back(flat.add(0.25)).rate.item(), 0.35);
  assert.equal(ravelPytree([1, 2])[0].dtype, "int32");
});

test("inside of transformations", () => {
  const loss = (p: typeof params) => np.sum(np.square(p.w)).mul(p.b[0]);
  const [flat, unravel] = ravelPytree(params);
  const of = (v: NDArray) => loss(unravel(v) as typeof params);
  // The derivative of b * |w|^2 is |w|^2 by b, and 2 b w by w.
  assert.equal(grad(of)(flat).toArray(), [30, 10, 20, 30, 40]);
  assert.equal(hessian(of)(flat).shape, [5, 5]);
  const sums = (v: NDArray) => ravelPytree({ a: v, b: v.sum() })[0];
  assert.equal(jit(sums)(array([1, 2])).toArray(), [1, 2, 3]);
  assert.equal(vmap(sums)(array([[1, 2]])).toArray(), [[1, 2, 3]]);
});

test("what doesn't fit", () => {
  const [, unravel] = ravelPytree(params);
  assertThrows(() => unravel(np.ones([4])), "ravelPytree: unravel takes a vector (5,), got float32(4,)");
  assertThrows(() => ravelPytree({ a: () => 1 }), "ravelPytree: a leaf must be an array or a number");
});

test.run();
