/**
 * A plan's steps in their order, without their numbers: which elements of which buffers hold something, and whose bytes
 * each address holds. It knows nothing of how the layout comes to its addresses.
 */
import { itemSize } from "../../../src/base/dtypes.ts";
import type { View } from "../../../src/base/view.ts";
import type { Layout } from "../../../src/compile/layout.ts";
import { type Buffer, type Program, readsOf, type Step, whole, writesOf } from "../../../src/compile/program.ts";
import { contractSources, contractTarget, extent, type Report } from "./steps.ts";

/** Larger buffers are not looked at element by element. */
const DETAIL = 1 << 12;

/** What an element holds: nothing, a value, or a value that this list of steps has put there piece by piece. */
const [EMPTY, VALUE, PIECE] = [0, 1, 2];

/** The elements of a buffer; `null` where there are too many. */
type Contents = Uint8Array | null;

/** How a buffer was written in a list of steps. */
type Manner = "fill" | "pieces" | "whole";

interface Access {
  readonly buffer: Buffer;
  readonly view: View;
}

const all = (buffer: Buffer): Access => whole(buffer, [buffer.size]);

/** The places of a view. */
function placesOf({ offset, shape, strides }: View): number[] {
  let places = shape.includes(0) ? [] : [offset];
  shape.forEach((size, axis) => {
    places = places.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides[axis]));
  });
  return places;
}

const sizeOfView = ({ shape }: View): number => shape.reduce((n, m) => n * m, 1);

function readsIn(step: Step): Access[] {
  if (step.kind === "copy" || step.kind === "reduce") return [step.source];
  if (step.kind === "map") return [...step.inputs];
  if (step.kind === "contract") return contractSources(step);
  return step.kind === "loop" ? [] : step.kind === "branch" ? [all(step.index)] : readsOf(step).map(all);
}

function writesIn(step: Step): Access[] {
  if (step.kind === "copy") return [step.target];
  if (step.kind === "contract") return [{ buffer: step.target, view: contractTarget(step) }];
  return step.kind === "loop" || step.kind === "branch" ? [] : writesOf(step).map(all);
}

class Memory {
  /** What there is; a buffer whose bytes another one has taken is gone. */
  constructor(
    readonly layout: Layout,
    readonly report: Report,
    readonly contents = new Map<Buffer, Contents>(),
    readonly taken = new Set<Buffer>(),
  ) {}

  copy(): Memory {
    const contents = new Map([...this.contents].map(([buffer, own]) => [buffer, own?.slice() ?? null]));
    return new Memory(this.layout, this.report, contents, new Set(this.taken));
  }

  #range(buffer: Buffer): [number, number] {
    const address = this.layout.addressOf.get(buffer) ?? Number.NaN;
    return [address, address + buffer.size * itemSize(buffer.dtype)];
  }

  overlap(x: Buffer, y: Buffer): boolean {
    const [[a, b], [c, d]] = [this.#range(x), this.#range(y)];
    return x !== y && a < d && c < b && a < b && c < d;
  }

  /** Puts an empty buffer to its place, where nobody needs what was there. */
  take(buffer: Buffer): void {
    for (const other of [...this.contents.keys()]) {
      if (!this.overlap(buffer, other)) continue;
      this.contents.delete(other);
      this.taken.add(other);
    }
    if (this.contents.has(buffer)) return;
    this.contents.set(buffer, buffer.size <= DETAIL ? new Uint8Array(buffer.size) : null);
  }

  read({ buffer, view }: Access): void {
    if (!extent(view)) return;
    if (!this.contents.has(buffer)) {
      this.report(
        this.taken.has(buffer) ? "reads what another buffer has overwritten" : "reads what nothing has written",
      );
      return;
    }
    const contents = this.contents.get(buffer);
    if (contents && sizeOfView(view) <= DETAIL && placesOf(view).some((place) => contents[place] === EMPTY)) {
      this.report("reads an element that nothing has written");
    }
  }

  write({ buffer, view }: Access, manner: Manner): void {
    if (buffer.size === 0 || !extent(view)) return;
    // What was lost stays lost when a part of it is written again.
    if (manner !== "pieces") this.taken.delete(buffer);
    if (this.taken.has(buffer)) return;
    this.take(buffer);
    const contents = this.contents.get(buffer);
    if (!contents) return;
    if (manner !== "pieces") {
      contents.fill(VALUE);
      return;
    }
    const places = placesOf(view);
    const twice = places.find((place) => contents[place] === PIECE);
    if (twice !== undefined) this.report(`writes element ${twice} twice`);
    for (const place of places) contents[place] = PIECE;
  }

  /** What was written before counts as given. */
  settle(): void {
    for (const [buffer, contents] of this.contents) {
      if (contents)
        this.contents.set(
          buffer,
          contents.map((state) => Math.min(state, VALUE)),
        );
    }
  }

  forget(buffers: Iterable<Buffer>): void {
    for (const buffer of buffers) {
      this.contents.delete(buffer);
      this.taken.delete(buffer);
    }
  }
}

