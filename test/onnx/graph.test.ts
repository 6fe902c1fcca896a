/** What is checked of a graph before anything is computed. */
import { type LoadOptions, load } from "cotangent/onnx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  assertRejects,
  floats,
  type GraphSpec,
  integer,
  type ModelSpec,
  model,
  type NodeSpec,
  part,
} from "../support/onnx-file.ts";

const weight = { name: "w", dims: [2], raw: floats(1, 2) };
const base: ModelSpec = {
  inputs: [["x", ["N", 2]]],
  nodes: [["Add", ["x", "w"], ["y"], {}, { name: "first" }]],
  tensors: [weight],
  outputs: [["y", ["N", 2]]],
};

const refused = (change: Partial<ModelSpec>, ...fragments: string[]): Promise<void> =>
  assertRejects(load(model({ ...base, ...change })), "onnx.load: ", ...fragments);

test("operator sets 7 to 21 are read, others are refused with the versions that are", async () => {
  for (const opset of [7, 13, 21]) await load(model({ ...base, opset }));
  for (const opset of [1, 6, 22, 99]) await refused({ opset }, `operator set ${opset}; those from 7 to 21`);
});

test("a file without a graph, without an operator set, without outputs, or that is none", async () => {
  const opset = part(8, integer(2, 18));
  await assertRejects(load(Uint8Array.from(opset)), "onnx.load: the file has no graph");
  await assertRejects(load(Uint8Array.from(part(7, []))), "doesn't say which operator set");
  await assertRejects(load(new Uint8Array()), "doesn't say which operator set");
  await assertRejects(load(new TextEncoder().encode("<!doctype html><html></html>")), "damaged or no ONNX file");
  await refused({ outputs: [] }, "the graph has no outputs");
});

test("all unknown operators are one error", async () => {
  const nodes: NodeSpec[] = [
    ["FancyOp", ["x"], ["a"]],
    ["FusedMatMul", ["a", "w"], ["b"], {}, { domain: "com.microsoft" }],
    ["FancyOp", ["b"], ["c"]],
    ["Add", ["c", "w"], ["y"], {}, { domain: "ai.onnx" }],
  ];
  await refused({ nodes }, "can't compute the operators FancyOp, com.microsoft.FusedMatMul.");
});

test("unknown operators of graphs in branches are among them", async () => {
  const branch: GraphSpec = { nodes: [["OtherOp", ["x"], ["b"]]], outputs: ["b"] };
  const nodes: NodeSpec[] = [
    ["FancyOp", ["x"], ["c"]],
    ["If", ["c"], ["y"], { then_branch: { graph: branch }, else_branch: { graph: branch } }],
  ];
  await refused({ nodes }, "FancyOp, OtherOp");
});

test("outputs that can be had without the unknown operators are named, and can be chosen", async () => {
  const spec: ModelSpec = {
    ...base,
    nodes: [...base.nodes, ["ZipMap", ["y"], ["map"], {}, { domain: "ai.onnx.ml" }]],
    outputs: [["y", ["N", 2]], ["map"]],
  };
  await assertRejects(load(model(spec)), 'ai.onnx.ml.ZipMap; without them {outputs: ["y"]} can be had');
  const { outputs } = await load(model(spec), { outputs: ["y"] });
  assert.equal(outputs, [{ name: "y", dtype: "float32", shape: ["N", 2] }]);
  await assertRejects(load(model(spec), { outputs: ["z"] }), 'the file has no output "z"; it has "y", "map"');
});

test("values that nothing gives are named with the nodes that need them", async () => {
  const nodes: NodeSpec[] = [
    ["Add", ["x", "v"], ["h"], {}, { name: "one" }],
    ["Mul", ["h", "u"], ["y"], {}, { name: "two" }],
  ];
  await refused({ nodes }, '"v" (needed by Add "one")', '"u" (needed by Mul "two")');
  await refused({ outputs: ["z"] }, '"z" (needed by the graph\'s outputs)');
  const branch: GraphSpec = { nodes: [["Relu", ["far"], ["b"]]], outputs: ["b"] };
  const choice: NodeSpec = ["If", ["x"], ["y"], { then_branch: { graph: branch }, else_branch: { graph: branch } }];
  await refused({ nodes: [choice] }, '"far" (needed by If "y")');
});

