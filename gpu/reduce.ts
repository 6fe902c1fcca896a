/** Reductions: a thread for each result, a workgroup for each, or two stages. The order depends on the step alone. */
import { type Buffer, type ReduceStep, whole } from "../src/compile/program.ts";
import type { Kernel, Settings } from "./kernel.ts";
import { extremeKernels } from "./reduce/extremes.ts";
import { combined, type FoldOp, identity } from "./reduce/folds.ts";
import {
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
import { storageType } from "./values.ts";

/** A running sum of floats has at most so many terms, for its error grows with them. */
const RUN = 128;

export function reduceKernels(step: ReduceStep, settings: Settings): Kernel[] {
  const { op, target } = step;
  const terms = termsOf(step);
  if (terms.kept.total === 0) return [];
  if (op === "ARGMAX" || op === "ARGMIN") return extremeKernels(op, terms, target, settings);
  if (suitThreads(terms)) return [threadKernel(op, terms, target, settings)];
  const parts = partsOf(terms);
  if (parts === 1) return [groupKernel(op, terms, target, 1, settings)];
  const partial = { dtype: target.dtype, size: terms.kept.total * parts };
  const second = termsOf({ source: whole(partial, [terms.kept.total, parts]), axes: [1] });
  return [groupKernel(op, terms, partial, parts, settings), groupKernel(op, second, target, 1, settings)];
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
  emitTree(shader, threads, (other) => [`  sums[thread] = ${combined(op, dtype, "sums[thread]", `sums[${other}]`)};`]);
  shader.emit(`if (thread == 0u) { ${shader.write(target)}[g] = sums[0]; }`);
  return shader.groups(terms.kept.total * parts, threads, workOf(terms));
}

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
