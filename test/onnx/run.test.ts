/** How a graph is run: what is known folds, graphs in branches, functions, and errors of nodes. */
import { array, jit, type NDArray, numpy as np, vmap } from "cotangent";
import { load, type Network } from "cotangent/onnx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../support/arrays.ts";
import {
  assertRejects,
  type FunctionSpec,
  floats,
  type GraphSpec,
  type ModelSpec,
  model,
  type NodeSpec,
  type TensorSpec,
} from "../support/onnx-file.ts";

const ints = (name: string, ...values: (number | bigint)[]): TensorSpec => ({
  name,
  type: "int64",
  dims: [values.length],
  data: values,
});
const int = (name: string, value: number): TensorSpec => ({ name, type: "int64", dims: [], data: [value] });

const loaded = (spec: Partial<ModelSpec> & Pick<ModelSpec, "nodes">): Promise<Network> =>
  load(model({ inputs: [["x", ["N", 2, 3]]], outputs: ["y"], ...spec }));

const counting = (...shape: number[]): NDArray =>
  np.reshape(
    np.arange(
      shape.reduce((a, b) => a * b, 1),
      { dtype: "float32" },
    ),
    shape,
  );

/** x.reshape(x.shape[0], -1), as exporters write it. */
const flatten: NodeSpec[] = [
  ["Shape", ["x"], ["shape"]],
  ["Gather", ["shape", "zero"], ["n"]],
  ["Unsqueeze", ["n", "axes"], ["m"]],
  ["Concat", ["m", "rest"], ["sizes"], { axis: 0 }],
  ["Reshape", ["x", "sizes"], ["y"]],
];

test("shapes that the graph computes fold while tracing, for each size of the batch anew", async () => {
  const { f, params } = await loaded({ nodes: flatten, tensors: [int("zero", 0), ints("axes", 0), ints("rest", -1)] });
  const compiled = jit(f);
  for (const n of [1, 4, 2]) {
    const x = counting(n, 2, 3);
    assert.equal(compiled(params, x).toArray(), np.reshape(x, [n, 6]).toArray());
  }
  const each = vmap((x: NDArray) => f(params, x));
  assert.equal(each(counting(2, 3, 2, 3)).shape, [2, 3, 6]);
});

