/** What there is to choose from: the methods, and what each would do and cost for a task. */
import { UnsupportedError } from "../../base/errors.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { type Cost, costOfSimple, leastSeconds, type Rates } from "../../compile/cost.ts";
import { simplify } from "../../compile/simplify.ts";
import { compiled, standardDevice } from "../../device/device.ts";
import type { ClosedJaxpr, Jaxpr } from "../../ir/jaxpr.ts";
import { keyOf } from "../../ir/key.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { traceToJaxpr } from "../../ir/trace.ts";
import { evalReassociated } from "../../transform/reassociate.ts";
import type { NtkSettings, Problem } from "../task/problem.ts";
import { NtkImplementation } from "./implementation.ts";
import { jacobianContraction } from "./jacobian-contraction.ts";
import { structuredDerivatives } from "./structured-derivatives.ts";
import { ntkVectorProducts } from "./vector-products.ts";

/** Computes a tree of kernels, one for each output leaf. */
export type Method = (fn: string, problem: Problem, settings: NtkSettings) => unknown;

export const METHODS: readonly (readonly [NtkImplementation, Method])[] = [
  [NtkImplementation.JACOBIAN_CONTRACTION, jacobianContraction],
  [NtkImplementation.NTK_VECTOR_PRODUCTS, ntkVectorProducts],
  [NtkImplementation.STRUCTURED_DERIVATIVES, structuredDerivatives],
];

/** A method's program for a task, its products in their cheapest order; the task's arrays are its constants. */
export function programOf(method: Method, fn: string, problem: Problem, settings: NtkSettings): ClosedJaxpr {
  const { jaxpr, consts } = traceToJaxpr(() => flattenArguments<NDArray>(method(fn, problem, settings))[0], []);
  return traceToJaxpr(() => evalReassociated({ jaxpr: simplify(jaxpr), consts }), []);
}

/** What the methods cost, as far as it has been counted. */
type Counts = Map<NtkImplementation, Cost>;

/** A method's program for a task, and what the compiler makes of it first. */
interface Found {
  readonly program: ClosedJaxpr;
  readonly simple: Jaxpr;
}

/** About the bytes that the costs of a task take. */
const COUNTS_BYTES = 1000;

/** The methods' programs and costs for one task: each found when it is asked for, costs kept from call to call. */
export class Methods {
  readonly #device = standardDevice();
  readonly #rates: Rates;
  readonly #counts: Counts;
  readonly #programs = new Map<NtkImplementation, Found | null>();
  #refusal: unknown;

  constructor(
    readonly fn: string,
    readonly problem: Problem,
    readonly settings: NtkSettings,
    key: () => string,
  ) {
    const { contract, map, memory } = settings.rates;
    this.#rates =
      contract && map && memory ? { contract, map, memory } : { ...this.#device.rates(), ...settings.rates };
    const { traceAxes, diagonalAxes, vmapAxes, rules } = settings;
    const name = `costs ${this.#device.name} ${keyOf([traceAxes, diagonalAxes, vmapAxes, rules, this.#rates])} ${key()}`;
    const known = compiled.get(name) as Counts | undefined;
    this.#counts = known ?? new Map();
    if (!known) compiled.set(name, this.#counts, COUNTS_BYTES);
  }

  /** What the method would do; `null` where it can't serve. */
  find(implementation: NtkImplementation): Found | null {
    const known = this.#programs.get(implementation);
    if (known !== undefined) return known;
    const [, method] = METHODS.find(([number]) => number === implementation)!;
    const found = this.#serving(() => {
      const program = programOf(method, this.fn, this.problem, this.settings);
      return { program, simple: simplify(program.jaxpr) };
    });
    this.#programs.set(implementation, found);
    return found;
  }

  /** Its cost, counted on the program that would run. */
  cost(implementation: NtkImplementation): Cost | null {
    const known = this.#counts.get(implementation);
    if (known !== undefined) return known;
    const found = this.find(implementation);
    const cost = found && this.#serving(() => costOfSimple(found.simple, this.#device.target, this.#rates));
    if (cost) this.#counts.set(implementation, cost);
    return cost;
  }

  /** Seconds that it will be predicted to take at least. */
  leastSeconds(implementation: NtkImplementation): number {
    const known = this.#counts.get(implementation);
    if (known) return known.predictedSeconds;
    const found = this.find(implementation);
    return found ? leastSeconds(found.simple, this.#rates) : Number.POSITIVE_INFINITY;
  }

  /** Throws why no method can serve. */
  refuse(): never {
    throw this.#refusal;
  }

  /** Forward mode can't serve where `f` has a `customVjp` inside. */
  #serving<T>(find: () => T): T | null {
    try {
      return find();
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      this.#refusal ??= error;
      return null;
    }
  }
}

/** The costs of every method that can serve. */
export function methodCosts(
  fn: string,
  problem: Problem,
  settings: NtkSettings,
  key: () => string,
): [NtkImplementation, Cost][] {
  const methods = new Methods(fn, problem, settings, key);
  const found = METHODS.flatMap(([implementation]): [NtkImplementation, Cost][] => {
    const cost = methods.cost(implementation);
    return cost ? [[implementation, cost]] : [];
  });
  return found.length > 0 ? found : methods.refuse();
}
