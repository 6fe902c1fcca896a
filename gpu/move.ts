/** Copies, fills, slices: bits, whatever they mean. */
import { sizeOf } from "../src/base/shapes.ts";
import type { Buffer, CopyStep, FillStep, SliceStep } from "../src/compile/program.ts";
import { mergeWalk } from "../src/compile/walk.ts";
import type { Kernel, Settings } from "./kernel.ts";
import { Shader } from "./shader.ts";
import { bitsOf } from "./values.ts";

export function copyKernel({ source, target }: CopyStep, settings: Settings): Kernel | undefined {
  const total = sizeOf(source.view.shape);
  if (total === 0) return undefined;
  const shader = new Shader("copy", settings);
  const { sizes, strides } = mergeWalk({
    sizes: source.view.shape,
    strides: [source.view.strides, target.view.strides],
  });
  const [from, to] = shader.offsets("i", sizes, strides, [source.view.offset, target.view.offset]);
  shader.emit(`${shader.write(target.buffer, "u32")}[${to}] = ${shader.read(source.buffer, "u32")}[${from}];`);
  return shader.elements(total, { flops: 0, traffic: 8 * total });
}

export function fillKernel({ target, value }: FillStep, settings: Settings): Kernel | undefined {
  if (target.size === 0) return undefined;
  const shader = new Shader("fill", settings);
  shader.emit(`${shader.write(target, "i32")}[i] = ${shader.number(bitsOf(value, target.dtype))};`);
  return shader.elements(target.size, { flops: 0, traffic: 4 * target.size });
}

/** A loop's slice; `counter`, one int32, holds the number of the trip. */
export function sliceKernel(step: SliceStep, counter: Buffer, settings: Settings): Kernel | undefined {
  const { size, source, target } = step;
  if (size === 0) return undefined;
  const shader = new Shader("slice", settings);
  shader.emit(`let trip = ${shader.read(counter)}[0];`);
  const at = (side: SliceStep["source"]): string =>
    `${shader.number(side.start)} + ${shader.times("trip", side.step)} + i32(i)`;
  shader.emit(
    `${shader.write(target.buffer, "u32")}[${at(target)}] = ${shader.read(source.buffer, "u32")}[${at(source)}];`,
  );
  return shader.elements(size, { flops: 0, traffic: 8 * size });
}

/** Raises the number of a loop's trip. */
export function countKernel(counter: Buffer, settings: Settings): Kernel {
  const shader = new Shader("count", settings);
  const name = shader.write(counter);
  shader.emit(`${name}[i] = ${name}[i] + 1i;`);
  return shader.elements(1, { flops: 0, traffic: 8 });
}
