/**
 * JACOBI: rows made orthogonal to each other by rotations of pairs (Hestenes 1958), longest first (Nash 1975): `W = V A`.
 * A sweep is a round-robin tournament, so that the pairs of a round can be rotated at the same time.
 */
import { entry } from "../../src/base/lists.ts";
import { range } from "../../src/base/shapes.ts";
import { type Buffer, type KernelStep, whole } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { copyKernel, fillKernel } from "../move.ts";
import { Shader } from "../shader.ts";
import { identityKernel, SYNC } from "./matrices.ts";
import { MAX_SWEEPS, pairing, pairsOf, ROTATION, roundsOf, turn } from "./rotation.ts";

const THREADS = 64;

interface Decomposition {
  readonly source: Buffer;
  readonly rows: Buffer;
  /** What the rows were multiplied with, where it is wanted. */
  readonly factor: Buffer | null;
  /** A word for each matrix: whether there is more to do. */
  readonly unready: Buffer;
  readonly batch: number;
  readonly n: number;
  readonly m: number;
  readonly settings: Settings;
}

export function jacobiKernels({ inputs, outputs, arguments: sizes }: KernelStep, settings: Settings): Kernel[] {
  const [batch = 0, n = 0, m = 0, k = 0] = sizes;
  const all: Decomposition = {
    ...{ source: entry(inputs, 0), rows: entry(outputs, 0), factor: k > 0 ? entry(outputs, 1) : null },
    ...{ unready: { dtype: "uint32", size: batch }, batch, n, m, settings },
  };
  if (flopsOf(all) > settings.workgroupFlops) return roundKernels(all);
  const each = Math.min(MAX_SWEEPS, Math.max(1, Math.floor(settings.workgroupFlops / (flopsOf(all) + 1))));
  return range(Math.ceil(MAX_SWEEPS / each)).flatMap((i) => sweepKernels(all, each, i === 0));
}

/** Of a sweep over one matrix. */
const flopsOf = ({ n, m, factor }: Decomposition): number => 3 * n * n * (2 * m + (factor ? n : 0));

/** Some sweeps by a workgroup a matrix. A thread has a pair, so that no sum is shared out. */
function sweepKernels(all: Decomposition, sweeps: number, isFirst: boolean): Kernel[] {
  const { rows, factor, unready, batch, n, m, settings } = all;
  const shader = new Shader(`jacobi${isFirst ? "" : ", on"}${factor ? ", factor" : ""}`, settings);
  const [count, width, pairs] = [shader.count(n), shader.count(m), shader.count(pairsOf(n))];
  const [w, words] = [shader.write(rows), shader.write(unready)];
  declareRotate(w, factor && shader.write(factor), shader);
  shader.declare("var<workgroup> going: u32;", `var<workgroup> rotated: array<u32, ${THREADS}>;`);
  shader.emit(`let base = g * ${count} * ${width};`, `let own = g * ${count} * ${count};`);
  if (isFirst) emitBegin(all, shader);
  shader.emit(
    `if (thread == 0u) { going = ${isFirst ? "1u" : `${words}[g]`}; }`,
    SYNC,
    `for (var sweep = 0u; sweep < ${shader.count(sweeps)}; sweep++) {`,
    "if (workgroupUniformLoad(&going) == 0u) { break; }",
    "var changes = 0u;",
    `for (var round = 1u; round < 2u * ${pairs}; round++) {`,
    `for (var pair = thread; pair < ${pairs}; pair += ${THREADS}u) {`,
    ...pairing(pairs),
    `if (q < ${count}) { changes |= rotate(base, own, p, q, ${count}, ${width}); }`,
    "}",
    SYNC,
    "}",
    "rotated[thread] = changes;",
    "workgroupBarrier();",
    "if (thread == 0u) {",
    "going = 0u;",
    `for (var t = 0u; t < ${THREADS}u; t++) { going |= rotated[t]; }`,
    "}",
    "workgroupBarrier();",
    "}",
    `if (thread == 0u) { ${words}[g] = going; }`,
  );
  const flops = batch * sweeps * flopsOf(all);
  return shader.groupsInParts(batch, THREADS, { flops, traffic: 4 * flops });
}

/** Copies the rows, and begins with the identity as the factor. */
function emitBegin({ source, rows, factor, n, m }: Decomposition, shader: Shader): void {
  const [count, width] = [shader.count(n), shader.count(m)];
  shader.emit(`for (var e = thread; e < ${count} * ${width}; e += ${THREADS}u) {`);
  shader.emit(`${shader.write(rows)}[base + e] = ${shader.read(source)}[base + e];`, "}");
  if (!factor) return;
  shader.emit(`for (var e = thread; e < ${count} * ${count}; e += ${THREADS}u) {`);
  shader.emit(`${shader.write(factor)}[own + e] = select(0f, 1f, e / ${count} == e % ${count});`, "}");
}

