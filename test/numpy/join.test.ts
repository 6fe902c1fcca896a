import { array, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, numbers } from "../support/arrays.ts";

const a = array([
  [1, 2],
  [3, 4],
]);
const b = array([[5, 6]]);
const lists = (parts: NDArray[]) => parts.map((p) => p.toArray());

test("concatenate", () => {
  assert.equal(np.concatenate([a, b]).toArray(), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  assert.equal(np.concatenate([a, a], { axis: -1 }).toArray(), [
    [1, 2, 1, 2],
    [3, 4, 3, 4],
  ]);
  assert.equal(np.concatenate([a, a], 1).shape, [2, 4]);
  assert.equal(np.concatenate([a, b], { axis: null }).toArray(), [1, 2, 3, 4, 5, 6]);
  assert.is(np.concatenate([b, array([[1, 2]], { dtype: "float64" })]).dtype, "float64");
  assert.is(np.concatenate([array([1], { dtype: "int32" }), array([0.5])]).dtype, "float32");
  assertThrows(() => np.concatenate([a, b], { axis: 1 }), "numpy.concatenate", "(2, 2), (1, 2)", "axis 1");
  assert.equal(np.concatenate(a).toArray(), [1, 2, 3, 4]);
  assertThrows(() => np.concatenate(3 as never), "numpy.concatenate: arrays must be a list");
  assertThrows(() => np.concatenate([]), "numpy.concatenate: arrays must be a list of at least one");
  assertThrows(() => np.concatenate([a, "b"] as never), "arrays[1]", '"b"');
});

test("stack, vstack, hstack", () => {
  const v = array([1, 2]);
  assert.equal(np.stack([v, v]).toArray(), [
    [1, 2],
    [1, 2],
  ]);
  assert.equal(np.stack([v, v], { axis: -1 }).toArray(), [
    [1, 1],
    [2, 2],
  ]);
  assert.equal(np.stack([1, 2, 3]).toArray(), [1, 2, 3]);
  assert.equal(np.vstack([v, a]).toArray(), [
    [1, 2],
    [1, 2],
    [3, 4],
  ]);
  assert.equal(np.hstack([v, v]).toArray(), [1, 2, 1, 2]);
  assert.equal(np.hstack([a, a]).shape, [2, 4]);
  assertThrows(() => np.stack([v, array([1, 2, 3])]), "numpy.stack: arrays must have one shape, got (2,), (3,)");
  assertThrows(() => np.stack([v], { axis: 2 }), "numpy.stack: axis 2 is out of range");
});

test("split and arraySplit", () => {
  const x = np.arange(6);
  assert.equal(lists(np.split(x, 3)), [
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  assert.equal(lists(np.split(x, { sections: 2 })), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
  assert.equal(lists(np.split(x, [2, 3])), [[0, 1], [2], [3, 4, 5]]);
  assert.equal(lists(np.split(x, { indices: [-2] })), [
    [0, 1, 2, 3],
    [4, 5],
  ]);
  assert.equal(lists(np.split(x, [4, 2, 9])), [[0, 1, 2, 3], [], [2, 3, 4, 5], []]);
  assert.equal(lists(np.split(a, 2, { axis: 1 })), [
    [[1], [3]],
    [[2], [4]],
  ]);
  assert.equal(lists(np.split(a, { sections: 2, axis: -1 })), [
    [[1], [3]],
    [[2], [4]],
  ]);
  assert.equal(lists(np.arraySplit(x, 4)), [[0, 1], [2, 3], [4], [5]]);
  assert.equal(lists(np.arraySplit(x, 8)).slice(5), [[5], [], []]);
  assertThrows(() => np.split(x, 4), "numpy.split: axis 0 of shape (6,)", "4 equal parts", "arraySplit");
  assertThrows(() => np.split(x, 0), "numpy.split: needs a positive number of sections");
  assertThrows(() => np.split(x, { sections: 2, indices: [1] }), "number 2 and a list of 1");
  assertThrows(() => np.split(x, { parts: 2 } as never), 'unknown option "parts"');
});

test("tile and repeat", () => {
  assert.equal(np.tile(array([1, 2]), 2).toArray(), [1, 2, 1, 2]);
  assert.equal(np.tile(array([1, 2]), [2, 1]).toArray(), [
    [1, 2],
    [1, 2],
  ]);
  assert.equal(np.tile(a, 2).shape, [2, 4]);
  assert.equal(numbers(np.tile(a, [2, 2])), [1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4]);
  assert.equal(np.tile(a, [0, 1]).shape, [0, 2]);
  assert.equal(np.repeat(a, 2).toArray(), [1, 1, 2, 2, 3, 3, 4, 4]);
  assert.equal(np.repeat(a, 2, { axis: 0 }).toArray(), [
    [1, 2],
    [1, 2],
    [3, 4],
    [3, 4],
  ]);
  assert.equal(np.repeat(a, 2, -1).toArray(), [
    [1, 1, 2, 2],
    [3, 3, 4, 4],
  ]);
  assert.equal(np.repeat(a, 0, 0).shape, [0, 2]);
  assertThrows(() => np.repeat(a, 1.5), "numpy.repeat: repeats", "1.5");
  assertThrows(() => np.tile(a, [-1]), "numpy.tile: reps", "-1");
});

test("roll", () => {
  const x = array([0, 1, 2, 3]);
  assert.equal(np.roll(x, 1).toArray(), [3, 0, 1, 2]);
  assert.equal(np.roll(x, -1).toArray(), [1, 2, 3, 0]);
  assert.equal(np.roll(x, 5).toArray(), [3, 0, 1, 2]);
  assert.is(np.roll(x, 4, 0), x);
  assert.equal(np.roll(a, 1).toArray(), [
    [4, 1],
    [2, 3],
  ]);
  assert.equal(np.roll(a, [1, 1], { axis: [0, 1] }).toArray(), [
    [4, 3],
    [2, 1],
  ]);
  assert.equal(np.roll(np.zeros([0]), 1).shape, [0]);
  assertThrows(() => np.roll(a, [1, 2, 3], { axis: [0, 1] }), "numpy.roll: there are 3 shifts for 2 axes");
  assertThrows(() => np.roll(a, 0.5), "numpy.roll: shift", "0.5");
});

test.run();
