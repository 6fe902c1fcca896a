/** One run of a plan: its arrays in memory, its dispatches recorded. */
import type { Kernel } from "../../../gpu/kernel.ts";
import type { Buffer } from "../../compile/program.ts";
import type { Contents } from "./contents.ts";
import type { Memory } from "./memory.ts";
import type { DispatchNode, Node } from "./nodes.ts";
import { bufferBytes, type WebGpuPlan } from "./plan.ts";
import type { Prepared } from "./prepared.ts";
import type { Session } from "./session.ts";
import { type Work, waitFor } from "./suspend.ts";

/** So many trips of a loop that only a condition ends are recorded before the host looks whether it goes on: at first, */
const FIRST_TRIPS = 4;
/** and at most. */
const MOST_TRIPS = 64;

/** Work of about this many seconds is submitted by itself: what takes longer freezes pages. */
const SUBMIT_SECONDS = 0.1;

/** One run, once its kernels are compiled. */
class Run {
  readonly #memory = new Map<Buffer, Memory>();
  /** The predicted seconds of what isn't submitted yet. */
  #seconds = 0;

  constructor(
    readonly session: Session,
    readonly plan: WebGpuPlan,
    readonly prepared: Prepared,
  ) {}

  *perform(inputs: readonly Contents[], outputs: readonly Contents[]): Work<void> {
    const { plan, session } = this;
    const own: Memory[] = [];
    try {
      for (const [i, buffer] of plan.inputs.entries()) this.#memory.set(buffer, yield* session.resident(inputs[i]));
      for (const [buffer, array] of plan.constants) {
        this.#memory.set(buffer, yield* session.resident(session.contentsOf(array)));
      }
      const slots: Memory[] = [];
      for (const bytes of plan.slots) {
        const memory = yield* session.allocate(bytes);
        own.push(memory);
        slots.push(memory);
      }
      for (const [buffer, slot] of plan.slotOf) this.#memory.set(buffer, checked(slots[slot]));
      yield* this.#giveOutputs(outputs);
      yield* this.#nodes(plan.nodes);
    } finally {
      for (const memory of own) session.pool.release(memory);
    }
  }

  /** An output that is an input, or the same as another output, shares its memory: nobody writes to either. */
  *#giveOutputs(outputs: readonly Contents[]): Work<void> {
    for (const [i, { buffer }] of this.plan.outputs.entries()) {
      const known = this.#memory.get(buffer);
      if (known) known.users++;
      const memory = known ?? (yield* this.session.allocate(bufferBytes(buffer)));
      this.#memory.set(buffer, memory);
      const contents = outputs[i];
      if (contents) contents.memory = memory;
    }
  }

  #memoryOf = (buffer: Buffer): Memory => checked(this.#memory.get(buffer));

  *#nodes(nodes: readonly Node[]): Work<void> {
    for (const node of nodes) {
      if (node.kind === "dispatch") yield* this.#dispatch(node);
      else if (node.kind === "repeat") for (let trip = 0; trip < node.trips; trip++) yield* this.#nodes(node.body);
      else yield* this.#endless(node.alive, node.body);
    }
  }

  *#dispatch(node: DispatchNode): Work<void> {
    const { session } = this;
    const { kernel, indirect } = node;
    const pass = session.recorder.pass();
    this.prepared.set(pass, node, this.#memoryOf);
    if (indirect) pass.dispatchWorkgroupsIndirect(this.#memoryOf(indirect.buffer).buffer, indirect.offset);
    else pass.dispatchWorkgroups(...kernel.grid);
    this.#seconds += session.secondsOf(kernel);
    if (this.#seconds < SUBMIT_SECONDS) return;
    this.#seconds = 0;
    yield* session.submitHeavy();
  }

  *#endless(alive: Buffer, body: readonly Node[]): Work<void> {
    for (let trips = FIRST_TRIPS; ; trips = Math.min(MOST_TRIPS, 2 * trips)) {
      for (let trip = 0; trip < trips; trip++) yield* this.#nodes(body);
      const [word] = yield* this.session.read(this.#memoryOf(alive), 1);
      this.session.recorder.counts.decisions++;
      if (word === 0) return;
    }
  }
}

function checked<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("internal: a buffer without memory");
  return value;
}

/** Records a plan's commands; what its outputs hold is there for all that is recorded later. */
export function* runPlan(
  session: Session,
  plan: WebGpuPlan,
  inputs: readonly Contents[],
  outputs: readonly Contents[],
): Work<void> {
  for (const { error } of inputs) if (error) throw error;
  const kernels: readonly Kernel[] = plan.dispatches.map(({ kernel }) => kernel);
  const compiling = session.pipelines.prepare(kernels);
  if (compiling) {
    session.recorder.flush();
    yield* waitFor(session.alive(compiling));
  }
  const prepared = session.prepared(plan);
  yield* new Run(session, plan, prepared).perform(inputs, outputs);
  prepared.countRun();
  session.recorder.settle();
  session.pool.trim();
}
