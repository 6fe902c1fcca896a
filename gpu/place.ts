/** An array put together from pieces: a thread for each of its elements looks for the piece that has it. */
import { sizeOf } from "../src/base/shapes.ts";
import type { View } from "../src/base/view.ts";
import { type ArrayOperand, type Operand, type PlaceStep, whole } from "../src/compile/program.ts";
import { mergeWalk } from "../src/compile/walk.ts";
import type { Kernel, Settings } from "./kernel.ts";
import { copyKernel, fillKernel } from "./move.ts";
import { Shader } from "./shader.ts";
import { bitsOf } from "./values.ts";

/** The most pieces that each thread looks at. */
const MAX_PIECES = 8;

/** An axis of a piece, with what a step along it means in the target and in the source. */
interface Axis {
  readonly size: number;
  readonly target: number;
  readonly source: number;
}

/** A piece whose elements can be found from their places in the target. */
interface Found {
  readonly operand: ArrayOperand;
  readonly targetOffset: number;
  readonly sourceOffset: number;
  /** From the longest steps to the shortest. */
  readonly axes: readonly Axis[];
}

export function placeKernels(step: PlaceStep, settings: Settings): Kernel[] {
  if (step.target.size === 0) return [];
  const pieces = step.pieces.filter(({ target }) => sizeOf(target.shape) > 0);
  const found = pieces.map(({ source, target }) => findable(source, target));
  const sources = new Set(pieces.map(({ source }) => source.buffer));
  const buffers = sources.size + (step.fill?.kind === "array" ? 2 : 1);
  const isOne =
    buffers <= settings.maxBuffers && found.length <= MAX_PIECES && (step.fill !== null || found.length > 1);
  const all = found.flatMap((piece) => piece ?? []);
  if (isOne && all.length === found.length) return [searchKernel(step, all, settings)];
  return oneByOne({ ...step, pieces }, settings);
}

/** The piece with steps that all go upwards in the target, if each is longer than the shorter ones together. */
function findable(operand: ArrayOperand, target: View): Found | undefined {
  const { sizes, strides } = mergeWalk({ sizes: target.shape, strides: [target.strides, operand.view.strides] });
  let [targetOffset, sourceOffset] = [target.offset, operand.view.offset];
  const axes = sizes.map((size, axis): Axis => {
    const [along = 0, from = 0] = strides.map((list) => list[axis]);
    if (along >= 0) return { size, target: along, source: from };
    targetOffset += (size - 1) * along;
    sourceOffset += (size - 1) * from;
    return { size, target: -along, source: -from };
  });
  axes.sort((a, b) => b.target - a.target);
  let reach = 0;
  for (const axis of [...axes].reverse()) {
    if (axis.target <= reach) return undefined;
    reach += (axis.size - 1) * axis.target;
  }
  return { operand, targetOffset, sourceOffset, axes };
}

function searchKernel({ target, fill }: PlaceStep, pieces: readonly Found[], settings: Settings): Kernel {
  const shader = new Shader(`place ${pieces.length}`, settings);
  shader.emit(`var value: u32 = ${fill ? fillBits(shader, fill) : "0u"};`);
  for (const piece of pieces) shader.emit(...lookUp(shader, piece));
  shader.emit(`${shader.write(target, "u32")}[i] = value;`);
  const moved = pieces.reduce((sum, { operand }) => sum + sizeOf(operand.view.shape), target.size);
  return shader.elements(target.size, { flops: 0, traffic: 4 * moved });
}

function fillBits(shader: Shader, fill: Operand): string {
  if (fill.kind === "array") return `${shader.read(fill.buffer, "u32")}[${shader.number(fill.view.offset)}]`;
  return `bitcast<u32>(${shader.number(bitsOf(fill.value, fill.dtype))})`;
}

/** Takes the element's value from a piece, if that has it; the last piece that does counts. */
function lookUp(shader: Shader, { operand, targetOffset, sourceOffset, axes }: Found): string[] {
  let rest = shader.fresh("rest");
  const lines = [`let ${rest} = i - ${shader.count(targetOffset)};`];
  const conditions = [`i >= ${shader.count(targetOffset)}`];
  const terms = [shader.number(sourceOffset)];
  for (const { size, target, source } of axes) {
    let coordinate = rest;
    if (target !== 1) {
      const stride = shader.count(target);
      coordinate = shader.fresh("c");
      lines.push(`let ${coordinate} = ${rest} / ${stride};`);
      const next = shader.fresh("rest");
      lines.push(`let ${next} = ${rest} - ${coordinate} * ${stride};`);
      rest = next;
    }
    conditions.push(`${coordinate} < ${shader.count(size)}`);
    if (source !== 0) terms.push(shader.times(coordinate, source));
  }
  // Between the steps of the shortest axis lie elements of others.
  if (axes.at(-1)?.target !== 1) conditions.push(`${rest} == 0u`);
  const name = shader.read(operand.buffer, "u32");
  return [...lines, `if (${conditions.join(" && ")}) { value = ${name}[${terms.join(" + ")}]; }`];
}

/** A fill, then copies. */
function oneByOne({ target, fill, pieces }: PlaceStep, settings: Settings): Kernel[] {
  const filled = fill && filling(fill, target, settings);
  const copies = pieces.map(({ source, target: view }) =>
    copyKernel(
      { kind: "copy", source, target: { kind: "array", dtype: target.dtype, buffer: target, view } },
      settings,
    ),
  );
  return [filled, ...copies].flatMap((kernel) => kernel ?? []);
}

function filling(fill: Operand, target: PlaceStep["target"], settings: Settings): Kernel | undefined {
  if (fill.kind === "constant") return fillKernel({ kind: "fill", target, value: fill.value }, settings);
  const view = { offset: fill.view.offset, shape: [target.size], strides: [0] };
  return copyKernel({ kind: "copy", source: { ...fill, view }, target: whole(target, [target.size]) }, settings);
}