function manner(step: Step, { buffer, view }: Access): Manner {
  const repeats = step.kind === "copy" && step.source.view.strides.every((stride) => stride === 0);
  if (step.kind === "fill" || (repeats && sizeOfView(view) === buffer.size)) return "fill";
  if (step.kind === "slice" && step.target.step !== 0) return "pieces";
  return sizeOfView(view) === buffer.size ? "whole" : "pieces";
}

function runStep(step: Step, memory: Memory, written: Map<Buffer, Manner>): void {
  const [reads, writes] = [readsIn(step), writesIn(step)];
  for (const access of reads) memory.read(access);
  for (const target of writes) {
    const { buffer } = target;
    if (!extent(target.view)) continue;
    const how = manner(step, target);
    const before = written.get(buffer);
    // A fill is there to be written over; anything else is there to be read.
    if (before === "whole" || (before && before !== "fill" && how !== "pieces")) memory.report("writes a buffer twice");
    written.set(buffer, how);
    for (const other of [...reads, ...writes]) {
      if (memory.overlap(buffer, other.buffer)) memory.report("writes over what it reads or writes");
    }
    if (step.kind === "slice" && how === "pieces") moveOver(step, memory);
    else memory.write(target, how);
    if (reads.some((read) => read.buffer === buffer)) insideOneBuffer(reads, target, memory);
  }
}

/** A slice that moves: in the course of its loop it writes all of its target. */
function moveOver({ target }: Extract<Step, { kind: "slice" }>, memory: Memory): void {
  const { buffer } = target;
  if (memory.taken.has(buffer)) return;
  memory.take(buffer);
  memory.contents.get(buffer)?.fill(VALUE);
}

/** A step that reads and writes one buffer must read other elements than it writes. */
function insideOneBuffer(reads: readonly Access[], target: Access, memory: Memory): void {
  if (sizeOfView(target.view) > DETAIL) return;
  const places = new Set(placesOf(target.view));
  for (const { buffer, view } of reads) {
    if (buffer !== target.buffer || sizeOfView(view) > DETAIL) continue;
    if (placesOf(view).some((place) => places.has(place))) memory.report("writes elements that it reads");
  }
}

function runLoop(step: Extract<Step, { kind: "loop" }>, memory: Memory, at: (inner: string) => Report): void {
  const before = new Set(memory.contents.keys());
  const kept = new Set(step.kept);
  const own = (): Buffer[] =>
    [...memory.contents.keys(), ...memory.taken].filter((b) => !before.has(b) && !kept.has(b));
  // Two trips meet all that any number of them meets.
  for (let trip = 0; trip < Math.min(step.trips, 2); trip++) {
    memory.settle();
    memory.forget(own());
    runSteps(step.body, memory, at);
  }
  memory.forget(own());
}

function runBranches(step: Extract<Step, { kind: "branch" }>, memory: Memory, at: (inner: string) => Report): void {
  memory.read(all(step.index));
  const before = new Set(memory.contents.keys());
  const ends = step.bodies.map((body, i) => {
    const own = memory.copy();
    own.settle();
    runSteps(body, own, (inner) => at(`branch ${i}, ${inner}`));
    return own;
  });
  for (const buffer of before) {
    if (ends.every((end) => end.contents.has(buffer))) continue;
    memory.contents.delete(buffer);
    memory.taken.add(buffer);
  }
  for (const buffer of step.outputs) {
    if (buffer.size > 0 && !ends.every((end) => end.contents.has(buffer)))
      memory.report("a branch leaves an output out");
    memory.write(all(buffer), "whole");
  }
}

function runSteps(steps: readonly Step[], memory: Memory, at: (inner: string) => Report): void {
  const written = new Map<Buffer, Manner>();
  steps.forEach((step, i) => {
    const name = `step ${i} (${step.kind})`;
    const scoped = new Memory(memory.layout, at(name), memory.contents, memory.taken);
    if (step.kind === "loop") runLoop(step, scoped, (inner) => at(`${name}, ${inner}`));
    else if (step.kind === "branch") runBranches(step, scoped, (inner) => at(`${name}, ${inner}`));
    else runStep(step, scoped, written);
  });
}

/** Runs the steps of a plan over its addresses. */
export function checkMemory({ steps, inputs, constants, outputs }: Program, layout: Layout, report: Report): void {
  const memory = new Memory(layout, report);
  const given = [...inputs, ...constants.keys()];
  for (const buffer of given) {
    if (given.some((other) => memory.overlap(buffer, other))) report("inputs and constants overlap");
    memory.write(all(buffer), "whole");
  }
  runSteps(steps, memory, (name) => (fault) => report(`${name} ${fault}`));
  const end = new Memory(layout, (fault) => report(`the end ${fault}`), memory.contents, memory.taken);
  for (const buffer of outputs) end.read(all(buffer));
}
