/** What the functions that take lists of axes, sizes and modes refuse, and how they say it. */
import { array, grad, lax, type NDArray, numpy as np, UnsupportedError } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, numbers } from "../support/arrays.ts";

const ints = (values: number[], shape = [values.length]): NDArray => array(values, { shape, dtype: "int32" });

test("gather names what does not fit", () => {
  const x = np.zeros([3, 4]);
  const good = { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] };
  const call = (numbers: object, sliceSizes = [1, 4], indices = ints([0, 2], [2, 1]), others = {}) =>
    lax.gather(x, indices, { dimensionNumbers: { ...good, ...numbers }, sliceSizes, ...others });
  assert.equal(call({}).shape, [2, 4]);
  assertThrows(() => call({}, [1, 5]), "lax.gather", "(1, 5)", "(3, 4)");
  assertThrows(() => call({}, [2, 4]), "lax.gather", "size 1");
  assertThrows(() => call({}, [1, 4], ints([0, 2], [1, 2])), "lax.gather", "last axis of the indices", "(1, 2)");
  assertThrows(() => call({ offsetDims: [] }), "lax.gather", "must have 1 axes");
  assertThrows(() => call({ startIndexMap: [2] }), "lax.gather", "startIndexMap", "2");
  assertThrows(() => call({ window: [] }), "lax.gather", "window");
  assertThrows(() => call({ operandBatchingDims: [0] }), "lax.gather");
  assertThrows(() => call({}, [1, 4], np.zeros([2, 1])), "lax.gather", "integers");
  assertThrows(() => call({}, [1, 4], undefined, { mode: "wrap" }), "lax.gather", "mode", '"wrap"');
  assertThrows(() => lax.gather(x, ints([0], [1, 1]), {} as never), "lax.gather", "dimensionNumbers");
});

test("scatter names what does not fit", () => {
  const x = np.zeros([3, 4]);
  const dimensionNumbers = { updateWindowDims: [1], insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
  const indices = ints([0, 2], [2, 1]);
  assert.equal(lax.scatterAdd(x, indices, np.ones([2, 4]), { dimensionNumbers }).shape, [3, 4]);
  assertThrows(
    () => lax.scatterAdd(x, indices, np.ones([3, 4]), { dimensionNumbers }),
    "lax.scatterAdd",
    "(2, 4)",
    "(3, 4)",
  );
  assertThrows(() => lax.scatterMul(x, indices, np.ones([2, 5]), { dimensionNumbers }), "lax.scatterMul", "(1, 5)");
  assertThrows(() => lax.scatter(x, indices, x, { dimensionNumbers, axis: 0 }), "lax.scatter", "not both");
  const apply = (uniqueIndices: boolean) =>
    lax.scatterApply(x, indices, np.exp, { dimensionNumbers, updateShape: [2, 4], uniqueIndices });
  assert.equal(numbers(apply(true)), [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
  assertThrows(() => apply(false), "lax.scatterApply", "uniqueIndices");
});

test("no elements, no indices", () => {
  const none = ints([], [0, 1]);
  const dimensionNumbers = { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] };
  assert.equal(lax.gather(np.zeros([3, 4]), none, { dimensionNumbers, sliceSizes: [1, 4] }).shape, [0, 4]);
  const to = { updateWindowDims: [1], insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
  for (const write of [lax.scatter, lax.scatterAdd, lax.scatterMul, lax.scatterMax]) {
    assert.equal(numbers(write(np.ones([1, 2]), none, np.zeros([0, 2]), { dimensionNumbers: to })), [1, 1]);
  }
});

test("movements", () => {
  const x = np.zeros([3, 4]);
  assertThrows(() => lax.split(x, [1, 1]), "lax.split", "[1, 1]", "(3, 4)");
  assertThrows(() => lax.collapse(x, 1, 3), "lax.collapse", "(3, 4)");
  assertThrows(() => lax.tile(x, [2]), "lax.tile", "(3, 4)");
  assertThrows(() => lax.stack([]), "lax.stack", "a list of 0");
  assertThrows(() => lax.indexInDim(x, 3), "lax.indexInDim", "3");
  assertThrows(() => lax.broadcastToRank(x, 1), "lax.broadcastToRank", "(3, 4)");
  assertThrows(() => lax.broadcastShapes([2], [3]), "lax.broadcastShapes", "(2,)");
  assert.equal(lax.broadcastShapes([2, 1], [3]), [2, 3]);
  assertThrows(() => lax.selectN(x, x), "lax.selectN", "float32");
  assertThrows(() => lax.bitcastConvertType(np.zeros([1], { dtype: "float64" }), "int32"), "float64");
  assertThrows(() => lax.round(x, { roundingMethod: 2 as never }), "lax.round", "roundingMethod");
  assertThrows(() => lax.batchMatmul(x, np.zeros([2, 3, 4])), "lax.batchMatmul", "(2, 3, 4)");
  assert.equal(numbers(lax.fullLike(x, 2, { shape: [2], dtype: "int32" })), [2, 2]);
});

test("a derivative that has no formula is an error, never zero", () => {
  const half = array(0.5, { dtype: "float64" });
  const slopeOf = (f: (x: NDArray) => NDArray) => () => grad(f as never)(half);
  for (const f of [
    (a: NDArray) => lax.igammaGradA(a, 1),
    (a: NDArray) => lax.randomGammaGrad(a, 1),
    (a: NDArray) => lax.betainc(a, 1, 0.5),
    (b: NDArray) => lax.betainc(1, b, 0.5),
    (m: NDArray) => lax.polygamma(m, 1),
  ]) {
    try {
      slopeOf(f)();
    } catch (error) {
      assert.instance(error, UnsupportedError);
      continue;
    }
    assert.unreachable("a derivative was returned");
  }
});

test.run();
