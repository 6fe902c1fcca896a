/** The instructions of one fused elementwise kernel, with registers assigned. */
import type { DType } from "../base/dtypes.ts";
import { type Atom, type Equation, Literal, type Var } from "../ir/jaxpr.ts";
import type { MapEmitter, MapOp, Register } from "../ir/primitive.ts";
import type { ArrayOperand, Buffer, MapInstruction, MapStep, Operand } from "./steps.ts";

/** Operations whose result has another dtype than their operands. */
const COMPARISONS: readonly MapOp[] = ["EQ", "NE", "LT", "LE", "GT", "GE", "IS_FINITE", "SIGN_BIT"];

/** Collects instructions over virtual registers, one per value. */
class ProgramBuilder implements MapEmitter {
  readonly instructions: MapInstruction[] = [];
  readonly inputs: { register: Register; operand: ArrayOperand }[] = [];
  readonly constants: { register: Register; dtype: DType; value: number }[] = [];
  readonly #constantOf = new Map<string, Register>();
  #registers = 0;

  op(op: MapOp, dtype: DType, operands: readonly Register[], result?: DType): Register {
    const target = this.#registers++;
    this.instructions.push({
      op,
      dtype,
      operands,
      target,
      result: result ?? (COMPARISONS.includes(op) ? "bool" : dtype),
    });
    return target;
  }

  constant(value: number, dtype: DType): Register {
    const key = `${Object.is(value, -0) ? "-0" : value}:${dtype}`;
    const known = this.#constantOf.get(key);
    if (known !== undefined) return known;
    const register = this.#registers++;
    this.#constantOf.set(key, register);
    this.constants.push({ register, dtype, value });
    return register;
  }

  input(operand: Operand): Register {
    if (operand.kind === "constant") return this.constant(operand.value, operand.dtype);
    const known = this.inputs.find((i) => i.operand === operand);
    if (known) return known.register;
    const register = this.#registers++;
    this.inputs.push({ register, operand });
    return register;
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
  const builder = new ProgramBuilder();
  const registerOf = new Map<Var, Register>();
  const read = (atom: Atom): Register =>
    atom instanceof Literal
      ? builder.constant(atom.value, atom.aval.dtype)
      : (registerOf.get(atom) ?? builder.input(operandOf(atom)));
  for (const { primitive, inputs, params, outputs } of equations) {
    const { lowering } = primitive;
    if (lowering.kind !== "map") throw new Error(`internal: ${primitive.name} is not elementwise`);
    const registers = lowering.emit(
      builder,
      inputs.map(read),
      inputs.map((a) => a.aval),
      params,
    );
    outputs.forEach((v, i) => {
      registerOf.set(v, registers[i]!);
    });
  }
  const results = [...needed].map(([v, buffer]) => ({ source: registerOf.get(v)!, buffer }));
  return assignRegisters(builder, results, equations[0]!.outputs[0]!.aval.shape);
}

/**
 * Gives each virtual register a real one. Inputs, constants and outputs keep theirs for the whole program; the rest are
 * reused after their last use, so that a block's intermediates stay in the first-level cache.
 */
function assignRegisters(
  { instructions, inputs, constants }: ProgramBuilder,
  results: readonly { source: Register; buffer: Buffer }[],
  shape: readonly number[],
): MapStep {
  const real = new Map<Register, Register>();
  let count = 0;
  for (const { register } of [...inputs, ...constants]) real.set(register, count++);

  // A result that is an input, a constant or already another result is moved to a register of its own.
  const moves: MapInstruction[] = [];
  const outputs = results.map(({ source, buffer }) => {
    const register = count++;
    if (real.has(source)) {
      const { dtype } = buffer;
      moves.push({ op: "MOVE", dtype, result: dtype, target: register, operands: [source] });
    } else {
      real.set(source, register);
    }
    return { register, buffer };
  });

  const lastUse = new Map<Register, number>();
  instructions.forEach((instruction, i) => {
    for (const r of instruction.operands) lastUse.set(r, i);
  });
  const permanent = new Set(real.keys());
  const free: Register[] = [];
  const assigned = instructions.map((instruction, i): MapInstruction => {
    const operands = instruction.operands.map((r) => real.get(r)!);
    // The target is taken before the operands are released: a kernel may read an operand after it has begun to write.
    let target = real.get(instruction.target);
    if (target === undefined) {
      target = free.pop() ?? count++;
      real.set(instruction.target, target);
    }
    for (const r of new Set(instruction.operands)) {
      if (lastUse.get(r) === i && !permanent.has(r)) free.push(real.get(r)!);
    }
    if (!lastUse.has(instruction.target) && !permanent.has(instruction.target)) free.push(target);
    return { ...instruction, operands, target };
  });
  return {
    kind: "map",
    shape,
    inputs: inputs.map(({ register, operand }) => ({ register: real.get(register)!, operand })),
    constants: constants.map((c) => ({ ...c, register: real.get(c.register)! })),
    outputs,
    instructions: [...assigned, ...moves.map((m) => ({ ...m, operands: m.operands.map((r) => real.get(r)!) }))],
  };
}
