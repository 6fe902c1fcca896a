/** How reductions are shared out, without a device. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { GUARANTEED, type Kernel } from "../../gpu/kernel.ts";
import { reduceKernels } from "../../gpu/reduce.ts";
import { sizeOf } from "../../src/base/shapes.ts";
import { type ReduceStep, whole } from "../../src/compile/program.ts";

function kernelsOf(op: ReduceStep["op"], shape: readonly number[], axes: readonly number[]): Kernel[] {
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  const source = whole({ dtype: "float32", size: sizeOf(shape) }, shape);
  const target = { dtype: op.startsWith("ARG") ? ("int32" as const) : ("float32" as const), size: sizeOf(kept) };
  return reduceKernels({ kind: "reduce", op, source, target, axes }, GUARANTEED);
}

const labels = (op: ReduceStep["op"], shape: readonly number[], axes: readonly number[]): string[] =>
  kernelsOf(op, shape, axes).map(({ label }) => label);

test("a thread for a result where there is little to read, or neighbours read neighbours", () => {
  assert.equal(labels("SUM", [5, 30], [1]), ["SUM by threads"]);
  assert.equal(labels("SUM", [100, 5000], [0]), ["SUM by threads"]);
  assert.equal(labels("ARGMAX", [1000, 10], [1]), ["ARGMAX by threads"]);
});

test("a workgroup for a result where there are many terms, two stages where the results are few", () => {
  assert.equal(labels("SUM", [100, 1000], [1]), ["SUM by groups"]);
  assert.equal(labels("MAX", [3, 100000], [1]), ["MAX by groups", "MAX by threads"]);
  assert.equal(labels("ARGMIN", [100000], [0]), ["ARGMIN by groups", "ARGMIN by groups"]);
});

test("workgroups for several results where neighbours that read neighbours are few", () => {
  assert.equal(labels("SUM", [100, 3000], [0]), ["SUM by threads"]);
  assert.equal(labels("SUM", [1000, 3000], [0]), ["SUM by columns", "SUM by threads"]);
  assert.equal(labels("SUM", [100000, 10], [0]), ["SUM by columns", "SUM by groups"]);
  assert.equal(labels("SUM", [200, 3000], [0]).length, 2);
  assert.equal(labels("SUM", [100000, 3], [0]), ["SUM by groups", "SUM by threads"]);
});

test("the stages share a buffer of their own", () => {
  for (const op of ["SUM", "ARGMAX"] as const) {
    const [first, second] = kernelsOf(op, [3, 100000], [1]);
    const [partial] = first.bindings.filter(({ access }) => access === "write");
    assert.is(partial.buffer.size, 3 * 25);
    assert.is(partial.buffer.dtype, op === "SUM" ? "float32" : "int32");
    assert.ok(second.bindings.some(({ buffer, access }) => buffer === partial.buffer && access === "read"));
    assert.equal(first.grid, [75, 1, 1]);
  }
});

test("one text for all sizes of a kind", () => {
  for (const op of ["SUM", "ARGMAX"] as const) {
    assert.is(kernelsOf(op, [100, 1000], [1])[0].code, kernelsOf(op, [300, 500], [1])[0].code);
  }
});

test("long running sums of floats are cut into runs", () => {
  assert.match(kernelsOf("SUM", [300, 40000], [0])[0].code, /count == 128u/);
  assert.not.match(kernelsOf("MAX", [300, 40000], [0])[0].code, /count/);
  assert.not.match(kernelsOf("SUM", [5, 30], [1])[0].code, /count/);
});

test("no results, no kernel", () => {
  assert.equal(labels("SUM", [0, 3], [1]), []);
  assert.equal(labels("SUM", [3, 0], [1]), ["SUM by threads"]);
});

test.run();
