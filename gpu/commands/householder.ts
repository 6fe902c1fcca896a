/**
 * HOUSEHOLDER: `A = Q R`, both transposed, so that all work is on rows: of A with m rows and n columns, and the first k
 * columns of Q. A column that is already 0 below the diagonal is left as it is, as LAPACK does.
 */
import { entry } from "../../src/base/lists.ts";
import { range } from "../../src/base/shapes.ts";
import { type Buffer, type KernelStep, whole } from "../../src/compile/program.ts";
import type { Kernel, Settings, Work } from "../kernel.ts";
import { copyKernel } from "../move.ts";
import { Shader } from "../shader.ts";
import { identityKernel, SYNC } from "./matrices.ts";

const THREADS = 64;

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
  if (flopsOf(all) <= settings.workgroupFlops) return [...triangleKernels(all), ...basisKernels(all)];
  const copy = copyKernel(
    { kind: "copy", source: whole(source, [source.size]), target: whole(triangle, [triangle.size]) },
    settings,
  );
  return [
    ...(copy ? [copy] : []),
    ...range(steps).flatMap((j) => [axisKernel(all, j), ...reflectKernels(all, triangle, j, j + 1, n)]),
    identityKernel(basis, batch, k, m, settings),
    ...range(steps)
      .reverse()
      .flatMap((j) => reflectKernels(all, basis, j, j, k)),
    zerosKernel(all),
  ];
}

/** For one matrix. */
const flopsOf = ({ n, m, k }: Decomposition): number => 4 * Math.min(n, m) * Math.max(n, k) * m;

const workOf = (all: Decomposition): Work => {
  const flops = all.batch * flopsOf(all);
  return { flops, traffic: 4 * flops };
};

/** Makes columns those of a triangle; below its diagonal stay the axes of the reflections, whose first element is 1. */
function triangleKernels(all: Decomposition): Kernel[] {
  const { source, triangle, batch, n, m, settings } = all;
  const shader = new Shader("householder", settings);
  const [columns, rows] = [shader.count(n), shader.count(m)];
  const [a, r] = [shader.read(source), shader.write(triangle)];
  shader.declare(...squareOf(r), ...reflect(r, r));
  shader.emit(
    `let base = g * ${columns} * ${rows};`,
    `for (var e = thread; e < ${columns} * ${rows}; e += ${THREADS}u) { ${r}[base + e] = ${a}[base + e]; }`,
    SYNC,
    `for (var j = 0u; j < min(${columns}, ${rows}); j++) {`,
    `let corner = base + j * (${rows} + 1u);`,
    `let below = ${rows} - j - 1u;`,
    ...axis(r),
    SYNC,
    `reflect(thread, corner, below, corner + ${rows}, ${columns} - j - 1u, ${rows});`,
    "}",
  );
  return shader.groupsInParts(batch, THREADS, workOf(all));
}

/** Reflects the unit vectors along the axes, from the last to the first, and puts zeros in the axes' place. */
function basisKernels(all: Decomposition): Kernel[] {
  const { triangle, basis, batch, n, m, k, settings } = all;
  const shader = new Shader("householder, basis", settings);
  const [columns, rows, count] = [shader.count(n), shader.count(m), shader.count(k)];
  const [r, q] = [shader.write(triangle), shader.write(basis)];
  shader.declare(...squareOf(r), ...reflect(r, q));
  shader.emit(
    `let base = g * ${columns} * ${rows};`,
    `let own = g * ${count} * ${rows};`,
    `for (var e = thread; e < ${count} * ${rows}; e += ${THREADS}u) {`,
    `${q}[own + e] = select(0f, 1f, e / ${rows} == e % ${rows});`,
    "}",
    SYNC,
    `for (var step = 1u; step <= min(${columns}, ${rows}); step++) {`,
    `let j = min(${columns}, ${rows}) - step;`,
    `let corner = base + j * (${rows} + 1u);`,
    `let below = ${rows} - j - 1u;`,
    `reflect(thread, corner, below, own + j * (${rows} + 1u), ${count} - min(j, ${count}), ${rows});`,
    `for (var e = thread; e < below; e += ${THREADS}u) { ${r}[corner + 1u + e] = 0f; }`,
    SYNC,
    "}",
  );
  return shader.groupsInParts(batch, THREADS, workOf(all));
}

