/** Recorded runs, done again on a GPU. */
import type { Kernel } from "../../../gpu/kernel.ts";
import { innerSteps, type Program, type Step } from "../../../src/compile/program.ts";
import type { WebGpu } from "../../../src/device/webgpu/device.ts";
import type { Node } from "../../../src/device/webgpu/nodes.ts";
import { openWebGpu } from "../../../src/device/webgpu/open.ts";
import { type HostArray, storageOf } from "../../../src/ir/ndarray.ts";
import { RATES } from "../opened.ts";
import { worstOf } from "./agreement.ts";
import { demotedArray } from "./demote.ts";
import { planOnProcessor, type Recorded } from "./device.ts";
import { keyOf } from "./texts.ts";

/** Relative to the largest entry. */
const TOLERANCE = 2e-4;
/** What was computed in float64 in the first place may be as far from it as so many times the processor's float32, */
const TIMES_OWN = 10;
/** and counts as compared up to this. */
const TOLERANCE_DEMOTED = 2e-3;
/** The null backend has half a gigabyte, and inputs go when they are collected. */
const MOST_BYTES = 2 ** 27;
/** So many runs' shaders are compiled together. */
const GROUP = 16;

export interface Outcome {
  readonly problems: string[];
  readonly skipped: Map<string, number>;
  /** The shaders of all runs that agree, each once. */
  readonly kernels: Map<string, Kernel>;
  replayed: number;
  demoted: number;
  worst: number;
  worstDemoted: number;
}

/** A compiler's complaint without the text that it shows. */
const brief = (error: unknown): string => String(error).split("\n")[0];

const flat = (steps: readonly Step[]): Step[] => steps.flatMap((step) => [step, ...innerSteps(step).flatMap(flat)]);

function nameOf(step: Step): string {
  if (step.kind === "map") return `map(${[...new Set(step.instructions.map(({ op, dtype }) => `${op} ${dtype}`))]})`;
  if (step.kind === "kernel") return step.command;
  return step.kind === "reduce" ? `reduce ${step.op}` : step.kind;
}

const describe = ({ steps }: Program, inputs: readonly HostArray[], outputs: readonly HostArray[]): string => {
  const arrays = (list: readonly HostArray[]) => list.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(" ");
  return `${[...new Set(flat(steps).map(nameOf))].join("; ")}: ${arrays(inputs)} -> ${arrays(outputs)}`;
};

/** Every dispatch once: where nothing is computed no condition ends a loop. */
const once = (nodes: readonly Node[]): Node[] =>
  nodes.map((node) => (node.kind === "dispatch" ? node : { kind: "repeat", trips: 1, body: once(node.body) }));

/** Rotations that come in another order end with rows of other signs, which mean as much. */
const isSignless = ({ steps }: Program): boolean =>
  flat(steps).some((step) => step.kind === "kernel" && step.command === "JACOBI");

/** The same in float32 on the processor: what float32 can't hold, it can't hold there either. */
function worstOnProcessor({ gpu, inputs, outputs }: Recorded): number {
  const { run } = planOnProcessor(gpu.program, gpu.avals);
  return worstOf(run(inputs.map(demotedArray)).map(storageOf), outputs, isSignless(gpu.program));
}

export class Replay {
  readonly outcome: Outcome = {
    problems: [],
    skipped: new Map(),
    kernels: new Map(),
    replayed: 0,
    demoted: 0,
    worst: 0,
    worstDemoted: 0,
  };
  #device: WebGpu | null = null;

  /** Without `compares` only that nothing is refused: the null backend computes nothing. */
  constructor(
    readonly gpu: GPU,
    readonly compares: boolean,
  ) {}

  async all(records: readonly Recorded[]): Promise<void> {
    for (let i = 0; i < records.length; i += GROUP) {
      const group = records.slice(i, i + GROUP);
      const kernels = group.flatMap(({ gpu }) => gpu.plan.dispatches.map(({ kernel }) => kernel));
      // A shader that is refused says so when its plan runs.
      await (await this.#open()).session.pipelines.prepare(kernels)?.catch(() => {});
      for (const record of group) await this.#one(record);
    }
  }

  /** A lost device has failed one run; the next has another, as has one after runs that have filled the memory. */
  async #open(): Promise<WebGpu> {
    if (this.#device && this.#device.session.pool.bytes > MOST_BYTES) {
      this.#device.session.device.destroy();
      this.#device = null;
    }
    if (!this.#device || this.#device.lost()) {
      this.#device = await openWebGpu({ gpu: this.gpu, powerPreference: null, rates: RATES });
    }
    return this.#device;
  }

  async #one(record: Recorded): Promise<void> {
    const { gpu, inputs, outputs } = record;
    const { outcome } = this;
    const problem = await this.#problem(record);
    if (problem) outcome.problems.push(`${problem} in ${describe(gpu.program, inputs, outputs)}`);
  }

  async #problem(record: Recorded): Promise<string | null> {
    const { plan, isDemoted } = record.gpu;
    const device = await this.#open();
    if (plan.largestBuffer > device.largestBuffer()) return this.#skip("an array larger than the adapter binds");
    let got: ArrayLike<number>[];
    try {
      const arrays = device.run(this.compares ? plan : { ...plan, nodes: once(plan.nodes) }, record.inputs);
      got = await Promise.all(arrays.map((array) => array.data()));
      await device.done();
      for (const array of arrays) array.destroy();
    } catch (error) {
      return brief(error);
    }
    if (device.session.failure) return brief(device.session.failure);
    this.outcome.replayed++;
    if (isDemoted) this.outcome.demoted++;
    return this.compares ? this.#difference(record, got) : null;
  }

  #skip(reason: string): null {
    const { skipped } = this.outcome;
    skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    return null;
  }

  #difference(record: Recorded, got: readonly ArrayLike<number>[]): string | null {
    const { plan, program, isDemoted } = record.gpu;
    const { outcome } = this;
    const worst = worstOf(got, record.outputs, isSignless(program));
    if (worst > TOLERANCE && !(isDemoted && worst <= TIMES_OWN * worstOnProcessor(record))) {
      return `${worst.toExponential(1)} of the largest entry`;
    }
    if (worst > TOLERANCE_DEMOTED) {
      return this.#skip("float64 whose values float32 can't hold, on the processor neither");
    }
    if (isDemoted) outcome.worstDemoted = Math.max(outcome.worstDemoted, worst);
    else outcome.worst = Math.max(outcome.worst, worst);
    for (const { kernel } of plan.dispatches) outcome.kernels.set(keyOf(kernel), kernel);
    return null;
  }
}
