/** Steps as dispatches. Loops of a known length and branches run without a word from the host, by way of gates. */
import { type Gate, gateKernel } from "../../../gpu/gate.ts";
import type { Kernel, Settings } from "../../../gpu/kernel.ts";
import { countKernel, fillKernel, sliceKernel } from "../../../gpu/move.ts";
import { kernelsOf, type PlainStep } from "../../../gpu/steps.ts";
import {
  type BranchStep,
  type Buffer,
  ENDLESS,
  type LoopStep,
  type Program,
  type Step,
} from "../../compile/program.ts";
import { type HostArray, hostArray } from "../../ir/ndarray.ts";
import { countReads, withEpilogues } from "./epilogues.ts";

export interface DispatchNode {
  readonly kind: "dispatch";
  readonly kernel: Kernel;
  /** Where the grid stands in memory, if a gate decides on it. */
  readonly indirect: { readonly buffer: Buffer; readonly offset: number } | null;
  /** The kernel with its shapes in the text, where it is worth a compilation of its own. */
  readonly specialize: (() => Kernel) | null;
}

/** What a plan does, in order. */
export type Node =
  | DispatchNode
  | { readonly kind: "repeat"; readonly trips: number; readonly body: readonly Node[] }
  /** Goes on while the word in `alive` isn't 0. */
  | { readonly kind: "endless"; readonly alive: Buffer; readonly body: readonly Node[] };

/** The steps around a step: the trip's number, the gate that decides whether it runs, the loop that a `leave` ends. */
interface Surroundings {
  readonly counter: Buffer | null;
  readonly gate: OpenGate | null;
  readonly loop: OpenGate | null;
}

/** A gate whose dispatches aren't all known yet, and so not the size of what it writes. */
interface OpenGate extends Gate {
  readonly grids: { dtype: "uint32"; size: number };
  readonly chosen: { dtype: "uint32"; size: number };
  readonly words: number[];
}

const DISPATCH_WORDS = 3;

function unknownKernel(): never {
  throw new Error("internal: a kernel that no step has");
}

export class Nodes {
  /** What the plan itself brings: the grids behind its gates, and a word that is 1. */
  readonly constants = new Map<Buffer, HostArray>();
  #reads: ReadonlyMap<Buffer, number> = new Map();
  readonly #always: Buffer = { dtype: "uint32", size: 1 };

  constructor(
    readonly settings: Settings,
    /** From so many operations on a kernel is worth a text of its own. */
    readonly heavyFlops: number,
  ) {}

  of(program: Program): Node[] {
    this.#reads = countReads(program);
    return this.#of(program.steps, { counter: null, gate: null, loop: null });
  }

  #of(steps: readonly Step[], around: Surroundings): Node[] {
    const fused = withEpilogues(steps, this.#reads, this.settings.maxBuffers);
    return fused.flatMap((step) => this.#step(step, around));
  }

  #step(step: Step, around: Surroundings): Node[] {
    switch (step.kind) {
      case "loop":
        return step.trips === ENDLESS ? this.#endless(step, around) : this.#repeat(step, around);
      case "branch":
        return this.#branch(step, around);
      case "leave": {
        if (!around.loop) throw new Error("internal: a leave outside of a loop");
        return [this.#setGate(around.loop, this.#one(), { buffer: step.condition, value: 1 }, false)];
      }
      case "slice": {
        if (!around.counter) throw new Error("internal: a slice outside of a loop");
        return this.#dispatches([sliceKernel(step, around.counter, this.settings)], around);
      }
      default: {
        const kernels = kernelsOf(step, this.settings);
        return this.#dispatches(kernels, around, (i) => this.#specialized(step, kernels, i));
      }
    }
  }

  #dispatches(
    kernels: readonly (Kernel | undefined)[],
    { gate }: Surroundings,
    specialize: (i: number) => Kernel = () => unknownKernel(),
  ): Node[] {
    return kernels.flatMap((kernel, i): Node[] => {
      if (!kernel) return [];
      const special = kernel.flops < this.heavyFlops ? null : () => specialize(i);
      if (!gate) return [{ kind: "dispatch", kernel, indirect: null, specialize: special }];
      const offset = 4 * gate.words.length;
      gate.words.push(...kernel.grid);
      return [{ kind: "dispatch", kernel, indirect: { buffer: gate.chosen, offset }, specialize: special }];
    });
  }

