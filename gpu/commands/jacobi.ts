/**
 * JACOBI: rows made orthogonal to each other by rotations of pairs (Hestenes 1958), longest first (Nash 1975): `W = V A`.
 *
 * A sweep is a round-robin tournament: in each of its rounds every row is in one pair at most, so that a workgroup's threads
 * rotate pairs beside each other without a word, and no sum is shared out.
 */
import { entry } from "../../src/base/lists.ts";
import type { Buffer, KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { SYNC } from "./matrices.ts";

const THREADS = 64;
/** More than a convergent matrix needs: about ten do. A dispatch of a matrix that is ready ends at once. */
const MAX_SWEEPS = 30;
/** The operations on a matrix in a dispatch: what a workgroup does in a tenth of a second. */
const MOST = 2 ** 27;
/** Twice the distance from 1 to the next float32. */
const TOLERANCE = 2 ** -22;

interface Decomposition {
  readonly source: Buffer;
  readonly rows: Buffer;
  /** What the rows were multiplied with, where it is wanted. */
  readonly factor: Buffer | null;
  /** A word for each matrix: whether it isn't ready. */
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
  const each = Math.min(MAX_SWEEPS, Math.max(1, Math.floor(MOST / (flopsOf(all) + 1))));
  const kernels: Kernel[] = [];
  for (let sweeps = 0; sweeps < MAX_SWEEPS; sweeps += each) kernels.push(sweepKernel(all, each, sweeps === 0));
  return kernels;
}

/** Of a sweep over one matrix. */
const flopsOf = ({ n, m, factor }: Decomposition): number => 3 * n * n * (2 * m + (factor ? n : 0));

function sweepKernel(all: Decomposition, sweeps: number, isFirst: boolean): Kernel {
  const { source, rows, factor, unready, batch, n, m, settings } = all;
  const shader = new Shader(`jacobi${isFirst ? "" : ", on"}${factor ? ", factor" : ""}`, settings);
  const [count, width] = [shader.count(n), shader.count(m)];
  const w = shader.write(rows);
  const v = factor ? shader.write(factor) : null;
  const words = shader.write(unready);
  declareRotation(w, v, shader);
  shader.declare("var<workgroup> going: u32;", `var<workgroup> rotated: array<u32, ${THREADS}>;`);
  shader.emit(`let base = g * ${count} * ${width};`, `let own = g * ${count} * ${count};`);
  if (isFirst) {
    shader.emit(`for (var e = thread; e < ${count} * ${width}; e += ${THREADS}u) {`);
    shader.emit(`${w}[base + e] = ${shader.read(source)}[base + e];`, "}");
    if (v) {
      shader.emit(`for (var e = thread; e < ${count} * ${count}; e += ${THREADS}u) {`);
      shader.emit(`${v}[own + e] = select(0f, 1f, e / ${count} == e % ${count});`, "}");
    }
  }
  shader.emit(
    `if (thread == 0u) { going = ${isFirst ? "1u" : `${words}[g]`}; }`,
    SYNC,
    `for (var sweep = 0u; sweep < ${shader.count(sweeps)}; sweep++) {`,
    "if (workgroupUniformLoad(&going) == 0u) { break; }",
    "var changes = 0u;",
    ...rounds(count, width),
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
  return shader.groups(batch, THREADS, { flops, traffic: 4 * flops });
}

/** The rounds of a tournament by the circle method: one player stands, the others move on by a place; of two, p < q. */
const rounds = (count: string, width: string): string[] => [
  `let players = (${count} + 1u) / 2u * 2u;`,
  "for (var round = 1u; round < players; round++) {",
  `for (var pair = thread; pair < players / 2u; pair += ${THREADS}u) {`,
  "let turning = players - 1u;",
  "let left = select((round + pair) % turning, turning, pair == 0u);",
  "let right = (round + turning - pair) % turning;",
  "let p = min(left, right);",
  "let q = max(left, right);",
  // With an odd number of rows one of them pauses.
  `if (q < ${count}) { changes |= rotate(base, own, p, q, ${count}, ${width}); }`,
  "}",
  SYNC,
  "}",
];

/** A function that rotates rows p and q, unless they are orthogonal and in order; whether it has. */
function declareRotation(w: string, v: string | null, shader: Shader): void {
  const turn = (name: string, first: string, second: string, count: string): string[] => [
    `for (var e = 0u; e < ${count}; e++) {`,
    `let x = ${name}[${first} + e];`,
    `let y = ${name}[${second} + e];`,
    `${name}[${first} + e] = c * x + s * y;`,
    `${name}[${second} + e] = c * y - s * x;`,
    "}",
  ];
  shader.declare(
    "fn rotate(base: u32, own: u32, p: u32, q: u32, count: u32, width: u32) -> u32 {",
    "let first = base + p * width;",
    "let second = base + q * width;",
    "var xx = 0f; var yy = 0f; var xy = 0f;",
    "for (var e = 0u; e < width; e++) {",
    `let x = ${w}[first + e];`,
    `let y = ${w}[second + e];`,
    "xx = fma(x, x, xx);",
    "yy = fma(y, y, yy);",
    "xy = fma(x, y, xy);",
    "}",
    "if (isNan(xx) || isNan(yy)) { return 0u; }",
    `if (xx >= yy && abs(xy) <= ${TOLERANCE}f * sqrt(xx) * sqrt(yy)) { return 0u; }`,
    // The smaller angle; where the second row is the longer one, its complement, which exchanges them.
    "let ratio = abs(xx - yy) / (2f * abs(xy));",
    "var tangent = 1f / (ratio + sqrt(1f + ratio * ratio));",
    "if (xy == 0f || !isBounded(tangent)) { tangent = 0f; }",
    "let major = 1f / sqrt(1f + tangent * tangent);",
    "let minor = withSign(tangent * major, xy);",
    "let c = select(major, minor, xx < yy);",
    "let s = select(minor, major, xx < yy);",
    ...turn(w, "first", "second", "width"),
    ...(v ? turn(v, "own + p * count", "own + q * count", "count") : []),
    "return 1u;",
    "}",
  );
}
