/** A program as dispatches, and how its buffers share memory. */
import type { Settings } from "../../../gpu/kernel.ts";
import type { Buffer, Program } from "../../compile/program.ts";
import type { Aval } from "../../ir/aval.ts";
import type { HostArray } from "../../ir/ndarray.ts";
import type { Plan } from "../device.ts";
import { type DispatchNode, dispatchesIn, type Node, Nodes, touchedBy } from "./nodes.ts";

export interface WebGpuPlan extends Plan {
  readonly nodes: readonly Node[];
  /** Those of the nodes, each once. */
  readonly dispatches: readonly DispatchNode[];
  readonly inputs: readonly Buffer[];
  readonly constants: ReadonlyMap<Buffer, HostArray>;
  readonly outputs: readonly { readonly buffer: Buffer; readonly aval: Aval }[];
  /** The bytes of each piece of the workspace, */
  readonly slots: readonly number[];
  /** and the one that a buffer has. */
  readonly slotOf: ReadonlyMap<Buffer, number>;
}

/** Every element takes four bytes; nothing is smaller than a vector, which is how products read. */
export const bufferBytes = ({ size }: Buffer): number => Math.max(16, Math.ceil(size / 4) * 16);

/** The first and the last node that touch a buffer; what a loop touches lives as long as the loop. */
function lifetimes(nodes: readonly Node[], preset: ReadonlySet<Buffer>): Map<Buffer, { first: number; last: number }> {
  const lives = new Map<Buffer, { first: number; last: number }>();
  nodes.forEach((node, i) => {
    for (const buffer of touchedBy(node)) {
      const life = lives.get(buffer);
      if (life) life.last = i;
      else if (!preset.has(buffer)) lives.set(buffer, { first: i, last: i });
    }
  });
  return lives;
}

/** Register allocation: a buffer takes the smallest idle slot that holds it, else the largest, which grows. */
class Slots {
  readonly bytes: number[] = [];
  readonly #idle = new Set<number>();

  take(bytes: number): number {
    const idle = [...this.#idle].sort((a, b) => this.#size(a) - this.#size(b));
    const slot = idle.find((i) => this.#size(i) >= bytes) ?? idle.at(-1) ?? this.bytes.push(0) - 1;
    this.bytes[slot] = Math.max(this.#size(slot), bytes);
    this.#idle.delete(slot);
    return slot;
  }

  give(slot: number): void {
    this.#idle.add(slot);
  }

  #size(slot: number): number {
    return this.bytes[slot] ?? 0;
  }
}

/**
 * Slots for the buffers that only the plan knows. A node's buffers are taken before those that end with it are given back: no
 * dispatch may read and write one buffer under two names.
 */
function assignSlots(
  nodes: readonly Node[],
  preset: ReadonlySet<Buffer>,
): { slots: readonly number[]; slotOf: ReadonlyMap<Buffer, number> } {
  const lives = lifetimes(nodes, preset);
  const begin = nodes.map((): Buffer[] => []);
  const end = nodes.map((): Buffer[] => []);
  for (const [buffer, { first, last }] of lives) {
    begin[first]?.push(buffer);
    end[last]?.push(buffer);
  }
  const slots = new Slots();
  const slotOf = new Map<Buffer, number>();
  nodes.forEach((_, i) => {
    const own = (begin[i] ?? []).sort((a, b) => b.size - a.size);
    for (const buffer of own) slotOf.set(buffer, slots.take(bufferBytes(buffer)));
    for (const buffer of end[i] ?? []) slots.give(slotOf.get(buffer) ?? 0);
  });
  return { slots: slots.bytes, slotOf };
}

/** About the memory of a plan, and of each of its dispatches; texts are shared by all plans. */
const PLAN_BYTES = 2000;
const DISPATCH_BYTES = 600;

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

export function planProgram(
  program: Program,
  avals: readonly Aval[],
  settings: Settings,
  heavyFlops = Number.POSITIVE_INFINITY,
): WebGpuPlan {
  const planner = new Nodes(settings, heavyFlops);
  const nodes = planner.of(program);
  const constants = new Map([...program.constants, ...planner.constants]);
  const outputs = program.outputs.map((buffer, i) => {
    const aval = avals[i];
    if (!aval) throw new Error("internal: an output without an aval");
    return { buffer, aval };
  });
  const given = new Set([...program.inputs, ...constants.keys()]);
  const preset = new Set([...given, ...program.outputs]);
  const { slots, slotOf } = assignSlots(nodes, preset);
  const dispatches = dispatchesIn(nodes);
  checkWrites(dispatches, given);
  const sizes = [...[...preset].map(bufferBytes), ...slots];
  return {
    nodes,
    dispatches,
    inputs: program.inputs,
    constants,
    outputs,
    slots,
    slotOf,
    peakBytes: sum(sizes),
    largestBuffer: sizes.reduce((a, b) => Math.max(a, b), 0),
    bytes: PLAN_BYTES + DISPATCH_BYTES * dispatches.length,
  };
}

/** Inputs are arrays that others hold, too. */
function checkWrites(dispatches: readonly DispatchNode[], given: ReadonlySet<Buffer>): void {
  for (const { kernel } of dispatches) {
    const written = kernel.bindings.filter(({ access }) => access === "write");
    if (written.some(({ buffer }) => given.has(buffer)))
      throw new Error(`internal: ${kernel.label} writes to an input`);
  }
}
