/**
 * The structure of Jacobians. In `y = einsum(a, w)` the Jacobian dy/dw is `a` times an identity matrix for each label that
 * `y` and `w` share; the labels of the contraction say so, and the identities never exist.
 *
 * A rule stands here for the operations whose transpose makes more numbers than it gets. For all others the cotangent is
 * simply pulled through to the parameter, which costs nothing more.
 */

import { range } from "../base/shapes.ts";
import type { Atom, Equation, Jaxpr, Var } from "../ir/jaxpr.ts";
import { keyOf } from "../ir/key.ts";
import type { ContractParams, Window } from "../ir/primitive.ts";
import type { Cut } from "../transform/transpose.ts";

/** How an equation's output depends on a parameter: labels of the axes of both, and of the array between them. */
export interface Structure {
  readonly output: readonly number[];
  readonly parameter: readonly number[];
  readonly factor: {
    /** The input of the equation that the parameter is multiplied by; `null`: the dense Jacobian. */
    readonly input: number | null;
    readonly labels: readonly number[];
    readonly windows: readonly Window[];
  };
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

/** Operations that only rename the elements of a parameter, or round them: inner products before and after are equal. */
const RENAMINGS = ["transpose", "reshape", "rev", "convert_element_type"];

/** A parameter's only use, where its structure is known. */
export interface Use extends Cut {
  readonly structure: Structure;
  /** The renamings on the way from the parameter to the equation, as text. */
  readonly renamings: string;
}

/** Where each variable of a program is read, found in one pass for all parameters. */
const readers = /* @__PURE__ */ new WeakMap<Jaxpr, Map<Atom, Cut[]>>();

function readersOf(jaxpr: Jaxpr): Map<Atom, Cut[]> {
  const known = readers.get(jaxpr);
  if (known) return known;
  const found = new Map<Atom, Cut[]>();
  for (const equation of jaxpr.equations) {
    equation.inputs.forEach((atom, input) => {
      const cuts = found.get(atom);
      if (cuts) cuts.push({ equation, input });
      else found.set(atom, [{ equation, input }]);
    });
  }
  readers.set(jaxpr, found);
  return found;
}

/** The one equation that reads `v`; `undefined` when there are several, or when `v` is an output of the program. */
function onlyReader(jaxpr: Jaxpr, v: Var): Cut | undefined {
  const cuts = readersOf(jaxpr).get(v) ?? [];
  return cuts.length === 1 && !jaxpr.outputs.includes(v) ? cuts[0] : undefined;
}

/** Switches for debugging and testing; none changes a result. */
export interface Rules {
  /** Whether Jacobians of single equations come from rules; else they are computed densely by jvp or vjp. */
  readonly jRules: boolean;
  /** Whether structure is used at all; else cotangents are pulled through to the parameters. */
  readonly sRules: boolean;
  /** Whether dense Jacobians are computed by forward mode; `null`: by whichever has the smaller basis. */
  readonly fwd: boolean | null;
}

/** The dense Jacobian as a structure: every axis of the output and of the parameter has a label of its own. */
function denseStructure({ equation, input }: Cut): Structure {
  const { shape: output } = equation.outputs[0]!.aval;
  const { shape: parameter } = equation.inputs[input]!.aval;
  const sizes = [...output, ...parameter];
  return {
    output: range(output.length),
    parameter: range(parameter.length, output.length),
    factor: { input: null, labels: range(sizes.length), windows: [] },
    sizes,
  };
}

/** Where the linear program uses the parameter `v`, if it does so once and its structure is known. */
export function structuredUse(jaxpr: Jaxpr, v: Var, { jRules, sRules }: Rules): Use | null {
  const reader = sRules ? onlyReader(jaxpr, v) : undefined;
  if (!reader) return null;
  const { primitive, outputs, params } = reader.equation;
  if (!jRules)
    return outputs.length === 1 && !primitive.partialEval
      ? { ...reader, structure: denseStructure(reader), renamings: "" }
      : null;
  const { name } = primitive;
  if (RENAMINGS.includes(name)) {
    const use = structuredUse(jaxpr, outputs[0]!, { jRules, sRules, fwd: null });
    return use && { ...use, renamings: `${name}${keyOf(params)} ${use.renamings}` };
  }
  const structure = STRUCTURE_RULES[name]?.(reader.equation, reader.input);
  return structure ? { ...reader, structure, renamings: "" } : null;
}
