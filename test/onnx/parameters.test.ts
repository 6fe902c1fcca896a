/** Which tensors are taken for parameters, and why. Expected are the parameters and buffers of the PyTorch modules that are exported so. */
import { type InitializerInfo, load, type ParamsOption } from "cotangent/onnx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sample } from "../support/arrays.ts";
import {
  assertRejects,
  floats,
  type ModelSpec,
  model,
  type NodeSpec,
  type TensorSpec,
  type ValueSpec,
} from "../support/onnx-file.ts";

const random = (name: string, dims: readonly number[], seed = 1): TensorSpec => ({
  ...{ name, dims },
  raw: floats(
    ...sample(
      dims.reduce((a, b) => a * b, 1),
      seed,
    ),
  ),
});
const of = (name: string, dims: readonly number[], ...values: number[]): TensorSpec => ({
  name,
  dims,
  raw: floats(...values),
});
const ints = (name: string, ...values: number[]): TensorSpec => ({
  name,
  type: "int64",
  dims: [values.length],
  data: values,
});

async function infos(
  nodes: readonly NodeSpec[],
  tensors: readonly TensorSpec[],
  { inputs = [["x", ["N", 4]]], params }: { inputs?: readonly ValueSpec[]; params?: ParamsOption } = {},
): Promise<readonly InitializerInfo[]> {
  const spec: ModelSpec = { inputs, nodes, tensors, outputs: ["y"] };
  return (await load(model(spec), params ? { params } : {})).initializers;
}

async function check(
  nodes: readonly NodeSpec[],
  tensors: readonly TensorSpec[],
  expected: Readonly<Record<string, RegExp>>,
  inputs?: readonly ValueSpec[],
): Promise<void> {
  const found = await infos(nodes, tensors, inputs ? { inputs } : {});
  assert.equal(
    found.map(({ name }) => name),
    Object.keys(expected),
  );
  for (const { name, trainable, reason } of found) {
    assert.match(`${trainable ? "+" : "-"} ${reason}`, expected[name] ?? /^$/, name);
  }
}

const images: readonly ValueSpec[] = [["x", ["N", 2, 5, 5]]];

test("weights and biases of products, of one element and of one number repeated, too", async () => {
  await check(
    [
      ["Gemm", ["x", "w", "b"], ["h"], { transB: 1 }],
      ["MatMul", ["h", "v"], ["g"]],
      ["Add", ["c", "g"], ["y"]],
    ],
    [random("w", [3, 4]), of("b", [3], 0, 0, 0), random("v", [3, 1]), of("c", [1], 0.5)],
    { w: /^\+ a weight of Gemm/, b: /^\+ a weight of Gemm/, v: /^\+ a weight of MatMul/, c: /^\+ a bias/ },
  );
});

test("running statistics aren't, scales and biases of BatchNormalization are", async () => {
  await check(
    [
      ["Conv", ["x", "w", "b"], ["h"]],
      ["BatchNormalization", ["h", "s", "t", "m", "v"], ["y"]],
    ],
    [
      random("w", [1, 2, 3, 3]),
      of("b", [1], 2),
      of("s", [1], 1),
      of("t", [1], 0),
      of("m", [1], 0.3),
      of("v", [1], 0.7),
    ],
    {
      w: /^\+/,
      b: /^\+/,
      s: /^\+ a weight/,
      t: /^\+ a weight/,
      m: /^- a running statistic/,
      v: /^- a running statistic/,
    },
    images,
  );
});

test("settings aren't: scales of Resize, bounds of Clip, values of Pad and comparisons", async () => {
  await check(
    [
      ["Resize", ["x", "roi", "scales"], ["a"], { mode: "nearest" }],
      ["Clip", ["a", "low", "high"], ["b"]],
      ["Pad", ["b", "pads", "fill"], ["c"]],
      ["Less", ["c", "limits"], ["d"]],
      ["Where", ["d", "c", "other"], ["y"]],
    ],
    [
      of("roi", [0]),
      of("scales", [4], 1, 1, 2, 2),
      of("low", [], -1),
      of("high", [], 1),
      ints("pads", 0, 0, 0, 0, 0, 0, 0, 0),
      of("fill", [], 0.5),
      random("limits", [10]),
      of("other", [], -1e9),
    ],
    {
      ...{
        roi: /^- it is empty/,
        scales: /^- a setting of Resize/,
        low: /^- a setting of Clip/,
        high: /^- a setting of Clip/,
      },
      ...{ fill: /^- a setting of Pad/, limits: /^- a setting of Less/, other: /^- one number/ },
    },
    images,
  );
});

