import "cotangent";
import { test } from "uvu";
import { assertThrows } from "../../support/arrays.ts";
import { type Attribute, runCase, type Tensor } from "../../support/onnx.ts";

const tensor = (type: string, shape: readonly number[], data: readonly number[]): Tensor => ({ type, shape, data });
const floats = (...shape: number[]): Tensor =>
  tensor(
    "float32",
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 0.5 + i),
  );
const ints = (...data: number[]): Tensor => tensor("int64", [data.length], data);

/** A node, what it is given, and what its error names. */
interface Refused {
  readonly op: string;
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly opset?: number;
  readonly outputs?: number;
  readonly names: readonly string[];
}

const image = floats(1, 2, 4, 4);
const four = [floats(2), floats(2), floats(2), floats(2)];
const lstm = [floats(3, 1, 2), floats(1, 8, 2), floats(1, 8, 2)];
const window = { kernel_shape: { ints: [2, 2] } };

const refused: readonly Refused[] = [
  {
    op: "BatchNormalization",
    inputs: [image, ...four],
    attributes: { training_mode: { int: 1 } },
    names: ["training_mode = 1"],
  },
  {
    op: "BatchNormalization",
    inputs: [image, ...four],
    attributes: { spatial: { int: 0 } },
    opset: 7,
    names: ["spatial = 0"],
  },
  { op: "BatchNormalization", inputs: [image, ...four], opset: 9, outputs: 5, names: ["training"] },
  { op: "BitShift", inputs: [ints(1), ints(1)], attributes: { direction: { text: "LEFT" } }, names: ["int64"] },
  {
    op: "BitShift",
    inputs: [ints(1), ints(1)],
    attributes: { direction: { text: "UP" } },
    names: ['direction = "UP"'],
  },
  { op: "Cast", inputs: [floats(1)], attributes: { to: { int: 8 } }, names: ["to = 8"] },
  { op: "Cast", inputs: [floats(1)], attributes: { to: { int: 17 } }, names: ["to = 17"] },
  { op: "Col2Im", inputs: [floats(1, 4, 3), ints(3), ints(2)], names: ["blocks of 2", "images of 3"] },
  { op: "Constant", inputs: [], attributes: { value_string: { text: "a" } }, names: ["value_string"] },
  { op: "Constant", inputs: [], names: ["value is missing"] },
  { op: "Conv", inputs: [image, floats(3, 2, 2)], names: ["as many axes"] },
  {
    op: "Conv",
    inputs: [image, floats(3, 2, 2, 2)],
    attributes: { kernel_shape: { ints: [3, 3] } },
    names: ["kernel_shape = [3, 3]"],
  },
  {
    op: "Conv",
    inputs: [image, floats(3, 2, 2, 2)],
    attributes: { strides: { ints: [1] } },
    names: ["strides = [1]", "2 integers"],
  },
  {
    op: "Conv",
    inputs: [image, floats(3, 2, 2, 2)],
    attributes: { auto_pad: { text: "SAME" } },
    names: ['auto_pad = "SAME"'],
  },
  { op: "ConvTranspose", inputs: [image, floats(2, 1, 2, 2)], attributes: { group: { int: 3 } }, names: ["group = 3"] },
  { op: "DepthToSpace", inputs: [image], attributes: { blocksize: { int: 2 } }, names: ["2 features", "2 x 2"] },
  { op: "Dropout", inputs: [floats(2), floats(), tensor("bool", [], [1])], names: ["training_mode = true"] },
  { op: "GatherElements", inputs: [floats(2, 2), ints(0)], names: ["2 axes"] },
  { op: "Gelu", inputs: [floats(2)], attributes: { approximate: { text: "fast" } }, names: ['approximate = "fast"'] },
  { op: "Gemm", inputs: [floats(2, 3), floats(3, 2), floats(2, 2, 2)], names: ["input 2"] },
  { op: "GridSample", inputs: [image, floats(1, 2, 2, 3)], names: ["2 coordinates"] },
  {
    op: "GroupNormalization",
    inputs: [image, floats(2), floats(2)],
    attributes: { num_groups: { int: 3 } },
    names: ["num_groups = 3"],
  },
  { op: "LpNormalization", inputs: [floats(2)], attributes: { p: { int: 3 } }, names: ["p = 3"] },
  { op: "LSTM", inputs: lstm, attributes: { hidden_size: { int: 3 } }, names: ["hidden_size = 3"] },
  { op: "LSTM", inputs: lstm, attributes: { direction: { text: "bidirectional" } }, names: ["bidirectional", "2"] },
  { op: "LSTM", inputs: lstm, attributes: { activations: { texts: ["Tanh"] } }, names: ["activations", "3 functions"] },
  { op: "LSTM", inputs: lstm, attributes: { activations: { texts: ["Sigmoid", "Sine", "Tanh"] } }, names: ['"Sine"'] },
  {
    op: "LSTM",
    inputs: lstm,
    attributes: { activations: { texts: ["Sigmoid", "Affine", "Tanh"] } },
    names: ["activation_alpha", "Affine"],
  },
  { op: "LSTM", inputs: [...lstm, floats(1, 8)], names: ["bias", "16 numbers"] },
  {
    op: "MaxPool",
    inputs: [image],
    attributes: { ...window, pads: { ints: [2, 0, 0, 0] } },
    names: ["pads [2, 0]", "2"],
  },
  { op: "MaxPool", inputs: [image], attributes: window, outputs: 2, names: ["Indices"] },
  {
    op: "MaxPool",
    inputs: [image],
    attributes: { ...window, storage_order: { int: 1 } },
    names: ["storage_order = 1"],
  },
  { op: "MaxPool", inputs: [image], attributes: { kernel_shape: { ints: [2] } }, names: ["kernel_shape = [2]"] },
  { op: "Pad", inputs: [floats(2), ints(1)], names: ["2 pads"] },
  { op: "Pad", inputs: [floats(2), ints(1, 1)], attributes: { mode: { text: "mirror" } }, names: ['mode = "mirror"'] },
  {
    op: "Pad",
    inputs: [floats(2), ints(0, 200)],
    attributes: { mode: { text: "reflect" } },
    names: ["reflect", "64 times"],
  },
  { op: "QuantizeLinear", inputs: [floats(2), floats(), tensor("int32", [], [0])], names: ["int32"] },
  { op: "QuantizeLinear", inputs: [floats(2), floats()], attributes: { output_dtype: { int: 17 } }, names: ["17"] },
  { op: "Range", inputs: [ints(0), ints(4), ints(0)], names: ["delta 0"] },
  { op: "Reshape", inputs: [floats(5), ints(2, -1)], names: ["5 elements", "[2, -1]"] },
  {
    op: "Resize",
    inputs: [image, null, null, ints(1, 2, 4, 4)],
    attributes: { mode: { text: "area" } },
    names: ['mode = "area"'],
  },
  { op: "Resize", inputs: [image], names: ["scales or sizes"] },
  {
    op: "ReverseSequence",
    inputs: [floats(2, 2, 2), ints(1, 2)],
    attributes: { time_axis: { int: 2 } },
    names: ["time_axis = 2"],
  },
  {
    op: "Scatter",
    inputs: [floats(2), ints(0), floats(1)],
    attributes: { reduction: { text: "mean" } },
    names: ['reduction = "mean"'],
  },
  { op: "ScatterElements", inputs: [floats(2), ints(0), floats(2)], names: ["one shape"] },
  { op: "Sin", inputs: [ints(1)], names: ["floats"] },
  { op: "Slice", inputs: [floats(2), ints(0), ints(2), ints(0), ints(0)], names: ["step"] },
  { op: "Slice", inputs: [floats(2), ints(0), ints(2, 2)], names: ["equally long"] },
  { op: "Softmax", inputs: [floats(2, 3)], attributes: { axis: { int: 2 } }, names: ["axis 2"] },
  { op: "Split", inputs: [floats(5)], outputs: 2, names: ["5", "2 equal parts"] },
  { op: "Split", inputs: [floats(5), ints(2, 3)], outputs: 3, names: ["3 sizes, got 2"] },
  { op: "Tile", inputs: [floats(2, 2), ints(2)], names: ["2 repeats"] },
  { op: "Unsqueeze", inputs: [floats(2)], names: ["axes are missing"] },
  { op: "Upsample", inputs: [image, floats(2)], names: ["4 scales"] },
  { op: "Add", inputs: [floats(2)], names: ["input 1 is missing"] },
  { op: "Add", inputs: [floats(2), floats(3)], names: ["Add", "(2,)", "(3,)"] },
];

for (const { op, inputs, attributes = {}, opset = 17, outputs = 1, names } of refused) {
  test(`${op} refuses ${names.join(", ")}`, () => {
    const node = { op, opset, attributes, inputs, outputs: Array.from({ length: outputs }, () => null) };
    assertThrows(() => runCase(node), ...names);
  });
}

test("QuantizeLinear refuses a zero point whose type the file doesn't tell", () => {
  const inputs = [floats(2), floats(), tensor("", [], [0])];
  const node = { op: "QuantizeLinear", opset: 17, attributes: {}, inputs, outputs: [null] };
  assertThrows(() => runCase(node), "element type", "input 2");
});

test.run();
