import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeModel, type TensorProto } from "../../src/onnx/model.ts";
import { type Constant, readTensor } from "../../src/onnx/tensors.ts";
import { assertThrows } from "../support/arrays.ts";
import { floats, model, type TensorSpec } from "../support/onnx-file.ts";

function protoOf(spec: TensorSpec): TensorProto {
  const tensor = decodeModel(model({ nodes: [], tensors: [{ name: "w", ...spec }], outputs: [] })).graph
    ?.initializer[0];
  if (!tensor) throw new Error("the file has no tensor");
  return tensor;
}

const read = (spec: TensorSpec, float: "float32" | "float64" = "float32"): Constant => readTensor(protoOf(spec), float);

const raw = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer);

// 1.5, -2, the smallest subnormal, infinity.
const HALVES = [0x3e00, 0xc000, 0x0001, 0x7c00];
const BRAINS = [0x3fc0, 0xc000, 0x0001, 0x7f80];

const cases: readonly (readonly [what: string, spec: TensorSpec, dtype: string, values: readonly number[]])[] = [
  ["float, raw", { dims: [2], raw: floats(1.5, -2) }, "float32", [1.5, -2]],
  ["float, as numbers", { dims: [2], data: [1.5, -2] }, "float32", [1.5, -2]],
  ["double, raw", { type: "double", dims: [2], raw: raw(Float64Array.of(1.5, -2)) }, "float32", [1.5, -2]],
  ["double, as numbers", { type: "double", dims: [1], data: [0.25] }, "float32", [0.25]],
  [
    "float16, raw",
    { type: "float16", dims: [4], raw: raw(Uint16Array.from(HALVES)) },
    "float32",
    [1.5, -2, 2 ** -24, Infinity],
  ],
  ["float16, as numbers", { type: "float16", dims: [4], data: HALVES }, "float32", [1.5, -2, 2 ** -24, Infinity]],
  ["bfloat16, as numbers", { type: "bfloat16", dims: [4], data: BRAINS }, "float32", [1.5, -2, 2 ** -133, Infinity]],
  ["int32, raw", { type: "int32", dims: [2], raw: raw(Int32Array.of(-7, 2 ** 30)) }, "int32", [-7, 2 ** 30]],
  ["int32, as numbers", { type: "int32", dims: [2], data: [-7, 3] }, "int32", [-7, 3]],
  ["int64, raw", { type: "int64", dims: [2], raw: raw(BigInt64Array.of(-1n, 5n)) }, "int32", [-1, 5]],
  ["int64, as numbers", { type: "int64", dims: [2], data: [-1, 5] }, "int32", [-1, 5]],
  ["int8, raw", { type: "int8", dims: [2], raw: [255, 3] }, "int32", [-1, 3]],
  ["uint8, raw", { type: "uint8", dims: [2], raw: [255, 3] }, "int32", [255, 3]],
  ["uint16, as numbers", { type: "uint16", dims: [1], data: [65535] }, "int32", [65535]],
  ["bool, raw", { type: "bool", dims: [3], raw: [0, 1, 1] }, "bool", [0, 1, 1]],
  ["bool, as numbers", { type: "bool", dims: [2], data: [0, 1] }, "bool", [0, 1]],
  ["no elements", { dims: [0, 3], data: [] }, "float32", []],
  ["no axes", { dims: [], raw: floats(3) }, "float32", [3]],
];

for (const [what, spec, dtype, values] of cases) {
  test(`read: ${what}`, () => {
    const { array, wide } = read(spec);
    assert.equal(array.shape, spec.dims);
    assert.is(array.dtype, dtype);
    assert.equal([...array.dataSync()], values);
    assert.is(wide, undefined);
  });
}

test("floats become float64 exactly", () => {
  assert.equal([...read({ dims: [1], raw: floats(0.1) }, "float64").array.dataSync()], [Math.fround(0.1)]);
  assert.equal([...read({ type: "double", dims: [1], data: [0.1] }, "float64").array.dataSync()], [0.1]);
  assert.equal(
    [...read({ type: "float16", dims: [4], data: HALVES }, "float64").array.dataSync()],
    [1.5, -2, 2 ** -24, Infinity],
  );
  assert.is(read({ dims: [0], data: [] }, "float64").array.dtype, "float64");
});

test("integers beyond int32 are kept beside the nearest ones", () => {
  const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
  for (const spec of [{ raw: raw(BigInt64Array.of(least, most, 3n)) }, { data: [least, most, 3n] }]) {
    const { array, wide } = read({ type: "int64", dims: [3], ...spec });
    assert.equal([...array.dataSync()], [-(2 ** 31), 2 ** 31 - 1, 3]);
    assert.equal(wide, [-(2 ** 63), 2 ** 63, 3]);
  }
  assert.equal(read({ type: "uint64", dims: [1], raw: raw(BigUint64Array.of(2n ** 64n - 1n)) }).wide, [2 ** 64]);
  assert.equal(read({ type: "uint64", dims: [1], data: [2n ** 64n - 1n] }).wide, [2 ** 64]);
});

const failing: readonly (readonly [what: string, spec: TensorSpec, fragments: readonly string[]])[] = [
  ["too few bytes", { dims: [3, 2], raw: new Uint8Array(20) }, ["(3, 2) of float32 needs 24 bytes, there are 20"]],
  ["too many bytes", { dims: [2], raw: new Uint8Array(12) }, ["needs 8 bytes, there are 12"]],
  ["too few numbers", { dims: [3], data: [1, 2] }, ["(3,) needs 3 elements, there are 2"]],
  ["no elements at all", { dims: [3] }, ["needs 3 elements, there are 0"]],
  ["a negative size", { dims: [2, -1], raw: [] }, ["its shape is (2, -1)"]],
  ["a shape beyond all memory", { dims: [2 ** 40, 2 ** 40], raw: [1] }, ["needs 4.8", "there are 1"]],
  ["sizes whose product is beyond all numbers", { dims: Array(64).fill(2 ** 62), raw: [1] }, ["Infinity"]],
  ["too many axes", { dims: Array(65).fill(1), raw: floats(1) }, ["its shape is (1, 1,"]],
  ["text", { type: "string", dims: [1] }, ["type string, which can't be read"]],
  ["complex numbers", { type: "complex64", dims: [1] }, ["type complex64"]],
  ["floats of 8 bits", { type: "float8e4m3fn", dims: [1], raw: [1] }, ["type float8e4m3fn"]],
];

for (const [what, spec, fragments] of failing) {
  test(`refused: ${what}`, () => assertThrows(() => read(spec), 'onnx.load: the tensor "w"', ...fragments));
}

test.run();
