/**
 * Linearization: the jvp program is split into what depends on the primals alone, which is computed at once, and what
 * depends on the tangents, which remains as a linear program (JAX: `linearize_jaxpr`, partial evaluation).
 */
import { type Atom, type ClosedJaxpr, Environment, type Equation, type Jaxpr, Literal, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { bind, traceToJaxpr } from "../ir/trace.ts";
import { zerosLike } from "../lax/create.ts";
import { jvpJaxpr } from "./jvp.ts";

/** A program's outputs at a point, and the linear program from the inputs' tangents to the outputs'. */
export interface Linearized {
  readonly outputs: NDArray[];
  readonly linear: ClosedJaxpr;
}

/** Keeps the equations whose outputs are needed. */
function withoutDeadCode(equations: readonly Equation[], outputs: readonly Atom[]): Equation[] {
  const needed = new Set<Atom>(outputs);
  const kept: Equation[] = [];
  for (let i = equations.length - 1; i >= 0; i--) {
    const equation = equations[i]!;
    if (!equation.outputs.some((v) => needed.has(v))) continue;
    kept.push(equation);
    for (const input of equation.inputs) needed.add(input);
  }
  return kept.reverse();
}

/** The program of the primal outputs and of all tangents; `active` tells which inputs have a tangent. */
function traceJvp(program: ClosedJaxpr, active: readonly boolean[]): ClosedJaxpr {
  const avals = program.jaxpr.inputs.map((v) => v.aval);
  const tangentAvals = avals.filter((_, i) => active[i]);
  return traceToJaxpr(
    (...values) => {
      const primals = values.slice(0, avals.length);
      let next = avals.length;
      const tangents = active.map((has) => (has ? values[next++]! : null));
      const [outs, dOuts] = jvpJaxpr(program, primals, tangents);
      return [...outs, ...dOuts.map((t, i) => t ?? zerosLike(outs[i]!))];
    },
    [...avals, ...tangentAvals],
  );
}

/** Linearizes a program at `primals` in the inputs marked `active`. */
export function linearizeJaxpr(
  program: ClosedJaxpr,
  primals: readonly NDArray[],
  active: readonly boolean[],
): Linearized {
  const { jaxpr, consts } = traceJvp(program, active);
  const count = program.jaxpr.outputs.length;
  const tangentInputs = jaxpr.inputs.slice(primals.length);

  const env = new Environment<NDArray>((literal) => literal.array);
  env.writeAll(jaxpr.constVars, consts);
  env.writeAll(jaxpr.inputs.slice(0, primals.length), primals);
  const isKnown = (atom: Atom): boolean => atom instanceof Literal || env.has(atom);

  const linearEquations: Equation[] = [];
  for (const equation of withoutDeadCode(jaxpr.equations, jaxpr.outputs)) {
    const { primitive, inputs, params, outputs } = equation;
    if (!inputs.every(isKnown)) {
      linearEquations.push(equation);
      continue;
    }
    const values = inputs.map((a) => env.read(a));
    env.writeAll(outputs, bind(primitive, values, params));
  }
  const outputs = jaxpr.outputs.slice(0, count).map((a) => env.read(a));
  const linear = closeOver(tangentInputs, linearEquations, jaxpr.outputs.slice(count), env);
  return { outputs, linear };
}

/** The linear program; the known values that it reads become its constants. */
function closeOver(
  inputs: readonly Var[],
  equations: readonly Equation[],
  outputs: readonly Atom[],
  known: Environment<NDArray>,
): ClosedJaxpr {
  const residuals = new Set<Var>();
  const visit = (atom: Atom): void => {
    if (atom instanceof Var && known.has(atom)) residuals.add(atom);
  };
  for (const equation of equations) equation.inputs.forEach(visit);
  outputs.forEach(visit);
  const constVars = [...residuals];
  const jaxpr: Jaxpr = { constVars, inputs, equations, outputs };
  return { jaxpr, consts: constVars.map((v) => known.read(v)) };
}
