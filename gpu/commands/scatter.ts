/**
 * SCATTER_ADD: zeros, and the updates added to the rows of their indices. Each sum has its terms in the order of the
 * indices, so that it is the same from run to run, which atomic additions wouldn't be.
 */
import { entry } from "../../src/base/lists.ts";
import type { Buffer, KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { storageType } from "../values.ts";
import { sortKernels } from "./sort.ts";

/** From so many comparisons of indices with rows on, the indices are sorted first. */
const MANY = 2 ** 24;

export function scatterKernels(step: KernelStep, settings: Settings): Kernel[] {
  const [batch = 0, rows = 0, count = 0, width = 0, indexStep = 0] = step.arguments;
  if (batch * rows * width * count < MANY) return walkKernels(step, settings);
  const lists = indexStep === 0 ? 1 : batch;
  const sorted = { dtype: "int32", size: lists * count } as const;
  const places = { dtype: "int32", size: lists * count } as const;
  const sort = sortKernels(entry(step.inputs, 1), [sorted, places], lists, count, settings);
  return [...sort, ...segmentKernels(step, sorted, places, settings)];
}

/** A thread a result: it goes through all indices. */
function walkKernels(step: KernelStep, settings: Settings): Kernel[] {
  const [batch = 0, rows = 0, count = 0, width = 0, indexStep = 0] = step.arguments;
  const shader = new Shader("scatter", settings);
  const indices = shader.read(entry(step.inputs, 1));
  begin(step, shader);
  shader.emit(
    `for (var at = 0u; at < ${shader.count(count)}; at++) {`,
    `if (${indices}[item * ${shader.count(indexStep)} + at] == i32(row)) { ${add(step, "at", shader)} }`,
    "}",
  );
  return end(step, batch * rows * width, count, shader);
}

/** A thread a result: it finds its row among the sorted indices, by halving. */
function segmentKernels(step: KernelStep, sorted: Buffer, places: Buffer, settings: Settings): Kernel[] {
  const [batch = 0, rows = 0, count = 0, width = 0, indexStep = 0] = step.arguments;
  const shader = new Shader("scatter sorted", settings);
  const [indices, origins] = [shader.read(sorted), shader.read(places)];
  begin(step, shader);
  shader.emit(
    `let list = item * ${shader.count(indexStep)};`,
    "var at = 0u;",
    `var end = ${shader.count(count)};`,
    "while (at < end) {",
    "let middle = (at + end) / 2u;",
    `if (${indices}[list + middle] < i32(row)) { at = middle + 1u; } else { end = middle; }`,
    "}",
    `while (at < ${shader.count(count)} && ${indices}[list + at] == i32(row)) {`,
    add(step, `u32(${origins}[list + at])`, shader),
    "at++;",
    "}",
  );
  return end(step, batch * rows * width, count / Math.max(1, rows), shader);
}

function begin({ outputs, arguments: sizes }: KernelStep, shader: Shader): void {
  const [, rows = 0, , width = 0] = sizes;
  shader.emit(
    `let place = i / ${shader.count(width)};`,
    `let column = i - place * ${shader.count(width)};`,
    `let item = place / ${shader.count(rows)};`,
    `let row = place - item * ${shader.count(rows)};`,
    `var sum = ${storageType(entry(outputs, 0).dtype)}();`,
  );
}

/** Adds an update to the sum, or replaces what came before. */
function add({ inputs, arguments: sizes }: KernelStep, place: string, shader: Shader): string {
  const [, , count = 0, width = 0, , replace = 0] = sizes;
  const updates = shader.read(entry(inputs, 0));
  const update = `${updates}[(item * ${shader.count(count)} + ${place}) * ${shader.count(width)} + column]`;
  return `sum = ${replace === 0 ? `sum + ${update}` : update};`;
}

function end({ outputs }: KernelStep, total: number, terms: number, shader: Shader): Kernel[] {
  shader.emit(`${shader.write(entry(outputs, 0))}[i] = sum;`);
  return shader.elementsInParts(total, { flops: total * terms, traffic: 4 * total * (terms + 1) });
}
