/**
 * Partial evaluation: a program split into what follows from the values that are known and what remains (JAX:
 * `partial_eval_jaxpr`). What is known is computed at once, or recorded in the trace around.
 */
import { type Atom, type ClosedJaxpr, Environment, type Equation, type Jaxpr, Literal, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { bind, traceWithAux } from "../ir/trace.ts";

/** The values that are known; variables that are missing are unknown. */
export type KnownValues = Environment<NDArray>;

export const isKnown = (known: KnownValues, atom: Atom): boolean => atom instanceof Literal || known.has(atom);

/** The known values of a program some of whose inputs (`null`) are unknown. */
export function knownInputs({ jaxpr, consts }: ClosedJaxpr, inputs: readonly (NDArray | null)[]): KnownValues {
  const known: KnownValues = new Environment((literal) => literal.array);
  known.writeAll(jaxpr.constVars, consts);
  jaxpr.inputs.forEach((v, i) => {
    const value = inputs[i];
    if (value) known.write(v, value);
  });
  return known;
}

/** Computes what follows from the known values, adds it to them, and returns the equations for the rest. */
export function partialEvaluate(equations: readonly Equation[], known: KnownValues): Equation[] {
  const save = (value: NDArray): Var => {
    const name = new Var(value.aval);
    known.write(name, value);
    return name;
  };
  return equations.flatMap((equation) => {
    const { primitive, inputs, params, outputs } = equation;
    const values = inputs.map((a) => (isKnown(known, a) ? known.read(a) : null));
    if (values.every((x) => x !== null)) {
      known.writeAll(outputs, bind(primitive, values, params));
      return [];
    }
    if (!primitive.partialEval) return [equation];
    const partial = primitive.partialEval(equation, values, save);
    outputs.forEach((v, i) => {
      const value = partial.outputs[i];
      if (value) known.write(v, value);
    });
    return partial.rest ? [partial.rest] : [];
  });
}

/** The program of what is unknown; the known values that it reads become its constants. */
export function closeOver(
  inputs: readonly Var[],
  equations: readonly Equation[],
  outputs: readonly Atom[],
  known: KnownValues,
): ClosedJaxpr {
  const residuals = new Set<Var>();
  const visit = (atom: Atom): void => {
    if (atom instanceof Var && known.has(atom)) residuals.add(atom);
  };
  for (const equation of equations) equation.inputs.forEach(visit);
  outputs.forEach(visit);
  const constVars = [...residuals];
  return { jaxpr: { constVars, inputs, equations, outputs }, consts: constVars.map((v) => known.read(v)) };
}

/** A program as two. */
export interface Split {
  /** From the known inputs to the known outputs and then the residuals. */
  readonly known: ClosedJaxpr;
  /** From the unknown inputs to the unknown outputs; its constants are the residuals. */
  readonly unknown: Jaxpr;
  /** Which outputs are unknown. */
  readonly unknownOutputs: readonly boolean[];
}

/** Splits a program without constants. */
export function splitJaxpr(jaxpr: Jaxpr, unknownInputs: readonly boolean[]): Split {
  const [known, rest] = traceWithAux(
    (values) => {
      let next = 0;
      const env = knownInputs(
        { jaxpr, consts: [] },
        unknownInputs.map((is) => (is ? null : values[next++]!)),
      );
      const equations = partialEvaluate(jaxpr.equations, env);
      const unknownOutputs = jaxpr.outputs.map((atom) => !isKnown(env, atom));
      const of = (is: boolean): Atom[] => jaxpr.outputs.filter((_, i) => unknownOutputs[i] === is);
      const inputs = jaxpr.inputs.filter((_, i) => unknownInputs[i]);
      const { jaxpr: unknown, consts } = closeOver(inputs, equations, of(true), env);
      return [[...of(false).map((atom) => env.read(atom)), ...consts], { unknown, unknownOutputs }];
    },
    jaxpr.inputs.filter((_, i) => !unknownInputs[i]).map((v) => v.aval),
  );
  return { known, ...rest };
}

/** The split with the outputs that are `forced` among the unknown ones, whatever they depend on: residuals, if known. */
export function withUnknown({ known, unknown, unknownOutputs }: Split, forced: readonly boolean[]): Split {
  const all = unknownOutputs.map((is, i) => is || Boolean(forced[i]));
  const count = unknownOutputs.filter((is) => !is).length;
  const outputs = known.jaxpr.outputs.slice(0, count);
  const residuals = known.jaxpr.outputs.slice(count);
  const constVars = [...unknown.constVars];
  const nameOf = (atom: Atom): Atom => {
    if (atom instanceof Literal) return atom;
    const place = residuals.indexOf(atom);
    if (place >= 0) return constVars[place]!;
    residuals.push(atom);
    return constVars[constVars.push(new Var(atom.aval)) - 1]!;
  };
  const rest = [...unknown.outputs];
  const moved = unknownOutputs.map((is) => (is ? rest.shift()! : outputs.shift()!));
  const kept = moved.filter((_, i) => !all[i]);
  const unknowns = moved.flatMap((atom, i) => (all[i] ? [unknownOutputs[i] ? atom : nameOf(atom)] : []));
  return {
    known: { ...known, jaxpr: { ...known.jaxpr, outputs: [...kept, ...residuals] } },
    unknown: { ...unknown, constVars, outputs: unknowns },
    unknownOutputs: all,
  };
}

/** A program with its constants as its first inputs. */
export const withConstsAsInputs = ({ constVars, inputs, ...rest }: Jaxpr): Jaxpr => ({
  ...rest,
  constVars: [],
  inputs: [...constVars, ...inputs],
});
