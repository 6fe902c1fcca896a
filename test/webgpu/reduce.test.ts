/** Reductions of every operation and dtype, over views of every kind, beside plain loops. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocate, type DType, type TypedArray } from "../../src/base/dtypes.ts";
import { sizeOf } from "../../src/base/shapes.ts";
import { rowMajorStrides } from "../../src/base/view.ts";
import type { Buffer, ReduceStep } from "../../src/compile/program.ts";
import { generator, layout } from "../kernels/machine.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { runBoth } from "./run-step.ts";

const device = await openDevice(await openDawn());
const random = generator(5);

const OPS = ["SUM", "PROD", "MAX", "MIN", "AND", "OR", "ARGMAX", "ARGMIN"] as const;
const DTYPES = ["float32", "int32", "uint32", "bool"] as const;

/** Elements with ties, so that places count, near 1, so that products stay. */
function element(dtype: DType): number {
  if (dtype === "bool") return Number(random.uniform() < 0.9);
  if (dtype === "float32") return random.pick([1, -1]) * (1 + random.below(64) / 1024);
  return random.pick([0, 1, 2, 3, 2147483647, random.below(2 ** 32)]) | 0;
}

/** Where a large array's elements are: row-major, one axis backwards. Of a small one they may be anywhere. */
function placed(shape: readonly number[]): ReturnType<typeof layout> {
  if (sizeOf(shape) < 1000) return layout(random, shape, "any");
  const strides = rowMajorStrides(shape);
  const first = (shape[0] - 1) * strides[0];
  return { length: sizeOf(shape), first, strides: strides.map((stride, axis) => (axis === 0 ? -stride : stride)) };
}

function filled(buffer: Buffer): TypedArray {
  const array = allocate(buffer.dtype, buffer.size);
  for (let i = 0; i < array.length; i++) array[i] = element(buffer.dtype);
  return array;
}

function exists(op: ReduceStep["op"], dtype: DType): boolean {
  if (op === "AND" || op === "OR") return dtype !== "float32";
  return op !== "PROD" || dtype !== "bool";
}

async function check(
  op: ReduceStep["op"],
  dtype: DType,
  shape: number[],
  axes: number[],
  special: number[] = [],
): Promise<void> {
  const { length, first, strides } = placed(shape);
  const buffer: Buffer = { dtype, size: length };
  const view = { offset: first, shape, strides };
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  const target: Buffer = { dtype: op.startsWith("ARG") ? "int32" : dtype, size: sizeOf(kept) };
  const contents = filled(buffer);
  special.forEach((value) => {
    contents[random.below(contents.length)] = value;
  });
  const step: ReduceStep = { kind: "reduce", op, source: { kind: "array", dtype, buffer, view }, target, axes };
  const { got, want } = await runBoth(device, step, new Map([[buffer, contents]]));
  const terms = Math.max(1, sizeOf(shape) / Math.max(1, sizeOf(kept)));
  // Of terms of size 1, in sums of sums.
  const bound =
    dtype === "float32" && (op === "SUM" || op === "PROD") ? 1e-6 * (op === "SUM" ? Math.sqrt(terms) : terms) : 0;
  got[0].forEach((value, i) => {
    const wanted = want[0][i];
    const isClose = Math.abs(value - wanted) <= bound * (op === "PROD" ? Math.abs(wanted) : 1);
    if (!Object.is(value, wanted) && !isClose)
      assert.unreachable(`${op} of ${dtype}[${shape}] over ${axes}: ${i} is ${value}, should be ${wanted}`);
  });
}

for (const op of OPS) {
  for (const dtype of DTYPES) {
    if (!exists(op, dtype)) continue;
    test(`${op} of ${dtype}: short, by groups, by threads along rows, with axes between`, async () => {
      await check(op, dtype, [3, 7], [1]);
      await check(op, dtype, [3, 70], [1]);
      await check(op, dtype, [4, 5, 6, 3], [0, 2]);
      await check(op, dtype, [3, 4, 50], [0, 2]);
    });
  }
  const dtype = op === "AND" || op === "OR" ? "uint32" : "float32";
  test(`${op} of nothing, to nothing, and of everything`, async () => {
    await check(op, dtype, [3, 0], [1]);
    await check(op, dtype, [0, 3], [1]);
    await check(op, dtype, [2, 3], [0, 1]);
    await check(op, dtype, [2, 3], []);
    await check(op, dtype, [], []);
  });
  test(`${op} of many rows, and of few long ones`, async () => {
    await check(op, dtype, [5000, 20], [1]);
    await check(op, dtype, [2000, 64], [0]);
    await check(op, dtype, [130, 70], [0]);
    await check(op, dtype, [3000, 40], [0]);
    await check(op, dtype, [2, 1500], [1]);
    await check(op, dtype, [2, 20000], [1]);
    await check(op, dtype, [3, 100, 230], [1, 2]);
  });
}

test("NaN wins, infinities and zeros keep their order", async () => {
  for (const op of ["MAX", "MIN", "ARGMAX", "ARGMIN"] as const) {
    for (const special of [
      [Number.NaN],
      [Infinity, Infinity],
      [-Infinity, -Infinity],
      [Number.NaN, Number.NaN, Infinity],
    ]) {
      await check(op, "float32", [40], [0], special);
      await check(op, "float32", [20000], [0], special);
    }
  }
});

test.run();
