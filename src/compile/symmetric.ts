/** Products of an array with itself: one half is computed, the other copied. */
import type { ContractAxis, ContractStep, CopyStep, Step } from "./steps.ts";

/** The rows of a part: enough to keep the kernel's blocks full. */
const MIN_ROWS = 48;
/** With this many parts along a side 9/16 of the products are left. */
const MAX_PARTS = 8;

/** Whether C[m, n] = C[n, m], because both operands are one array read in one way. */
function isSymmetric({ a, b, m, n, k, batch }: ContractStep): boolean {
  const alike = (axes: readonly ContractAxis[]): boolean => axes.every((axis) => axis.a === axis.b);
  return (
    a.buffer === b.buffer &&
    a.view.offset === b.view.offset &&
    m.length === n.length &&
    m.every((axis, i) => axis.size === n[i]!.size && axis.a === n[i]!.b) &&
    alike(k) &&
    alike(batch)
  );
}

const total = (axes: readonly ContractAxis[]): number => axes.reduce((size, axis) => size * axis.size, 1);

type Part = readonly [start: number, size: number];

/** The product of some rows with some columns: a part of the outermost axis of each. */
function block(step: ContractStep, rows: Part, columns: Part): ContractStep {
  const [row, ...restRows] = step.m as [ContractAxis, ...ContractAxis[]];
  const [column, ...restColumns] = step.n as [ContractAxis, ...ContractAxis[]];
  const moved = (operand: ContractStep["a"], by: number): ContractStep["a"] => ({
    ...operand,
    view: { ...operand.view, offset: operand.view.offset + by },
  });
  return {
    ...step,
    a: moved(step.a, rows[0] * row.a),
    b: moved(step.b, columns[0] * column.b),
    targetOffset: step.targetOffset + rows[0] * row.c + columns[0] * column.c,
    m: [{ ...row, size: rows[1] }, ...restRows],
    n: [{ ...column, size: columns[1] }, ...restColumns],
  };
}

/** Copies a computed block to its place on the other side of the diagonal, where rows and columns change roles. */
function mirror(computed: ContractStep, to: number): CopyStep {
  const { target, targetOffset, batch, m, n } = computed;
  const strides = (axes: readonly ContractAxis[]): number[] => axes.map((axis) => axis.c);
  const shape = [...batch, ...m, ...n].map((axis) => axis.size);
  const operand = (offset: number, parts: readonly (readonly ContractAxis[])[]): CopyStep["source"] => ({
    kind: "array",
    dtype: target.dtype,
    buffer: target,
    view: { offset, shape, strides: parts.flatMap(strides) },
  });
  return { kind: "copy", source: operand(targetOffset, [batch, m, n]), target: operand(to, [batch, n, m]) };
}

/** A product as it is, or as blocks on and above the diagonal and copies of the ones above. */
export function halveSymmetric(step: ContractStep): Step[] {
  const outer = step.m[0]?.size ?? 0;
  const parts = Math.min(MAX_PARTS, outer, Math.floor(total(step.m) / MIN_ROWS));
  if (parts < 2 || !isSymmetric(step)) return [step];
  const bounds = Array.from({ length: parts + 1 }, (_, i) => Math.round((i * outer) / parts));
  const part = (i: number): Part => [bounds[i]!, bounds[i + 1]! - bounds[i]!];
  const steps: Step[] = [];
  for (let i = 0; i < parts; i++) {
    for (let j = i; j < parts; j++) {
      const computed = block(step, part(i), part(j));
      steps.push(computed);
      if (j === i) continue;
      const [row, column] = [step.m[0]!, step.n[0]!];
      steps.push(mirror(computed, step.targetOffset + bounds[j]! * row.c + bounds[i]! * column.c));
    }
  }
  return steps;
}
