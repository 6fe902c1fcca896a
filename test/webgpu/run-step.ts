/** One step on a device and in plain loops. */
import { GUARANTEED, type Settings } from "../../gpu/kernel.ts";
import { kernelsOf, type PlainStep } from "../../gpu/steps.ts";
import type { TypedArray } from "../../src/base/dtypes.ts";
import { type Buffer, writesOf } from "../../src/compile/program.ts";
import { Run } from "../reference/interpreter.ts";
import { runKernels } from "./run-kernels.ts";

export interface Outcome {
  readonly got: TypedArray[];
  readonly want: TypedArray[];
}

/** What the step writes, from the contents of what it reads. */
export async function runBoth(
  device: GPUDevice,
  step: PlainStep,
  inputs: ReadonlyMap<Buffer, TypedArray>,
  settings: Settings = GUARANTEED,
): Promise<Outcome> {
  const outputs = writesOf(step);
  const got = await runKernels(device, kernelsOf(step, settings), inputs, outputs);
  const run = new Run();
  for (const [buffer, contents] of inputs) run.set(buffer, contents);
  run.steps([step]);
  return { got, want: outputs.map((buffer) => run.read(buffer)) };
}
