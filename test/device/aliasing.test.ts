/** What a caller does with lists that it gave, or with those that it was given, changes nothing in the library. */
import { array, grad, jit, lax, type NDArray, numpy as np, random, vjp, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

const changed = (list: readonly number[]): void => {
  (list as number[])[0] = 6;
};

test("a shape that was given", () => {
  for (const make of [
    np.zeros,
    np.ones,
    np.empty,
    (s: number[]) => np.full(s, 3),
    (s: number[]) => np.broadcastTo(1, s),
  ]) {
    const shape = [4];
    make(shape);
    changed(shape);
    assert.is(make(shape).size, 6);
    assert.is(make([4]).size, 4);
    assert.equal(make([4]).dataSync().length, 4);
  }
  const shape = [4];
  const options = { shape, broadcastDimensions: [] };
  lax.broadcastInDim(1, options);
  changed(shape);
  assert.equal(lax.broadcastInDim(1, { shape: [4], broadcastDimensions: [] }).toArray(), [1, 1, 1, 1]);
});

test("a gradient after a shape was changed", () => {
  const shape = [4];
  np.zeros(shape);
  changed(shape);
  assert.equal(grad((w: NDArray) => np.sum(w))(array([1, 2, 3, 4])).toArray(), [1, 1, 1, 1]);
});

test("a shape that was read is frozen, and so is what a traced function reads", () => {
  const seen: (readonly number[])[] = [];
  const keep = (x: NDArray): NDArray => {
    seen.push(x.shape);
    return np.sin(x);
  };
  const x = array([[1, 2, 3]]);
  const results = [keep(x), jit(keep)(x), vmap(keep)(x), np.eye(2), random.key(0)];
  for (const list of [...seen, ...results.map(({ shape }) => shape)]) {
    assert.throws(() => (list as number[]).push(1), TypeError);
  }
});

test("lists in parameters, before a pullback runs", () => {
  const [startIndices, limitIndices, contractingDims] = [[0], [2], [[0], [0]] as [number[], number[]]];
  const x = array([1, 2, 3]);
  const [, pullback] = vjp((y: NDArray) => lax.slice(y, { startIndices, limitIndices }), x);
  const [, pullbackOfProduct] = vjp((y: NDArray) => lax.dotGeneral(y, y.mul(2), { contractingDims }), x);
  startIndices[0] = 1;
  limitIndices[0] = 3;
  contractingDims[0][0] = 5;
  assert.equal(pullback(array([1, 1]))[0].toArray(), [1, 1, 0]);
  assert.equal(pullbackOfProduct(array(1))[0].toArray(), [4, 8, 12]);
});

test("options of functions that are called later", () => {
  const argnums = [0];
  const derivative = grad((x: NDArray, y: NDArray) => np.sum(x.mul(y)), { argnums });
  const inAxes = [0, null];
  const mapped = vmap((x: NDArray, y: NDArray) => x.mul(y), { inAxes });
  argnums[0] = 1;
  inAxes[1] = 0;
  assert.equal(derivative(array([1, 2]), array([3, 4]))[0].toArray(), [3, 4]);
  assert.equal(mapped(array([1, 2]), array([3, 4])).toArray(), [
    [3, 4],
    [6, 8],
  ]);
});

test("an array's elements can't be reached but as a copy", () => {
  const x = array([1, 2]);
  assert.is((x as unknown as { storage: unknown }).storage, undefined);
  x.dataSync()[0] = 7;
  assert.equal(x.toArray(), [1, 2]);
});

test.run();
