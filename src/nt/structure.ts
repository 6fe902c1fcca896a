/**
 * The structure of Jacobians. In `y = einsum(a, w)` the Jacobian dy/dw is `a` times an identity matrix for each label that
 * `y` and `w` share; the labels of the contraction say so, and the identities never exist.
 *
 * A rule stands here for the operations whose transpose makes more numbers than it gets. For all others the cotangent is
 * simply pulled through to the parameter, which costs nothing more.
 */
import type { Atom, Equation, Jaxpr, Var } from "../ir/jaxpr.ts";
import type { ContractParams, Window } from "../ir/primitive.ts";
import type { Cut } from "../transform/transpose.ts";

/** How an equation's output depends on a parameter: labels of the axes of both, and the array between them. */
export interface Structure {
  readonly output: readonly number[];
  readonly parameter: readonly number[];
  /** The array that the parameter is multiplied by, as an input of the equation. */
  readonly factor: { readonly input: number; readonly labels: readonly number[]; readonly windows: readonly Window[] };
  /** The size of each label. */
  readonly sizes: readonly number[];
}

type StructureRule = (equation: Equation, input: number) => Structure | null;

const contractRule: StructureRule = ({ params }, input) => {
  const { lhs, rhs, out, sizes, windows } = params as ContractParams;
  // A parameter that a window slides over has no structure but the convolution's own.
  if (input === 0 && windows.length > 0) return null;
  const parameter = input === 0 ? lhs : rhs;
  const factor = { input: 1 - input, labels: input === 0 ? rhs : lhs, windows };
  return { output: out, parameter, factor, sizes };
};

const STRUCTURE_RULES: Readonly<Record<string, StructureRule>> = { contract: contractRule };

/** Operations that only rename the elements of a parameter: inner products before and after them are equal. */
const RENAMINGS = ["transpose", "reshape", "rev"];

/** A parameter's only use, where its structure is known. */
export interface Use extends Cut {
  readonly structure: Structure;
}

/** The one equation that reads `v`; `undefined` when there are several, or when `v` is an output of the program. */
function onlyReader({ equations, outputs }: Jaxpr, v: Var): Cut | undefined {
  if (outputs.includes(v as Atom)) return undefined;
  const readers = equations.flatMap((equation) =>
    equation.inputs.flatMap((atom, input) => (atom === v ? [{ equation, input }] : [])),
  );
  return readers.length === 1 ? readers[0] : undefined;
}

/** Where the linear program uses the parameter `v`, if it does so once and by a rule. */
export function structuredUse(jaxpr: Jaxpr, v: Var): Use | null {
  const reader = onlyReader(jaxpr, v);
  if (!reader) return null;
  const { name } = reader.equation.primitive;
  if (RENAMINGS.includes(name)) return structuredUse(jaxpr, reader.equation.outputs[0]!);
  const structure = STRUCTURE_RULES[name]?.(reader.equation, reader.input);
  return structure ? { ...reader, structure } : null;
}
