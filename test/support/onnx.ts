/** Operators of ONNX on nodes without a file: what a case in `test/onnx/data` says, as an operator sees it. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { DType } from "../../src/base/dtypes.ts";
import { hostArray, NDArray } from "../../src/ir/ndarray.ts";
import type { NodeView } from "../../src/onnx/operator.ts";
import { operators } from "../../src/onnx/operators/index.ts";

/** A tensor as the data has it; numbers that JSON lacks are strings. */
export interface Tensor {
  /** The element type in the file. */
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

/** The node of a case, whose inputs' numbers are all known; the places of those that are asked for come into `read`. */
export function nodeOf(given: Omit<Case, "name">, float: Float, read: Set<number>): NodeView {
  const { op, opset, attributes, inputs, outputs } = given;
  const fail = (reason: string): never => {
    throw new Error(`${op}: ${reason}.`);
  };
  const attribute =
    <Kind extends keyof Attribute>(kind: Kind) =>
    (name: string, otherwise?: NonNullable<Attribute[Kind]>): NonNullable<Attribute[Kind]> =>
      attributes[name]?.[kind] ?? otherwise ?? fail(`attribute ${name} is missing`);
  return {
    op,
    opset,
    float,
    outputCount: outputs.length,
    has: (name) => name in attributes,
    int: attribute("int"),
    ints: attribute("ints"),
    number: (name, otherwise) => Number(attribute("number")(name, otherwise)),
    numbers: attribute("numbers"),
    text: attribute("text"),
    texts: attribute("texts"),
    array: (name) => arrayOf(attribute("array")(name), float),
    run: () => fail("this node has no graphs"),
    known: (place) => {
      read.add(place);
      return numbersOf(inputs[place] ?? fail(`input ${place} is missing`));
    },
    elementType: (place) => inputs[place]?.type,
    fail,
  };
}

/** The outputs of a case's operator, on its own inputs or on others. */
export function runCase(
  given: Omit<Case, "name">,
  float: Float = "float32",
  inputs: readonly (NDArray | undefined)[] = given.inputs.map((x) => (x ? arrayOf(x, float) : undefined)),
  read = new Set<number>(),
): readonly NDArray[] {
  const operator = operators[given.op];
  if (!operator) throw new Error(`no operator ${given.op}`);
  const result = operator(nodeOf(given, float, read), inputs);
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
