/** LU and LU_SOLVE. */
import { entry } from "../../src/base/lists.ts";
import type { Buffer, KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { BLOCK, type Matrices, multiply, partFrom, SYNC, scratch, stacked, transposed, WHOLE } from "./matrices.ts";
import { blockKernels, solveLower, solveUpper } from "./solve.ts";

const THREADS = 256;

/** What is the same in all kernels of one factorization. */
interface Factorization {
  readonly source: Buffer;
  readonly target: Matrices;
  /** The rows that were exchanged with row 0, 1, ..., and the sign of all exchanges, as floats. */
  readonly pivots: Buffer;
  readonly batch: number;
  readonly size: number;
  readonly settings: Settings;
}

/**
 * Both factors in one matrix, the unit diagonal of L left out. By columns of blocks (Crout's order): each less what those
 * before it have added up to, its rows exchanged as it is factorized, then the block's row of U.
 */
export function luKernels({ inputs, outputs, arguments: sizes }: KernelStep, settings: Settings): Kernel[] {
  const [batch = 0, size = 0] = sizes;
  const target = stacked(entry(outputs, 0), size, size);
  const all = { source: entry(inputs, 0), target, pivots: entry(outputs, 1), batch, size, settings };
  const width = size <= WHOLE ? Math.max(1, size) : BLOCK;
  const kernels: Kernel[] = [];
  for (let start = 0; start < Math.max(1, size); start += width) {
    const own = Math.min(width, size - start);
    kernels.push(...panelKernels(all, start, own));
    if (own < size) kernels.push(exchangeKernel(all, start, own));
    if (start + own < size) kernels.push(...rowKernels(all, start, own));
  }
  return kernels;
}

interface Known {
  readonly matrices: Matrices | null;
  readonly kernels: readonly Kernel[];
}

/** What the blocks left of and above a part of the matrix have added up to, for `own` rows or columns of it. */
function knownOf(all: Factorization, row: number, column: number, [rows, columns]: readonly [number, number]): Known {
  const { target, batch, settings } = all;
  const terms = Math.min(row, column);
  if (terms === 0) return { matrices: null, kernels: [] };
  const matrices = stacked(scratch(batch * rows * columns), rows, columns);
  const sizes = { batch, rows, columns, terms };
  const kernels = multiply(partFrom(target, row, 0), partFrom(target, 0, column), matrices, sizes, settings);
  return { matrices, kernels };
}

/** The block's row of U. */
function rowKernels(all: Factorization, start: number, own: number): Kernel[] {
  const { target, batch, size, settings } = all;
  const columns = size - start - own;
  const { matrices, kernels } = knownOf(all, start, start + own, [own, columns]);
  const row = partFrom(target, start, start + own);
  const system = { batch, size: own, columns, isUnit: true };
  return [...kernels, ...blockKernels(partFrom(target, start, start), row, matrices, row, system, settings)];
}

/** Factorizes the columns from `start` on: a workgroup has a matrix. */
function panelKernels(all: Factorization, start: number, own: number): Kernel[] {
  const { source, target, pivots, batch, size, settings } = all;
  const rows = size - start;
  const known = knownOf(all, start, start, [rows, own]);
  const isFirst = known.matrices === null;
  const shader = new Shader(`lu${isFirst ? "" : ", rest"}`, settings);
  const [side, width, first] = [shader.count(size), shader.count(own), shader.count(start)];
  const [x, places] = [shader.write(target.buffer), shader.write(pivots)];
  declareSearch(x, shader);
  shader.emit(
    `let base = g * ${side} * ${side};`,
    `let own = g * (${side} + 1u);`,
    isFirst ? "var sign = 1f;" : `var sign = ${places}[own + ${side}];`,
    ...(known.matrices ? subtract(x, known.matrices.buffer, all, start, own, shader) : copy(x, source, side, shader)),
    SYNC,
    `for (var k = ${first}; k < ${first} + ${width}; k++) {`,
    `search(thread, base, k, ${side});`,
    "let pivot = rows[0];",
    "let isSingular = sizes[0] == 0u;",
    "if (thread == 0u) {",
    `${places}[own + k] = f32(pivot);`,
    "if (pivot != k) { sign = -sign; }",
    "}",
    "if (pivot != k) {",
    `for (var c = ${first} + thread; c < ${first} + ${width}; c += ${THREADS}u) {`,
    `let above = ${x}[base + k * ${side} + c];`,
    `${x}[base + k * ${side} + c] = ${x}[base + pivot * ${side} + c];`,
    `${x}[base + pivot * ${side} + c] = above;`,
    "}",
    "}",
    SYNC,
    ...eliminate(x, side, `${first} + ${width}`),
    "}",
    `if (thread == 0u) { ${places}[own + ${side}] = sign; }`,
  );
  const flops = batch * rows * own * own;
  return [...known.kernels, ...shader.groupsInParts(batch, THREADS, { flops, traffic: 8 * flops })];
}

const copy = (target: string, source: Buffer, side: string, shader: Shader): string[] => [
  `for (var e = thread; e < ${side} * ${side}; e += ${THREADS}u) { ${target}[base + e] = ${shader.read(source)}[base + e]; }`,
];

/** Takes what is known of the panel from it. */
function subtract(
  target: string,
  known: Buffer,
  { size }: Factorization,
  start: number,
  own: number,
  shader: Shader,
): string[] {
  const [side, width, first] = [shader.count(size), shader.count(own), shader.count(start)];
  return [
    `let count = (${side} - ${first}) * ${width};`,
    `for (var e = thread; e < count; e += ${THREADS}u) {`,
    `let r = e / ${width};`,
    `${target}[base + (${first} + r) * ${side} + ${first} + e - r * ${width}] -= ${shader.read(known)}[g * count + e];`,
    "}",
  ];
}

/**
 * Finds the first of the largest elements of column k, from row k on: its size's bits, which are in the order of sizes, and
 * its row. NaN counts as the largest on the diagonal, and as the smallest below it: no comparison holds for it.
 */
function declareSearch(x: string, shader: Shader): void {
  shader.declare(
    `var<workgroup> sizes: array<u32, ${THREADS}>;`,
    `var<workgroup> rows: array<u32, ${THREADS}>;`,
    "fn search(thread: u32, base: u32, k: u32, side: u32) {",
    "var best = 0u;",
    "var row = k;",
    `for (var r = k + thread; r < side; r += ${THREADS}u) {`,
    `let value = ${x}[base + r * side + k];`,
    "let size = select(bitcast<u32>(value) & 0x7fffffffu, select(0u, 0x7fffffffu, r == k), isNan(value));",
    "if (size > best || r == k) { best = size; row = r; }",
    "}",
    "sizes[thread] = best;",
    "rows[thread] = row;",
    "workgroupBarrier();",
    `for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {`,
    "if (thread < half) {",
    "let other = sizes[thread + half];",
    "if (other > sizes[thread] || (other == sizes[thread] && rows[thread + half] < rows[thread])) {",
    "sizes[thread] = other;",
    "rows[thread] = rows[thread + half];",
    "}",
    "}",
    "workgroupBarrier();",
    "}",
    "}",
  );
}

/** Divides the column below the diagonal, and takes its multiples from the columns right of it, up to `end`. */
const eliminate = (x: string, side: string, end: string): string[] => [
  "if (!isSingular) {",
  `let diagonal = ${x}[base + k * ${side} + k];`,
  `for (var r = k + 1u + thread; r < ${side}; r += ${THREADS}u) { ${x}[base + r * ${side} + k] /= diagonal; }`,
  "}",
  SYNC,
  "if (!isSingular) {",
  `let columns = ${end} - k - 1u;`,
  `for (var e = thread; e < columns * (${side} - k - 1u); e += ${THREADS}u) {`,
  "let r = e / columns;",
  `let row = base + (k + 1u + r) * ${side};`,
  "let c = k + 1u + e - r * columns;",
  `${x}[row + c] -= ${x}[row + k] * ${x}[base + k * ${side} + c];`,
  "}",
  "}",
  SYNC,
];

/** Exchanges rows in the columns beside a panel: a thread has a column. */
function exchangeKernel({ target, pivots, batch, size, settings }: Factorization, start: number, own: number): Kernel {
  const shader = new Shader("lu, exchange", settings);
  const [side, width, first] = [shader.count(size), shader.count(own), shader.count(start)];
  const [x, places] = [shader.write(target.buffer), shader.read(pivots)];
  shader.emit(
    `let item = i / (${side} - ${width});`,
    `let beside = i - item * (${side} - ${width});`,
    `let column = item * ${side} * ${side} + beside + select(0u, ${width}, beside >= ${first});`,
    `for (var k = ${first}; k < ${first} + ${width}; k++) {`,
    `let other = u32(${places}[item * (${side} + 1u) + k]);`,
    `let value = ${x}[column + k * ${side}];`,
    `${x}[column + k * ${side}] = ${x}[column + other * ${side}];`,
    `${x}[column + other * ${side}] = value;`,
    "}",
  );
  const count = batch * (size - own);
  return shader.elements(count, { flops: 0, traffic: 16 * count * own });
}

/** What LU_SOLVE's flags say: to solve with the transpose. */
const TRANSPOSED = 2;

export function luSolveKernels({ inputs, outputs, arguments: sizes }: KernelStep, settings: Settings): Kernel[] {
  const [batch = 0, size = 0, columns = 0, flags = 0] = sizes;
  const factors = stacked(entry(inputs, 1), size, size);
  const pivots = entry(inputs, 2);
  const [sides, x] = [stacked(entry(inputs, 3), size, columns), stacked(entry(outputs, 0), size, columns)];
  const system = { batch, size, columns };
  const [lower, upper] = [
    { ...system, isUnit: true },
    { ...system, isUnit: false },
  ];
  if ((flags & TRANSPOSED) === 0) {
    return [
      permuteKernel(pivots, sides, x, system, true, settings),
      ...solveLower(factors, x, x, lower, settings),
      ...solveUpper(factors, x, x, upper, settings),
    ];
  }
  const turned = transposed(factors);
  return [
    ...solveLower(turned, sides, x, upper, settings),
    ...solveUpper(turned, x, x, lower, settings),
    permuteKernel(pivots, x, x, system, false, settings),
  ];
}

/** Exchanges rows as a factorization did, or back: a thread has a column. */
function permuteKernel(
  pivots: Buffer,
  source: Matrices,
  target: Matrices,
  { batch, size, columns }: { readonly batch: number; readonly size: number; readonly columns: number },
  isForwards: boolean,
  settings: Settings,
): Kernel {
  const shader = new Shader(isForwards ? "lu solve, exchange" : "lu solve, exchange back", settings);
  const [rows, width] = [shader.count(size), shader.count(columns)];
  const [places, x] = [shader.read(pivots), shader.write(target.buffer)];
  shader.emit(
    `let item = i / ${width};`,
    `let column = item * ${rows} * ${width} + i - item * ${width};`,
    ...(source.buffer === target.buffer
      ? []
      : [
          `for (var r = 0u; r < ${rows}; r++) {`,
          `${x}[column + r * ${width}] = ${shader.read(source.buffer)}[column + r * ${width}];`,
          "}",
        ]),
    `for (var step = 0u; step < ${rows}; step++) {`,
    `let k = ${isForwards ? "step" : `${rows} - 1u - step`};`,
    `let other = u32(${places}[item * (${rows} + 1u) + k]);`,
    `let value = ${x}[column + k * ${width}];`,
    `${x}[column + k * ${width}] = ${x}[column + other * ${width}];`,
    `${x}[column + other * ${width}] = value;`,
    "}",
  );
  const count = batch * columns;
  return shader.elements(count, { flops: 0, traffic: 24 * count * size });
}
