/** What kernels really take, measured in processes of their own, against what is predicted and allowed. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot, typescript } from "../support/command.ts";

interface Measured {
  readonly shape: number[];
  /** Of the whole process. */
  readonly peak: number;
  readonly growth: number;
  readonly predicted: number;
  readonly tiles: number;
}

function measure(job: string, method: string, limit?: number): Measured {
  const program = join(projectRoot, "test/support/memory-child.ts");
  const args = ["--expose-gc", ...typescript, program, job, method];
  const { stdout, stderr } = spawnSync(process.execPath, limit ? [...args, String(limit)] : args, { encoding: "utf8" });
  assert.ok(stdout, stderr);
  return JSON.parse(stdout);
}

const MEBIBYTE = 2 ** 20;
const [GIBIBYTE, TOLERANCE] = [1024 * MEBIBYTE, 1.3];

for (const [job, methods] of [
  ["300 logits", ["JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS", "STRUCTURED_DERIVATIVES"]],
  ["convolutions", ["NTK_VECTOR_PRODUCTS"]],
] as const) {
  for (const method of methods) {
    test(`${job} by ${method}: the predicted memory is what it takes`, () => {
      const { growth, predicted } = measure(job, method);
      const message = `grew by ${growth / MEBIBYTE} MiB, predicted ${predicted / MEBIBYTE} MiB`;
      assert.ok(growth < TOLERANCE * predicted && predicted < TOLERANCE * growth, message);
    });
  }
}

test("wide networks within 1 GiB, the whole process, by AUTO", () => {
  for (const [job, shape] of [
    ["1000 logits", [8, 8, 1000, 1000]],
    ["15 million parameters", [16, 16, 8, 8]],
  ] as const) {
    const measured = measure(job, "AUTO", GIBIBYTE);
    assert.equal(measured.shape, shape);
    assert.ok(measured.peak < GIBIBYTE, `${job}: ${measured.peak / MEBIBYTE} MiB`);
  }
});

test("a kernel in tiles takes its result, and a tile", () => {
  const limit = 400 * MEBIBYTE;
  const { growth, tiles } = measure("1000 logits", "STRUCTURED_DERIVATIVES", limit);
  assert.ok(tiles > 1);
  assert.ok(growth < limit, `${growth / MEBIBYTE} MiB`);
});

test.run();
