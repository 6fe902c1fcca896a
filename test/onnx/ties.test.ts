import { array, grad, type NDArray, numpy as np } from "cotangent";
import { type Inputs, load, type Params } from "cotangent/onnx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose } from "../support/arrays.ts";
import { assertRejects, floats, type ModelSpec, model } from "../support/onnx-file.ts";

/** An embedding, a layer and a head whose weights are those of the embedding, written as the exporter does. */
const table = [1, 2, 3, 4, 5, 6];
const spec: ModelSpec = {
  inputs: [["ids", ["N"], "int64"]],
  nodes: [
    ["Gather", ["emb", "ids"], ["e"]],
    ["MatMul", ["e", "head"], ["h"]],
    ["MatMul", ["h", "copy"], ["y"]],
  ],
  tensors: [
    { name: "emb", dims: [3, 2], raw: floats(...table) },
    { name: "head", dims: [2, 3], raw: floats(1, 3, 5, 2, 4, 6) },
    { name: "copy", dims: [3, 2], raw: floats(...table) },
  ],
  outputs: [["y", ["N", 2]]],
};
const file = model(spec);
const ids = array([0, 2], { dtype: "int32" });

test("what the file holds twice is found, once transposed, once as it is", async () => {
  const { ties, params } = await load(file);
  assert.equal(ties, [
    { names: ["emb", "head"], transposed: true },
    { names: ["emb", "copy"], transposed: false },
  ]);
  assert.equal(Object.keys(params), ["emb", "head", "copy"]);
});

test("tied parameters are one, and its derivative the sum of theirs", async () => {
  const loss = (f: (p: Params, x: Inputs) => NDArray) => (p: Params) => np.sum(np.square(f(p, ids)));
  const free = await load(file);
  const tied = await load(file, { tie: true });
  assert.equal(Object.keys(tied.params), ["emb"]);
  assert.equal(tied.f(tied.params, ids).toArray(), free.f(free.params, ids).toArray());
  const each = grad(loss(free.f))(free.params) as Record<string, NDArray>;
  const one = grad(loss(tied.f))(tied.params) as Record<string, NDArray>;
  const sum = np.add(np.add(each.emb as NDArray, np.transpose(each.head as NDArray)), each.copy as NDArray);
  assertClose(one.emb as NDArray, sum.toArray());
});

test("a list ties those with a name in it", async () => {
  assert.equal(Object.keys((await load(file, { tie: ["head"] })).params), ["emb", "copy"]);
  assert.equal(Object.keys((await load(file, { tie: ["emb"] })).params), ["emb"]);
  assert.equal(Object.keys((await load(file, { tie: false })).params).length, 3);
  await assertRejects(load(file, { tie: ["other"] }), 'tie names "other", which isn\'t found twice', "emb and head");
  await assertRejects(load(file, { tie: 1 as never }), "tie must be true, false or a list");
});

test("float64 is compared bit by bit, too, and a bit more is no tie", async () => {
  assert.is((await load(file, { dtype: "float64" })).ties.length, 2);
  const other = { name: "head", dims: [2, 3], raw: floats(1, 3, 5, 2, 4, 6 + 2 ** -21) };
  const [emb, , copy] = spec.tensors ?? [];
  if (!emb || !copy) throw new Error("the tensors are missing");
  assert.equal(
    (await load(model({ ...spec, tensors: [emb, other, copy] }))).ties.map(({ names }) => names[1]),
    ["copy"],
  );
});

test("parameters of one number repeated, such as biases of zeros, aren't ties", async () => {
  const zeros = (name: string) => ({ name, dims: [2], raw: floats(0, 0) });
  const biases: ModelSpec = {
    inputs: [["x", ["N", 2]]],
    nodes: [
      ["Gemm", ["x", "w", "a"], ["h"]],
      ["Gemm", ["h", "w", "b"], ["y"]],
    ],
    tensors: [{ name: "w", dims: [2, 2], raw: floats(1, 2, 3, 4) }, zeros("a"), zeros("b")],
    outputs: [["y"]],
  };
  assert.equal((await load(model(biases))).ties, []);
});

test.run();
