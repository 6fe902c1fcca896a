/**
 * Linearization: the jvp program is split into what depends on the primals alone, which is computed at once, and what
 * depends on the tangents, which remains as a linear program (JAX: `linearize_jaxpr`, partial evaluation).
 */
import { withoutDeadCode } from "../ir/dead-code.ts";
import type { ClosedJaxpr } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { traceToJaxpr } from "../ir/trace.ts";
import { zerosLike } from "../lax/create.ts";
import { jvpJaxpr } from "./jvp.ts";
import { closeOver, knownInputs, partialEvaluate } from "./partial.ts";

/** A program's outputs at a point, and the linear program from the inputs' tangents to the outputs'. */
export interface Linearized {
  readonly outputs: NDArray[];
  readonly linear: ClosedJaxpr;
}

/** The program of the primal outputs and of all tangents; `active` tells which inputs have a tangent. */
function traceJvp(program: ClosedJaxpr, active: readonly boolean[]): ClosedJaxpr {
  const avals = program.jaxpr.inputs.map((v) => v.aval);
  const tangentAvals = avals.filter((_, i) => active[i]);
  return traceToJaxpr(
    (values) => {
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

  const known = knownInputs({ jaxpr, consts }, primals);
  const linearEquations = partialEvaluate(withoutDeadCode(jaxpr.equations, jaxpr.outputs), known);
  const outputs = jaxpr.outputs.slice(0, count).map((a) => known.read(a));
  const linear = closeOver(tangentInputs, linearEquations, jaxpr.outputs.slice(count), known);
  return { outputs, linear };
}
