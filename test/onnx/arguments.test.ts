/** What a loaded network takes and gives. */
import { array, jit, type NDArray, numpy as np, vmap } from "cotangent";
import { load, type Network } from "cotangent/onnx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../support/arrays.ts";
import { floats, type ModelSpec, model } from "../support/onnx-file.ts";

/** Two inputs: tokens (N, T) and a mask (N, T); y = table[ids] * mask. */
const two: ModelSpec = {
  inputs: [
    ["ids", ["N", "T"], "int64"],
    ["mask", ["N", "T"]],
  ],
  nodes: [
    ["Gather", ["table", "ids"], ["e"]],
    ["Mul", ["e", "mask"], ["y"]],
    ["Neg", ["y"], ["z"]],
  ],
  tensors: [{ name: "table", dims: [3], raw: floats(1, 2, 4) }],
  outputs: [
    ["y", ["N", "T"]],
    ["z", ["N", "T"]],
  ],
};
const one: ModelSpec = {
  inputs: [["x", ["N", 2]]],
  nodes: [["Gemm", ["x", "w", "b"], ["y"]]],
  tensors: [
    { name: "w", dims: [2, 1], raw: floats(1, 2) },
    { name: "b", dims: [1], raw: floats(5) },
  ],
  outputs: [["y", ["N", 1]]],
};
type Both = Network<Record<string, NDArray>>;
const loadTwo = (): Promise<Both> => load<Record<string, NDArray>>(model(two));
const ids = array([[0, 2]], { dtype: "int32" });
const mask = array([[1, 0.5]]);

test("one input is the array, an object or a list; several are an object or a list in order", async () => {
  const { f, params, inputs, outputs } = await load(model(one));
  const x = array([[3, 4]]);
  for (const given of [x, { x }, [x]]) assert.equal(f(params, given).toArray(), [[16]]);
  assert.equal(inputs, [{ name: "x", dtype: "float32", shape: ["N", 2] }]);
  assert.equal(outputs, [{ name: "y", dtype: "float32", shape: ["N", 1] }]);
  const both = await loadTwo();
  for (const given of [{ mask, ids }, [ids, mask]]) {
    const { y, z } = both.f(both.params, given);
    assert.equal([y?.toArray(), z?.toArray()], [[[1, 2]], [[-1, -2]]]);
  }
  assertThrows(
    () => both.f(both.params, ids),
    'onnx f: the network has 2 inputs: "ids", "mask"',
    "got an array int32(1, 2)",
  );
  assertThrows(() => both.f(both.params, [ids]), "x is a list of 1; the network has 2 inputs");
  assertThrows(
    () => both.f(both.params, { ids, masks: mask }),
    'x lacks "mask"; x has "masks", which the network doesn\'t know',
  );
  assertThrows(() => (f as (...args: unknown[]) => unknown)(params, x, x), "onnx f: too many arguments");
});

test("one output is the array, several are an object; the option outputs chooses and orders", async () => {
  const only = await load(model(two), { outputs: ["z"] });
  assert.equal(only.f(only.params, [ids, mask]).toArray(), [[-1, -2]]);
  const both = await load<Record<string, NDArray>>(model(two), { outputs: ["z", "y"] });
  assert.equal(Object.keys(both.f(both.params, [ids, mask])), ["z", "y"]);
});

test("inputs that the chosen outputs don't need aren't asked for", async () => {
  const spec: ModelSpec = { ...two, nodes: [...two.nodes, ["Neg", ["mask"], ["m"]]], outputs: [...two.outputs, ["m"]] };
  const { f, params, inputs } = await load(model(spec), { outputs: ["m"] });
  assert.equal(
    inputs.map(({ name }) => name),
    ["mask"],
  );
  assert.equal(f(params, mask).toArray(), [[-1, -0.5]]);
});

test("shapes are the declared ones, and a name stands for one number", async () => {
  const { f, params } = await load(model(one));
  assertThrows(() => f(params, array([1, 2])), 'onnx f: the input "x" has shape (2,); the file declares (N, 2)');
  assertThrows(
    () => f(params, array([[1, 2, 3]])),
    "has shape (1, 3); the file declares (N, 2), and axis 1 isn't free",
  );
  const both = await loadTwo();
  const longer = array([[1, 2, 3]]);
  assertThrows(
    () => both.f(both.params, { ids, mask: longer }),
    'the input "mask" has shape (1, 3)',
    'T is 2 in the input "ids"',
  );
});

test("a shape that the file doesn't tell isn't checked, and neither is an axis without a name", async () => {
  const free: ModelSpec = { inputs: [["x"], ["v", [null, 2]]], nodes: [["Add", ["x", "v"], ["y"]]], outputs: ["y"] };
  const { f, inputs } = await load(model(free));
  assert.equal(
    inputs.map(({ shape }) => shape),
    [null, [null, 2]],
  );
  assert.equal(f({}, [array(1), array([[1, 2]])]).toArray(), [[2, 3]]);
});

test("dtypes are converted where no value changes", async () => {
  const both = await loadTwo();
  const y = (ids: NDArray, mask: NDArray): unknown => both.f(both.params, { ids, mask }).y?.toArray();
  const tokens = [[0, 2]];
  for (const dtype of ["float32", "float64", "uint32"] as const) {
    assert.equal(y(array(tokens, { dtype }), mask), [[1, 2]], dtype);
  }
  assert.equal(y(array([[false, true]]), mask), [[1, 1]]);
  assert.equal(y(ids, array([[1, 0]], { dtype: "int32" })), [[1, 0]]);
  assert.equal(y(ids, array([[true, false]])), [[1, 0]]);
  assertThrows(
    () => y(array([[0.5, 1]]), mask),
    'the input "ids" must be int32, got an array float32(1, 2)',
    'dtype: "int32"',
  );
  assertThrows(() => y(array([[2 ** 31, 1]], { dtype: "uint32" }), mask), 'the input "ids" must be int32');
  assertThrows(
    () => jit(y as (ids: NDArray, mask: NDArray) => NDArray)(array(tokens, { dtype: "float32" }), mask),
    'the input "ids" must be int32',
  );
  assert.is(both.f(both.params, [array(tokens, { dtype: "float64" }), mask]).y?.dtype, "float32");
});

