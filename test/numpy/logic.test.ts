import { array, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../support/arrays.ts";

const x = array([1, 2, 3]);

test("comparisons give bools and broadcast", () => {
  assert.equal(np.equal(x, 2).toArray(), [false, true, false]);
  assert.equal(np.notEqual(x, 2).toArray(), [true, false, true]);
  assert.equal(np.less(x, 2).toArray(), [true, false, false]);
  assert.equal(np.lessEqual(x, 2).toArray(), [true, true, false]);
  assert.equal(np.greater(x, array([[0], [2]])).toArray(), [
    [true, true, true],
    [false, false, true],
  ]);
  assert.equal(np.greaterEqual(2, x).toArray(), [true, true, false]);
  assert.is(np.equal(x, x).dtype, "bool");
});

test("NaN equals nothing", () => {
  const nan = array([Number.NaN]);
  assert.equal(np.equal(nan, nan).toArray(), [false]);
  assert.equal(np.notEqual(nan, nan).toArray(), [true]);
  assert.equal(np.less(nan, nan).toArray(), [false]);
  assert.equal(np.greaterEqual(nan, nan).toArray(), [false]);
});

test("logic takes any numbers", () => {
  const a = array([0, 0, 2, -1]);
  const b = array([0, 3, 0, 4], { dtype: "int32" });
  assert.equal(np.logicalAnd(a, b).toArray(), [false, false, false, true]);
  assert.equal(np.logicalOr(a, b).toArray(), [false, true, true, true]);
  assert.equal(np.logicalXor(a, b).toArray(), [false, true, true, false]);
  assert.equal(np.logicalNot(a).toArray(), [true, true, false, false]);
  assert.equal(np.logicalNot(array([true, false])).toArray(), [false, true]);
});

test("isnan, isinf, isfinite", () => {
  const y = array([1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  assert.equal(np.isnan(y).toArray(), [false, true, false, false]);
  assert.equal(np.isinf(y).toArray(), [false, false, true, true]);
  assert.equal(np.isfinite(y).toArray(), [true, false, false, false]);
  const whole = array([0, 5], { dtype: "int32" });
  assert.equal(np.isnan(whole).toArray(), [false, false]);
  assert.equal(np.isinf(whole).toArray(), [false, false]);
  assert.equal(np.isfinite(whole).toArray(), [true, true]);
});

test("where broadcasts its three arguments and promotes the branches", () => {
  const condition = array([[true], [false]]);
  assert.equal(np.where(condition, x, 0).toArray(), [
    [1, 2, 3],
    [0, 0, 0],
  ]);
  assert.equal(np.where(array([0, 2, -1]), x, -1).toArray(), [-1, 2, 3]);
  assert.is(np.where(true, array([1], { dtype: "int32" }), 0.5).dtype, "float32");
  assert.equal(np.where(array([true, false]), array([true, false]), array([false, true])).toArray(), [true, true]);
  assertThrows(() => np.where(array([true, false]), x, 0), "numpy.where", "(2,)", "(3,)");
  assertThrows(() => (np.where as (c: unknown) => unknown)(x), "numpy.where: x must be", "undefined");
});

test("isclose takes tolerances of other dtypes and shapes", () => {
  const x = array([1, 2, 3], { dtype: "float64" });
  const rtol = array([0, 0.5, 0.5]);
  assert.equal(np.isclose(x, array([2, 3, 4]), { rtol, atol: array(0, { dtype: "int32" }) }).toArray(), [
    false,
    true,
    true,
  ]);
});

test.run();