test("two parts of a graph mustn't give one value", async () => {
  const again: NodeSpec = ["Relu", ["x"], ["y"], {}, { name: "second" }];
  await refused(
    { nodes: [...base.nodes, again] },
    'give the value "y": the node Add "first" and the node Relu "second"',
  );
  await refused({ nodes: [["Relu", ["x"], ["w"]], ...base.nodes] }, '"w": an initializer and the node Relu "w"');
  await refused({ nodes: [["Relu", ["w"], ["x"]], ...base.nodes] }, '"x": an input and the node Relu "x"');
  await refused({ tensors: [weight, weight] }, '"w": an initializer and an initializer');
});

test("a cycle is an error that names its nodes", async () => {
  const nodes: NodeSpec[] = [
    ["Add", ["x", "c"], ["b"], {}, { name: "one" }],
    ["Relu", ["b"], ["c"], {}, { name: "two" }],
    ["Add", ["c", "w"], ["y"]],
  ];
  await refused({ nodes }, 'a cycle: Add "one" needs Relu "two" needs Add "one"');
  await refused({ nodes: [["Add", ["y", "w"], ["y"]]] }, 'a cycle: Add "y" needs Add "y"');
});

test("nodes out of order are sorted", async () => {
  const nodes: NodeSpec[] = [
    ["Mul", ["b", "w"], ["y"]],
    ["Relu", ["a"], ["b"]],
    ["Neg", ["x"], ["a"]],
  ];
  const { f, params } = await load(model({ ...base, nodes }));
  const { array } = await import("cotangent");
  assert.equal(
    f(
      params,
      array([
        [-1, 2],
        [3, -4],
      ]),
    ).toArray(),
    [
      [1, 0],
      [0, 8],
    ],
  );
});

test("a long chain takes no stack, and a graph in the wrong order no quadratic time", async () => {
  const count = 20_000;
  const nodes = Array.from({ length: count }, (_, i): NodeSpec => {
    return ["Identity", [i === 0 ? "x" : `h${i}`], [i === count - 1 ? "y" : `h${i + 1}`]];
  });
  await load(model({ ...base, nodes: nodes.reverse() }), { outputs: ["y"] });
});

test("parts that don't fit are found when loading, whatever the size of the batch", async () => {
  const matrices = [
    { name: "a", dims: [3, 2], raw: floats(1, 2, 3, 4, 5, 6) },
    { name: "b", dims: [3, 3], raw: floats(1, 2, 3, 4, 5, 6, 7, 8, 9) },
  ];
  const nodes: NodeSpec[] = [
    ["MatMul", ["x", "a"], ["h"]],
    ["MatMul", ["h", "b"], ["y"], {}, { name: "late" }],
  ];
  const inputs: ModelSpec["inputs"] = [["x", ["N", 3]]];
  await refused({ inputs, nodes, tensors: matrices }, 'MatMul "late" of float32(2, 2), float32(3, 3)');
});

test("a file that asks for even batches isn't refused for that", async () => {
  const shape = { name: "shape", type: "int64", dims: [2], data: [2, -1] } as const;
  const options: LoadOptions = {};
  await load(
    model({ ...base, nodes: [["Reshape", ["x", "shape"], ["y"]]], tensors: [shape], inputs: [["x", ["N", 3]]] }),
    options,
  );
});

test("values that are no tensors of numbers are refused by name", async () => {
  const sequence = [...part(1, "x"), ...part(2, part(4, []))];
  const bytes = Uint8Array.from([
    ...part(7, [
      ...part(1, [...part(1, "x"), ...part(2, "y"), ...part(4, "Identity")]),
      ...part(11, sequence),
      ...part(12, part(1, "y")),
    ]),
    ...part(8, integer(2, 18)),
  ]);
  await assertRejects(load(bytes), 'the input "x" is a sequence; only tensors can be read');
  await refused({ inputs: [["x", ["N"], "string"]] }, 'the input "x" is of type string, which can\'t be read');
});

test("sparse initializers are refused by name", async () => {
  const sparse = part(15, part(1, [...integer(1, 1), ...integer(2, 1), ...part(8, "few")]));
  const bytes = Uint8Array.from([...part(7, [...sparse, ...part(12, part(1, "y"))]), ...part(8, integer(2, 18))]);
  await assertRejects(load(bytes), 'the tensor "few" is sparse, which can\'t be read');
});

test("tensors of other types are refused only where outputs need them", async () => {
  const names = { name: "names", type: "string", dims: [1] } as const;
  await load(model({ ...base, tensors: [weight, names] }));
  await refused(
    { tensors: [weight, names], nodes: [["Add", ["x", "names"], ["y"]]] },
    'the tensor "names"',
    "type string",
  );
});

test.run();
