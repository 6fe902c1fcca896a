/**
 * Reductions: a thread for each result, a workgroup for each or for several neighbours, or two stages. The order of the
 * operations depends on the step alone.
 */
import { type Buffer, type ReduceStep, whole } from "../src/compile/program.ts";
import type { Kernel, Settings } from "./kernel.ts";
import { extremeKernels } from "./reduce/extremes.ts";
import { combined, type FoldOp, identity } from "./reduce/folds.ts";
import {
  areAcross,
  emitBase,
  emitShare,
  emitTree,
  partsOf,
  suitThreads,
  type Terms,
  termsOf,
  threadsFor,
  workOf,
} from "./reduce/terms.ts";
import { Shader } from "./shader.ts";
import { type DType, storageType } from "./values.ts";

/** A running sum of floats has at most so many terms, for its error grows with them. */
const RUN = 128;

/** The threads of a workgroup for several results, each of which a column of threads shares; */
const COLUMNS = 32;
const ROWS = 8;
/** and how many workgroups there should be. */
const GROUPS = 256;

export function reduceKernels(step: ReduceStep, settings: Settings): Kernel[] {
  const { op, target } = step;
  const terms = termsOf(step);
  if (terms.kept.total === 0) return [];
  if (op === "ARGMAX" || op === "ARGMIN") return extremeKernels(op, terms, target, settings);
  if (suitColumns(terms)) return staged(columnKernel, op, terms, target, columnPartsOf(terms), settings);
  if (suitThreads(terms)) return [threadKernel(op, terms, target, settings)];
  return staged(groupKernel, op, terms, target, partsOf(terms), settings);
}

/** The kernel of a reduction whose results are each folded in `parts`, all parts of a result beside one another. */
type PartsKernel = (op: FoldOp, terms: Terms, target: Buffer, parts: number, settings: Settings) => Kernel;

/** A reduction to parts, and one of these. */
function staged(
  kernel: PartsKernel,
  op: FoldOp,
  terms: Terms,
  target: Buffer,
  parts: number,
  settings: Settings,
): Kernel[] {
  if (parts === 1) return [kernel(op, terms, target, 1, settings)];
  const partial = { dtype: target.dtype, size: terms.kept.total * parts };
  const source = whole(partial, [terms.kept.total, parts]);
  const second: ReduceStep = { kind: "reduce", op, source, target, axes: [1] };
  return [kernel(op, terms, partial, parts, settings), ...reduceKernels(second, settings)];
}

function threadKernel(op: FoldOp, terms: Terms, target: Buffer, settings: Settings): Kernel {
  const shader = new Shader(`${op} by threads`, settings);
  emitBase(shader, terms, "i");
  const { total } = terms.reduced;
  emitFold(shader, op, terms, { begin: "0u", end: shader.count(total), step: 1, length: total });
  shader.emit(`${shader.write(target)}[i] = sum;`);
  return shader.elements(terms.kept.total, workOf(terms));
}

function groupKernel(op: FoldOp, terms: Terms, target: Buffer, parts: number, settings: Settings): Kernel {
  const shader = new Shader(`${op} by groups`, settings);
  const { dtype } = terms.buffer;
  const count = Math.ceil(terms.reduced.total / parts);
  const threads = threadsFor(count, settings);
  shader.declare(`var<workgroup> sums: array<${storageType(dtype)}, ${threads}>;`);
  emitShare(shader, terms, parts);
  emitBase(shader, terms, "item");
  emitFold(shader, op, terms, { begin: "begin + thread", end: "end", step: threads, length: count / threads });
  shader.emit("sums[thread] = sum;");
  emitTree(shader, threads, join(op, dtype));
  shader.emit(`if (thread == 0u) { ${shader.write(target)}[g] = sums[0]; }`);
  return shader.groups(terms.kept.total * parts, threads, workOf(terms));
}

/** Whether neighbouring results, which read neighbours, are too few to keep the device busy with a thread for each. */
const suitColumns = (terms: Terms): boolean =>
  areAcross(terms) && terms.reduced.total >= 16 * ROWS && terms.kept.total >= COLUMNS / 4 && terms.kept.total < 32768;

/** As many as make enough workgroups, of which each thread has some terms. */
function columnPartsOf({ kept, reduced }: Terms): number {
  const wanted = Math.ceil(GROUPS / Math.ceil(kept.total / COLUMNS));
  return Math.max(
    1,
    Math.min(wanted, Math.floor(Math.sqrt(reduced.total / ROWS)), Math.floor(reduced.total / (8 * ROWS))),
  );
}

function columnKernel(op: FoldOp, terms: Terms, target: Buffer, parts: number, settings: Settings): Kernel {
  const shader = new Shader(`${op} by columns`, settings);
  const { dtype } = terms.buffer;
  const threads = ROWS * COLUMNS;
  const length = Math.ceil(terms.reduced.total / parts);
  shader.declare(`var<workgroup> sums: array<${storageType(dtype)}, ${threads}>;`);
  shader.emit(`let block = g / ${shader.count(parts)};`, `let part = g - block * ${shader.count(parts)};`);
  const [count, results, own] = [
    shader.count(terms.reduced.total),
    shader.count(terms.kept.total),
    shader.count(length),
  ];
  shader.emit(`let item = block * ${COLUMNS}u + thread % ${COLUMNS}u;`, `let begin = part * ${own};`);
  shader.emit(`let end = min(${count}, begin + ${own});`);
  emitBase(shader, terms, `min(item, ${results} - 1u)`);
  const begin = `begin + thread / ${COLUMNS}u`;
  emitFold(shader, op, terms, { begin, end: "end", step: ROWS, length: length / ROWS });
  shader.emit("sums[thread] = sum;");
  emitTree(shader, threads, join(op, dtype), COLUMNS);
  const place = `item * ${shader.count(parts)} + part`;
  shader.emit(`if (thread < ${COLUMNS}u && item < ${results}) { ${shader.write(target)}[${place}] = sums[thread]; }`);
  return shader.groups(Math.ceil(terms.kept.total / COLUMNS) * parts, threads, workOf(terms));
}

const join =
  (op: FoldOp, dtype: DType) =>
  (other: string): string[] => [`  sums[thread] = ${combined(op, dtype, "sums[thread]", `sums[${other}]`)};`];

/** The terms of one thread, about `length`: those from `begin` on, each `step`th of them. */
interface Share {
  readonly begin: string;
  readonly end: string;
  readonly step: number;
  readonly length: number;
}

/** Folds a thread's terms into the variable `sum`. */
function emitFold(shader: Shader, op: FoldOp, { buffer, reduced }: Terms, share: Share): void {
  const { dtype } = buffer;
  const start = identity(op, dtype);
  const isLong = dtype === "float32" && (op === "SUM" || op === "PROD") && share.length > 2 * RUN;
  const loop = shader.collect(() => {
    const [offset] = shader.offsets("r", reduced.sizes, [reduced.strides]);
    shader.emit(`sum = ${combined(op, dtype, "sum", `${shader.read(buffer)}[base + ${offset}]`)};`);
    if (isLong)
      shader.emit(
        "count++;",
        `if (count == ${RUN}u) { runs = ${combined(op, dtype, "runs", "sum")}; sum = ${start}; count = 0u; }`,
      );
  });
  shader.emit(`var sum: ${storageType(dtype)} = ${start};`);
  if (isLong) shader.emit("var runs = sum;", "var count = 0u;");
  shader.emit(`for (var r = ${share.begin}; r < ${share.end}; r += ${share.step}u) {`, ...loop, "}");
  if (isLong) shader.emit(`sum = ${combined(op, dtype, "runs", "sum")};`);
}
