import { array, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";

const x = np.reshape(np.arange(24), [2, 3, 4]);
const flat = numbers(x);

/** Asserts that every element of `y` is the element of `x` at the index that `source` gives. */
function assertTakes(y: NDArray, shape: number[], source: (index: number[]) => number[], message = ""): void {
  assert.equal(y.shape, shape, message);
  const expected = indices(shape).map((index) => flat[offsetOf(source(index), x.shape)]);
  assert.equal(numbers(y), expected, message);
}

test("reshape and ravel", () => {
  assert.equal(np.reshape(x, [4, -1]).shape, [4, 6]);
  assert.equal(np.reshape(x, -1).shape, [24]);
  assert.equal(numbers(np.reshape(x, [3, 2, 2, 2])), flat);
  assert.equal(
    np
      .ravel(
        np.transpose(
          array([
            [1, 2],
            [3, 4],
          ]),
        ),
      )
      .toArray(),
    [1, 3, 2, 4],
  );
  assert.equal(np.ravel(5).shape, [1]);
  assert.equal(np.reshape(np.zeros([0, 3]), [-1, 3]).shape, [0, 3]);
  assertThrows(() => np.reshape(x, [5, 5]), "reshape", "(2, 3, 4) (24 elements)", "(5, 5)");
  assertThrows(() => np.reshape(x, [-1, -1]), "reshape", "(-1, -1)");
  assertThrows(() => np.reshape(x, "4" as never), "numpy.reshape: shape", '"4"');
});

test("transpose in all its forms", () => {
  assertTakes(np.transpose(x), [4, 3, 2], ([i, j, k]) => [k, j, i]);
  assertTakes(np.transpose(x, [1, 0, 2]), [3, 2, 4], ([i, j, k]) => [j, i, k]);
  assertTakes(np.transpose(x, [-1, 0, 1]), [4, 2, 3], ([i, j, k]) => [j, k, i]);
  assertTakes(np.transpose(x, { axes: [2, 1, 0] }), [4, 3, 2], ([i, j, k]) => [k, j, i]);
  assertTakes(np.transpose(x, null), [4, 3, 2], ([i, j, k]) => [k, j, i]);
  assertThrows(() => np.transpose(x, [0, 1]), "numpy.transpose: axes [0, 1]", "(2, 3, 4)");
  assertThrows(() => np.transpose(x, [0, 1, 1]), "numpy.transpose", "twice");
  assertThrows(() => np.transpose(x, { permutation: [0] } as never), 'unknown option "permutation"');
});

test("swapaxes and moveaxis", () => {
  assertTakes(np.swapaxes(x, 0, -1), [4, 3, 2], ([i, j, k]) => [k, j, i]);
  assertTakes(np.moveaxis(x, 0, -1), [3, 4, 2], ([i, j, k]) => [k, i, j]);
  assertTakes(np.moveaxis(x, -1, 0), [4, 2, 3], ([i, j, k]) => [j, k, i]);
  assertTakes(np.moveaxis(x, [0, 1], [-1, -2]), [4, 3, 2], ([i, j, k]) => [k, j, i]);
  assertTakes(np.moveaxis(x, [2, 0], [0, 1]), [4, 2, 3], ([i, j, k]) => [j, k, i]);
  assertTakes(np.moveaxis(x, [0, 1], [1, 0]), [3, 2, 4], ([i, j, k]) => [j, i, k]);
  assertThrows(() => np.moveaxis(x, [0, 1], [0]), "numpy.moveaxis: source names 2 axes and destination 1");
  assertThrows(() => np.swapaxes(x, 0, 3), "numpy.swapaxes: axis2 3", "3 dimension");
});

test("expandDims and squeeze", () => {
  assert.equal(np.expandDims(x, 0).shape, [1, 2, 3, 4]);
  assert.equal(np.expandDims(x, -1).shape, [2, 3, 4, 1]);
  assert.equal(np.expandDims(x, [0, 2]).shape, [1, 2, 1, 3, 4]);
  assert.equal(np.expandDims(x, { axis: 1 }).shape, [2, 1, 3, 4]);
  const y = np.ones([1, 3, 1]);
  assert.equal(np.squeeze(y).shape, [3]);
  assert.equal(np.squeeze(y, 0).shape, [3, 1]);
  assert.equal(np.squeeze(y, { axis: [0, -1] }).shape, [3]);
  assertThrows(() => np.squeeze(y, 1), "numpy.squeeze: axis 1 of shape (1, 3, 1)");
  assertThrows(() => np.expandDims(x, [0, 0]), "numpy.expandDims", "twice");
  assertThrows(() => (np.expandDims as (x: unknown) => unknown)(x), "numpy.expandDims: axis");
});

test("broadcastTo and broadcastArrays", () => {
  const row = array([1, 2]);
  assert.equal(np.broadcastTo(row, [3, 2]).toArray(), [
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  assertThrows(() => np.broadcastTo(row, [2, 3]), "numpy.broadcastTo: shape (2,) cannot be broadcast to (2, 3)");
  assertThrows(() => np.broadcastTo(np.ones([2, 2]), [2]), "(2, 2)", "(2,)");
  const [a, b] = np.broadcastArrays(row, array([[5], [6]]));
  assert.equal(a.toArray(), [
    [1, 2],
    [1, 2],
  ]);
  assert.equal(b.toArray(), [
    [5, 5],
    [6, 6],
  ]);
  assertThrows(() => np.broadcastArrays(row, np.ones(3)), "numpy.broadcastArrays", "(2,) and (3,)");
});

test("flip and rot90", () => {
  assertTakes(np.flip(x), [2, 3, 4], ([i, j, k]) => [1 - i, 2 - j, 3 - k]);
  assertTakes(np.flip(x, 1), [2, 3, 4], ([i, j, k]) => [i, 2 - j, k]);
  assertTakes(np.flip(x, { axis: [0, -1] }), [2, 3, 4], ([i, j, k]) => [1 - i, j, 3 - k]);
  const m = array([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(np.rot90(m).toArray(), [
    [2, 4],
    [1, 3],
  ]);
  assert.equal(np.rot90(m, { k: 2 }).toArray(), [
    [4, 3],
    [2, 1],
  ]);
  assert.equal(np.rot90(m, { k: -1 }).toArray(), [
    [3, 1],
    [4, 2],
  ]);
  assert.is(np.rot90(m, { k: 4 }), m);
  assertTakes(np.rot90(x, { axes: [1, 2] }), [2, 4, 3], ([i, j, k]) => [i, k, 3 - j]);
  assertThrows(() => np.rot90(m, { k: 0.5 }), "numpy.rot90: k", "0.5");
});

test("atleast1d and atleast2d", () => {
  assert.equal([np.atleast1d(3).shape, np.atleast1d(x).shape], [[1], [2, 3, 4]]);
  assert.equal(
    [np.atleast2d(3).shape, np.atleast2d(array([1, 2])).shape],
    [
      [1, 1],
      [1, 2],
    ],
  );
  assert.is(np.atleast2d(x), x);
});

test.run();
