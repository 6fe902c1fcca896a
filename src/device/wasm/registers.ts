/** Register allocation by linear scan: the values of an elementwise program in the registers of the kernels' interpreter. */
import type { DType } from "../../base/dtypes.ts";
import type { ArrayOperand, Buffer, MapInstruction, MapStep } from "../../compile/program.ts";

/** A register of the interpreter: a block of elements in scratch. */
type Register = number;

/** An elementwise program with a register for each value. */
export interface MapProgram {
  readonly inputs: readonly { readonly register: Register; readonly operand: ArrayOperand }[];
  readonly constants: readonly { readonly register: Register; readonly dtype: DType; readonly value: number }[];
  readonly outputs: readonly { readonly register: Register; readonly buffer: Buffer }[];
  /** The operands are registers. */
  readonly instructions: readonly (MapInstruction & { readonly target: Register })[];
}

/**
 * Inputs, constants and outputs keep their registers for the whole program; the rest are reused after their last use, so
 * that a block's intermediates stay in the first-level cache.
 */
export function assignRegisters({ inputs, constants, instructions, outputs }: MapStep): MapProgram {
  const first = inputs.length + constants.length;
  const registerOf = new Map<number, Register>(Array.from({ length: first }, (_, value) => [value, value]));
  let count = first;

  // A result that is an input, a constant or already another result is moved to a register of its own.
  const moves: MapProgram["instructions"][number][] = [];
  const results = outputs.map(({ value, buffer }) => {
    const register = count++;
    const { dtype } = buffer;
    const source = registerOf.get(value);
    if (source === undefined) registerOf.set(value, register);
    else moves.push({ op: "MOVE", dtype, result: dtype, target: register, operands: [source] });
    return { register, buffer };
  });

  const lastUse = new Map<number, number>();
  instructions.forEach(({ operands }, i) => {
    for (const value of operands) lastUse.set(value, i);
  });
  const permanent = new Set(registerOf.keys());
  const free: Register[] = [];
  const assigned = instructions.map((instruction, i) => {
    const value = first + i;
    const operands = instruction.operands.map((operand) => registerOf.get(operand)!);
    // The target is taken before the operands are released: a kernel may read an operand after it has begun to write.
    const target = registerOf.get(value) ?? free.pop() ?? count++;
    registerOf.set(value, target);
    for (const operand of new Set(instruction.operands)) {
      if (lastUse.get(operand) === i && !permanent.has(operand)) free.push(registerOf.get(operand)!);
    }
    if (!lastUse.has(value) && !permanent.has(value)) free.push(target);
    return { ...instruction, operands, target };
  });
  return {
    inputs: inputs.map((operand, register) => ({ register, operand })),
    constants: constants.map((constant, i) => ({ ...constant, register: inputs.length + i })),
    outputs: results,
    instructions: [...assigned, ...moves],
  };
}
