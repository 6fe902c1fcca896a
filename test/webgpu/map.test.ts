/** Each instruction beside the reference, on special values and on values of every size. What needs a bound: accuracy.test.ts. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DType as Code } from "../../assembly/opcodes.ts";
import type { DType } from "../../src/base/dtypes.ts";
import { MAP_OPS, type MapOp, resultDType } from "../../src/ir/map-ops.ts";
import { generator, NAMES } from "../kernels/machine.ts";
import { combinations, valuesOf } from "../reference/grids.ts";
import { operation } from "../reference/operations.ts";
import { BOUNDED } from "./bounds.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { type Instruction, runMap } from "./run-map.ts";

const device = await openDevice(await openDawn());
const random = generator(21);

const CODES = [Code.FLOAT32, Code.INT32, Code.UINT32, Code.BOOL];
const ALL = CODES.map((code) => NAMES[code] as DType);
const INTEGERS = ["int32", "uint32"] as const;

const grid = (dtype: DType, count: number): number[] => valuesOf(random, CODES[ALL.indexOf(dtype)], count);

const compared = new Set<string>();

/** Devices may take numbers below the normal ones for zeros. */
const flushed = (x: number, dtype: DType): number => (dtype === "float32" && Math.abs(x) < 2 ** -126 ? 0 * x : x);

function isRight(got: number, want: number, dtype: DType): boolean {
  if (dtype !== "float32") return got === want;
  return Object.is(got, Math.fround(want)) || (flushed(want, dtype) === 0 && got === 0);
}

async function check(instruction: Instruction, columns: readonly number[][]): Promise<void> {
  const { op, dtype, inputs = columns.map(() => dtype) } = instruction;
  const result = resultDType(op, dtype, instruction.result);
  compared.add(op);
  const got = await runMap(device, { ...instruction, result }, ...columns);
  for (let i = 0; i < got.length; i++) {
    const operands = columns.map((column) => column[i]);
    const want = operation(op, dtype, result, operands);
    if (isRight(got[i], want, result)) continue;
    const small = operation(
      op,
      dtype,
      result,
      operands.map((x, k) => flushed(x, inputs[k])),
    );
    if (isRight(got[i], small, result)) continue;
    assert.unreachable(`${op} of ${dtype} (${operands}) is ${got[i]}, should be ${want}`);
  }
}

const FLOAT1: MapOp[] = ["NEG", "ABS", "SIGN", "FLOOR", "CEIL", "ROUND"];
const FLOAT2: MapOp[] = ["ADD", "SUB", "MUL", "REM", "MAX", "MIN", "NEXTAFTER"];
const INTEGER1: MapOp[] = ["NEG", "ABS", "SIGN", "NOT", "POPCOUNT", "CLZ"];
const LOGIC: MapOp[] = ["AND", "OR", "XOR", "MAX", "MIN"];
const INTEGER2: MapOp[] = [...LOGIC, "ADD", "SUB", "MUL", "DIV", "REM", "SHL", "SHR_LOGICAL", "SHR_ARITHMETIC"];
const COMPARISONS: MapOp[] = ["EQ", "NE", "LT", "LE", "GT", "GE"];

for (const op of FLOAT1) {
  test(`${op} of float32`, () => check({ op, dtype: "float32" }, [grid("float32", 300)]));
}
for (const op of FLOAT2) {
  test(`${op} of float32`, () =>
    check({ op, dtype: "float32" }, combinations([grid("float32", 40), grid("float32", 40)])));
}

test("what float32 asks of its bits", async () => {
  await check({ op: "IS_FINITE", dtype: "float32" }, [grid("float32", 20)]);
  await check({ op: "SIGN_BIT", dtype: "float32" }, [grid("float32", 20).filter((x) => !Number.isNaN(x))]);
  const formats = [
    [1, 3],
    [2, 2],
    [4, 3],
    [5, 2],
    [5, 10],
    [8, 7],
    [8, 23],
    [8, 0],
    [11, 52],
    [11, 30],
    [3, 60],
  ];
  const codes = formats.map(([exponent, mantissa]) => 64 * exponent + mantissa);
  const ties = [1.5, 3, 6, 1.25, 1.75, 2 ** -14, 2 ** -15, 65504, 65520, 240, 0.0625].flatMap((x) => [x, -x]);
  await check({ op: "REDUCE_PRECISION", dtype: "float32" }, combinations([[...grid("float32", 100), ...ties], codes]));
});

for (const dtype of ALL) {
  for (const op of COMPARISONS) {
    test(`${op} of ${dtype}`, () => check({ op, dtype }, combinations([grid(dtype, 10), grid(dtype, 10)])));
  }
  test(`SELECT of ${dtype}`, () =>
    check(
      { op: "SELECT", dtype, inputs: ["bool", dtype, dtype] },
      combinations([[0, 1], grid(dtype, 0), grid(dtype, 0)]),
    ));
  for (const result of ALL) {
    test(`CONVERT of ${dtype} to ${result}`, () => check({ op: "CONVERT", dtype, result }, [grid(dtype, 100)]));
    if (dtype !== result && (dtype === "bool" || result === "bool")) continue;
    // An engine may choose the bits of NaN.
    const values = grid(dtype, 100).filter((x) => !Number.isNaN(x));
    test(`MOVE of ${dtype} to ${result}`, () => check({ op: "MOVE", dtype, result }, [values]));
  }
}

for (const dtype of INTEGERS) {
  for (const op of INTEGER1) test(`${op} of ${dtype}`, () => check({ op, dtype }, [grid(dtype, 300)]));
  for (const op of INTEGER2) {
    test(`${op} of ${dtype}`, () => check({ op, dtype }, combinations([grid(dtype, 30), grid(dtype, 30)])));
  }
}

test("logic of bools", async () => {
  await check({ op: "NOT", dtype: "bool" }, [[0, 1]]);
  for (const op of LOGIC)
    await check(
      { op, dtype: "bool" },
      combinations([
        [0, 1],
        [0, 1],
      ]),
    );
});

test("THREEFRY", async () => {
  const words = (): number[] => [0, 1, 0xffffffff, ...Array.from({ length: 3 }, () => random.below(2 ** 32))];
  const columns = combinations([words(), words(), words(), words()]);
  await check({ op: "THREEFRY_A", dtype: "uint32" }, columns);
  await check({ op: "THREEFRY_B", dtype: "uint32" }, columns);
});

test("no instruction is left out", () => {
  const left = Object.keys(MAP_OPS).filter((op) => !compared.has(op) && !BOUNDED.has(op));
  assert.equal(left, []);
});

test.run();
