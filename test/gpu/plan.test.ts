/** Plans without a device. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { GUARANTEED } from "../../gpu/kernel.ts";
import type { Buffer } from "../../src/compile/program.ts";
import { planProgram } from "../../src/device/webgpu/plan.ts";

test("more arrays than a call can have arguments", () => {
  const inputs = Array.from({ length: 125_000 }, (_, i): Buffer => ({ dtype: "float32", size: i % 100 }));
  const plan = planProgram({ steps: [], inputs, constants: new Map(), outputs: [] }, [], GUARANTEED);
  assert.is(plan.largestBuffer, 400);
});

test.run();