  /** One of a step's kernels written anew. The order of its bindings follows from the step; what it writes to is known. */
  #specialized(step: PlainStep, kernels: readonly Kernel[], i: number): Kernel {
    const [known, own] = [kernels[i], kernelsOf(step, { ...this.settings, numbers: "literal" })[i]];
    return known && own ? { ...own, bindings: known.bindings } : unknownKernel();
  }

  #repeat({ trips, body }: LoopStep, around: Surroundings): Node[] {
    const counter: Buffer = { dtype: "int32", size: 1 };
    const inner = this.#of(body, { ...around, counter });
    if (!inner.some((node) => touchedBy(node).includes(counter))) return [{ kind: "repeat", trips, body: inner }];
    const reset = fillKernel({ kind: "fill", target: counter, value: 0 }, this.settings);
    const count = this.#dispatches([countKernel(counter, this.settings)], around);
    return [...this.#dispatches([reset], around), { kind: "repeat", trips, body: [...inner, ...count] }];
  }

  #endless({ body }: LoopStep, around: Surroundings): Node[] {
    return this.#behindGate((loop) => {
      const inner = this.#of(body, { counter: null, gate: loop, loop });
      const open = this.#setGate(loop, around.gate?.alive ?? this.#one(), null, true);
      return [open, { kind: "endless", alive: loop.alive, body: inner }];
    });
  }

  #branch({ index, bodies }: BranchStep, around: Surroundings): Node[] {
    return bodies.flatMap((body, value) =>
      this.#behindGate((gate) => {
        const inner = this.#of(body, { ...around, gate });
        if (inner.length === 0) return [];
        return [this.#setGate(gate, around.gate?.alive ?? this.#one(), { buffer: index, value }, true), ...inner];
      }),
    );
  }

  /** Nodes that may have dispatches behind a new gate. */
  #behindGate(make: (gate: OpenGate) => Node[]): Node[] {
    const word = () => ({ dtype: "uint32", size: DISPATCH_WORDS }) as const;
    const gate: OpenGate = { grids: word(), chosen: word(), alive: word(), words: [] };
    const nodes = make(gate);
    const size = Math.max(DISPATCH_WORDS, gate.words.length);
    gate.grids.size = size;
    gate.chosen.size = size;
    const storage = new Uint32Array(size);
    storage.set(gate.words);
    this.constants.set(gate.grids, hostArray(storage, [size], "uint32"));
    return nodes;
  }

  #setGate(gate: OpenGate, outer: Buffer, word: { buffer: Buffer; value: number } | null, anew: boolean): Node {
    return { kind: "dispatch", kernel: gateKernel(gate, outer, word, anew), indirect: null, specialize: null };
  }

  /** The word that is 1. */
  #one(): Buffer {
    if (!this.constants.has(this.#always))
      this.constants.set(this.#always, hostArray(Uint32Array.of(1), [1], "uint32"));
    return this.#always;
  }
}

/** The buffers that a node reads or writes. */
export function touchedBy(node: Node): Buffer[] {
  if (node.kind === "repeat") return node.body.flatMap(touchedBy);
  if (node.kind === "endless") return [node.alive, ...node.body.flatMap(touchedBy)];
  const bound = node.kernel.bindings.map(({ buffer }) => buffer);
  return node.indirect ? [node.indirect.buffer, ...bound] : bound;
}

export const dispatchesIn = (nodes: readonly Node[]): DispatchNode[] =>
  nodes.flatMap((node) => (node.kind === "dispatch" ? [node] : dispatchesIn(node.body)));
