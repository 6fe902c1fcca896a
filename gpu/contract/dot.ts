/** Products of a matrix with few columns, vectors mostly: a workgroup has a row, whose terms its threads share out. */
import { range } from "../../src/base/shapes.ts";
import type { ContractAxis, ContractStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { extentOf, type Letter, sizesOf, stridesOf } from "./axes.ts";
import { storeOf } from "./finish.ts";
import { type Split, splitOf, sumKernel } from "./split.ts";
import { inFours, vectorsOf } from "./vectors.ts";

/** The threads of a workgroup, by the number of its terms. */
const threadsFor = (terms: number): number => (terms >= 1024 ? 256 : 64);

export function dotKernels(step: ContractStep, splits: number, settings: Settings): Kernel[] {
  const { items, rows, columns, terms } = extentOf(step);
  const split = splitOf(step, splits, 4);
  const threads = Math.min(threadsFor(split?.terms ?? terms), settings.maxThreads);
  const parts = split?.splits ?? 1;
  const work = {
    flops: 2 * items * rows * columns * terms,
    traffic: 4 * items * rows * ((columns + 1) * terms + columns * parts),
  };
  const shader = new Shader(`contract dot of ${columns}${split ? " split" : ""}`, settings);
  emitRow(step, split, threads, shader);
  const kernels = shader.groupsInParts(items * rows * parts, threads, work);
  return split ? [...kernels, sumKernel(step, split, false, settings)] : kernels;
}

function emitRow(step: ContractStep, split: Split | null, threads: number, shader: Shader): void {
  const { columns } = extentOf(step);
  const vectors = vectorsOf(step);
  const isVector = vectors.a === "terms" && vectors.b === "terms";
  const sum = columns === 1 ? "f32" : `vec${columns}<f32>`;
  const place = emitPlaces(step, split, isVector, shader);
  shader.declare(`var<workgroup> sums: array<${sum}, ${threads}>;`);
  shader.emit(`var sum = ${sum}();`, `for (var t = begin + thread; t < end; t += ${threads}u) {`);
  shader.emit(`sum += ${sum}(${emitProducts(step, isVector, shader).join(", ")});`, "}");
  shader.emit("sums[thread] = sum;", "workgroupBarrier();");
  shader.emit(`for (var half = ${threads / 2}u; half > 0u; half /= 2u) {`);
  shader.emit("if (thread < half) { sums[thread] += sums[thread + half]; }", "workgroupBarrier();", "}");
  const partials = split && shader.write(split.partials);
  const store = partials ? (at: string, value: string) => `${partials}[${at}] = ${value};` : storeOf(step, shader);
  const at = (j: number): string =>
    split ? `g * ${columns}u + ${j}u` : `${place} + ${shader.number(columnPlace(step, "c", j))}`;
  shader.emit("if (thread == 0u) {");
  shader.emit(...range(columns).map((j) => store(at(j), `sums[0]${columns === 1 ? "" : `[${j}]`}`)), "}");
}

/** Sets `left` and `right`, where the row's operands begin, and the range of its terms; returns where its results go. */
function emitPlaces(step: ContractStep, split: Split | null, isVector: boolean, shader: Shader): string {
  const { a, b, targetOffset, batch, m } = step;
  const { items, rows, terms } = extentOf(step);
  const unit = isVector ? 4 : 1;
  const axes = [...batch, ...m];
  const own = (letter: Letter): number[] => stridesOf(axes, letter);
  const strides = [
    own("a").map((stride) => stride / unit),
    [...stridesOf(batch, "b"), ...stridesOf(m, null)].map((stride) => stride / unit),
    own("c"),
  ];
  if (split) shader.emit(`let part = g / ${shader.count(items * rows)};`);
  shader.emit(split ? `let row = g - part * ${shader.count(items * rows)};` : "let row = g;");
  const bases = [a.view.offset / unit, b.view.offset / unit, targetOffset];
  const [left, right, place = ""] = shader.offsets("row", sizesOf(axes), strides, bases);
  const all = shader.count(terms / unit);
  const share = shader.count((split?.terms ?? terms) / unit);
  shader.emit(`let left = ${left};`, `let right = ${right};`);
  shader.emit(`let begin = ${split ? `part * ${share}` : "0u"};`, `let end = min(begin + ${share}, ${all});`);
  return place;
}

/** The products of term `t`, one for each column. */
function emitProducts(step: ContractStep, isVector: boolean, shader: Shader): string[] {
  const { a, b, k } = step;
  const unit = isVector ? 4 : 1;
  const type = isVector ? "vec4<f32>" : "f32";
  const plain = { sizes: sizesOf(k), strides: [stridesOf(k, "a"), stridesOf(k, "b")] };
  const fours = {
    sizes: inFours(k, "a", true).sizes,
    strides: [inFours(k, "a", true).strides, inFours(k, "b", true).strides],
  };
  const { sizes, strides } = isVector ? fours : plain;
  const [fromLeft, fromRight] = shader.offsets("t", sizes, strides);
  shader.emit(`let x = ${shader.read(a.buffer, type)}[left + ${fromLeft}];`, `let first = right + ${fromRight};`);
  return range(extentOf(step).columns).map((j) => {
    const y = `${shader.read(b.buffer, type)}[first + ${shader.number(columnPlace(step, "b", j) / unit)}]`;
    return isVector ? `dot(x, ${y})` : `x * ${y}`;
  });
}

/** Where a column is in an array, counted from the first one. */
function columnPlace({ n }: ContractStep, letter: "b" | "c", column: number): number {
  const walk = (axes: readonly ContractAxis[], rest: number): number => {
    const last = axes.at(-1);
    if (!last) return 0;
    return (rest % last.size) * last[letter] + walk(axes.slice(0, -1), Math.floor(rest / last.size));
  };
  return walk(n, column);
}
