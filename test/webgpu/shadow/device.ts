/**
 * A device that computes on the processor, at once, what it plans for a GPU as well, so that the tests of everything else can
 * run on it; the GPU's plans are replayed when they are through.
 */
import { GUARANTEED } from "../../../gpu/kernel.ts";
import { DTYPES, itemSize } from "../../../src/base/dtypes.ts";
import { arrange, outputBytes } from "../../../src/compile/layout.ts";
import type { Program } from "../../../src/compile/program.ts";
import { refined } from "../../../src/compile/target.ts";
import type { Device, Plan } from "../../../src/device/device.ts";
import { wasm } from "../../../src/device/wasm/device.ts";
import { wasmTarget } from "../../../src/device/wasm/target.ts";
import { planProgram, type WebGpuPlan } from "../../../src/device/webgpu/plan.ts";
import { makeTarget } from "../../../src/device/webgpu/target.ts";
import type { Aval } from "../../../src/ir/aval.ts";
import type { HostArray, NDArray } from "../../../src/ir/ndarray.ts";
import { reference } from "../../reference/device.ts";
import { demotedAval, demotedProgram, needsDemotion } from "./demote.ts";

/** One device's plan, and how it runs. */
interface OnProcessor {
  readonly plan: Plan;
  run(arrays: readonly NDArray[]): HostArray[];
}

/** What a GPU is given. */
export interface OnGpu {
  readonly program: Program;
  readonly avals: readonly Aval[];
  readonly plan: WebGpuPlan;
  readonly isDemoted: boolean;
}

/** On the WebAssembly kernels; a program with more values than they have registers in plain loops. */
export function planOnProcessor(program: Program, avals: readonly Aval[]): OnProcessor {
  try {
    const plan = wasm.plan({ ...program, steps: refined(program.steps, wasmTarget) }, avals);
    return { plan, run: (arrays) => wasm.run(plan, arrays) as HostArray[] };
  } catch (error) {
    if (!/too many registers/.test(String(error))) throw error;
    const plan = reference.plan(program, avals);
    return { plan, run: (arrays) => reference.run(plan as never, arrays) };
  }
}

function planOnGpu(program: Program, avals: readonly Aval[]): OnGpu {
  const isDemoted = needsDemotion(program);
  const own = isDemoted ? demotedProgram(program) : program;
  const ownAvals = avals.map(demotedAval);
  return { program: own, avals: ownAvals, plan: planProgram(own, ownAvals, GUARANTEED), isDemoted };
}

interface ShadowPlan extends Plan {
  readonly program: Program;
  readonly avals: readonly Aval[];
  readonly processor: OnProcessor;
  /** Made when the plan first runs: some are only made to be looked at. */
  gpu: OnGpu | Error | null;
}

/** One run, to be done again on a GPU. */
export interface Recorded {
  readonly gpu: OnGpu;
  readonly inputs: readonly HostArray[];
  readonly outputs: readonly HostArray[];
}

/** The runs of a file that are worth doing again. */
export class Recording {
  readonly records: Recorded[] = [];
  readonly problems = new Set<string>();
  runs = 0;
  plans = 0;

  constructor(readonly isWanted: (plan: WebGpuPlan) => boolean) {}

  add(plan: ShadowPlan, inputs: readonly HostArray[], outputs: readonly HostArray[]): void {
    this.runs++;
    if (!plan.gpu) {
      this.plans++;
      plan.gpu = this.#planned(plan);
    }
    const { gpu } = plan;
    if (gpu instanceof Error) this.problems.add(`a plan can't be made: ${gpu.stack}`);
    else if (this.isWanted(gpu.plan)) this.records.push({ gpu, inputs, outputs });
  }

  /** Forgets them, for the file that comes next. */
  clear(): void {
    this.records.length = this.runs = this.plans = 0;
    this.problems.clear();
  }

  #planned({ program, avals }: ShadowPlan): OnGpu | Error {
    try {
      return planOnGpu(program, avals);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** float64 is among its dtypes, so that all tests run; the GPU's plan goes without. */
const target = {
  ...makeTarget(GUARANTEED),
  itemSize: Object.fromEntries(DTYPES.map((dtype) => [dtype, itemSize(dtype)])),
};

export const makeShadow = (recording: Recording): Device<ShadowPlan, HostArray> => ({
  ...(wasm as Device<never, HostArray>),
  name: "shadow",
  target,
  plan(program, avals) {
    const processor = planOnProcessor(program, avals);
    // As `costOf` counts it for this target.
    const peakBytes = arrange(program, target).end + outputBytes(program, target);
    return { ...processor.plan, peakBytes, program, avals, processor, gpu: null };
  },
  run(plan, arrays) {
    const outputs = plan.processor.run(arrays);
    recording.add(plan, arrays as HostArray[], outputs);
    return outputs;
  },
});
