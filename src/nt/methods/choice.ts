/** The methods by number, and the choice among them. */
import { describe, UnsupportedError } from "../../base/errors.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { unflatten } from "../../base/tree.ts";
import { type Cost, costOf } from "../../compile/cost.ts";
import { simplify } from "../../compile/simplify.ts";
import { standardDevice } from "../../device/device.ts";
import type { ClosedJaxpr } from "../../ir/jaxpr.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { evalJaxpr, traceToJaxpr } from "../../ir/trace.ts";
import { evalReassociated } from "../../transform/reassociate.ts";
import type { NtkSettings, Problem } from "../task/problem.ts";
import { NtkImplementation } from "./implementation.ts";
import { jacobianContraction } from "./jacobian-contraction.ts";
import { structuredDerivatives } from "./structured-derivatives.ts";
import { ntkVectorProducts } from "./vector-products.ts";

/** Computes a tree of kernels, one for each output leaf. */
export type Method = (fn: string, problem: Problem, settings: NtkSettings) => unknown;

const METHODS: readonly (readonly [NtkImplementation, Method])[] = [
  [NtkImplementation.JACOBIAN_CONTRACTION, jacobianContraction],
  [NtkImplementation.NTK_VECTOR_PRODUCTS, ntkVectorProducts],
  [NtkImplementation.STRUCTURED_DERIVATIVES, structuredDerivatives],
];

/** A method's program for a task, its products in their cheapest order; the task's arrays are its constants. */
function programOf(method: Method, fn: string, problem: Problem, settings: NtkSettings): ClosedJaxpr {
  const { jaxpr, consts } = traceToJaxpr(() => flattenArguments<NDArray>(method(fn, problem, settings))[0], []);
  return traceToJaxpr(() => evalReassociated({ jaxpr: simplify(jaxpr), consts }), []);
}

/** The kernels that a program computes. */
const run = ({ first }: Problem, program: ClosedJaxpr): unknown => unflatten(first.outs.tree, evalJaxpr(program, []));

/** A method and what it would cost. */
interface Candidate {
  readonly implementation: NtkImplementation;
  readonly program: ClosedJaxpr;
  readonly cost: Cost;
}

/**
 * The program for the task of every method that can serve, with its cost, counted on the program that would run. Forward
 * mode can't serve where `f` has a `customVjp` inside.
 */
export function candidates(fn: string, problem: Problem, settings: NtkSettings): Candidate[] {
  const device = standardDevice();
  const { contract, map, memory } = settings.rates;
  const rates = contract && map && memory ? { contract, map, memory } : { ...device.rates(), ...settings.rates };
  const refusals: UnsupportedError[] = [];
  const found = METHODS.flatMap(([implementation, method]) => {
    try {
      const program = programOf(method, fn, problem, settings);
      return [{ implementation, program, cost: costOf(program.jaxpr, device.target, rates) }];
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      refusals.push(error);
      return [];
    }
  });
  if (found.length === 0) throw refusals[0];
  return found;
}

/** Takes the method that is predicted to be the fastest of those that fit into memory. */
const automatic: Method = (fn, problem, settings) => {
  const all = candidates(fn, problem, settings);
  const fitting = all.filter(({ cost }) => cost.peakMemory <= settings.memoryLimit);
  const best = (fitting.length > 0 ? fitting : all).reduce((a, b) =>
    b.cost.predictedSeconds < a.cost.predictedSeconds ? b : a,
  );
  return run(problem, best.program);
};

/** The method of a number or a name. */
export function methodOf(fn: string, implementation: unknown): Method {
  const wanted = Object.entries(NtkImplementation).find((pair) => pair.includes(implementation as string))?.[1];
  if (wanted === NtkImplementation.AUTO) return automatic;
  const found = METHODS.find(([number]) => number === wanted);
  if (found) return (name, problem, settings) => run(problem, programOf(found[1], name, problem, settings));
  const known = Object.entries(NtkImplementation).map(([name, value]) => `${name} (${value})`);
  throw new TypeError(`${fn}: implementation must be one of ${known.join(", ")}, got ${describe(implementation)}.`);
}
