/** GATHER: rows by their indices, and a value where these lie outside. */
import { entry } from "../../src/base/lists.ts";
import type { KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";

export function gatherKernels({ inputs, outputs, arguments: sizes }: KernelStep, settings: Settings): Kernel[] {
  const [batch = 0, rows = 0, count = 0, width = 0, indexStep = 0, fill = 0] = sizes;
  const total = batch * count * width;
  const shader = new Shader("gather", settings);
  // Bits, whatever they mean.
  const [source, indices] = [0, 1].map((place) => shader.read(entry(inputs, place), "u32"));
  const target = shader.write(entry(outputs, 0), "u32");
  shader.emit(
    `let place = i / ${shader.count(width)};`,
    `let column = i - place * ${shader.count(width)};`,
    `let item = place / ${shader.count(count)};`,
    `let row = ${indices}[item * ${shader.count(indexStep)} + place - item * ${shader.count(count)}];`,
    `var value = u32(${shader.number(fill)});`,
    // A negative index is a large one.
    `if (row < ${shader.count(rows)}) {`,
    `value = ${source}[(item * ${shader.count(rows)} + row) * ${shader.count(width)} + column];`,
    "}",
    `${target}[i] = value;`,
  );
  return [shader.elements(total, { flops: 0, traffic: 12 * total })];
}
