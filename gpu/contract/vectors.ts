/** Where operands can be read four elements at a time. */
import type { ContractAxis, ContractStep } from "../../src/compile/program.ts";
import type { Letter } from "./axes.ts";

/** Along what four elements lie together: the terms of the sums, or an operand's rows (the columns, for B). */
export type Along = "terms" | "rows";

const isWhole = (n: number): boolean => n % 4 === 0;

/** Whether an operand's elements lie in fours along the last of some axes, and the fours in steps of four along all others. */
function liesAlong(letter: "a" | "b", axes: readonly ContractAxis[], others: readonly ContractAxis[]): boolean {
  const last = axes.at(-1);
  const rest = [...axes.slice(0, -1), ...others];
  return last !== undefined && last[letter] === 1 && isWhole(last.size) && rest.every((axis) => isWhole(axis[letter]));
}

function vectorOf(step: ContractStep, letter: "a" | "b"): Along | null {
  const { batch, k } = step;
  const rows = letter === "a" ? step.m : step.n;
  if (!isWhole(step[letter].view.offset)) return null;
  if (liesAlong(letter, k, [...batch, ...rows])) return "terms";
  return liesAlong(letter, rows, [...batch, ...k]) ? "rows" : null;
}

export interface Vectors {
  readonly a: Along | null;
  readonly b: Along | null;
}

/** What both operands are read along, if in fours. A buffer that is both has one type in a shader, and so reads in one way. */
export function vectorsOf(step: ContractStep): Vectors {
  const found = { a: vectorOf(step, "a"), b: vectorOf(step, "b") };
  const differ = (found.a === null) !== (found.b === null);
  return step.a.buffer === step.b.buffer && differ ? { a: null, b: null } : found;
}

/** The axes counted in fours: sizes and strides of one array, where `isAlong` says that the fours lie along the last axis. */
export function inFours(
  axes: readonly ContractAxis[],
  letter: Letter,
  isAlong: boolean,
): { readonly sizes: number[]; readonly strides: number[] } {
  const isLast = (i: number): boolean => isAlong && i === axes.length - 1;
  return {
    sizes: axes.map(({ size }, i) => (isLast(i) ? size / 4 : size)),
    strides: axes.map((axis, i) => (isLast(i) ? 1 : axis[letter] / 4)),
  };
}
