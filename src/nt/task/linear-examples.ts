/** `f` linearized in its parameters, at the whole batch or at every example. */
import { removed } from "../../base/shapes.ts";
import { broadcastPrefix, structure, unflatten } from "../../base/tree.ts";
import type { ClosedJaxpr, Jaxpr } from "../../ir/jaxpr.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { BatchAxis } from "../../ir/primitive.ts";
import { traceWithAux } from "../../ir/trace.ts";
import { moveAxis } from "../../lax/shape.ts";
import { batchJaxpr } from "../../transform/batch.ts";
import { flattenArrays, traceFunction } from "../../transform/flat.ts";
import { linearizeJaxpr } from "../../transform/linearize.ts";
import { vmapWithAux } from "../../transform/vmap.ts";
import type { OfParameters, Side } from "./problem.ts";

/** `f` linearized in the float parameters. */
export function linearizeBy(fn: string, f: OfParameters, floats: readonly NDArray[]): ClosedJaxpr {
  const avals = floats.map((x) => x.aval);
  const { program } = traceFunction(fn, f, structure([floats]), avals);
  return linearizeJaxpr(
    program,
    floats,
    floats.map(() => true),
  ).linear;
}

/** A linear program with its constants, which of all examples stand side by side along their axes. */
interface LinearSide {
  readonly jaxpr: Jaxpr;
  readonly consts: readonly NDArray[];
  readonly axes: readonly BatchAxis[];
}

function linearize(fn: string, side: Side): LinearSide {
  const { floats } = side.parameters;
  if (side.batch === null) {
    const { jaxpr, consts } = linearizeBy(fn, side.whole, floats);
    return { jaxpr, consts, axes: consts.map(() => null) };
  }
  const [leaves, tree] = flattenArrays(fn, side.examples);
  const given = broadcastPrefix<number>(fn, "", side.exampleAxes, tree);
  const [constants, jaxpr] = traceWithAux(
    (example) => {
      const linear = linearizeBy(fn, side.single(unflatten(tree, example)), floats);
      return [linear.consts, linear.jaxpr];
    },
    leaves.map(({ aval }, i) => (given[i] === null ? aval : { ...aval, shape: removed(aval.shape, given[i]!) })),
  );
  // What no example reaches, as weights are, stays one for all.
  const [consts, axes] = batchJaxpr(constants, leaves, given);
  return { jaxpr, consts, axes };
}

const known = new WeakMap<Side, LinearSide>();

/** A side linearized once, whoever asks: its methods are traced together. */
function linearSide(fn: string, side: Side): LinearSide {
  const found = known.get(side) ?? linearize(fn, side);
  known.set(side, found);
  return found;
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
  const { jaxpr, consts, axes } = linearSide(fn, side);
  return {
    rows: consts.flatMap((x, i) => (axes[i] === null ? [] : [moveAxis(x, axes[i]!, 0)])),
    at: (row) => {
      const queue = [...row];
      return { jaxpr, consts: consts.map((x, i) => (axes[i] === null ? x : queue.shift()!)) };
    },
  };
}

/**
 * Runs `compute` on the linear programs of one example of each side at a time, mapped over the batch axes; on those of the
 * whole batches when there are none. `compute` returns lists of arrays, one list per output leaf, and what else it has
 * found; the lists come back with the batch axis in front.
 */
export function perLinearExample<Aux>(
  fn: string,
  sides: readonly Side[],
  compute: (...linear: ClosedJaxpr[]) => readonly [lists: NDArray[][], aux: Aux],
): readonly [lists: NDArray[][], aux: Aux] {
  const all = sides.map((side) => linearSide(fn, side));
  const [{ batch, outs }] = sides as [Side];
  if (batch === null) return compute(...all);
  return vmapWithAux(
    fn,
    (...consts: NDArray[][]) => compute(...all.map(({ jaxpr }, i) => ({ jaxpr, consts: consts[i]! }))),
    { inAxes: all.map(({ axes }) => axes), axisSize: outs.leaves[0]!.shape[batch.outputs[0]!]! },
  )(...all.map(({ consts }) => consts));
}
