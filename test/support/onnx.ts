/** Operators of ONNX on nodes without a file: what a case in `test/onnx/data` says, as an operator sees it. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { DType } from "../../src/base/dtypes.ts";
import { hostArray, NDArray } from "../../src/ir/ndarray.ts";
import type { AttributeProto, TensorProto } from "../../src/onnx/model.ts";
import { View } from "../../src/onnx/node.ts";
import type { NodeView } from "../../src/onnx/operator.ts";
import { operators } from "../../src/onnx/operators/index.ts";

/** A tensor as the data has it; numbers that JSON lacks are strings. */
export interface Tensor {
  /** The element type in the file; "" where the file doesn't tell it. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

export interface Attribute {
  readonly int?: number;
  readonly number?: number | string;
  readonly text?: string;
  readonly ints?: readonly number[];
  readonly numbers?: readonly number[];
  readonly texts?: readonly string[];
  readonly array?: Tensor;
}

/** One node with its inputs (null: left out) and outputs (null: not compared). */
export interface Case {
  readonly name: string;
  readonly op: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly inputs: readonly (Tensor | null)[];
  readonly outputs: readonly (Tensor | null)[];
}

type Arrays = readonly (NDArray | undefined)[];

type Float = "float32" | "float64";

/** The dtype that an element type is read as. */
export function dtypeFor(type: string, float: Float): DType {
  if (type === "float64") return "float64";
  if (type === "float32" || type === "float16") return float;
  return type === "bool" ? "bool" : type === "uint32" ? "uint32" : "int32";
}

const STORAGE = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

export const numbersOf = ({ data }: Tensor): number[] => data.map(Number);

/** Int64 beyond int32 becomes the nearest number inside. */
export function arrayOf(tensor: Tensor, float: Float = "float32"): NDArray {
  const dtype = dtypeFor(tensor.type, float);
  const inside = (n: number): number => (dtype === "int32" ? Math.max(-(2 ** 31), Math.min(n, 2 ** 31 - 1)) : n);
  return hostArray(STORAGE[dtype].from(numbersOf(tensor).map(inside)), tensor.shape, dtype);
}

/** The numbers of attributes' types in files. */
const KINDS = { number: 1, int: 2, text: 3, array: 4, numbers: 6, ints: 7, texts: 8 } as const;

/** Those of elements' types, as far as cases have attributes of them. */
const ELEMENTS: Readonly<Record<string, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

function tensorProto(tensor: Tensor): TensorProto {
  const { type, shape: dims } = tensor;
  const data = numbersOf(tensor);
  const lists = {
    floatData: type === "float32" ? data : [],
    int32Data: type === "int32" || type === "bool" ? data : [],
    int64Data: type === "int64" ? data : [],
    doubleData: type === "float64" ? data : [],
  };
  return { dims, dataType: ELEMENTS[type] ?? 0, ...lists, uint64Data: [], externalData: [] };
}

function attributeProto(name: string, given: Attribute): AttributeProto {
  const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
  const { int, number, text, array, ints = [], numbers = [], texts = [] } = given;
  return {
    name,
    type: KINDS[Object.keys(given)[0] as keyof typeof KINDS],
    floats: numbers,
    ints,
    strings: texts.map(encoded),
    ...(int !== undefined && { i: int }),
    ...(number !== undefined && { f: Number(number) }),
    ...(text !== undefined && { s: encoded(text) }),
    ...(array && { t: tensorProto(array) }),
  };
}

/** The node of a case, whose inputs' numbers are all known; the places of those that are asked for come into `read`. */
function viewOf(given: Omit<Case, "name">, float: Float, arrays: Arrays, read: Set<number>): NodeView {
  const { op, opset, attributes, inputs, outputs } = given;
  const places = inputs.map((x, i) => (x ? `x${i}` : ""));
  const list = Object.entries(attributes).map(([name, attribute]) => attributeProto(name, attribute));
  const node = { opType: op, input: places, output: outputs.map((_, i) => `y${i}`), attribute: list };
  const step = { node, op, attributes: new Map(list.map((a) => [a.name ?? "", a])), bodies: new Map(), needs: places };
  return new View(step, arrays, {
    fn: "onnx",
    opset,
    float,
    numbers: (x) => {
      const place = arrays.indexOf(x);
      read.add(place);
      const tensor = inputs[place];
      return tensor ? numbersOf(tensor) : undefined;
    },
    typeOf: (name) => inputs[places.indexOf(name)]?.type || undefined,
    run: () => [],
  });
}

/** The outputs of a case's operator, on its own inputs or on others. */
export function runCase(
  given: Omit<Case, "name">,
  float: Float = "float32",
  inputs: Arrays = given.inputs.map((x) => (x ? arrayOf(x, float) : undefined)),
  read = new Set<number>(),
): readonly NDArray[] {
  const operator = operators[given.op];
  if (!operator) throw new Error(`no operator ${given.op}`);
  const result = operator(viewOf(given, float, inputs, read), inputs);
  return result instanceof NDArray ? [result] : result;
}

/** The cases of a file in `test/onnx/data`. */
export const readCases = (file: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../onnx/data/${file}`, import.meta.url), "utf8"));

/** How far apart a result and its reference may be, of the largest entry of the reference: sums in another order. */
const TOLERANCE = 5e-6;

/** Float16 has 11 bits, and 32 bits are computed with here. */
const toleranceOf = ({ type }: Tensor): number => (type === "float16" ? 2e-3 : TOLERANCE);

/** Asserts that a result has the shape, the dtype (no weak one) and the numbers of its reference. */
function checkOutput(got: NDArray | undefined, want: Tensor, float: Float, what: string): void {
  assert.ok(got, `${what}: missing`);
  assert.equal([got.shape, got.dtype, got.aval.weak], [want.shape, dtypeFor(want.type, float), false], what);
  const [x, y] = [[...got.dataSync()], [...arrayOf(want, float).dataSync()]];
  const scale = Math.max(1, ...y.filter(Number.isFinite).map(Math.abs));
  y.forEach((number, i) => {
    const close = Object.is(x[i], number) || x[i] === number || Math.abs(x[i] - number) <= toleranceOf(want) * scale;
    assert.ok(close, `${what}, element ${i}: expected ${number}, got ${x[i]}`);
  });
}

/** Asserts that the operator of a case gives its outputs. */
export function checkCase(given: Case, float: Float = "float32"): void {
  const results = runCase(given, float);
  given.outputs.forEach((want, i) => {
    if (want) checkOutput(results[i], want, float, `${given.name} (opset ${given.opset}), output ${i}`);
  });
}
