/**
 * HOUSEHOLDER: `A = Q R`, both transposed, so that all work is on rows: of A with m rows and n columns, and the first k
 * columns of Q. A column that is already 0 below the diagonal is left as it is, as LAPACK does.
 */
import { entry } from "../../src/base/lists.ts";
import type { Buffer, KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { SYNC } from "./matrices.ts";

const THREADS = 64;
/** The operations on a matrix in a dispatch: what a workgroup does in a tenth of a second. */
const MOST = 2 ** 28;

interface Decomposition {
  readonly source: Buffer;
  readonly triangle: Buffer;
  readonly basis: Buffer;
  readonly batch: number;
  readonly n: number;
  readonly m: number;
  readonly k: number;
  readonly settings: Settings;
}

export function householderKernels({ inputs, outputs, arguments: sizes }: KernelStep, settings: Settings): Kernel[] {
  const [batch = 0, n = 0, m = 0, k = 0] = sizes;
  const [source, triangle, basis] = [entry(inputs, 0), entry(outputs, 0), entry(outputs, 1)];
  const all = { source, triangle, basis, batch, n, m, k, settings };
  const steps = Math.min(n, m);
  const each = Math.max(1, Math.floor(MOST / Math.max(1, 4 * Math.max(n, k) * m)));
  const parts: (readonly [start: number, end: number])[] = [];
  for (let start = 0; start < Math.max(1, steps); start += each) parts.push([start, Math.min(steps, start + each)]);
  return [
    ...parts.map(([start, end]) => triangleKernel(all, start, end)),
    ...parts.reverse().map(([start, end]) => basisKernel(all, start, end)),
  ];
}

/** Makes columns those of a triangle; below its diagonal stay the axes of the reflections, whose first element is 1. */
function triangleKernel(all: Decomposition, start: number, end: number): Kernel {
  const { source, triangle, batch, n, m, settings } = all;
  const shader = new Shader("householder", settings);
  const [columns, rows] = [shader.count(n), shader.count(m)];
  const [a, r] = [shader.read(source), shader.write(triangle)];
  declareReflect(r, r, shader);
  shader.emit(
    `let base = g * ${columns} * ${rows};`,
    `if (${shader.count(start)} == 0u) {`,
    `for (var e = thread; e < ${columns} * ${rows}; e += ${THREADS}u) { ${r}[base + e] = ${a}[base + e]; }`,
    "}",
    SYNC,
    `for (var j = ${shader.count(start)}; j < ${shader.count(end)}; j++) {`,
    `let corner = base + j * (${rows} + 1u);`,
    `let below = ${rows} - j - 1u;`,
    "let square = squareOf(thread, corner, below);",
    `let first = ${r}[corner];`,
    "let size = sqrt(first * first + square);",
    "let diagonal = select(-size, size, first < 0f);",
    SYNC,
    "if (square != 0f) {",
    `for (var e = thread; e < below; e += ${THREADS}u) { ${r}[corner + 1u + e] /= first - diagonal; }`,
    `if (thread == 0u) { ${r}[corner] = diagonal; }`,
    "}",
    SYNC,
    `reflect(thread, corner, below, corner + ${rows}, ${columns} - j - 1u, ${rows});`,
    "}",
  );
  return shader.groups(batch, THREADS, workOf(all, end - start));
}

/** Reflects the unit vectors along the axes, from the last to the first, and puts zeros in the axes' place. */
function basisKernel(all: Decomposition, start: number, end: number): Kernel {
  const { triangle, basis, batch, n, m, k, settings } = all;
  const shader = new Shader("householder, basis", settings);
  const [columns, rows, count] = [shader.count(n), shader.count(m), shader.count(k)];
  const [r, q] = [shader.write(triangle), shader.write(basis)];
  declareReflect(r, q, shader);
  shader.emit(
    `let base = g * ${columns} * ${rows};`,
    `let own = g * ${count} * ${rows};`,
    `if (${shader.count(end)} == min(${columns}, ${rows})) {`,
    `for (var e = thread; e < ${count} * ${rows}; e += ${THREADS}u) {`,
    `${q}[own + e] = select(0f, 1f, e / ${rows} == e % ${rows});`,
    "}",
    "}",
    SYNC,
    `for (var step = ${shader.count(start)}; step < ${shader.count(end)}; step++) {`,
    `let j = ${shader.count(start + end)} - 1u - step;`,
    `let corner = base + j * (${rows} + 1u);`,
    `let below = ${rows} - j - 1u;`,
    `reflect(thread, corner, below, own + j * (${rows} + 1u), ${count} - min(j, ${count}), ${rows});`,
    `for (var e = thread; e < below; e += ${THREADS}u) { ${r}[corner + 1u + e] = 0f; }`,
    SYNC,
    "}",
  );
  return shader.groups(batch, THREADS, workOf(all, end - start));
}

function workOf({ batch, n, m, k }: Decomposition, steps: number): { flops: number; traffic: number } {
  const flops = 4 * batch * steps * Math.max(n, k) * m;
  return { flops, traffic: 4 * flops };
}

/** Functions of a workgroup: the square of an axis but for its first element, and the reflection of rows' ends along it. */
function declareReflect(axes: string, target: string, shader: Shader): void {
  shader.declare(
    `var<workgroup> sums: array<f32, ${THREADS}>;`,
    "fn squareOf(thread: u32, corner: u32, below: u32) -> f32 {",
    "var own = 0f;",
    `for (var e = thread; e < below; e += ${THREADS}u) { own = fma(${axes}[corner + 1u + e], ${axes}[corner + 1u + e], own); }`,
    "sums[thread] = own;",
    "workgroupBarrier();",
    `for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {`,
    "if (thread < half) { sums[thread] += sums[thread + half]; }",
    "workgroupBarrier();",
    "}",
    "let square = sums[0];",
    "workgroupBarrier();",
    "return square;",
    "}",
    "fn reflect(thread: u32, corner: u32, below: u32, start: u32, count: u32, width: u32) {",
    "let square = squareOf(thread, corner, below);",
    "if (square != 0f) {",
    `for (var row = thread; row < count; row += ${THREADS}u) {`,
    "let first = start + row * width;",
    `var along = ${target}[first];`,
    `for (var e = 1u; e <= below; e++) { along = fma(${axes}[corner + e], ${target}[first + e], along); }`,
    "along *= 2f / (1f + square);",
    `${target}[first] -= along;`,
    `for (var e = 1u; e <= below; e++) { ${target}[first + e] -= along * ${axes}[corner + e]; }`,
    "}",
    "}",
    SYNC,
    "}",
  );
}
