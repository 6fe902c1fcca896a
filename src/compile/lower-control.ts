/** Loops and branches as steps: their bodies are lowered once. */
import type { Var } from "../ir/jaxpr.ts";
import type { BranchParams, LoopParams, WhileParams } from "../ir/primitive.ts";
import type { Lowerer } from "./lower.ts";
import { productsBefore } from "./products-before.ts";
import {
  type ArrayOperand,
  assign,
  type Buffer,
  copied,
  ENDLESS,
  isWhole,
  type Operand,
  type Step,
  whole,
} from "./program.ts";

/** Lowers a primitive with programs inside, whose rule this is: only what uses loops and branches carries them. */
export type LowerControl<Params> = (
  lowerer: Lowerer,
  params: Params,
  operands: readonly Operand[],
  outputs: readonly Var[],
) => void;

/**
 * Parallel assignment: writes the next carry over the present one. All of it changes at once, so what the next one reads
 * of the present one, as where two exchange their places, is copied before anything is overwritten.
 */
function carryOn(next: readonly Operand[], carry: readonly ArrayOperand[], steps: Step[]): void {
  const buffers = carry.map((operand) => operand.buffer);
  const stays = (operand: Operand, i: number): boolean =>
    operand.kind === "array" && operand.buffer === buffers[i] && isWhole(operand);
  const safe = next.map((operand, i) => {
    const isOverwritten = operand.kind === "array" && buffers.includes(operand.buffer);
    return isOverwritten && !stays(operand, i) ? copied(operand, steps) : operand;
  });
  safe.forEach((operand, i) => {
    if (!stays(operand, i)) steps.push(assign(operand, buffers[i]!));
  });
}

/** The inputs that are read in every step, the carry in buffers of its own, and the slices. */
export function lowerLoop(
  lowerer: Lowerer,
  params: LoopParams,
  operands: readonly Operand[],
  outputs: readonly Var[],
): void {
  const { length, reverse, consts, carries } = params;
  const [constants, given] = [operands.slice(0, consts), operands.slice(consts + carries)];
  const { body, before, kept } = productsBefore(params);
  const products = lowerer.inside(before, [...constants, ...given], lowerer.steps);
  const carry = operands.slice(consts, consts + carries).map((x) => copied(x, lowerer.steps));
  const stacked = [...given.filter((_, i) => kept[i]), ...products].map((x) => lowerer.rowMajor(x));
  const steps: Step[] = [];
  /** Where the slices of a stacked array lie in the course of the loop. */
  const moving = (buffer: Buffer, size: number) =>
    reverse ? { buffer, start: (length - 1) * size, step: -size } : { buffer, start: 0, step: size };
  const fixed = (buffer: Buffer) => ({ buffer, start: 0, step: 0 });
  const slices = stacked.map(({ dtype, buffer, view }) => {
    const size = length === 0 ? 0 : buffer.size / length;
    const slice: Buffer = { dtype, size };
    steps.push({ kind: "slice", size, source: moving(buffer, size), target: fixed(slice) });
    return whole(slice, view.shape.slice(1));
  });
  const outs = lowerer.inside(body, [...constants, ...carry, ...slices], steps);
  const ys = outs.slice(carries).map((y, i): ArrayOperand => {
    const row = y.kind === "array" && isWhole(y) ? y : copied(y, steps);
    const target = lowerer.define(outputs[carries + i]!);
    const { size } = row.buffer;
    steps.push({ kind: "slice", size, source: fixed(row.buffer), target: moving(target.buffer, size) });
    return target;
  });
  carryOn(outs.slice(0, carries), carry, steps);
  lowerer.steps.push({ kind: "loop", trips: length, body: steps, kept: ys.map((y) => y.buffer) });
  carry.forEach((operand, i) => {
    lowerer.set(outputs[i]!, operand);
  });
}

export function lowerWhile(
  lowerer: Lowerer,
  { condition, body, conditionConsts, bodyConsts }: WhileParams,
  operands: readonly Operand[],
  outputs: readonly Var[],
): void {
  const carry = operands.slice(conditionConsts + bodyConsts).map((x) => copied(x, lowerer.steps));
  const steps: Step[] = [];
  const [goesOn] = lowerer.inside(condition, [...operands.slice(0, conditionConsts), ...carry], steps);
  const pred: Buffer = { dtype: "bool", size: 1 };
  steps.push(assign(goesOn!, pred), { kind: "leave", condition: pred });
  const forBody = operands.slice(conditionConsts, conditionConsts + bodyConsts);
  carryOn(lowerer.inside(body, [...forBody, ...carry], steps), carry, steps);
  lowerer.steps.push({ kind: "loop", trips: ENDLESS, body: steps, kept: [pred] });
  carry.forEach((operand, i) => {
    lowerer.set(outputs[i]!, operand);
  });
}

export function lowerBranches(
  lowerer: Lowerer,
  { branches }: BranchParams,
  [index, ...operands]: readonly Operand[],
  outputs: readonly Var[],
): void {
  const targets = outputs.map((v) => lowerer.define(v).buffer);
  const bodies = branches.map((branch) => {
    const steps: Step[] = [];
    const outs = lowerer.inside(branch, operands, steps);
    outs.forEach((operand, i) => {
      steps.push(assign(operand, targets[i]!));
    });
    return steps;
  });
  lowerer.steps.push({ kind: "branch", index: lowerer.rowMajor(index!).buffer, bodies, outputs: targets });
}
