/** Elementwise programs: a thread for each element, the instructions as straight-line code. */
import { sizeOf } from "../src/base/shapes.ts";
import { rowMajorStrides } from "../src/base/view.ts";
import type { MapInstruction, MapStep } from "../src/compile/program.ts";
import { mergeWalk } from "../src/compile/walk.ts";
import { flopsOf } from "./effort.ts";
import { expression } from "./expressions.ts";
import type { Kernel, Settings } from "./kernel.ts";
import { Shader } from "./shader.ts";
import { splitMap } from "./split.ts";
import { load, stored, valueType } from "./values.ts";

/** The kernels of a map: one, if a shader may bind all of its buffers and a dispatch do all of its work. */
export function mapKernels(step: MapStep, settings: Settings): Kernel[] {
  if (sizeOf(step.shape) === 0) return [];
  return splitMap(step, settings.maxBuffers).flatMap((part) => partKernels(part, settings));
}

function partKernels(step: MapStep, settings: Settings): Kernel[] {
  const shader = new Shader(`map of ${step.instructions.length}`, settings);
  emitMap(shader, step);
  const total = sizeOf(step.shape);
  const sizes = [...step.inputs, ...step.outputs].map(({ buffer }) => Math.min(total, buffer.size));
  return shader.elementsInParts(total, {
    flops: total * flopsOf(step.instructions),
    traffic: 4 * sizes.reduce((sum, size) => sum + size, 0),
  });
}

/** Emits what is done with element `i`. Inputs with a name in `given` are values that are at hand. */
export function emitMap(shader: Shader, step: MapStep, given: readonly (string | null)[] = []): void {
  const values = [...loadInputs(shader, step, given), ...nameConstants(shader, step)];
  emitInstructions(shader, step.instructions, values);
  for (const { value, buffer } of step.outputs) {
    shader.emit(`${shader.write(buffer)}[i] = ${stored(buffer.dtype, entry(values, value))};`);
  }
}

function entry(values: readonly string[], place: number): string {
  const value = values[place];
  if (value === undefined) throw new Error(`internal: a map has no value ${place}`);
  return value;
}

/** The names of the inputs' elements. The outputs, which are row-major, take part in the walk. */
function loadInputs(shader: Shader, { shape, inputs }: MapStep, given: readonly (string | null)[]): string[] {
  const loaded = inputs.filter((_, i) => !given[i]);
  const views = loaded.map(({ view }) => view);
  // An input without axes is one element for all.
  const strides = views.map((view) => (view.shape.length === 0 ? shape.map(() => 0) : view.strides));
  const walk = mergeWalk({ sizes: shape, strides: [rowMajorStrides(shape), ...strides] });
  const offsets = shader.offsets(
    "i",
    walk.sizes,
    walk.strides.slice(1),
    views.map((view) => view.offset),
  );
  let next = 0;
  return inputs.map(({ buffer, dtype }, i) => {
    const known = given[i];
    return known || named(shader, valueType(dtype), load(shader.read(buffer), dtype, entry(offsets, next++)));
  });
}

function named(shader: Shader, type: string, value: string): string {
  const name = shader.fresh();
  shader.emit(`let ${name}: ${type} = ${value};`);
  return name;
}

/** The constants as they are used, those that are. */
function nameConstants(shader: Shader, { inputs, constants, instructions, outputs }: MapStep): string[] {
  const used = new Set([...instructions.flatMap(({ operands }) => operands), ...outputs.map(({ value }) => value)]);
  return constants.map(({ value, dtype }, i) => (used.has(inputs.length + i) ? shader.constant(value, dtype) : ""));
}

/** Emits the instructions, and adds the names of their results to the values. */
function emitInstructions(shader: Shader, instructions: readonly MapInstruction[], values: string[]): void {
  const blocks = new Map<string, string>();
  for (const instruction of instructions) {
    const operands = instruction.operands.map((value) => entry(values, value));
    let text = expression(instruction, operands);
    // A block of random bits is two words, of which each is an instruction.
    const [, block, word] = /^(threefry\(.*\))\.([xy])$/.exec(text) ?? [];
    if (block !== undefined) {
      const known = blocks.get(block) ?? named(shader, "vec2<u32>", block);
      blocks.set(block, known);
      text = `${known}.${word}`;
    }
    values.push(named(shader, valueType(instruction.result), text));
  }
}
