/** The methods by number, and the choice among them. */
import { describe } from "../../base/errors.ts";
import { unflatten } from "../../base/tree.ts";
import type { Cost } from "../../compile/cost.ts";
import type { ClosedJaxpr } from "../../ir/jaxpr.ts";
import { evalJaxpr } from "../../ir/trace.ts";
import type { NtkSettings, Problem } from "../task/problem.ts";
import { METHODS, Methods, programOf } from "./candidates.ts";
import { NtkImplementation } from "./implementation.ts";

/** Computes a tree of kernels, one for each output leaf; `key` tells what is computed, for what is known of it already. */
type KeyedMethod = (fn: string, problem: Problem, settings: NtkSettings, key: () => string) => unknown;

/** The kernels that a program computes. */
const run = ({ first }: Problem, program: ClosedJaxpr): unknown => unflatten(first.outs.tree, evalJaxpr(program, []));

/**
 * Takes the method that is predicted to be the fastest of those that fit into memory. One whose products alone take longer
 * than another one that fits isn't counted.
 */
const automatic: KeyedMethod = (fn, problem, settings, key) => {
  const methods = new Methods(fn, problem, settings, key);
  const fits = ({ peakMemory }: Cost): boolean => peakMemory <= settings.memoryLimit;
  const all = METHODS.map(([implementation]) => ({ implementation, least: methods.leastSeconds(implementation) }));
  const costs = new Map<NtkImplementation, Cost>();
  let limit = Number.POSITIVE_INFINITY;
  for (const { implementation, least } of [...all].sort((a, b) => a.least - b.least)) {
    const cost = least <= limit ? methods.cost(implementation) : null;
    if (cost) costs.set(implementation, cost);
    if (cost && fits(cost)) limit = Math.min(limit, cost.predictedSeconds);
  }
  const counted = METHODS.flatMap(([implementation]) => {
    const cost = costs.get(implementation);
    return cost ? [{ implementation, cost }] : [];
  });
  if (counted.length === 0) methods.refuse();
  const fitting = counted.filter(({ cost }) => fits(cost));
  const best = (fitting.length > 0 ? fitting : counted).reduce((a, b) =>
    b.cost.predictedSeconds < a.cost.predictedSeconds ? b : a,
  );
  return run(problem, methods.find(best.implementation)!.program);
};

/** The method of a number or a name. */
export function methodOf(fn: string, implementation: unknown): KeyedMethod {
  const wanted = Object.entries(NtkImplementation).find((pair) => pair.includes(implementation as string))?.[1];
  if (wanted === NtkImplementation.AUTO) return automatic;
  const found = METHODS.find(([number]) => number === wanted);
  if (found) return (name, problem, settings) => run(problem, programOf(found[1], name, problem, settings));
  const known = Object.entries(NtkImplementation).map(([name, value]) => `${name} (${value})`);
  throw new TypeError(`${fn}: implementation must be one of ${known.join(", ")}, got ${describe(implementation)}.`);
}