test("numbers that formulas have aren't, and neither are masks", async () => {
  const [inf, low] = [Number.NEGATIVE_INFINITY, -3.4028234663852886e38];
  await check(
    [
      ["Div", ["x", "root"], ["a"]],
      ["Add", ["a", "mask"], ["b"]],
      ["Add", ["b", "low"], ["c"]],
      ["Mul", ["c", "keep"], ["y"]],
    ],
    [
      of("root", [1], Math.SQRT2),
      of("mask", [1, 4], 0, inf, inf, 0),
      of("low", [4], 0, low, 0, low),
      of("keep", [4], 1, 0, 1, 1),
    ],
    { root: /^- one number/, mask: /^- a mask/, low: /^- a mask/, keep: /^- a mask/ },
  );
});

test("a bias of zeros and ones, such as that of a forget gate, is a bias; what forbids a product's entries is a mask", async () => {
  await check(
    [
      ["Gemm", ["x", "w"], ["a"]],
      ["Add", ["a", "gates"], ["b"]],
      ["MatMul", ["b", "v"], ["c"]],
      ["Add", ["c", "mask"], ["y"]],
    ],
    [random("w", [4, 3]), of("gates", [3], 0, 1, 0), random("v", [3, 2]), of("mask", [1, 2], 0, -1e9)],
    { w: /^\+/, gates: /^\+ a bias/, v: /^\+/, mask: /^- a mask/ },
  );
});

test("what is neither a weight of a product nor a constant is a parameter: scales, class tokens, positions", async () => {
  await check(
    [
      ["Mul", ["x", "gamma"], ["a"]],
      ["Add", ["a", "beta"], ["b"]],
      ["PRelu", ["b", "slope"], ["y"]],
    ],
    [of("gamma", [4], 1, 1, 1, 1), random("beta", [1, 4]), of("slope", [1], 0.25)],
    { gamma: /^\+ used by Mul/, beta: /^\+ used by Add/, slope: /^\+ a weight of PRelu/ },
  );
});

test("weights are followed through Cast, Transpose, Reshape, Unsqueeze and Concat", async () => {
  await check(
    [
      ["Cast", ["half"], ["a"], { to: 1 }],
      ["Transpose", ["a"], ["b"], { perm: [1, 0] }],
      ["Concat", ["b", "other"], ["c"], { axis: 1 }],
      ["MatMul", ["x", "c"], ["y"]],
    ],
    [{ name: "half", type: "float16", dims: [1, 4], data: [0x3e00, 0xc000, 0x3c00, 0x3800] }, random("other", [4, 1])],
    { half: /^\+ a weight of MatMul/, other: /^\+ a weight of MatMul/ },
  );
});

test("tables of sine waves, equal steps and powers aren't; random tables of embeddings are", async () => {
  const rows = [0, 1, 2, 3, 4, 5];
  const waves = rows.flatMap((t) => [Math.sin(t), Math.cos(t), Math.sin(t / 100), Math.cos(t / 100)]);
  const steps = rows.map((t) => 0.5 * t - 1);
  const powers = rows.map((t) => 10000 ** (-t / 6));
  await check(
    [
      ["Gather", ["embedding", "i"], ["e"]],
      ["Gather", ["waves", "i"], ["p"]],
      ["Add", ["e", "p"], ["s"]],
      ["Mul", ["column", "powers"], ["q"]],
      ["Mul", ["q", "steps"], ["r"]],
      ["ReduceSum", ["r"], ["t"], { keepdims: 0 }],
      ["Mul", ["s", "t"], ["y"]],
    ],
    [
      random("embedding", [6, 4]),
      of("waves", [6, 4], ...waves),
      random("column", [6, 6]),
      of("powers", [6], ...powers),
      of("steps", [6], ...steps),
    ],
    {
      ...{ embedding: /^\+ a table of embeddings/, waves: /^- a table of equal steps or of sine waves/ },
      ...{ column: /^\+ used by Mul/, powers: /^- a table/, steps: /^- a table/ },
    },
    [["i", ["N"], "int64"]],
  );
});

