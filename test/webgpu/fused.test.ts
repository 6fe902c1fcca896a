/** Elementwise programs of several instructions over views, and cut where they bind too many buffers, beside plain loops. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { GUARANTEED, type Settings } from "../../gpu/kernel.ts";
import { allocate, type TypedArray } from "../../src/base/dtypes.ts";
import { sizeOf } from "../../src/base/shapes.ts";
import { type ArrayOperand, type Buffer, type MapStep, whole } from "../../src/compile/program.ts";
import { generator, layout } from "../kernels/machine.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { runBoth } from "./run-step.ts";

const device = await openDevice(await openDawn());
const random = generator(11);

type Input = { readonly operand: ArrayOperand; readonly contents: TypedArray };

function input(dtype: Buffer["dtype"], shape: readonly number[]): Input {
  const { length, first, strides } = layout(random, shape, "any");
  const buffer = { dtype, size: length };
  const contents = allocate(dtype, length);
  contents.forEach((_, i) => {
    contents[i] = dtype === "float32" ? random.uniform() * 4 - 2 : random.below(dtype === "bool" ? 2 : 100);
  });
  return { operand: { kind: "array", dtype, buffer, view: { offset: first, shape, strides } }, contents };
}

async function check(
  step: Omit<MapStep, "kind" | "inputs">,
  inputs: readonly Input[],
  settings?: Settings,
): Promise<void> {
  const contents = new Map(inputs.map(({ operand, contents: own }) => [operand.buffer, own]));
  const whole = { ...step, kind: "map" as const, inputs: inputs.map(({ operand }) => operand) };
  const { got, want } = await runBoth(device, whole, contents, settings);
  got.forEach((array, k) => {
    array.forEach((value, i) => {
      if (!Object.is(value, want[k][i])) assert.unreachable(`output ${k}: ${i} is ${value}, should be ${want[k][i]}`);
    });
  });
}

const float = { dtype: "float32", result: "float32" } as const;
const target = (shape: readonly number[], dtype: Buffer["dtype"] = "float32"): Buffer => ({
  dtype,
  size: sizeOf(shape),
});

test("views of every kind, an input without axes, several outputs, constants that compilers would fold", async () => {
  for (const shape of [[3, 4, 5], [7], [], [2, 1, 3], [70000]]) {
    const inputs = [input("float32", shape), input("float32", []), input("bool", shape)];
    await check(
      {
        shape,
        constants: [
          { dtype: "float32", value: Number.NaN },
          { dtype: "float32", value: -0 },
          { dtype: "float32", value: Number.NEGATIVE_INFINITY },
          { dtype: "bool", value: 1 },
          { dtype: "uint32", value: 4294967295 },
          { dtype: "int32", value: -2147483648 },
        ],
        instructions: [
          { op: "MUL", ...float, operands: [0, 1] },
          { op: "ADD", ...float, operands: [9, 4] },
          { op: "SELECT", ...float, operands: [2, 10, 3] },
          { op: "XOR", dtype: "bool", result: "bool", operands: [2, 6] },
          { op: "MAX", ...float, operands: [11, 5] },
          { op: "CONVERT", dtype: "bool", result: "uint32", operands: [12] },
          { op: "MUL", dtype: "uint32", result: "uint32", operands: [14, 7] },
          { op: "MOVE", dtype: "uint32", result: "int32", operands: [15] },
          { op: "ADD", dtype: "int32", result: "int32", operands: [16, 8] },
        ],
        outputs: [
          { value: 13, buffer: target(shape) },
          { value: 12, buffer: target(shape, "bool") },
          { value: 17, buffer: target(shape, "int32") },
          { value: 5, buffer: target(shape) },
        ],
      },
      inputs,
    );
  }
});

test("an input twice, and through two views", async () => {
  const first = input("int32", [6, 6]);
  const { operand, contents } = first;
  const other: Input = {
    operand: { ...operand, view: { ...operand.view, strides: [...operand.view.strides].reverse() } },
    contents,
  };
  await check(
    {
      shape: [6, 6],
      constants: [],
      instructions: [
        { op: "SUB", dtype: "int32", result: "int32", operands: [0, 1] },
        { op: "MUL", dtype: "int32", result: "int32", operands: [3, 2] },
      ],
      outputs: [{ value: 4, buffer: target([6, 6], "int32") }],
    },
    [first, other, first],
  );
});

test("more buffers than a shader may bind", async () => {
  const shape = [4, 5];
  const inputs = Array.from({ length: 12 }, () => input("float32", shape));
  const sums = inputs
    .slice(1)
    .map((_, i) => ({ op: "ADD" as const, ...float, operands: [i + 1, i === 0 ? 0 : 12 + i] }));
  const less = { op: "LT" as const, dtype: "float32" as const, result: "bool" as const, operands: [15, 12] };
  const last = { op: "SELECT" as const, ...float, operands: [24, 23, 12] };
  for (const maxBuffers of [4, 5, 8]) {
    await check(
      {
        shape,
        constants: [{ dtype: "float32", value: 0.5 }],
        instructions: [...sums, less, last],
        outputs: [
          { value: 18, buffer: target(shape) },
          { value: 25, buffer: target(shape) },
          { value: 3, buffer: target(shape) },
          { value: 24, buffer: target(shape, "bool") },
        ],
      },
      inputs,
      { ...GUARANTEED, maxBuffers },
    );
  }
});

test("random bits: both words of a block, and a third of another", async () => {
  const words = Array.from({ length: 4 }, () => input("uint32", [50]));
  const bits = { dtype: "uint32", result: "uint32" } as const;
  await check(
    {
      shape: [50],
      constants: [],
      instructions: [
        { op: "THREEFRY_A", ...bits, operands: [0, 1, 2, 3] },
        { op: "THREEFRY_B", ...bits, operands: [0, 1, 2, 3] },
        { op: "THREEFRY_B", ...bits, operands: [4, 5, 2, 3] },
      ],
      outputs: [4, 5, 6].map((value) => ({ value, buffer: target([50], "uint32") })),
    },
    words,
  );
});

test("numbers in the text instead of the uniform", async () => {
  const inputs = [input("float32", [5, 6]), input("int32", [5, 6])];
  await check(
    {
      shape: [5, 6],
      constants: [
        { dtype: "int32", value: -2147483648 },
        { dtype: "uint32", value: 4294967295 },
        { dtype: "float32", value: Number.POSITIVE_INFINITY },
      ],
      instructions: [
        { op: "SUB", dtype: "int32", result: "int32", operands: [1, 2] },
        { op: "CONVERT", dtype: "int32", result: "uint32", operands: [5] },
        { op: "AND", dtype: "uint32", result: "uint32", operands: [6, 3] },
        { op: "MIN", ...float, operands: [0, 4] },
      ],
      outputs: [
        { value: 7, buffer: target([5, 6], "uint32") },
        { value: 8, buffer: target([5, 6]) },
      ],
    },
    inputs,
    { ...GUARANTEED, numbers: "literal" },
  );
});

test("a grid of two dimensions, and a dispatch that may not do all", async () => {
  const instructions = [{ op: "ADD" as const, ...float, operands: [0, 1] }];
  for (const settings of [
    { maxGroups: 3 },
    { maxFlops: 300 },
    { maxGroups: 2, maxFlops: 300, numbers: "literal" as const },
  ]) {
    const inputs = [input("float32", [40, 20]), input("float32", [40, 20])];
    const outputs = [{ value: 2, buffer: target([40, 20]) }];
    await check({ shape: [40, 20], constants: [], instructions, outputs }, inputs, { ...GUARANTEED, ...settings });
  }
});

test("nothing", () =>
  check({ shape: [3, 0], constants: [], instructions: [], outputs: [{ value: 0, buffer: target([3, 0]) }] }, [
    { operand: whole(target([3, 0]), [3, 0]), contents: allocate("float32", 0) },
  ]));

test.run();
