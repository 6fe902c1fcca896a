/** The places of the largest and the smallest elements: NaN beats everything, and of equals the first does. */
import type { Buffer } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { type DType, storageType } from "../values.ts";
import { emitBase, emitShare, emitTree, partsOf, suitThreads, type Terms, threadsFor, workOf } from "./terms.ts";

export type ExtremeOp = "ARGMAX" | "ARGMIN";

/** The place of no element. */
const NONE = "0xffffffffu";

export function extremeKernels(op: ExtremeOp, terms: Terms, target: Buffer, settings: Settings): Kernel[] {
  if (suitThreads(terms)) return [threadKernel(op, terms, target, settings)];
  const parts = partsOf(terms);
  if (parts === 1) return [groupKernel(op, terms, target, 1, null, settings)];
  const places: Buffer = { dtype: "int32", size: terms.kept.total * parts };
  return [
    groupKernel(op, terms, places, parts, null, settings),
    groupKernel(op, terms, target, 1, { places, count: parts }, settings),
  ];
}

/** Whether the element x at i goes before y at j. */
function declareBeats(shader: Shader, op: ExtremeOp, dtype: DType): void {
  const type = storageType(dtype);
  const sign = op === "ARGMAX" ? ">" : "<";
  const [a, b] = dtype === "float32" ? ["rank(x)", "rank(y)"] : ["x", "y"];
  shader.declare(
    `fn beats(x: ${type}, i: u32, y: ${type}, j: u32) -> bool {`,
    ...(dtype === "float32" ? ["  if (isNan(x) || isNan(y)) { return isNan(x) && (!isNan(y) || i < j); }"] : []),
    `  return ${a} ${sign} ${b} || (${a} == ${b} && i < j);`,
    "}",
  );
}

/** Emits the search for `best` and its place `found` among the elements whose places are `place`, a function of `r`. */
function emitSearch(
  shader: Shader,
  { buffer, reduced }: Terms,
  begin: string,
  end: string,
  step: number,
  place: string,
): void {
  const loop = shader.collect(() => {
    shader.emit(`let place = ${place};`);
    const [offset] = shader.offsets("place", reduced.sizes, [reduced.strides]);
    shader.emit(`let value = ${shader.read(buffer)}[base + ${offset}];`);
    shader.emit(`if (found == ${NONE} || beats(value, place, best, found)) { best = value; found = place; }`);
  });
  shader.emit(`var best: ${storageType(buffer.dtype)};`, `var found = ${NONE};`);
  shader.emit(`for (var r = ${begin}; r < ${end}; r += ${step}u) {`, ...loop, "}");
}

/** The place as a result; that of no element is 0. */
const result = (place: string): string => `i32(select(${place}, 0u, ${place} == ${NONE}))`;

function threadKernel(op: ExtremeOp, terms: Terms, target: Buffer, settings: Settings): Kernel {
  const shader = new Shader(`${op} by threads`, settings);
  declareBeats(shader, op, terms.buffer.dtype);
  emitBase(shader, terms, "i");
  emitSearch(shader, terms, "0u", shader.count(terms.reduced.total), 1, "r");
  shader.emit(`${shader.write(target)}[i] = ${result("found")};`);
  return shader.elements(terms.kept.total, workOf(terms));
}

/** Candidates, a few for each result. */
interface Candidates {
  readonly places: Buffer;
  readonly count: number;
}

/** Looks through all elements, or the candidates among them. */
function groupKernel(
  op: ExtremeOp,
  terms: Terms,
  target: Buffer,
  parts: number,
  candidates: Candidates | null,
  settings: Settings,
): Kernel {
  const shader = new Shader(`${op} by groups`, settings);
  const { dtype } = terms.buffer;
  const count = candidates?.count ?? Math.ceil(terms.reduced.total / parts);
  const threads = threadsFor(count, settings);
  declareBeats(shader, op, dtype);
  shader.declare(`var<workgroup> values: array<${storageType(dtype)}, ${threads}>;`);
  shader.declare(`var<workgroup> places: array<u32, ${threads}>;`);
  if (candidates) emitCandidates(shader, terms, candidates, threads);
  else emitElements(shader, terms, parts, threads);
  shader.emit("values[thread] = best;", "places[thread] = found;");
  emitTree(shader, threads, (other) => [
    `  let other = ${other};`,
    `  if (places[other] != ${NONE} && (places[thread] == ${NONE} || beats(values[other], places[other], values[thread], places[thread]))) {`,
    "    values[thread] = values[other];",
    "    places[thread] = places[other];",
    "  }",
  ]);
  shader.emit(`if (thread == 0u) { ${shader.write(target)}[g] = ${result("places[0]")}; }`);
  return shader.groups(terms.kept.total * parts, threads, workOf(terms));
}

function emitElements(shader: Shader, terms: Terms, parts: number, threads: number): void {
  emitShare(shader, terms, parts);
  emitBase(shader, terms, "item");
  emitSearch(shader, terms, "begin + thread", "end", threads, "r");
}

function emitCandidates(shader: Shader, terms: Terms, { places, count }: Candidates, threads: number): void {
  emitBase(shader, terms, "g");
  const length = shader.count(count);
  emitSearch(shader, terms, "thread", length, threads, `u32(${shader.read(places)}[g * ${length} + r])`);
}
