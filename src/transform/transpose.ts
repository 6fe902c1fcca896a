/** Reverse mode: a linear program run backwards, from cotangents of its outputs to cotangents of its inputs. */
import { UnsupportedError } from "../base/errors.ts";
import { type Atom, type ClosedJaxpr, type Equation, Literal, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type Tangent, UndefinedPrimal } from "../ir/primitive.ts";
import { addArrays } from "../lax/elementwise.ts";
import { knownInputs, partialEvaluate } from "./partial.ts";

/** An input of an equation at which a cotangent stops. */
export interface Cut {
  readonly equation: Equation;
  readonly input: number;
}

/** The cotangents of the inputs; `null` where an input does not reach an output with a cotangent. */
export const transposeJaxpr = (program: ClosedJaxpr, cotangents: readonly Tangent[]): Tangent[] =>
  transposeWithCuts(program, cotangents, []).inputs;

/**
 * Like `transposeJaxpr`, but nothing passes through the cuts: for each of them the cotangent of its equation's output is
 * returned instead.
 */
export function transposeWithCuts(
  { jaxpr, consts }: ClosedJaxpr,
  cotangents: readonly Tangent[],
  cuts: readonly Cut[],
): { readonly inputs: Tangent[]; readonly cuts: Tangent[] } {
  const known = knownInputs({ jaxpr, consts }, []);
  const linear = partialEvaluate(jaxpr.equations, known);
  const collected = new Map<Var, NDArray>();
  const add = (atom: Atom, ct: Tangent): void => {
    if (!ct || atom instanceof Literal || known.has(atom)) return;
    const sum = collected.get(atom);
    collected.set(atom, sum ? addArrays(sum, ct) : ct);
  };
  jaxpr.outputs.forEach((atom, i) => {
    add(atom, cotangents[i] ?? null);
  });
  const atCuts = new Map<Cut, Tangent>();
  for (const equation of linear.reverse()) {
    const { primitive, inputs, params, outputs } = equation;
    const cts = outputs.map((v) => collected.get(v) ?? null);
    for (const v of outputs) collected.delete(v);
    if (cts.every((ct) => ct === null)) continue;
    if (!primitive.transpose) {
      throw new UnsupportedError(`the reverse-mode derivative of ${primitive.name} is not defined.`);
    }
    const values = inputs.map((a) => (a instanceof Var && !known.has(a) ? new UndefinedPrimal(a.aval) : known.read(a)));
    const here = cuts.filter((cut) => cut.equation === equation);
    for (const cut of here) atCuts.set(cut, cts[0]!);
    primitive.transpose(cts, values, params).forEach((ct, k) => {
      if (!here.some((cut) => cut.input === k)) add(inputs[k]!, ct);
    });
  }
  return {
    inputs: jaxpr.inputs.map((v) => collected.get(v) ?? null),
    cuts: cuts.map((cut) => atCuts.get(cut) ?? null),
  };
}
