/** Which elementwise programs become a part of the product that they follow. */
import type { FinishedStep } from "../../../gpu/contract/finish.ts";
import { sizeOf } from "../../base/shapes.ts";
import {
  type ArrayOperand,
  type Buffer,
  type ContractStep,
  innerSteps,
  isWhole,
  type MapStep,
  type Program,
  readsOf,
  type Step,
  writesOf,
} from "../../compile/program.ts";

/** How often a program reads each buffer; what the program gives out, and what lasts longer than a step, counts as read. */
export function countReads({ steps, outputs }: Program): Map<Buffer, number> {
  const counts = new Map<Buffer, number>();
  const count = (buffers: readonly Buffer[]): void => {
    for (const buffer of buffers) counts.set(buffer, (counts.get(buffer) ?? 0) + 1);
  };
  const visit = (step: Step): void => {
    if (step.kind === "loop") count(step.kept);
    if (step.kind === "branch") count([step.index, ...step.outputs]);
    const inner = innerSteps(step);
    if (inner.length === 0) count(readsOf(step));
    for (const list of inner) list.forEach(visit);
  };
  steps.forEach(visit);
  count(outputs);
  return counts;
}

const extent = ({ batch, m, n }: ContractStep): number =>
  [...batch, ...m, ...n].reduce((size, axis) => size * axis.size, 1);

/**
 * Whether the map takes the product's results one by one, in their order and nothing else of them. An operand of the product may
 * be bound as vectors, which no map reads.
 */
function takes(map: MapStep, { a, b, target }: ContractStep): boolean {
  const own = map.inputs.filter(({ buffer }) => buffer === target);
  const inOrder = (operand: ArrayOperand): boolean => isWhole(operand) && operand.view.shape.length > 0;
  const readsOperand = map.inputs.some(({ buffer }) => buffer === a.buffer || buffer === b.buffer);
  return own.length > 0 && own.every(inOrder) && sizeOf(map.shape) === target.size && !readsOperand;
}

/** The steps, with each map that can be a product's epilogue joined to it. */
export function withEpilogues(
  steps: readonly Step[],
  reads: ReadonlyMap<Buffer, number>,
  maxBuffers: number,
): (Step | FinishedStep)[] {
  const joined = new Set<Step>();
  return steps.flatMap((step, i) => {
    if (joined.has(step)) return [];
    if (step.kind !== "contract" || extent(step) !== step.target.size) return [step];
    const map = followingMap(step, steps.slice(i + 1), joined);
    if (!map) return [step];
    const own = map.inputs.filter(({ buffer }) => buffer === step.target).length;
    const finished = { ...step, finish: { map, keeps: (reads.get(step.target) ?? 0) > own } };
    if (buffersOf(finished) > maxBuffers) return [step];
    joined.add(map);
    return [finished];
  });
}

/** The first map that takes the product's results, if nothing that it reads is written in between. */
function followingMap(step: ContractStep, later: readonly Step[], joined: ReadonlySet<Step>): MapStep | null {
  const written = new Set<Buffer>();
  for (const next of later) {
    if (next.kind === "map" && !joined.has(next) && takes(next, step)) {
      return next.inputs.some(({ buffer }) => written.has(buffer)) ? null : next;
    }
    for (const buffer of writesOf(next)) written.add(buffer);
  }
  return null;
}

function buffersOf(step: FinishedStep): number {
  const { map } = step.finish;
  const arrays = [step.a, step.b, ...map.inputs, ...map.outputs].map(({ buffer }) => buffer);
  return new Set([...arrays, step.target]).size;
}
