/** Programs made smaller before they are planned: repeated work and unused work go, the rest is put in demand order. */
import { withoutDeadCode } from "../ir/dead-code.ts";
import { hasEffect } from "../ir/effects.ts";
import { type Atom, type Equation, type Jaxpr, Literal, mapPrograms, Var } from "../ir/jaxpr.ts";
import { literalKey, operationKey } from "../ir/key.ts";
import { rewrite } from "./rewrite.ts";

/**
 * Inlining: puts the equations of called programs in the place of their calls, so that fusion and all else see one
 * program.
 */
export function inlineCalls(jaxpr: Jaxpr): Jaxpr {
  const equations: Equation[] = [];
  const inline = (body: Jaxpr, values: Map<Var, Atom>): void => {
    const resolve = (atom: Atom): Atom => (atom instanceof Var ? (values.get(atom) ?? atom) : atom);
    for (const equation of body.equations) {
      const inputs = equation.inputs.map(resolve);
      const { lowering } = equation.primitive;
      if (lowering.kind === "call") {
        const program = lowering.program(equation.params);
        const inner = new Map<Var, Atom>(program.inputs.map((v, i) => [v, inputs[i]!]));
        inline(program, inner);
        program.outputs.forEach((atom, i) => {
          values.set(equation.outputs[i]!, atom instanceof Var ? (inner.get(atom) ?? atom) : atom);
        });
      } else {
        // A program may be called twice, and every call needs variables of its own.
        const outputs = body === jaxpr ? equation.outputs : equation.outputs.map((v) => new Var(v.aval));
        equation.outputs.forEach((v, i) => {
          values.set(v, outputs[i]!);
        });
        equations.push({ ...equation, inputs, outputs });
      }
    }
  };
  const values = new Map<Var, Atom>();
  inline(jaxpr, values);
  const outputs = jaxpr.outputs.map((atom) => (atom instanceof Var ? (values.get(atom) ?? atom) : atom));
  return { ...jaxpr, equations, outputs };
}

/**
 * Common subexpression elimination: replaces equations that compute what an earlier one has computed, since a derivative
 * computes again much of what the function did.
 */
export function eliminateCommonSubexpressions(jaxpr: Jaxpr): Jaxpr {
  const replaced = new Map<Var, Var>();
  const seen = new Map<string, readonly Var[]>();
  const resolve = (atom: Atom): Atom => (atom instanceof Var ? (replaced.get(atom) ?? atom) : atom);
  const key = (atom: Atom): string => (atom instanceof Literal ? literalKey(atom) : `%${atom.id}`);
  const equations: Equation[] = [];
  for (const equation of jaxpr.equations) {
    const inputs = equation.inputs.map(resolve);
    const signature = operationKey(equation.primitive, inputs.map(key), equation.params);
    const earlier = seen.get(signature);
    if (earlier) {
      equation.outputs.forEach((v, i) => {
        replaced.set(v, earlier[i]!);
      });
    } else {
      seen.set(signature, equation.outputs);
      equations.push({ ...equation, inputs });
    }
  }
  return { ...jaxpr, equations, outputs: jaxpr.outputs.map(resolve) };
}

/**
 * Scheduling: keeps the equations that the outputs need and those that call the host, each just before the first that needs it. In this order a
 * kernel over many layers takes one layer's Jacobians, contracts them and forgets them before it makes the next
 * layer's.
 */
export function orderByDemand(jaxpr: Jaxpr): Jaxpr {
  const producer = new Map<Var, Equation>();
  for (const equation of jaxpr.equations) {
    for (const v of equation.outputs) producer.set(v, equation);
  }
  const equations: Equation[] = [];
  const state = new Map<Equation, "open" | "done">();
  const stack: Equation[] = [];
  const producerOf = (atom: Atom): Equation | undefined => (atom instanceof Var ? producer.get(atom) : undefined);
  const demand = (equation: Equation | undefined): void => {
    if (equation && state.get(equation) === undefined) stack.push(equation);
  };
  for (const root of [...jaxpr.outputs.map(producerOf), ...jaxpr.equations.filter(hasEffect)]) {
    demand(root);
    while (stack.length > 0) {
      const equation = stack.at(-1)!;
      if (state.get(equation) === undefined) {
        state.set(equation, "open");
        for (let i = equation.inputs.length - 1; i >= 0; i--) demand(producerOf(equation.inputs[i]!));
        continue;
      }
      stack.pop();
      if (state.get(equation) === "done") continue;
      state.set(equation, "done");
      equations.push(equation);
    }
  }
  return { ...jaxpr, equations };
}

/** The equations that are kept, with the programs inside of loops and branches simplified too. */
function simplifyInside(jaxpr: Jaxpr): Jaxpr {
  const equations = withoutDeadCode(jaxpr.equations, jaxpr.outputs);
  return { ...jaxpr, equations: equations.map((equation) => mapPrograms(equation, simplify)) };
}

export const simplify = (jaxpr: Jaxpr): Jaxpr =>
  orderByDemand(eliminateCommonSubexpressions(rewrite(simplifyInside(inlineCalls(jaxpr)))));
