/** Fused elementwise equations as one program in static single assignment form. */
import type { DType } from "../base/dtypes.ts";
import type { Shape } from "../base/shapes.ts";
import { type Atom, type Equation, Literal, type Var } from "../ir/jaxpr.ts";
import { type MapOp, resultDType } from "../ir/map-ops.ts";
import type { KernelModule, MapEmitter, Value } from "../ir/primitive.ts";
import type { ArrayOperand, Buffer, MapInstruction, MapStep, Operand } from "./program.ts";

/** Collects instructions; values are numbered as they come. */
class MapBuilder implements MapEmitter {
  readonly inputs = new Map<ArrayOperand, Value>();
  readonly constants = new Map<string, MapStep["constants"][number] & { readonly number: Value }>();
  readonly instructions: (MapInstruction & { readonly number: Value })[] = [];
  module: KernelModule | undefined;
  #values = 0;

  op(op: MapOp, dtype: DType, operands: readonly Value[], result?: DType): Value {
    const number = this.#values++;
    this.instructions.push({ op, dtype, operands, result: resultDType(op, dtype, result), number });
    return number;
  }

  constant(value: number, dtype: DType): Value {
    const key = `${Object.is(value, -0) ? "-0" : value}:${dtype}`;
    const known = this.constants.get(key);
    if (known) return known.number;
    const number = this.#values++;
    this.constants.set(key, { value, dtype, number });
    return number;
  }

  input(operand: Operand): Value {
    if (operand.kind === "constant") return this.constant(operand.value, operand.dtype);
    const known = this.inputs.get(operand);
    if (known !== undefined) return known;
    const number = this.#values++;
    this.inputs.set(operand, number);
    return number;
  }

  /** The program, its values numbered by their places. */
  step(shape: Shape, results: readonly { readonly value: Value; readonly buffer: Buffer }[]): MapStep {
    const [constants, instructions] = [[...this.constants.values()], this.instructions];
    const order = [...this.inputs.values(), ...constants.map((c) => c.number), ...instructions.map((i) => i.number)];
    const place = new Map(order.map((number, i) => [number, i]));
    const placed = (number: Value): Value => place.get(number)!;
    return {
      kind: "map",
      shape,
      inputs: [...this.inputs.keys()],
      constants: constants.map(({ dtype, value }) => ({ dtype, value })),
      instructions: instructions.map(({ op, dtype, result, operands }) => ({
        ...{ op, dtype, result },
        operands: operands.map(placed),
      })),
      outputs: results.map(({ value, buffer }) => ({ value: placed(value), buffer })),
      module: this.module,
    };
  }
}

/**
 * The program of a kernel. `operandOf` finds the values made before it; `needed` holds the variables that are read after
 * it and the buffers they go to.
 */
export function buildMapProgram(
  equations: readonly Equation[],
  operandOf: (v: Var) => Operand,
  needed: ReadonlyMap<Var, Buffer>,
): MapStep {
  const builder = new MapBuilder();
  const numberOf = new Map<Var, Value>();
  const read = (atom: Atom): Value =>
    atom instanceof Literal
      ? builder.constant(atom.value, atom.aval.dtype)
      : (numberOf.get(atom) ?? builder.input(operandOf(atom)));
  for (const { primitive, inputs, params, outputs } of equations) {
    const { lowering } = primitive;
    if (lowering.kind !== "map") throw new Error(`internal: ${primitive.name} is not elementwise`);
    builder.module ??= lowering.module;
    const values = lowering.emit(
      builder,
      inputs.map(read),
      inputs.map((a) => a.aval),
      params,
    );
    outputs.forEach((v, i) => {
      numberOf.set(v, values[i]!);
    });
  }
  return builder.step(
    equations[0]!.outputs[0]!.aval.shape,
    [...needed].map(([v, buffer]) => ({ value: numberOf.get(v)!, buffer })),
  );
}
