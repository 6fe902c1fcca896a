/**
 * Liveness: addresses for a plan's buffers. Lifetimes are known, so the arena is laid out once: a buffer's room is free
 * again after the last step that reads it.
 */
import { type Buffer, innerSteps, type Program, readsOf, type Step, writesOf } from "./program.ts";
import { bytesOfItem, type Target } from "./target.ts";

/** The bytes of a buffer in a device's memory. */
export const bytesOf = ({ size, dtype }: Buffer, target: Target): number => size * bytesOfItem(target, dtype);

export interface Layout {
  readonly addressOf: ReadonlyMap<Buffer, number>;
  /** The end of the arena. */
  readonly end: number;
}

interface Hole {
  start: number;
  end: number;
}

/** Free room below the arena's end, in ascending order, never two holes side by side. */
class FreeList {
  readonly #holes: Hole[] = [];
  constructor(public end: number) {}

  /** Best fit: the smallest hole that is large enough, so that large ones stay whole; else new room at the end. */
  take(bytes: number): number {
    let best: Hole | undefined;
    for (const hole of this.#holes) {
      const room = hole.end - hole.start;
      if (room >= bytes && (!best || room < best.end - best.start)) best = hole;
    }
    if (!best) {
      const last = this.#holes.at(-1);
      const start = last && last.end === this.end ? last.start : this.end;
      if (start !== this.end) this.#holes.pop();
      this.end = start + bytes;
      return start;
    }
    const { start } = best;
    best.start += bytes;
    if (best.start === best.end) this.#holes.splice(this.#holes.indexOf(best), 1);
    return start;
  }

  give(start: number, bytes: number): void {
    if (bytes === 0) return;
    let i = this.#holes.findIndex((hole) => hole.start > start);
    if (i < 0) i = this.#holes.length;
    this.#holes.splice(i, 0, { start, end: start + bytes });
    for (const j of [i, i - 1]) {
      const [left, right] = [this.#holes[j], this.#holes[j + 1]];
      if (left && right && left.end === right.start) {
        left.end = right.end;
        this.#holes.splice(j + 1, 1);
      }
    }
  }
}

/**
 * Places the buffers behind what the device keeps for itself. `preset` ones (inputs, constants) exist before the first step, `kept` ones (outputs)
 * to the end.
 */
export function layOut(
  steps: readonly Step[],
  preset: readonly Buffer[],
  kept: readonly Buffer[],
  target: Target,
): Layout {
  const align = (n: number): number => Math.ceil(n / target.alignment) * target.alignment;
  const addressOf = new Map<Buffer, number>();
  const free = new FreeList(align(target.reservedBytes));
  const place = (buffer: Buffer): boolean => {
    if (addressOf.has(buffer)) return false;
    addressOf.set(buffer, free.take(align(bytesOf(buffer, target))));
    return true;
  };
  // What a loop or branch writes for itself is gone after it; what was there before it stays until it ends.
  const placeAll = (list: readonly Step[], own: Set<Buffer>, last: readonly Buffer[]): void => {
    const touched = list.map((step) => new Set([...readsOf(step), ...writesOf(step)]));
    const lastUse = new Map<Buffer, number>();
    touched.forEach((buffers, i) => {
      for (const buffer of buffers) lastUse.set(buffer, i);
    });
    for (const buffer of last) lastUse.set(buffer, list.length);
    list.forEach((step, i) => {
      for (const buffer of writesOf(step)) if (place(buffer)) own.add(buffer);
      for (const inner of innerSteps(step)) placeAll(inner, new Set(), []);
      for (const buffer of touched[i]!) {
        if (lastUse.get(buffer) === i && own.has(buffer))
          free.give(addressOf.get(buffer)!, align(bytesOf(buffer, target)));
      }
    });
  };
  preset.forEach(place);
  placeAll(steps, new Set(preset), kept);
  return { addressOf, end: free.end };
}

/** Addresses for all that a program holds. */
export const arrange = ({ steps, inputs, constants, outputs }: Program, target: Target): Layout =>
  layOut(steps, [...inputs, ...constants.keys()], outputs, target);

/** The bytes that the outputs take in the device's memory, and again where they are copied to. */
export const outputBytes = ({ outputs }: Program, target: Target): number =>
  outputs.reduce((sum, buffer) => sum + bytesOf(buffer, target), 0);