test("a shape that depends on the contents of inputs or on parameters is an error that names the node", async () => {
  const tensors = [{ name: "w", dims: [2], raw: floats(3, 2) }];
  const nodes: NodeSpec[] = [
    ["Cast", ["w"], ["sizes"], { to: 7 }],
    ["Reshape", ["x", "sizes"], ["y"], {}, { name: "late" }],
  ];
  const spec = model({ inputs: [["x", [2, 3]]], nodes, tensors, outputs: ["y"] });
  await assertRejects(
    load(spec, { params: ["w"] }),
    'onnx.load: Reshape "late" of float32(2, 3), int32(2,)',
    "depends on parameters",
  );
  const { f, params } = await load(spec, { params: [] });
  assert.equal(f(params, counting(2, 3)).toArray(), [
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
});

test("the shape of a parameter is known, its elements aren't", async () => {
  const tensors = [{ name: "w", dims: [3, 2], raw: floats(1, 2, 3, 4, 5, 6) }];
  const nodes: NodeSpec[] = [
    ["Shape", ["w"], ["sizes"]],
    ["Reshape", ["x", "sizes"], ["a"]],
    ["Add", ["a", "w"], ["y"]],
  ];
  const { f, params } = await load(model({ inputs: [["x", [2, 3]]], nodes, tensors, outputs: ["y"] }));
  assert.equal(jit(f)(params, counting(2, 3)).toArray(), [
    [1, 3],
    [5, 7],
    [9, 11],
  ]);
});

test("large constants aren't computed while tracing", async () => {
  const side = 2 ** 15;
  const nodes: NodeSpec[] = [
    ["ConstantOfShape", ["sizes"], ["huge"]],
    ["Slice", ["huge", "from", "to"], ["part"]],
    ["Add", ["x", "part"], ["y"]],
  ];
  const tensors = [ints("sizes", side, side), ints("from", 0, 0), ints("to", 2, 3)];
  const before = process.memoryUsage().arrayBuffers;
  await loaded({ nodes, tensors, inputs: [["x", [2, 3]]] });
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 26);
});

test("integers beyond int32 serve as bounds, also when they were moved, and as nothing else", async () => {
  const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
  const tensors = [
    ints("from", 1),
    ints("most", most),
    ints("axis", 2),
    ints("one", -1),
    ints("least", least),
    int("zero", 0),
  ];
  const direct = await loaded({ nodes: [["Slice", ["x", "from", "most", "axis"], ["y"]]], tensors });
  assert.equal(direct.f({}, counting(1, 2, 3)).toArray(), [
    [
      [1, 2],
      [4, 5],
    ],
  ]);
  const moved: NodeSpec[] = [
    ["Gather", ["least", "zero"], ["a"]],
    ["Unsqueeze", ["a", "zeros"], ["b"]],
    ["Slice", ["x", "one", "b", "axis", "one"], ["y"]],
  ];
  const flipped = await loaded({ nodes: moved, tensors: [...tensors, ints("zeros", 0)] });
  assert.equal(flipped.f({}, counting(1, 2, 3)).toArray(), [
    [
      [2, 1, 0],
      [5, 4, 3],
    ],
  ]);
  const used: NodeSpec[] = [
    ["Add", ["most", "from"], ["a"]],
    ["Slice", ["x", "from", "a", "axis"], ["y"]],
  ];
  await assertRejects(
    loaded({ nodes: used, tensors }),
    'Add "a" of int32(1,), int32(1,): an integer among its inputs doesn\'t fit into int32',
  );
});

/** If the batch has more than one example, x + w, otherwise x * w, where w lies around the branches. */
const choice = (condition: readonly NodeSpec[]): Partial<ModelSpec> & Pick<ModelSpec, "nodes"> => {
  const branch = (op: string): { graph: GraphSpec } => ({
    graph: {
      nodes: [
        ["Constant", [], ["k"], { value_float: { float: 10 } }],
        ["Mul", ["w", "k"], ["v"]],
        [op, ["x", "v"], ["r"]],
      ],
      outputs: ["r"],
    },
  });
  const node: NodeSpec = [
    "If",
    ["c"],
    ["y"],
    { then_branch: branch("Add"), else_branch: branch("Mul") },
    { name: "choice" },
  ];
  const tensors = [{ name: "w", dims: [3], raw: floats(1, 2, 3) }, int("one", 1), int("zero", 0)];
  return { nodes: [...condition, node], tensors };
};

test("a condition that follows from shapes chooses the branch, which sees the values around it", async () => {
  const { f, params } = await loaded(
    choice([
      ["Shape", ["x"], ["s"]],
      ["Gather", ["s", "zero"], ["n"]],
      ["Greater", ["n", "one"], ["c"]],
    ]),
  );
  assert.equal(Object.keys(params), ["w"]);
  const compiled = jit(f);
  assert.equal(compiled(params, counting(1, 2, 3)).toArray(), [
    [
      [0, 20, 60],
      [30, 80, 150],
    ],
  ]);
  const two = compiled(params, counting(2, 2, 3)).toArray();
  assert.equal(two, np.add(counting(2, 2, 3), array([10, 20, 30])).toArray());
});

test("local functions are written out: attributes of the caller, defaults, calls in calls", async () => {
  const scaled: FunctionSpec = {
    ...{ name: "Scaled", domain: "own", inputs: ["a", "b"], outputs: ["r"] },
    attributes: { transB: 1 },
    nodes: [
      ["Constant", [], ["k"], { value_float: { ref: "factor", type: 1 } }],
      ["Gemm", ["a", "b"], ["p"], { transB: { ref: "transB", type: 2 }, alpha: { ref: "missing", type: 1 } }],
      ["Mul", ["p", "k"], ["r"]],
    ],
  };
  const twice: FunctionSpec = {
    ...{ name: "Twice", domain: "own", inputs: ["a", "b"], outputs: ["r", "a"] },
    nodes: [
      ["Scaled", ["a", "b"], ["p"], { factor: { float: 2 } }, { domain: "own" }],
      ["Scaled", ["p", "b"], ["r"], { factor: { float: 3 }, transB: 0 }, { domain: "own" }],
    ],
  };
  const spec: ModelSpec = {
    inputs: [["x", ["N", 2]]],
    nodes: [
      ["Twice", ["x", "w"], ["r", "same"], {}, { domain: "own", name: "call" }],
      ["Add", ["r", "same"], ["y"]],
    ],
    tensors: [{ name: "w", dims: [2, 2], raw: floats(1, 2, 3, 4) }],
    outputs: ["y"],
    functions: [scaled, twice],
  };
  const { f, params, initializers } = await load(model(spec));
  assert.equal(initializers.map(({ name, trainable }) => [name, trainable]).slice(0, 1), [["w", true]]);
  // p = 2 x w' = [2 (1 + 4), 2 (3 + 8)] = [10, 22]; r = 3 p w = [3 (10 + 66), 3 (20 + 88)].
  assert.equal(f(params, array([[1, 2]])).toArray(), [[228 + 1, 324 + 2]]);
  const itself: FunctionSpec = { ...twice, name: "Scaled", outputs: ["r"] };
  await assertRejects(
    load(model({ ...spec, functions: [itself, twice] })),
    "the function Scaled of the file calls itself",
  );
  await assertRejects(
    load(model({ ...spec, functions: [scaled, { ...twice, opset: 13 }] })),
    "the function Twice of the file uses operator set 13, the file itself 18",
  );
});

test("functions that double at each level end with an error", async () => {
  const level = (i: number): FunctionSpec => {
    const next = i === 0 ? "Relu" : `F${i - 1}`;
    const more = i === 0 ? {} : { domain: "own" };
    return {
      ...{ name: `F${i}`, domain: "own", inputs: ["a"], outputs: ["r"] },
      nodes: [
        [next, ["a"], ["b"], {}, more],
        [next, ["b"], ["r"], {}, more],
      ],
    };
  };
  const functions = Array.from({ length: 30 }, (_, i) => level(i));
  const spec = model({
    inputs: [["x", ["N"]]],
    nodes: [["F29", ["x"], ["y"], {}, { domain: "own" }]],
    outputs: ["y"],
    functions,
  });
  await assertRejects(load(spec), "make more than 100000 nodes");
});

test("errors of operators name the function, the operator, the node, and its inputs", async () => {
  const { f } = await loaded({
    nodes: [["MatMul", ["x", "x"], ["y"], {}, { name: "square" }]],
    inputs: [["x", ["N", "M"]]],
  });
  assertThrows(() => f({}, counting(2, 3)), 'onnx f: MatMul "square" of float32(2, 3), float32(2, 3): ');
  assert.is(f({}, counting(2, 2)).shape.length, 2);
  await assertRejects(
    loaded({ nodes: [["Transpose", ["x"], ["y"], { perm: 1 }]] }),
    'Transpose "y" of float32(2, 2, 3)',
    'attribute "perm" isn\'t of type ints',
  );
  await assertRejects(
    loaded({ nodes: [["Flatten", ["x"], ["y", "z"]]], outputs: ["z"] }),
    'its output 1 ("z") isn\'t computed',
  );
});

test("an error inside of a branch names the node in there", async () => {
  const wrong: { graph: GraphSpec } = {
    graph: { nodes: [["MatMul", ["x", "x"], ["r"], {}, { name: "inner" }]], outputs: ["r"] },
  };
  const node: NodeSpec = ["If", ["c"], ["y"], { then_branch: wrong, else_branch: wrong }];
  const spec = {
    nodes: [node],
    tensors: [{ name: "c", type: "bool", dims: [], data: [1] } as const],
    inputs: [["x", [2, 3]]] as const,
  };
  const message = await loaded(spec).catch(({ message }: Error) => message);
  assert.match(String(message), /^onnx\.load: MatMul "inner" of/);
});

test("outputs may be inputs and constants as they are", async () => {
  const spec: ModelSpec = {
    inputs: [["x", ["N"]]],
    nodes: [["Identity", ["x"], ["y"]]],
    tensors: [{ name: "k", dims: [1], raw: floats(7) }],
    outputs: ["y", "k"],
  };
  const { f, params } = await load<Record<string, NDArray>>(model(spec));
  const result = jit(f)(params, array([1, 2]));
  assert.equal([result.y?.toArray(), result.k?.toArray()], [[1, 2], [7]]);
});

test.run();
