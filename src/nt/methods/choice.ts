/** The methods by number, and the choice among them. */
import { describe, UnsupportedError } from "../../base/errors.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { unflatten } from "../../base/tree.ts";
import { type Cost, costOf } from "../../compile/cost.ts";
import { orderByDemand, simplify } from "../../compile/simplify.ts";
import { standardDevice } from "../../device/device.ts";
import type { ClosedJaxpr, Jaxpr } from "../../ir/jaxpr.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { evalJaxpr, traceToJaxpr, traceWithAux } from "../../ir/trace.ts";
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

/** What `find` finds, or why it can't be: forward mode can't serve where `f` has a `customVjp` inside. */
function attempt<T>(find: () => T): T | UnsupportedError {
  try {
    return find();
  } catch (error) {
    if (error instanceof UnsupportedError) return error;
    throw error;
  }
}

const serves = <T>(found: T | UnsupportedError): found is T => !(found instanceof UnsupportedError);

/**
 * The programs of methods for a task, which are simplified; the task's arrays are their constants. They are traced and
 * simplified as one, since much of what they do is the same.
 */
function programsOf(
  methods: readonly Method[],
  fn: string,
  problem: Problem,
  settings: NtkSettings,
): (ClosedJaxpr | UnsupportedError)[] {
  const [{ jaxpr, consts }, kernels] = traceWithAux(() => {
    const all = methods.map((method) => attempt(() => flattenArguments<NDArray>(method(fn, problem, settings))[0]));
    return [all.filter(serves).flat(), all];
  }, []);
  const split = (program: Jaxpr): (Jaxpr | UnsupportedError)[] => {
    const outputs = [...program.outputs];
    return kernels.map((x) => (serves(x) ? orderByDemand({ ...program, outputs: outputs.splice(0, x.length) }) : x));
  };
  const whole = attempt(() => simplify(jaxpr));
  const simple = serves(whole)
    ? split(whole)
    : split(jaxpr).map((program) => (serves(program) ? attempt(() => simplify(program)) : program));
  return simple.map((program) => (serves(program) ? { jaxpr: program, consts } : program));
}

/** The kernels as a tree. */
const treeOf = ({ first }: Problem, kernels: readonly NDArray[]): unknown => unflatten(first.outs.tree, kernels);

/** A method by itself, its products in their cheapest order. */
const alone =
  (method: Method): Method =>
  (fn, problem, settings) => {
    const [program] = programsOf([method], fn, problem, settings);
    if (serves(program)) return treeOf(problem, evalReassociated(program!));
    throw program;
  };

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
  const programs = programsOf(
    METHODS.map(([, method]) => method),
    fn,
    problem,
    settings,
  );
  const all = programs.map((simple, i) => {
    if (!serves(simple)) return simple;
    return attempt((): Candidate => {
      const program = traceToJaxpr(() => evalReassociated(simple), []);
      return { implementation: METHODS[i]![0], program, cost: costOf(program.jaxpr, device.target, rates) };
    });
  });
  const found = all.filter(serves);
  if (found.length === 0) throw all[0];
  return found;
}

/** Takes the method that is predicted to be the fastest of those that fit into memory. */
const automatic: Method = (fn, problem, settings) => {
  const all = candidates(fn, problem, settings);
  const fitting = all.filter(({ cost }) => cost.peakMemory <= settings.memoryLimit);
  const best = (fitting.length > 0 ? fitting : all).reduce((a, b) =>
    b.cost.predictedSeconds < a.cost.predictedSeconds ? b : a,
  );
  return treeOf(problem, evalJaxpr(best.program, []));
};

/** The method of a number or a name. */
export function methodOf(fn: string, implementation: unknown): Method {
  const wanted = Object.entries(NtkImplementation).find((pair) => pair.includes(implementation as string))?.[1];
  if (wanted === NtkImplementation.AUTO) return automatic;
  const found = METHODS.find(([number]) => number === wanted);
  if (found) return alone(found[1]);
  const known = Object.entries(NtkImplementation).map(([name, value]) => `${name} (${value})`);
  throw new TypeError(`${fn}: implementation must be one of ${known.join(", ")}, got ${describe(implementation)}.`);
}