/** A function that rotates rows p and q unless they are ready; whether it has. */
function declareRotate(w: string, v: string | null, shader: Shader): void {
  shader.declare(
    ROTATION,
    "fn rotate(base: u32, own: u32, p: u32, q: u32, count: u32, width: u32) -> u32 {",
    "let first = base + p * width;",
    "let second = base + q * width;",
    ...products(w, "width", "0u", "1u"),
    "if (isReady(products.x, products.y, products.z)) { return 0u; }",
    "let turned = rotationOf(products.x, products.y, products.z);",
    ...turn(w, "first", "second", "width", "0u", "1u"),
    ...(v ? turn(v, "own + p * count", "own + q * count", "count", "0u", "1u") : []),
    "return 1u;",
    "}",
  );
}

/** Adds up the squares and the product of two rows, of which a thread has each `step`-th element. */
const products = (w: string, width: string, start: string, step: string): string[] => [
  "var products = vec3<f32>();",
  `for (var e = ${start}; e < ${width}; e += ${step}) {`,
  `let x = ${w}[first + e];`,
  `let y = ${w}[second + e];`,
  "products = fma(vec3<f32>(x, y, x), vec3<f32>(x, y, y), products);",
  "}",
];

/** Matrices that are too large for a workgroup: a dispatch a round, in which a workgroup has a pair. */
function roundKernels(all: Decomposition): Kernel[] {
  const { source, rows, factor, unready, batch, n, settings } = all;
  const changed: Buffer = { dtype: "uint32", size: batch * pairsOf(n) };
  const sweep = [...range(roundsOf(n)).map((round) => roundKernel(all, changed, round)), endKernel(all, changed)];
  const begin = [
    copyKernel({ kind: "copy", source: whole(source, [source.size]), target: whole(rows, [rows.size]) }, settings),
    fillKernel({ kind: "fill", target: unready, value: 1 }, settings),
    fillKernel({ kind: "fill", target: changed, value: 0 }, settings),
    factor ? identityKernel(factor, batch, n, n, settings) : undefined,
  ];
  return [...begin.filter((kernel) => kernel !== undefined), ...range(MAX_SWEEPS).flatMap(() => sweep)];
}

function roundKernel(all: Decomposition, changed: Buffer, round: number): Kernel {
  const { rows, factor, unready, batch, n, m, settings } = all;
  const shader = new Shader(`jacobi, round${factor ? ", factor" : ""}`, settings);
  const [count, width, pairs] = [shader.count(n), shader.count(m), shader.count(pairsOf(n))];
  const w = shader.write(rows);
  shader.declare(ROTATION, `var<workgroup> sums: array<vec3<f32>, ${THREADS}>;`);
  shader.emit(
    `let item = g / ${pairs};`,
    `if (${shader.read(unready)}[item] == 0u) { return; }`,
    `let pair = g - item * ${pairs};`,
    `let round = ${shader.count(round)};`,
    ...pairing(pairs),
    `if (q >= ${count}) { return; }`,
    `let first = (item * ${count} + p) * ${width};`,
    `let second = (item * ${count} + q) * ${width};`,
    ...products(w, width, "thread", `${THREADS}u`),
    "sums[thread] = products;",
    "workgroupBarrier();",
    `for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {`,
    "if (thread < half) { sums[thread] += sums[thread + half]; }",
    "workgroupBarrier();",
    "}",
    "let all = sums[0];",
    "if (isReady(all.x, all.y, all.z)) { return; }",
    "let turned = rotationOf(all.x, all.y, all.z);",
    ...turn(w, "first", "second", width, "thread", `${THREADS}u`),
  );
  if (factor) {
    const [start, end] = ["p", "q"].map((row) => `(item * ${count} + ${row}) * ${count}`);
    shader.emit(...turn(shader.write(factor), start ?? "", end ?? "", count, "thread", `${THREADS}u`));
  }
  shader.emit(`if (thread == 0u) { ${shader.write(changed)}[g] = 1u; }`);
  const flops = (batch * flopsOf(all)) / roundsOf(n);
  return shader.groups(batch * pairsOf(n), THREADS, { flops, traffic: 3 * flops });
}

/** Ends a sweep: a matrix of which no pair was rotated is ready. */
function endKernel({ unready, batch, n, settings }: Decomposition, changed: Buffer): Kernel {
  const shader = new Shader("jacobi, sweep", settings);
  const pairs = shader.count(pairsOf(n));
  const flags = shader.write(changed);
  shader.emit("var some = 0u;", `for (var pair = i * ${pairs}; pair < (i + 1u) * ${pairs}; pair++) {`);
  shader.emit(`some |= ${flags}[pair];`, `${flags}[pair] = 0u;`, "}", `${shader.write(unready)}[i] = some;`);
  return shader.elements(batch, { flops: 0, traffic: 8 * batch * pairsOf(n) });
}
