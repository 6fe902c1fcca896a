/** What a reduction reads, and how threads share it. */
import { sizeOf } from "../../src/base/shapes.ts";
import type { Buffer, ReduceStep } from "../../src/compile/program.ts";
import { mergeWalk } from "../../src/compile/walk.ts";
import type { Settings, Work } from "../kernel.ts";
import type { Shader } from "../shader.ts";

/** Axes with their strides in the source. */
interface Axes {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly total: number;
}

/** The source's elements, each result's together. */
export interface Terms {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly kept: Axes;
  readonly reduced: Axes;
}

/** Where there are few results of many terms each, these are shared out, */
const FEW = 64;
const MANY = 16384;
/** in parts of about so many terms, but not more parts than this. */
const PART = 4096;
const MAX_PARTS = 256;

export function termsOf({ source: { buffer, view }, axes }: Pick<ReduceStep, "source" | "axes">): Terms {
  const side = (isReduced: boolean): Axes => {
    const chosen = [...view.shape.keys()].filter((axis) => axes.includes(axis) === isReduced);
    const sizes = chosen.map((axis) => view.shape[axis] ?? 1);
    const walk = mergeWalk({ sizes, strides: [chosen.map((axis) => view.strides[axis] ?? 0)] });
    return { sizes: walk.sizes, strides: walk.strides[0] ?? [], total: sizeOf(sizes) };
  };
  return { buffer, offset: view.offset, kept: side(false), reduced: side(true) };
}

/** How many workgroups share the terms of a result; none of them gets nothing. */
export const partsOf = ({ kept, reduced }: Terms): number =>
  kept.total < FEW && reduced.total > MANY ? Math.min(MAX_PARTS, Math.ceil(reduced.total / PART)) : 1;

/** Whether neighbouring results read neighbours. */
export function areAcross({ kept, reduced }: Terms): boolean {
  const step = (axes: Axes): number => Math.abs(axes.strides.at(-1) ?? 0);
  return step(kept) < step(reduced);
}

/** Whether a thread for each result is best: there is little to read, or neighbours read neighbours and keep the device busy. */
export function suitThreads(terms: Terms): boolean {
  const [results, count] = [terms.kept.total, terms.reduced.total];
  if (count <= 32) return true;
  if (results >= 4096) return areAcross(terms) || count <= 128;
  return results >= FEW && areAcross(terms) && count <= 4096;
}

export function workOf({ kept, reduced }: Terms): Work {
  const count = kept.total * reduced.total;
  return { flops: count, traffic: 4 * (count + kept.total) };
}

/** The threads of a workgroup for so many terms. */
export const threadsFor = (count: number, { maxThreads }: Settings): number =>
  count >= 1024 && maxThreads >= 256 ? 256 : 64;

/** Emits `base`, the place in the source of the result `index`. */
export function emitBase(shader: Shader, { kept, offset }: Terms, index: string): void {
  const [base] = shader.offsets(index, kept.sizes, [kept.strides], [offset]);
  shader.emit(`let base = ${base};`);
}

/** Emits `item`, the number of the workgroup's result, and `begin` and `end`, its terms: all, or those of one of the parts. */
export function emitShare(shader: Shader, { reduced }: Terms, parts: number): void {
  if (parts === 1) {
    shader.emit("let item = g;", "let begin = 0u;", `let end = ${shader.count(reduced.total)};`);
    return;
  }
  const [count, length] = [shader.count(parts), shader.count(Math.ceil(reduced.total / parts))];
  shader.emit(`let item = g / ${count};`, `let begin = (g - item * ${count}) * ${length};`);
  shader.emit(`let end = min(${shader.count(reduced.total)}, begin + ${length});`);
}

/** Halves the number of threads that hold something until the first ones hold all: `join` takes over what another holds. */
export function emitTree(shader: Shader, threads: number, join: (other: string) => readonly string[], left = 1): void {
  shader.emit("workgroupBarrier();");
  for (let half = threads / 2; half >= left; half /= 2) {
    shader.emit(`if (thread < ${half}u) {`, ...join(`thread + ${half}u`), "}", "workgroupBarrier();");
  }
}