test("bools come from comparisons", async () => {
  const spec: ModelSpec = {
    inputs: [
      ["c", ["N"], "bool"],
      ["x", ["N"]],
    ],
    nodes: [["Where", ["c", "x", "k"], ["y"]]],
    tensors: [{ name: "k", dims: [], raw: floats(0) }],
    outputs: ["y"],
  };
  const { f } = await load(model(spec));
  const x = array([1, -2]);
  assert.equal(f({}, [np.greater(x, 0), x]).toArray(), [1, 0]);
  assertThrows(() => f({}, [array([1, 0]), x]), 'the input "c" must be bool', "x.greater(0)");
});

test("parameters are those of the file, by name, of their shapes, of floats", async () => {
  const { f, params } = await load(model(one));
  const x = array([[3, 4]]);
  assert.equal(f({ ...params, b: Float32Array.of(6) as never }, x).toArray(), [[17]]);
  assertThrows(() => f({ b: params.b as NDArray }, x), 'onnx f: params lacks "w". It takes "w", "b"');
  assertThrows(() => f({ ...params, c: x }, x), 'params has "c", which the network doesn\'t know');
  assertThrows(
    () => f([params.w, params.b] as never, x),
    "params must be an object of arrays by name",
    "got a list of 2",
  );
  assertThrows(() => f({ ...params, w: array([1, 2]) }, x), 'params["w"] must have shape (2, 1), got (2,)');
  assertThrows(
    () => f({ ...params, w: array([[1], [2]], { dtype: "int32" }) }, x),
    'params["w"] must be of floats, got an array int32(2, 1)',
  );
  assertThrows(() => f({ ...params, w: "w" as never }, x), 'params["w"] must be an array');
});

test("a parameter or an input of float64 makes a call one of float64, constants included, unless the dtype is chosen", async () => {
  const spec: ModelSpec = {
    ...one,
    nodes: [
      ["Gemm", ["x", "w", "b"], ["h"]],
      ["Mul", ["h", "k"], ["y"]],
    ],
    tensors: [...one.tensors!, { name: "k", type: "double", dims: [], data: [0.1] }],
  };
  const x = array([[3, 4]]);
  const { f, params } = await load(model(spec));
  assert.is(params.w?.dtype, "float32");
  assert.is(f(params, x).dtype, "float32");
  const doubles = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.astype("float64")]));
  const inputs = x.astype("float64");
  for (const y of [f(doubles, x), f(params, inputs), f(doubles, inputs), jit(f)(doubles, inputs)]) {
    assert.is(y.dtype, "float64");
    assert.is(y.item(), 16 * 0.1);
  }
  const single = await load(model(spec), { dtype: "float32" });
  assertThrows(
    () => single.f(doubles, x),
    'params["w"] is float64, and the file is read as float32',
    '{dtype: "float64"}',
  );
  assertThrows(() => single.f(params, inputs), 'the input "x" is float64, and the file is read as float32');
});

test("float64: all floats, of parameters, constants and inputs", async () => {
  const { f, params, inputs, initializers } = await load(model(one), { dtype: "float64" });
  assert.equal([params.w?.dtype, inputs[0]?.dtype, initializers[0]?.dtype], ["float64", "float64", "float64"]);
  for (const dtype of ["float32", "float64"] as const)
    assert.is(f(params, array([[3, 4]], { dtype })).dtype, "float64");
  const doubles: ModelSpec = {
    ...one,
    inputs: [["x", ["N", 2], "double"]],
    tensors: [
      { name: "w", type: "double", dims: [2, 1], data: [0.1, 2] },
      { name: "b", type: "double", dims: [1], data: [5] },
    ],
  };
  const own = await load(model(doubles));
  assert.is(own.f(own.params, array([[1, 0]], { dtype: "float64" })).item(), 5.1);
  assert.is((await load(model(doubles), { dtype: "float32" })).params.w?.dtype, "float32");
});

test("what was exported for one example takes batches, each example on its own", async () => {
  const alone: ModelSpec = {
    inputs: [["x", [1, 3]]],
    nodes: [
      ["Reshape", ["x", "shape"], ["h"]],
      ["Softmax", ["h"], ["s"], { axis: 0 }],
      ["Reshape", ["s", "back"], ["y"]],
    ],
    tensors: [
      { name: "shape", type: "int64", dims: [1], data: [3] },
      { name: "back", type: "int64", dims: [2], data: [1, 3] },
    ],
    outputs: [["y", [1, 3]]],
  };
  const { f, inputs } = await load(model(alone));
  assert.equal(inputs[0]?.shape, [1, 3]);
  const x = array([
    [1, 2, 3],
    [0, 5, 1],
    [2, 2, 2],
  ]);
  const rows = [0, 1, 2].map((i) => f({}, np.reshape(np.take(x, i, { axis: 0 }), [1, 3])));
  assert.equal(f({}, x).toArray(), np.concatenate(rows).toArray());
  assert.equal(f({}, np.zeros([0, 3])).shape, [0, 3]);
  assert.equal(vmap((row: NDArray) => f({}, np.reshape(row, [1, 3])))(x).shape, [3, 1, 3]);
  assertThrows(() => f({}, array([[1, 2]])), "the file declares (batch, 3), and axis 1 isn't free");
});

test.run();
