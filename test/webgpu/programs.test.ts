import { setDefaultDevice } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Report } from "../conformance/report.ts";
import { open } from "./opened.ts";
import { runPrograms } from "./programs.ts";

const RUNS = 20;

async function outcome(backend: "adapter" | "null"): Promise<Report> {
  await open(backend);
  setDefaultDevice("webgpu");
  const report = new Report("programs");
  await runPrograms(report, RUNS);
  return report;
}

test("a device that computes nothing fails nearly all random programs", async () => {
  const { passed, failed } = await outcome("null");
  assert.is(passed + failed, RUNS);
  assert.ok(failed > 0.9 * RUNS, `${failed} failed`);
});

test(`${RUNS} random programs: values, derivatives and batches as the processor's`, async () => {
  const report = await outcome("adapter");
  assert.is(report.failed, 0, report.lines().join("\n"));
  assert.is(report.passed, RUNS);
});

test.run();
