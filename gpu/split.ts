/** A map that binds more buffers than a shader may, as several. */
import { sizeOf } from "../src/base/shapes.ts";
import { type Buffer, type MapInstruction, type MapStep, whole } from "../src/compile/program.ts";

type Value = number;

const buffersOf = ({ inputs, outputs }: MapStep): number =>
  new Set([...inputs, ...outputs].map(({ buffer }) => buffer)).size;

/** Parts that follow one another: the longest first part that fits, which stores what the rest needs of it, and so on. */
export function splitMap(step: MapStep, maxBuffers: number): MapStep[] {
  if (buffersOf(step) <= maxBuffers) return [step];
  const whole = computed(step);
  for (let cut = whole.instructions.length - 1; cut > 0; cut--) {
    const [head, rest] = cutAt(whole, cut);
    if (buffersOf(head) <= maxBuffers) return [head, ...splitMap(rest, maxBuffers)];
  }
  throw new Error("internal: one instruction of a map needs more buffers than a shader may bind");
}

/** The map with an instruction for each output, those that only copy an input or a constant included. */
function computed(step: MapStep): MapStep {
  const first = step.inputs.length + step.constants.length;
  const moves: MapInstruction[] = [];
  const outputs = step.outputs.map(({ value, buffer }) => {
    if (value >= first) return { value, buffer };
    const { dtype } = buffer;
    const number = moves.push({ op: "MOVE", dtype, result: dtype, operands: [value] });
    return { value: first + step.instructions.length + number - 1, buffer };
  });
  return { ...step, instructions: [...step.instructions, ...moves], outputs };
}

function cutAt(step: MapStep, cut: number): [MapStep, MapStep] {
  const first = step.inputs.length + step.constants.length;
  const middle = first + cut;
  const later = new Set(step.instructions.slice(cut).flatMap(({ operands }) => operands));
  const own = step.outputs.filter(({ value }) => value < middle);
  const kept = new Map<Value, Buffer>(own.map(({ value, buffer }) => [value, buffer]));
  step.instructions.slice(0, cut).forEach(({ result }, i) => {
    const value = first + i;
    if (later.has(value) && !kept.has(value)) kept.set(value, { dtype: result, size: sizeOf(step.shape) });
  });
  const stored = [...kept].filter(([value]) => !own.some((output) => output.value === value));
  const outputs = [...own, ...stored.map(([value, buffer]) => ({ value, buffer }))];
  const rest = step.outputs.filter(({ value }) => value >= middle);
  return [part(step, 0, cut, new Map(), outputs), part(step, cut, step.instructions.length, kept, rest)];
}

/** Some of the instructions, with the values that others have stored as inputs. */
function part(
  step: MapStep,
  begin: number,
  end: number,
  available: ReadonlyMap<Value, Buffer>,
  outputs: MapStep["outputs"],
): MapStep {
  const first = step.inputs.length + step.constants.length;
  const instructions = step.instructions.slice(begin, end);
  const used = new Set(instructions.flatMap(({ operands }) => operands));
  const ownInputs = step.inputs.map((operand, value) => ({ operand, value })).filter(({ value }) => used.has(value));
  const loaded = [...available]
    .filter(([value]) => used.has(value))
    .map(([value, buffer]) => ({ operand: whole(buffer, step.shape), value }));
  const inputs = [...ownInputs, ...loaded];
  const numbers = new Map<Value, Value>(inputs.map(({ value }, i) => [value, i]));
  step.constants.forEach((_, i) => {
    numbers.set(step.inputs.length + i, inputs.length + i);
  });
  instructions.forEach((_, i) => {
    numbers.set(first + begin + i, inputs.length + step.constants.length + i);
  });
  const renumbered = (value: Value): Value => {
    const number = numbers.get(value);
    if (number === undefined) throw new Error(`internal: a part of a map lacks value ${value}`);
    return number;
  };
  return {
    ...step,
    inputs: inputs.map(({ operand }) => operand),
    instructions: instructions.map((i) => ({ ...i, operands: i.operands.map(renumbered) })),
    outputs: outputs.map(({ value, buffer }) => ({ value: renumbered(value), buffer })),
  };
}
