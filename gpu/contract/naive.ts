/** Products by a thread a result: sums of few terms, small matrices in large batches, integers and bools. */
import type { ContractStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { load, valueType } from "../values.ts";
import { extentOf, resultAxes } from "./axes.ts";
import { finishFlops, storeOf } from "./finish.ts";

export function naiveKernels(step: ContractStep, settings: Settings): Kernel[] {
  const { items, rows, columns, terms } = extentOf(step);
  const count = items * rows * columns;
  const work = { flops: 2 * count * terms + finishFlops(step), traffic: 4 * count * (2 * terms + 1) };
  const shader = new Shader("contract naive", settings);
  emitSum(step, shader);
  return shader.elementsInParts(count, work);
}

/** A loop for each axis of terms, so that nothing is divided inside. */
function emitSum(step: ContractStep, shader: Shader): void {
  const { a, b, target, targetOffset, k } = step;
  const { dtype } = target;
  const { sizes, strides } = resultAxes(step);
  const [left, right, place] = shader.offsets("i", sizes, strides, [a.view.offset, b.view.offset, targetOffset]);
  const type = valueType(dtype);
  shader.emit(`var sum = ${type}();`, `let left0 = ${left};`, `let right0 = ${right};`);
  k.forEach((axis, level) => {
    const index = `k${level}`;
    shader.emit(
      `for (var ${index} = 0i; ${index} < ${shader.number(axis.size)}; ${index}++) {`,
      `let left${level + 1} = left${level} + ${shader.times(index, axis.a)};`,
      `let right${level + 1} = right${level} + ${shader.times(index, axis.b)};`,
    );
  });
  const x = load(shader.read(a.buffer), dtype, `left${k.length}`);
  const y = load(shader.read(b.buffer), dtype, `right${k.length}`);
  const sums = {
    f32: `fma(${x}, ${y}, sum)`,
    i32: `sum + ${x} * ${y}`,
    u32: `sum + ${x} * ${y}`,
    bool: `sum || (${x} && ${y})`,
  };
  shader.emit(`sum = ${sums[type]};`, ...k.map(() => "}"));
  shader.emit(storeOf(step, shader)(String(place), "sum"));
}
