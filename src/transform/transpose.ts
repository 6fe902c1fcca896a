/** Reverse mode: a linear program run backwards, from cotangents of its outputs to cotangents of its inputs. */
import { type Atom, type ClosedJaxpr, type Equation, Var } from "../ir/jaxpr.ts";
import { notLinear, type Tangent, UndefinedPrimal } from "../ir/primitive.ts";
import { Cotangents } from "./cotangents.ts";
import { knownInputs, partialEvaluate } from "./partial.ts";

/** Which cotangents a transposition is asked for, and where it must not pass. */
export interface CotangentsAt {
  /** The variables whose cotangents are returned. */
  readonly at: readonly Var[];
  /** Inputs of equations through which nothing flows back. */
  readonly blocked: readonly { readonly equation: Equation; readonly input: number }[];
}

/** The cotangents of the inputs; `null` where an input does not reach an output with a cotangent. */
export const transposeJaxpr = (program: ClosedJaxpr, cotangents: readonly Tangent[]): Tangent[] =>
  transposeTo(program, cotangents, { at: program.jaxpr.inputs, blocked: [] });

/** The cotangents of any variables of a linear program; `null` where no cotangent arrives. */
export function transposeTo(
  { jaxpr, consts }: ClosedJaxpr,
  cotangents: readonly Tangent[],
  { at, blocked }: CotangentsAt,
): Tangent[] {
  const known = knownInputs({ jaxpr, consts }, []);
  const linear = partialEvaluate(jaxpr.equations, known);
  const collected = new Cotangents();
  const isLinear = (atom: Atom): atom is Var => atom instanceof Var && !known.has(atom);
  const add = (atom: Atom, ct: Tangent): void => {
    if (isLinear(atom)) collected.add(atom, ct);
  };
  jaxpr.outputs.forEach((atom, i) => {
    add(atom, cotangents[i] ?? null);
  });
  const asked = new Set(at);
  for (const equation of linear.reverse()) {
    const { primitive, inputs, params, outputs } = equation;
    const cts = outputs.map((v) => collected.of(v));
    for (const v of outputs) if (!asked.has(v)) collected.forget(v);
    if (cts.every((ct) => ct === null)) continue;
    if (!primitive.transpose) notLinear(primitive.name);
    const values = inputs.map((a) => (isLinear(a) ? new UndefinedPrimal(a.aval) : known.read(a)));
    const stops = blocked.filter((edge) => edge.equation === equation).map((edge) => edge.input);
    const [x] = inputs as [Atom];
    if (stops.length === 0 && isLinear(x) && collected.addSlice(x, equation, cts[0]!)) continue;
    primitive.transpose(cts, values, params).forEach((ct, k) => {
      if (!stops.includes(k)) add(inputs[k]!, ct);
    });
  }
  return at.map((v) => collected.of(v));
}
