/** What the texts of elementwise kernels are, without a device. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { GUARANTEED, type Kernel, type Settings } from "../../gpu/kernel.ts";
import { mapKernels } from "../../gpu/map.ts";
import { sizeOf } from "../../src/base/shapes.ts";
import { rowMajorStrides } from "../../src/base/view.ts";
import { type Buffer, type MapInstruction, type MapStep, whole } from "../../src/compile/program.ts";
import { MAP_OPS, type MapOp, resultDType } from "../../src/ir/map-ops.ts";
import { kernelsOfAll } from "./maps.ts";

const LITERAL: Settings = { ...GUARANTEED, numbers: "literal" };
const buffer = (shape: readonly number[], dtype: Buffer["dtype"] = "float32"): Buffer => ({
  dtype,
  size: sizeOf(shape),
});

/** An instruction on the rows of one array and the columns of another, with a constant. */
function transposed(instruction: MapInstruction, shape: readonly number[], settings = GUARANTEED, value = 2.5): Kernel {
  const { dtype } = instruction;
  const view = { offset: 0, shape, strides: rowMajorStrides([...shape].reverse()).reverse() };
  const step: MapStep = {
    kind: "map",
    shape,
    inputs: [whole(buffer(shape, dtype), shape), { kind: "array", dtype, buffer: buffer(shape, dtype), view }],
    constants: [{ dtype, value }],
    instructions: [instruction],
    outputs: [{ value: 3, buffer: buffer(shape, instruction.result) }],
  };
  const [kernel] = mapKernels(step, settings);
  return kernel;
}

const ADD: MapInstruction = { op: "ADD", dtype: "float32", result: "float32", operands: [0, 1] };
const SCALE: MapInstruction = { op: "MUL", dtype: "float32", result: "float32", operands: [1, 2] };

test("one text for all sizes of a rank, whose numbers stand in the uniform", () => {
  const [small, large] = [transposed(ADD, [12, 34]), transposed(ADD, [567, 891])];
  assert.is(small.code, large.code);
  assert.not.equal(small.words, large.words);
  assert.ok(large.words.includes(567 * 891) && large.words.includes(891));
  assert.not.match(large.code, /567|891/);
  assert.is.not(transposed(ADD, [12, 34, 56]).code, small.code);
});

test("a uniform is a window of 256 bytes, or several", () => {
  assert.match(transposed(ADD, [12, 34]).code, /var<uniform> numbers: array<vec4<i32>, 16>;/);
  assert.match(
    transposed(
      ADD,
      Array.from({ length: 40 }, (_, i) => i + 2),
    ).code,
    /numbers: array<vec4<i32>, 32>;/,
  );
});

test("literal numbers leave no uniform, unless there are floats", () => {
  const kernel = transposed(ADD, [12, 34], LITERAL);
  assert.equal(kernel.words, []);
  assert.match(kernel.code, /i >= 408u/);
  assert.not.match(kernel.code, /uniform/);
});

test("no constant that could be folded stands in the text, whatever the settings", () => {
  for (const settings of [GUARANTEED, LITERAL]) {
    for (const value of [0, 1, Number.NaN, Number.POSITIVE_INFINITY, 1e39]) {
      const kernel = transposed(SCALE, [12, 34], settings, value);
      assert.match(kernel.code, /v\d+ \* bitcast<f32>\(numbers\[\d\]\.[xyzw]\)/);
      assert.ok(kernel.words.includes(new Int32Array(Float32Array.of(value).buffer)[0]));
    }
  }
});

