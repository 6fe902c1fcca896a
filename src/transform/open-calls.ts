/**
 * Programs with a look into their checkpoints: planned as if these were no more than their equations, and yet run as
 * checkpoints, which give what the plan needs of their insides.
 */
import { type Atom, type Equation, type Jaxpr, Var } from "../ir/jaxpr.ts";
import { prunedCall } from "../ir/prune.ts";

/** The program that takes a checkpoint's place. */
const bodyOf = ({ primitive, params }: Equation): Jaxpr | null =>
  (primitive.prune as unknown) === prunedCall ? (params as { readonly body: Jaxpr }).body : null;

/** The program with the equations of its checkpoints in their places; itself, where one stands there twice. */
export function opened(jaxpr: Jaxpr): Jaxpr {
  const values = new Map<Atom, Atom>();
  const resolve = (atom: Atom): Atom => values.get(atom) ?? atom;
  const bodies: Jaxpr[] = [];
  const open = (equation: Equation): Equation[] => {
    const inputs = equation.inputs.map(resolve);
    const body = bodyOf(equation);
    if (!body) return [{ ...equation, inputs }];
    bodies.push(body);
    body.inputs.forEach((v, i) => {
      values.set(v, inputs[i]!);
    });
    const equations = body.equations.flatMap(open);
    equation.outputs.forEach((v, i) => {
      values.set(v, resolve(body.outputs[i]!));
    });
    return equations;
  };
  const equations = jaxpr.equations.flatMap(open);
  // Its variables would be assigned twice.
  if (new Set(bodies).size < bodies.length) return jaxpr;
  return { ...jaxpr, equations, outputs: jaxpr.outputs.map(resolve) };
}

/** The equations with checkpoints that give what is `wanted` of their insides; `names` receives what that is called outside. */
export function exposing(
  equations: readonly Equation[],
  wanted: ReadonlySet<Atom>,
  names: Map<Atom, Var>,
): readonly Equation[] {
  return equations.map((equation) => {
    const body = bodyOf(equation);
    if (!body) return equation;
    const inside = new Map<Atom, Var>();
    const inner = exposing(body.equations, wanted, inside);
    for (const v of body.equations.flatMap((e) => e.outputs)) if (wanted.has(v)) inside.set(v, v);
    if (inside.size === 0) return equation;
    const outputs = [...inside.values()];
    const given = { ...body, equations: inner, outputs: [...body.outputs, ...outputs] };
    const outside = [...inside.keys()].map((v) => {
      names.set(v, new Var(v.aval));
      return names.get(v)!;
    });
    return {
      ...equation,
      params: { ...(equation.params as object), body: given },
      outputs: [...equation.outputs, ...outside],
    };
  });
}
