/** `f` linearized in its parameters, at the whole batch or at every example. */
import { removed } from "../../base/shapes.ts";
import { broadcastPrefix, structure, unflatten } from "../../base/tree.ts";
import type { ClosedJaxpr } from "../../ir/jaxpr.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { traceWithAux } from "../../ir/trace.ts";
import { moveAxis } from "../../lax/shape.ts";
import { batchJaxpr } from "../../transform/batch.ts";
import { flattenArrays, traceFunction } from "../../transform/flat.ts";
import { type Linearized, linearizeJaxpr } from "../../transform/linearize.ts";
import type { OfParameters, Side } from "./problem.ts";

/** `f` linearized in the float parameters. */
export function linearizeBy(fn: string, f: OfParameters, floats: readonly NDArray[]): Linearized {
  const avals = floats.map((x) => x.aval);
  const { program } = traceFunction(fn, f, structure([floats]), avals);
  return linearizeJaxpr(
    program,
    floats,
    floats.map(() => true),
  );
}

/** One linear program for all examples; some of its constants differ. */
export interface LinearExamples {
  /** The constants that differ, the batch axis in front. */
  readonly rows: readonly NDArray[];
  /** The program at one example, of which the rows are given. */
  readonly at: (row: readonly NDArray[]) => ClosedJaxpr;
}

/** Linearizes `f` at every example. */
export function linearizeExamples(fn: string, side: Side): LinearExamples {
  const [leaves, tree] = flattenArrays(fn, side.examples);
  const axes = broadcastPrefix<number>(fn, "", side.exampleAxes, tree);
  const [constants, jaxpr] = traceWithAux(
    (example) => {
      const { linear } = linearizeBy(fn, side.single(unflatten(tree, example)), side.parameters.floats);
      return [linear.consts, linear.jaxpr];
    },
    leaves.map(({ aval }, i) => (axes[i] === null ? aval : { ...aval, shape: removed(aval.shape, axes[i]!) })),
  );
  // What no example reaches, as weights are, stays one for all.
  const [values, places] = batchJaxpr(constants, leaves, axes);
  return {
    rows: values.flatMap((x, i) => (places[i] === null ? [] : [moveAxis(x, places[i]!, 0)])),
    at: (row) => {
      const queue = [...row];
      return { jaxpr, consts: values.map((x, i) => (places[i] === null ? x : queue.shift()!)) };
    },
  };
}
