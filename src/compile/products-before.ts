/**
 * Products of a loop's slices with what is the same in every trip, such as a recurrent cell's inputs by their weights: one
 * product for all trips before the first of them, where one for each has few rows and packs the weights again.
 */
import { sizeOf } from "../base/shapes.ts";
import { type Atom, type Equation, type Jaxpr, Var } from "../ir/jaxpr.ts";
import type { ContractParams, LoopParams } from "../ir/primitive.ts";
import { contractPrimitive } from "../lax/products/contract.ts";

/** With more rows in each trip a product is as fast there, and its result needn't be kept. */
const MAX_ROWS = 16;
/** The stacks may be this many times as large as those that the loop reads and writes, ... */
const OF_STACKS = 2;
/** ... and beyond that this many times as large as what is the same in every trip. */
const OF_SAME = 4;

/** A loop's body without some of its products, which are its last slices, and the program that computes these. */
export interface Prepared {
  readonly body: Jaxpr;
  /** Of the loop's constants and stacks. */
  readonly before: Jaxpr;
  /** Which of the slices the body still reads. */
  readonly kept: readonly boolean[];
}

const total = (atoms: readonly Atom[]): number => atoms.reduce((n, atom) => n + sizeOf(atom.aval.shape), 0);

/** How many rows a product has of one operand, all of which the other operand meets. */
const rowsOf = ({ sizes, out }: ContractParams, own: readonly number[], other: readonly number[]): number =>
  own.reduce((n, label) => (out.includes(label) && !other.includes(label) ? n * sizes[label]! : n), 1);

export function productsBefore(loop: LoopParams): Prepared {
  const { body, length, consts, carries } = loop;
  const [constVars, slices] = [body.inputs.slice(0, consts), body.inputs.slice(consts + carries)];
  const stacks = new Map<Atom, Var>();
  const stack = (v: Var): void => {
    stacks.set(v, new Var({ ...v.aval, shape: [length, ...v.aval.shape] }));
  };
  slices.forEach(stack);
  const stacksOf = (vars: readonly Var[]): Var[] => vars.map((v) => stacks.get(v)!);
  const same = new Set<Atom>(constVars);
  const equations: Equation[] = [];
  const products: Var[] = [];
  let room = OF_STACKS * length * total([...slices, ...body.outputs.slice(carries)]) + OF_SAME * total(constVars);

  /** Moves a product before the loop, if it is one to be moved. */
  const moves = ({ primitive, inputs, params, outputs }: Equation): boolean => {
    if ((primitive as object) !== contractPrimitive) return false;
    const given = params as ContractParams;
    const { lhs, rhs, sizes, windows } = given;
    const [slice, fixed] = stacks.has(inputs[0]!) ? [0, 1] : [1, 0];
    const labels = [lhs, rhs];
    const size = length * total(outputs);
    const known = stacks.has(inputs[slice]!) && same.has(inputs[fixed]!) && windows.length === 0;
    if (!known || rowsOf(given, labels[slice]!, labels[fixed]!) > MAX_ROWS || size > room) return false;
    room -= size;
    // The trips are one more label, the first of the operand that has them and of the result.
    const [left, right, out] = [lhs, rhs, given.out].map((list, i) => (i === fixed ? list : [sizes.length, ...list]));
    outputs.forEach(stack);
    equations.push({
      primitive,
      inputs: inputs.map((atom) => stacks.get(atom) ?? atom),
      params: { lhs: left, rhs: right, out, sizes: [...sizes, length], windows },
      outputs: stacksOf(outputs),
    });
    return true;
  };

  const rest = body.equations.filter((equation) => {
    const { primitive, inputs, outputs } = equation;
    if (primitive.lowering.kind === "view" && same.has(inputs[0]!)) {
      same.add(outputs[0]!);
      equations.push(equation);
    }
    if (!moves(equation)) return true;
    products.push(...outputs);
    return false;
  });
  const read = new Set<Atom>([...body.outputs, ...rest.flatMap((e) => e.inputs)]);
  const kept = slices.map((v) => read.has(v));
  const inputs = [...body.inputs.slice(0, consts + carries), ...slices.filter((v) => read.has(v)), ...products];
  return {
    body: { ...body, inputs, equations: rest },
    before: { constVars: [], inputs: [...constVars, ...stacksOf(slices)], equations, outputs: stacksOf(products) },
    kept,
  };
}