/** The axis of one reflection, of a matrix that many workgroups share. */
function axisKernel({ triangle, batch, n, m, settings }: Decomposition, j: number): Kernel {
  const shader = new Shader("householder, axis", settings);
  const r = shader.write(triangle);
  shader.declare(...squareOf(r));
  shader.emit(
    `let corner = g * ${shader.count(n * m)} + ${shader.count(j * (m + 1))};`,
    `let below = ${shader.count(m - j - 1)};`,
    ...axis(r),
  );
  const flops = 3 * batch * (m - j);
  return shader.groups(batch, THREADS, { flops, traffic: 4 * flops });
}

/** Reflects the ends of rows along the `j`-th axis, those from `first` on: a workgroup has a row. */
function reflectKernels(all: Decomposition, target: Buffer, j: number, first: number, rows: number): Kernel[] {
  const { triangle, batch, n, m, settings } = all;
  if (first >= rows) return [];
  const shader = new Shader(`householder, reflect${target === triangle ? "" : " basis"}`, settings);
  const [axes, x] = [shader.write(triangle), shader.write(target)];
  const count = shader.count(rows - first);
  shader.declare(`var<workgroup> sums: array<vec2<f32>, ${THREADS}>;`);
  shader.emit(
    `let item = g / ${count};`,
    `let corner = item * ${shader.count(n * m)} + ${shader.count(j * (m + 1))};`,
    `let start = item * ${shader.count(rows * m)} + (${shader.count(first)} + g - item * ${count}) * ${shader.count(m)} + ${shader.count(j)};`,
    `let below = ${shader.count(m - j - 1)};`,
    "var own = vec2<f32>();",
    `for (var e = thread + 1u; e <= below; e += ${THREADS}u) {`,
    `let v = ${axes}[corner + e];`,
    `own += v * vec2<f32>(v, ${x}[start + e]);`,
    "}",
    ...addUp,
    `let along = select(0f, 2f / (1f + sums[0].x) * (${x}[start] + sums[0].y), sums[0].x != 0f);`,
    SYNC,
    `for (var e = thread + 1u; e <= below; e += ${THREADS}u) { ${x}[start + e] -= along * ${axes}[corner + e]; }`,
    `if (thread == 0u) { ${x}[start] -= along; }`,
  );
  const flops = 4 * batch * (rows - first) * (m - j);
  return [shader.groups(batch * (rows - first), THREADS, { flops, traffic: 3 * flops })];
}

/** Zeros below the diagonal, where the axes were. */
function zerosKernel({ triangle, n, m, settings }: Decomposition): Kernel {
  const shader = new Shader("householder, zeros", settings);
  shader.emit(
    `let column = i / ${shader.count(m)};`,
    `if (i - column * ${shader.count(m)} > column % ${shader.count(n)}) { ${shader.write(triangle)}[i] = 0f; }`,
  );
  return shader.elements(triangle.size, { flops: 0, traffic: 4 * triangle.size });
}

/** Adds up what the threads have, into `sums[0]`. */
const addUp = [
  "sums[thread] = own;",
  "workgroupBarrier();",
  `for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {`,
  "if (thread < half) { sums[thread] += sums[thread + half]; }",
  "workgroupBarrier();",
  "}",
];

/** A function of a workgroup: the square of an axis but for its first element. */
const squareOf = (axes: string): string[] => [
  `var<workgroup> sums: array<f32, ${THREADS}>;`,
  "fn squareOf(thread: u32, corner: u32, below: u32) -> f32 {",
  "var own = 0f;",
  `for (var e = thread; e < below; e += ${THREADS}u) { own = fma(${axes}[corner + 1u + e], ${axes}[corner + 1u + e], own); }`,
  ...addUp,
  "let square = sums[0];",
  "workgroupBarrier();",
  "return square;",
  "}",
];

/** Makes the axis that reflects the column from `corner` on to the diagonal, and puts what it becomes there. */
const axis = (r: string): string[] => [
  "let square = squareOf(thread, corner, below);",
  `let first = ${r}[corner];`,
  "let size = sqrt(first * first + square);",
  "let diagonal = select(-size, size, first < 0f);",
  SYNC,
  "if (square != 0f) {",
  `for (var e = thread; e < below; e += ${THREADS}u) { ${r}[corner + 1u + e] /= first - diagonal; }`,
  `if (thread == 0u) { ${r}[corner] = diagonal; }`,
  "}",
];

/** A function of a workgroup: the reflection of the ends of `count` rows along an axis. A thread has a row. */
const reflect = (axes: string, target: string): string[] => [
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
];
