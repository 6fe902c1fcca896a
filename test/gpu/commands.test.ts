/** The kernels that serve one primitive each, as texts. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { commandKernels } from "../../gpu/commands/commands.ts";
import { GUARANTEED, type Kernel } from "../../gpu/kernel.ts";
import type { Buffer, KernelStep } from "../../src/compile/program.ts";
import { bufferOf } from "./products.ts";

const kernelsOf = (
  command: KernelStep["command"],
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  args: readonly number[],
): Kernel[] => commandKernels({ kind: "kernel", command, inputs, outputs, arguments: args }, GUARANTEED);

const square = (n: number): Buffer => bufferOf(n * n);

const cholesky = (n: number): Kernel[] => kernelsOf("CHOLESKY", [square(n)], [square(n)], [1, n, n, 0, 0]);
const lu = (n: number): Kernel[] => kernelsOf("LU", [square(n)], [square(n), bufferOf(n + 1)], [1, n, n, 0, n + 1]);
const solve = (n: number): Kernel[] =>
  kernelsOf("TRIANGULAR_SOLVE", [square(n), bufferOf(2 * n)], [bufferOf(2 * n)], [1, n, 2, 1]);
const jacobi = (n: number): Kernel[] => kernelsOf("JACOBI", [square(n)], [square(n), square(n)], [1, n, n, n, n * n]);
const householder = (n: number): Kernel[] =>
  kernelsOf("HOUSEHOLDER", [square(n)], [square(n), square(n)], [1, n, n, n, n * n]);
const sort = (width: number): Kernel[] =>
  kernelsOf("ARGSORT", [bufferOf(width)], [bufferOf(width), bufferOf(width, "int32")], [1, width]);
const scatter = (rows: number, count: number): Kernel[] =>
  kernelsOf("SCATTER_ADD", [bufferOf(count), bufferOf(count, "int32")], [bufferOf(rows)], [1, rows, count, 1, 0, 0]);

const codes = (kernels: readonly Kernel[]): number => new Set(kernels.map(({ code }) => code)).size;

test("a workgroup has a matrix up to 256 rows; above there are blocks, and products between them", () => {
  for (const command of [cholesky, lu, solve]) {
    assert.is(command(256).length, 1);
    const blocked = command(1024);
    assert.ok(blocked.some(({ label }) => label.startsWith("contract")));
    assert.ok(codes(blocked) <= 12, `${codes(blocked)} texts`);
  }
});

test("no workgroup of a decomposition works for long", () => {
  const longest = (kernels: readonly Kernel[]): number =>
    Math.max(...kernels.map(({ flops, grid: [x, y, z] }) => flops / (x * y * z)));
  assert.is(jacobi(40).length, 1);
  assert.is(householder(200).length, 2);
  for (const kernels of [jacobi(200), jacobi(400), householder(400), householder(800)]) {
    assert.ok(longest(kernels) <= GUARANTEED.workgroupFlops);
    assert.ok(codes(kernels) <= 6, `${codes(kernels)} texts`);
  }
});

test("rows are sorted by counting up to 4096 elements, and by merging above", () => {
  assert.equal(
    sort(4096).map(({ label }) => label),
    ["argsort"],
  );
  assert.is(sort(5000).length, 1 + 2 + 3 + 4);
  assert.is(codes(sort(2 ** 20)), 4);
});

test("many indices are sorted before they are added up", () => {
  assert.equal(
    scatter(100, 1000).map(({ label }) => label),
    ["scatter"],
  );
  assert.is(scatter(10000, 4000).at(-1)?.label, "scatter sorted");
});

test("outputs without elements need no kernel", () => {
  assert.equal(scatter(0, 5), []);
});

test.run();
