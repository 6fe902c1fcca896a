/** Copies and fills: bits, whatever they mean. */
import { sizeOf } from "../src/base/shapes.ts";
import type { CopyStep, FillStep } from "../src/compile/program.ts";
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
