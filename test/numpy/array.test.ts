import { array, makeJaxpr, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../support/arrays.ts";

test("nested lists become float32, booleans bool, typed arrays keep their dtype", () => {
  const x = array([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.is(x.dtype, "float32");
  assert.equal(x.shape, [2, 3]);
  assert.equal(x.toArray(), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.is(array([true, false]).dtype, "bool");
  assert.equal(array([true, false]).toArray(), [true, false]);
  assert.is(array([true, 2]).dtype, "float32");
  assert.is(array(2).ndim, 0);
  assert.is(array(true).dtype, "bool");
  assert.is(array(new Float32Array(2)).dtype, "float32");
  assert.is(array(new Float64Array(2)).dtype, "float64");
  assert.is(array(new Int32Array(2)).dtype, "int32");
  assert.is(array(new Uint32Array(2)).dtype, "uint32");
  assert.is(array(new Uint8Array([0, 1])).dtype, "bool");
  assert.is(array(x), x);
});

test("empty lists have shape, and dtype float32", () => {
  assert.equal(array([]).shape, [0]);
  assert.is(array([]).dtype, "float32");
  assert.equal(array([[], []]).shape, [2, 0]);
});

test("dtype converts, shape arranges, and the data is copied", () => {
  assert.equal(array([1.7, -1.7], { dtype: "int32" }).toArray(), [1, -1]);
  assert.equal(array([0, 2, Number.NaN], { dtype: "bool" }).toArray(), [false, true, true]);
  assert.equal(array([4294967295], { dtype: "uint32" }).toArray(), [4294967295]);
  assert.equal(array(new Uint8Array([0, 200]), { dtype: "float32" }).toArray(), [0, 200]);
  assert.equal(array(new Int16Array([-3, 3]), { dtype: "float64" }).toArray(), [-3, 3]);
  assert.equal(array([1, 2, 3, 4], { shape: [2, 2] }).toArray(), [
    [1, 2],
    [3, 4],
  ]);
  const data = new Float32Array([1, 2]);
  const x = array(data);
  data[0] = 9;
  assert.equal(x.toArray(), [1, 2]);
});

test("lists of arrays are stacked, also while tracing", () => {
  const x = array([array([1, 2]), [3, 4], new Float32Array([5, 6])]);
  assert.equal(x.toArray(), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const program = String(makeJaxpr((y: ReturnType<typeof array>) => array([y, y]))(array(1)));
  assert.match(program, /concatenate/);
});

test("float64 keeps digits that float32 has no room for", () => {
  assert.is(array([0.1], { dtype: "float64" }).item(), 0.1);
  assert.is(array([0.1]).item(), Math.fround(0.1));
});

test("bad data", () => {
  assertThrows(() => array([[1, 2], [3]]), "numpy.array", "ragged", "data[1] has 1 element(s)", "(2, 2)");
  assertThrows(() => array([[1], 2]), "data[1] is number 2");
  assertThrows(() => array([1, [2]]), "data[1] is a list");
  assertThrows(() => array([1, "2"] as never), 'data[1] must be a number, a boolean or an array, got "2"');
  assertThrows(() => array([null] as never), "data[0]", "null");
  assertThrows(() => array(undefined as never), "numpy.array: data must be", "undefined");
  assertThrows(() => array([1, 2, 3], { shape: [2, 2] }), "shape (2, 2) has 4 elements", "(3,) has 3");
  assertThrows(() => array([1], { dtype: "int64" as never }), "numpy.array: dtype", '"int64"');
  assertThrows(() => array([1], { device: "tpu" as never }), "no device", '"tpu"', '"cpu"');
  assertThrows(() => array([1], { dytpe: "int32" } as never), 'unknown option "dytpe"', '"dtype"');
  assertThrows(() => array([0, 3e9], { dtype: "int32" }), "element 1, 3000000000", "int32");
  assertThrows(() => array([-1], { dtype: "uint32" }), "element 0, -1", "uint32");
  assertThrows(() => array([Number.NaN], { dtype: "int32" }), "NaN");
  assertThrows(() => array(new Uint8Array([0, 200])), "Uint8Array", "dtype");
  assertThrows(() => array(new Int16Array(2)), "Int16Array has no dtype", "dtype");
});

test("asarray and astype", () => {
  const x = array([0, 1.5, -2.5]);
  assert.is(np.asarray(x), x);
  assert.equal(np.asarray([1, 2], { dtype: "int32" }).toArray(), [1, 2]);
  assert.equal(np.astype(x, "int32").toArray(), [0, 1, -2]);
  assert.equal(np.astype(x, "bool").toArray(), [false, true, true]);
  assertThrows(() => np.astype(x, "float16" as never), "numpy.astype", '"float16"');
});

test.run();
