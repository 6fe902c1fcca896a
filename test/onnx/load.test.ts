/** Loading: sources, options, and what transformations make of a network. */
import { array, grad, jacrev, jit, jvp, type NDArray, numpy as np, nt, vmap } from "cotangent";
import { load, type Params } from "cotangent/onnx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, sample } from "../support/arrays.ts";
import { assertRejects, floats, type ModelSpec, model } from "../support/onnx-file.ts";

const weights = { w: sample(12, 1), b: sample(4, 2), v: sample(8, 3) };
const spec: ModelSpec = {
  inputs: [["x", ["N", 3]]],
  nodes: [
    ["Gemm", ["x", "w", "b"], ["h"]],
    ["Tanh", ["h"], ["a"]],
    ["MatMul", ["a", "v"], ["y"]],
  ],
  tensors: [
    { name: "w", dims: [3, 4], raw: floats(...weights.w) },
    { name: "b", dims: [4], raw: floats(...weights.b) },
    { name: "v", dims: [4, 2], raw: floats(...weights.v) },
  ],
  outputs: [["y", ["N", 2]]],
};
const file = model(spec);

/** The same network written here. */
function network({ w, b, v }: Params, x: NDArray): NDArray {
  return np.matmul(np.tanh(np.add(np.matmul(x, w as NDArray), b as NDArray)), v as NDArray);
}

const x1 = array(sample(6, 5), { shape: [2, 3], dtype: "float64" });
const x2 = array(sample(9, 6), { shape: [3, 3], dtype: "float64" });

test("sources: bytes, buffers, blobs, responses, streams, and promises of them", async () => {
  const blob = new Blob([file as Uint8Array<ArrayBuffer>]);
  const shifted = new Uint8Array(file.length + 3);
  shifted.set(file, 3);
  const sources = [
    file,
    shifted.subarray(3),
    file.slice().buffer,
    blob,
    new Response(blob),
    blob.stream(),
    Promise.resolve(file),
  ];
  for (const source of sources) assert.equal(Object.keys((await load(source)).params), ["w", "b", "v"]);
  await assertRejects(load("network.onnx" as never), "onnx.load: source must be bytes", 'got "network.onnx"');
  await assertRejects(load(new Response("", { status: 404 })), "onnx.load: source is a response with status 404");
});

test("options are checked", async () => {
  const refuse = (options: object, ...fragments: string[]) =>
    assertRejects(load(file, options), "onnx.load: ", ...fragments);
  await refuse({ precision: 1 }, 'unknown option "precision"', '"dtype", "params", "outputs", "tie", "externalData"');
  await refuse({ dtype: "float16" }, "dtype must be");
  await refuse({ dtype: "int32" }, 'dtype must be "float32" or "float64"');
  await refuse({ params: "w" }, "params must be a list of names, a RegExp or a function");
  await refuse({ outputs: "y" }, "outputs must be a list of different names");
  await refuse({ outputs: ["y", "y"] }, "outputs must be a list of different names");
  await refuse({ outputs: [] }, "outputs must be a list");
  await assertRejects(load(file, {}, 1 as never), "too many arguments");
});

test("values, jit, grad, jvp, vmap and jacrev are those of the network written by hand", async () => {
  const { f, params } = await load(file, { dtype: "float64" });
  const loss = (g: typeof network) => (p: Params) => np.sum(np.square(g(p, x1)));
  assertClose(f(params, x1), network(params, x1).toArray(), 1e-14);
  assertClose(jit(f)(params, x1), network(params, x1).toArray(), 1e-14);
  const [ours, theirs] = [grad(loss(f))(params), grad(loss(network))(params)] as [
    Record<string, NDArray>,
    Record<string, NDArray>,
  ];
  for (const name of ["w", "b", "v"]) assertClose(ours[name] as NDArray, (theirs[name] as NDArray).toArray(), 1e-13);
  const [, tangent] = jvp((x: NDArray) => f(params, x), [x1], [x1]);
  assertClose(tangent, jvp((x: NDArray) => network(params, x), [x1], [x1])[1].toArray(), 1e-13);
  const rows = vmap((x: NDArray) => f(params, np.reshape(x, [1, 3])))(x1);
  assertClose(rows, np.reshape(network(params, x1), [2, 1, 2]).toArray(), 1e-14);
  assertClose(
    jacrev((x: NDArray) => f(params, x))(x1) as NDArray,
    (jacrev((x: NDArray) => network(params, x))(x1) as NDArray).toArray(),
    1e-13,
  );
});

test("kernels in every implementation, by examples and by batches", async () => {
  const { f, params } = await load(file, { dtype: "float64" });
  const expected = nt.empiricalNtkFn(network, { traceAxes: [] })(x1, x2, params);
  for (const implementation of Object.values(nt.NtkImplementation)) {
    for (const vmapAxes of [null, 0]) {
      const kernel = nt.empiricalNtkFn(f, { implementation, vmapAxes, traceAxes: [] })(x1, x2, params);
      assertClose(kernel, expected.toArray(), 1e-12, `${implementation} ${vmapAxes}`);
    }
  }
  const nngp = nt.empiricalNngpFn(f)(x1, x2, params);
  assertClose(nngp, nt.empiricalNngpFn(network)(x1, x2, params).toArray(), 1e-12);
});

test("only the parameters that are chosen are derived by", async () => {
  const { f, params } = await load(file, { dtype: "float64", params: ["v"] });
  assert.equal(Object.keys(params), ["v"]);
  const kernel = nt.empiricalNtkFn(f, { traceAxes: [] })(x1, x1, params);
  const all = (await load(file, { dtype: "float64" })).params;
  const expected = nt.empiricalNtkFn((p: Params, x: NDArray) => network({ ...all, ...p }, x), { traceAxes: [] })(
    x1,
    x1,
    params,
  );
  assertClose(kernel, expected.toArray(), 1e-12);
});

test("initializers that old files declare as inputs, too, aren't inputs", async () => {
  const old: ModelSpec = { ...spec, inputs: [...(spec.inputs ?? []), ["w", [3, 4]], ["b", [4]]], opset: 9 };
  const { inputs, params } = await load(model(old));
  assert.equal(
    inputs.map(({ name }) => name),
    ["x"],
  );
  assert.equal(Object.keys(params), ["w", "b", "v"]);
});

test.run();
