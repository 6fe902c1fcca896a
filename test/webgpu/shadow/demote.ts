/** Programs with their float64 as float32, which is all that a GPU can compute of them. */
import type { DType } from "../../../src/base/dtypes.ts";
import {
  type ArrayOperand,
  type Buffer,
  innerSteps,
  type Operand,
  type Program,
  readsOf,
  type Step,
  writesOf,
} from "../../../src/compile/program.ts";
import type { Aval } from "../../../src/ir/aval.ts";
import { type HostArray, hostArray, storageOf } from "../../../src/ir/ndarray.ts";

const smaller = (dtype: DType): DType => (dtype === "float64" ? "float32" : dtype);

export const demotedAval = (aval: Aval): Aval => ({ ...aval, dtype: smaller(aval.dtype) });

export function demotedArray(array: HostArray): HostArray {
  if (array.dtype !== "float64") return array;
  return hostArray(Float32Array.from(storageOf(array)), array.shape, "float32");
}

/** Whether some of the steps know float64. */
const isWide = (steps: readonly Step[]): boolean =>
  steps.some(
    (step) =>
      [...readsOf(step), ...writesOf(step)].some(({ dtype }) => dtype === "float64") ||
      (step.kind === "map" && step.instructions.some(({ dtype, result }) => [dtype, result].includes("float64"))) ||
      innerSteps(step).some(isWide),
  );

export const needsDemotion = ({ steps, inputs, outputs }: Program): boolean =>
  isWide(steps) || [...inputs, ...outputs].some(({ dtype }) => dtype === "float64");

class Demotion {
  readonly #buffers = new Map<Buffer, Buffer>();

  buffer = (buffer: Buffer): Buffer => {
    if (buffer.dtype !== "float64") return buffer;
    const known = this.#buffers.get(buffer) ?? { dtype: "float32", size: buffer.size };
    this.#buffers.set(buffer, known);
    return known;
  };

  array = (operand: ArrayOperand): ArrayOperand => ({
    ...operand,
    dtype: smaller(operand.dtype),
    buffer: this.buffer(operand.buffer),
  });

  #operand(operand: Operand): Operand {
    return operand.kind === "array" ? this.array(operand) : { ...operand, dtype: smaller(operand.dtype) };
  }

  steps = (steps: readonly Step[]): Step[] => steps.map((step) => this.#step(step));

  #step(step: Step): Step {
    const { buffer, array } = this;
    switch (step.kind) {
      case "copy":
        return { ...step, source: array(step.source), target: array(step.target) };
      case "fill":
        return { ...step, target: buffer(step.target) };
      case "place": {
        const pieces = step.pieces.map((piece) => ({ ...piece, source: array(piece.source) }));
        return { ...step, target: buffer(step.target), fill: step.fill && this.#operand(step.fill), pieces };
      }
      case "map":
        return {
          ...step,
          inputs: step.inputs.map(array),
          constants: step.constants.map((constant) => ({ ...constant, dtype: smaller(constant.dtype) })),
          instructions: step.instructions.map((instruction) => ({
            ...instruction,
            dtype: smaller(instruction.dtype),
            result: smaller(instruction.result),
          })),
          outputs: step.outputs.map((output) => ({ ...output, buffer: buffer(output.buffer) })),
        };
      case "reduce":
        return { ...step, source: array(step.source), target: buffer(step.target) };
      case "contract":
        return { ...step, a: array(step.a), b: array(step.b), target: buffer(step.target) };
      case "kernel":
        return { ...step, inputs: step.inputs.map(buffer), outputs: step.outputs.map(buffer) };
      case "slice":
        return {
          ...step,
          source: { ...step.source, buffer: buffer(step.source.buffer) },
          target: { ...step.target, buffer: buffer(step.target.buffer) },
        };
      case "loop":
        return { ...step, body: this.steps(step.body), kept: step.kept.map(buffer) };
      case "leave":
        return { ...step, condition: buffer(step.condition) };
      case "branch":
        return { ...step, bodies: step.bodies.map(this.steps), outputs: step.outputs.map(buffer) };
    }
  }
}

export function demotedProgram({ steps, inputs, constants, outputs }: Program): Program {
  const demotion = new Demotion();
  return {
    steps: demotion.steps(steps),
    inputs: inputs.map(demotion.buffer),
    constants: new Map([...constants].map(([buffer, array]) => [demotion.buffer(buffer), demotedArray(array)])),
    outputs: outputs.map(demotion.buffer),
  };
}