test("frequencies that meet only positions aren't", async () => {
  await check(
    [
      ["Shape", ["x"], ["shape"]],
      ["Gather", ["shape", "zero"], ["n"]],
      ["Range", ["start", "n", "step"], ["t"]],
      ["Cast", ["t"], ["u"], { to: 1 }],
      ["Einsum", ["u", "frequency"], ["a"], { equation: "i,j->ij" }],
      ["ReduceSum", ["a"], ["s"], { keepdims: 0 }],
      ["Mul", ["x", "s"], ["y"]],
    ],
    [
      { name: "zero", type: "int64", dims: [], data: [0] },
      { name: "start", type: "int64", dims: [], data: [0] },
      { name: "step", type: "int64", dims: [], data: [1] },
      of("frequency", [2], 1, 0.01),
    ],
    { frequency: /^- it meets only what follows from shapes/ },
  );
});

test("the mean and deviation that inputs are normalized by aren't", async () => {
  await check(
    [
      ["Sub", ["x", "mean"], ["a"]],
      ["Div", ["a", "deviation"], ["b"]],
      ["Gemm", ["b", "w"], ["y"]],
    ],
    [random("mean", [4]), random("deviation", [4], 2), random("w", [4, 2])],
    { mean: /^- a statistic of the inputs/, deviation: /^- a statistic of the inputs/, w: /^\+/ },
  );
});

test("weights that an exporter makes for a normalization without any aren't; a module's own of the same values are", async () => {
  const normalized = (scale: string, bias: string): NodeSpec[] => [
    ["InstanceNormalization", ["x", scale, bias], ["y"]],
  ];
  const tensors = (scale: string, bias: string): TensorSpec[] => [of(scale, [2], 1, 1), of(bias, [2], 0, 0)];
  await check(
    normalized("val_3", "val_4"),
    tensors("val_3", "val_4"),
    { val_3: /^- what Inst/, val_4: /^- what Inst/ },
    images,
  );
  await check(
    normalized("n.weight", "n.bias"),
    tensors("n.weight", "n.bias"),
    { "n.weight": /^\+/, "n.bias": /^\+/ },
    images,
  );
});

test("the state that a recurrent layer begins with isn't where it is one number", async () => {
  await check(
    [
      ["GRU", ["x", "w", "r", "b", "", "h"], ["a"], { hidden_size: 1 }],
      ["Identity", ["a"], ["y"]],
    ],
    [random("w", [1, 3, 2]), random("r", [1, 3, 1]), random("b", [1, 6]), of("h", [1, 2, 1], 0, 0)],
    { w: /^\+ a weight of GRU/, r: /^\+/, b: /^\+/, h: /^- the state that GRU begins with/ },
    [["x", [3, 2, 2]]],
  );
});

test("Constant nodes are weights in products only", async () => {
  const constant = (name: string, spec: TensorSpec): NodeSpec => ["Constant", [], [name], { value: { tensor: spec } }];
  await check(
    [
      constant("w", random("", [4, 4])),
      constant("ones", of("", [4, 4], ...Array(16).fill(1))),
      constant("shift", random("", [4])),
      ["MatMul", ["x", "w"], ["a"]],
      ["MatMul", ["a", "ones"], ["b"]],
      ["Add", ["b", "shift"], ["y"]],
    ],
    [],
    { w: /^\+ a weight of MatMul/, ones: /^- a Constant node that repeats/, shift: /^- a Constant node that isn't/ },
  );
});

test("the caller chooses by names, a pattern or a function; constants keep their values", async () => {
  const nodes: NodeSpec[] = [
    ["Gemm", ["x", "fc.weight", "fc.bias"], ["h"]],
    ["Mul", ["h", "scale"], ["y"]],
  ];
  const tensors = [random("fc.weight", [4, 2]), random("fc.bias", [2]), of("scale", [], 3)];
  const chosen = async (params: ParamsOption): Promise<string[]> =>
    (await infos(nodes, tensors, { params })).filter(({ trainable }) => trainable).map(({ name }) => name);
  assert.equal(await chosen(["scale", "fc.bias"]), ["fc.bias", "scale"]);
  assert.equal(await chosen(/weight$/g), ["fc.weight"]);
  assert.equal(await chosen(({ shape }) => shape.length === 1), ["fc.bias"]);
  assert.equal(await chosen([]), []);
  const [first] = await infos(nodes, tensors, { params: ["scale"] });
  assert.equal(first, {
    name: "fc.weight",
    shape: [4, 2],
    dtype: "float32",
    trainable: false,
    reason: "chosen by the option params",
  });
  const wrong = load(model({ inputs: [["x", ["N", 4]]], nodes, tensors, outputs: ["y"] }), { params: ["fc.weigth"] });
  await assertRejects(wrong, 'params names "fc.weigth"', 'there are "fc.weight", "fc.bias", "scale"');
});

test.run();
