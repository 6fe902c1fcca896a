/** TRIANGULAR_SOLVE, and what other commands solve with triangles. */
import { entry } from "../../src/base/lists.ts";
import type { KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { BLOCK, type Matrices, multiply, partFrom, placeOf, scratch, stacked, transposed, WHOLE } from "./matrices.ts";

/** What TRIANGULAR_SOLVE's flags say of the matrix. */
const LOWER = 1;
const TRANSPOSED = 2;
const UNIT_DIAGONAL = 4;

export interface System {
  readonly batch: number;
  /** Rows of the matrix, and columns of the right-hand sides. */
  readonly size: number;
  readonly columns: number;
  readonly isUnit: boolean;
}

export function triangularSolveKernels(
  { inputs, outputs, arguments: sizes }: KernelStep,
  settings: Settings,
): Kernel[] {
  const [batch = 0, size = 0, columns = 0, flags = 0] = sizes;
  const matrix = stacked(entry(inputs, 0), size, size);
  const [source, target] = [entry(inputs, 1), entry(outputs, 0)].map((buffer) => stacked(buffer, size, columns));
  if (!source || !target) return [];
  const isTransposed = (flags & TRANSPOSED) !== 0;
  const own = isTransposed ? transposed(matrix) : matrix;
  const system = { batch, size, columns, isUnit: (flags & UNIT_DIAGONAL) !== 0 };
  const solve = ((flags & LOWER) !== 0) !== isTransposed ? solveLower : solveUpper;
  return solve(own, source, target, system, settings);
}

/** Solves L x = b; x may take b's place. */
export function solveLower(
  matrix: Matrices,
  source: Matrices,
  target: Matrices,
  system: System,
  settings: Settings,
): Kernel[] {
  const { batch, size, columns } = system;
  if (size <= WHOLE) return blockKernels(matrix, source, null, target, system, settings);
  const known = stacked(scratch(batch * BLOCK * columns), BLOCK, columns);
  const kernels: Kernel[] = [];
  for (let start = 0; start < size; start += BLOCK) {
    const rows = Math.min(BLOCK, size - start);
    const sizes = { batch, rows, columns, terms: start };
    if (start > 0) kernels.push(...multiply(partFrom(matrix, start, 0), target, known, sizes, settings));
    const [block, own, result] = [
      partFrom(matrix, start, start),
      partFrom(source, start, 0),
      partFrom(target, start, 0),
    ];
    const rest = start > 0 ? known : null;
    kernels.push(...blockKernels(block, own, rest, result, { ...system, size: rows }, settings));
  }
  return kernels;
}

/** Solves U x = b: the rows from the last to the first are a lower triangle's. */
export function solveUpper(
  matrix: Matrices,
  source: Matrices,
  target: Matrices,
  system: System,
  settings: Settings,
): Kernel[] {
  const last = system.size - 1;
  const upwards = (x: Matrices): Matrices => ({ ...partFrom(x, last, 0), row: -x.row });
  const turned = { ...partFrom(matrix, last, last), row: -matrix.row, column: -matrix.column };
  return solveLower(turned, upwards(source), upwards(target), system, settings);
}

const THREADS = 64;

/**
 * Solves L x = b - known, up to WHOLE rows of it. A workgroup has a column, and after each row of the solution its threads
 * subtract what that row adds to those below.
 */
export function blockKernels(
  matrix: Matrices,
  source: Matrices,
  known: Matrices | null,
  target: Matrices,
  { batch, size, columns, isUnit }: System,
  settings: Settings,
): Kernel[] {
  const shader = new Shader(`triangular solve${known ? ", rest" : ""}${isUnit ? ", unit" : ""}`, settings);
  const read = (x: Matrices, row: string, column: string): string =>
    `${shader.read(x.buffer)}[${placeOf(x, "item", row, column, shader)}]`;
  const rows = shader.count(size);
  shader.declare(`var<workgroup> rest: array<f32, ${WHOLE}>;`);
  shader.emit(`let item = g / ${shader.count(columns)};`, `let column = g - item * ${shader.count(columns)};`);
  shader.emit(
    `for (var r = thread; r < ${rows}; r += ${THREADS}u) {`,
    `rest[r] = ${read(source, "r", "column")}${known ? ` - ${read(known, "r", "column")}` : ""};`,
    "}",
    "workgroupBarrier();",
    `for (var k = 0u; k < ${rows}; k++) {`,
    `let x = rest[k]${isUnit ? "" : ` / ${read(matrix, "k", "k")}`};`,
    `if (thread == 0u) { ${shader.write(target.buffer)}[${placeOf(target, "item", "k", "column", shader)}] = x; }`,
    `for (var r = k + 1u + thread; r < ${rows}; r += ${THREADS}u) { rest[r] -= ${read(matrix, "r", "k")} * x; }`,
    "workgroupBarrier();",
    "}",
  );
  const count = batch * columns;
  return shader.groupsInParts(count, THREADS, {
    flops: count * size * size,
    traffic: 4 * count * ((size * size) / 2 + 2 * size),
  });
}