test("floats are compared by their bits", () => {
  for (const op of ["EQ", "NE", "LT", "LE", "GT", "GE", "MAX", "MIN"] as const) {
    const result = resultDType(op, "float32", undefined);
    const { code } = transposed({ op, dtype: "float32", result, operands: [0, 1] }, [3, 4]);
    assert.match(code, /bitcast<i32>\(x\)/);
    assert.not.match(code, /v\d+ [<>=!]=? v\d|\b(max|min)\(v/);
  }
});

test("a bool is a word in memory", () => {
  const { code } = transposed({ op: "XOR", dtype: "bool", result: "bool", operands: [0, 1] }, [3, 4]);
  assert.match(code, /buffer0: array<u32>;/);
  assert.match(code, /\(buffer0\[.*\] != 0u\)/);
  assert.match(code, /buffer2\[i\] = u32\(v\d+\);/);
});

test("random bits: one call for both words", () => {
  const inputs = Array.from({ length: 4 }, () => whole(buffer([9], "uint32"), [9]));
  const operands = [0, 1, 2, 3];
  const [{ code }] = mapKernels(
    {
      kind: "map",
      shape: [9],
      inputs,
      constants: [],
      instructions: (["THREEFRY_A", "THREEFRY_B"] as const).map((op) => ({
        op,
        dtype: "uint32",
        result: "uint32",
        operands,
      })),
      outputs: [4, 5].map((value) => ({ value, buffer: buffer([9], "uint32") })),
    },
    GUARANTEED,
  );
  assert.is(code.match(/= threefry\(/g)?.length, 1);
});

test("a map of nothing is no kernel", () => {
  assert.is(transposed(ADD, [3, 0]), undefined);
});

const BUILTIN =
  /^(abs|array|bitcast|ceil|clamp|countLeadingZeros|countOneBits|f32|floor|fma|for|i32|if|inverseSqrt|main|max|min|round|select|sign|sqrt|switch|trunc|u32|while)$/;

test("every instruction has its text for some dtype, and all functions that it calls come with it", () => {
  const kernels = kernelsOfAll(GUARANTEED);
  const names = new Set(kernels.map(({ op }) => op));
  assert.equal(
    Object.keys(MAP_OPS).filter((op) => !names.has(op as MapOp)),
    [],
  );
  for (const { op, kernel } of kernels) {
    const defined = new Set([...kernel.code.matchAll(/fn (\w+)\(/g)].map(([, name]) => name));
    const text = kernel.code.replace(/\/\/.*|@\w+/g, "");
    const called = [...text.matchAll(/\b([a-z]\w*)\(/g)].map(([, name]) => name);
    const missing = called.filter((name) => !defined.has(name) && !BUILTIN.test(name));
    assert.equal(missing, [], op);
  }
});

test("a map is cut where it binds more buffers than it may", () => {
  const shape = [6, 7];
  const inputs = Array.from({ length: 20 }, () => whole(buffer(shape), shape));
  const sums = inputs.slice(1).map((_, i) => ({ ...ADD, operands: [i + 1, i === 0 ? 0 : 19 + i] }));
  const outputs = [20, 30, 38, 3].map((value) => ({ value, buffer: buffer(shape) }));
  const step: MapStep = { kind: "map", shape, inputs, constants: [], instructions: sums, outputs };
  for (const maxBuffers of [3, 8, 10, 40]) {
    const kernels = mapKernels(step, { ...GUARANTEED, maxBuffers });
    for (const { bindings } of kernels) assert.ok(bindings.length <= maxBuffers);
    const written = kernels.flatMap(({ bindings }) => bindings.filter(({ access }) => access === "write"));
    for (const { buffer: own } of outputs) assert.is(written.filter((binding) => binding.buffer === own).length, 1);
    assert.is(kernels.length === 1, maxBuffers === 40);
  }
  assert.throws(() => mapKernels(step, { ...GUARANTEED, maxBuffers: 2 }), /one instruction of a map/);
});

test("a map that is too much for a dispatch is cut", () => {
  const limited = { ...GUARANTEED, maxFlops: 1000 };
  const slow: MapInstruction = { op: "IGAMMA", dtype: "float32", result: "float32", operands: [0, 1] };
  const count = (instruction: MapInstruction): number => {
    const inputs = [0, 1].map(() => whole(buffer([300]), [300]));
    const outputs = [{ value: 2, buffer: buffer([300]) }];
    const step: MapStep = { kind: "map", shape: [300], inputs, constants: [], instructions: [instruction], outputs };
    return mapKernels(step, limited).length;
  };
  assert.is(count(ADD), 1);
  assert.is(count(slow), 300);
});

test.run();
