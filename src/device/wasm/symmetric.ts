/** Products of an array with itself: one half is computed, the other copied. */
import { DIAGONAL_BLOCK } from "../../../assembly/opcodes.ts";
import type { ContractAxis, ContractStep, CopyStep, Step } from "../../compile/program.ts";

/** The rows of a part: enough to keep the kernel's blocks full, or fewer where what they save are long sums. */
const minRows = (terms: number): number => (terms < LONG_SUM ? 48 : 10);
const LONG_SUM = 512;
/** With this many parts along a side 9/16 of the products are left. */
const MAX_PARTS = 8;

const total = (axes: readonly ContractAxis[]): number => axes.reduce((size, axis) => size * axis.size, 1);

type Span = readonly [start: number, size: number];

/** The product of some rows with some columns: a part of the outermost axis of each. */
function block(step: ContractStep, rows: Span, columns: Span): ContractStep {
  const [row, ...restRows] = step.m as [ContractAxis, ...ContractAxis[]];
  const [column, ...restColumns] = step.n as [ContractAxis, ...ContractAxis[]];
  const moved = (operand: ContractStep["a"], by: number): ContractStep["a"] => ({
    ...operand,
    view: { ...operand.view, offset: operand.view.offset + by },
  });
  return {
    ...step,
    symmetric: false,
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

/** Copies of what stands right of the diagonal's blocks: a square that is as large as can be, and what is left on both of its sides. */
function mirrors(step: ContractStep, start: number, end: number): Step[] {
  const middle = start + Math.floor(Math.ceil((end - start) / DIAGONAL_BLOCK) / 2) * DIAGONAL_BLOCK;
  if (middle === start) return [];
  const right = block(step, [start, middle - start], [middle, end - middle]);
  return [
    mirror(right, step.targetOffset + middle * step.m[0]!.c + start * step.n[0]!.c),
    ...mirrors(step, start, middle),
    ...mirrors(step, middle, end),
  ];
}

/**
 * A product as it is; as one whose kernel leaves out what stands below the diagonal's blocks, and copies of the rest; or, where
 * rows are of several axes or few, as parts of its rows, each from the diagonal on, and copies of what they have right of the
 * diagonal block.
 */
export function halveSymmetric(step: ContractStep): Step[] {
  if (!step.symmetric) return [step];
  const rows = total(step.m);
  if (step.m.length === 1 && rows >= 2 * DIAGONAL_BLOCK) return [step, ...mirrors(step, 0, rows)];
  const outer = step.m[0]?.size ?? 0;
  const parts = Math.min(MAX_PARTS, outer, Math.floor(rows / minRows(total(step.k))));
  if (parts < 2) return [{ ...step, symmetric: false }];
  const steps: Step[] = [];
  for (let i = 0; i < parts; i++) {
    const [start, end] = [i, i + 1].map((n) => Math.round((n * outer) / parts)) as [number, number];
    const rows: Span = [start, end - start];
    steps.push(block(step, rows, [start, outer - start]));
    if (end === outer) break;
    const right = block(step, rows, [end, outer - end]);
    steps.push(mirror(right, step.targetOffset + end * step.m[0]!.c + start * step.n[0]!.c));
  }
  return steps;
}
