/** `jit`: a function compiled to a plan, once for each combination of shapes, structure and static values. */
import { itemSize } from "../base/dtypes.ts";
import { checkOptions, describe, noMore } from "../base/errors.ts";
import { flatten, unflatten } from "../base/tree.ts";
import type { Cost } from "../compile/cost.ts";
import {
  compiled,
  type Device,
  deviceOf,
  isConcrete,
  type Plan,
  planFor,
  programBytes,
  runPlan,
} from "../device/device.ts";
import { formatAval } from "../ir/aval.ts";
import { keyOf, treeKey } from "../ir/key.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { evalJaxpr, isStaging } from "../ir/trace.ts";
import { checkFunction, flattenArrays, type Traced, type TreeFunction, traceFunction } from "./flat.ts";
import { chosenArguments } from "./grad.ts";

/** Options of `jit`. */
export interface JitOptions {
  /**
   * Arguments that are data or functions and no arrays: the function is compiled anew for each of their values. Functions
   * are equal only to themselves, so one that is written anew for each call is compiled anew for each.
   */
  readonly staticArgnums?: number | readonly number[];
}

/** A traced function and, once it has run, its plan for each device. */
export class Compiled {
  readonly plans = new Map<Device, Plan>();
  /** What it costs on each device where somebody has asked. */
  readonly costs = new Map<Device, Cost>();
  constructor(readonly traced: Traced) {}

  /** A program that closes over arrays of a surrounding trace is good for this trace only. */
  get cacheable(): boolean {
    return this.traced.program.consts.every(isConcrete);
  }

  /** About the memory that it takes. */
  get bytes(): number {
    const { jaxpr, consts } = this.traced.program;
    const closedOver = consts.reduce((sum, x) => sum + x.size * itemSize(x.dtype), 0);
    const plans = [...this.plans.values()].reduce((sum, plan) => sum + plan.bytes, 0);
    return programBytes(jaxpr) + closedOver + plans;
  }

  planFor(device: Device): Plan {
    const plan = this.plans.get(device) ?? planFor(device, this.traced.program.jaxpr);
    this.plans.set(device, plan);
    return plan;
  }

  /** Runs the plan; inside another trace the program becomes part of that one. */
  run(inputs: readonly NDArray[]): unknown {
    const { program, outTree } = this.traced;
    const operands = [...program.consts, ...inputs];
    if (isStaging() || !operands.every(isConcrete)) return unflatten(outTree, evalJaxpr(program, inputs));
    const device = deviceOf(operands);
    return unflatten(outTree, runPlan(device, this.planFor(device), operands));
  }
}

/** What the leaves of static values are. */
const STATIC_TYPES: readonly string[] = ["number", "string", "boolean", "undefined", "function"];

/** A static value as a part of a cache key. */
function staticKey(value: unknown): string {
  const [leaves, tree] = flatten(value);
  const wrong = leaves.find((x) => !STATIC_TYPES.includes(typeof x));
  if (wrong === undefined) return treeKey(tree, leaves.map(keyOf));
  throw new TypeError(
    `jit: a static argument must be data (numbers, strings, lists, objects) or a function, got ${describe(wrong)}.`,
  );
}

/** The compiled forms of a function. */
export class CompiledFunction {
  readonly #name = `jit ${keyOf(this)}`;
  readonly #staticArgnums: readonly number[];

  constructor(staticArgnums: readonly number[] = []) {
    this.#staticArgnums = staticArgnums;
  }

  /** Calls `f`, which does the same in every call with the same `variant`. */
  call(f: TreeFunction, args: readonly unknown[], variant = ""): unknown {
    const [entry, inputs] = this.find(f, args, variant, !isStaging());
    return entry.run(inputs);
  }

  /** The compiled form for a call and its inputs; `planned`: with its plan for the device where they are. */
  find(f: TreeFunction, args: readonly unknown[], variant: string, planned: boolean): [Compiled, NDArray[]] {
    const isStatic = new Set(chosenArguments("jit", this.#staticArgnums, args.length));
    const dynamic = args.filter((_, i) => !isStatic.has(i));
    const [inputs, inTree] = flattenArrays("jit", dynamic);
    const statics = args.flatMap((arg, i) => (isStatic.has(i) ? [`${i}=${staticKey(arg)}`] : []));
    const avals = inputs.map((x) => x.aval);
    const key = `${this.#name} ${treeKey(inTree, avals.map(formatAval))} ${statics.join()} ${variant}`;
    const known = compiled.get(key) as Compiled | undefined;
    const whole: TreeFunction = (...values) => {
      let next = 0;
      return f(...args.map((arg, i) => (isStatic.has(i) ? arg : values[next++])));
    };
    const entry = known ?? new Compiled(traceFunction("jit", whole, inTree, avals));
    const device = planned && inputs.every(isConcrete) ? deviceOf(inputs) : undefined;
    const plans = device !== undefined && !entry.plans.has(device);
    if (plans) entry.planFor(device);
    if ((plans || !known) && entry.cacheable) compiled.set(key, entry, entry.bytes);
    return [entry, inputs];
  }
}

/**
 * Compiles `f`: it is traced and planned at the first call with given shapes, and any later call with the same shapes
 * runs the plan alone. Results are those of `f`.
 *
 * Booleans, strings and `undefined` in arguments, inside of trees too, are no arrays: `f` sees them as they are, and is
 * compiled anew for each of their values. Numbers are arrays. A number that decides in JavaScript what is computed
 * (`n === 0`, `switch (n)`, the length of a loop) must be named in `staticArgnums`: a traced array equals no number, and
 * nothing can notice that it was compared with one. Source: `jax.jit`.
 * @example const power = jit((x, n) => (n === 0 ? np.onesLike(x) : np.power(x, n)), { staticArgnums: [1] });
 * @example const step = jit((params, x, y) => grad(loss)(params, x, y));
 */
export function jit<F extends TreeFunction>(f: F, options: JitOptions = {}, ...rest: never[]): F {
  noMore("jit", rest);
  checkFunction("jit", f);
  const { staticArgnums = [] } = checkOptions("jit", options, ["staticArgnums"]);
  const forms = new CompiledFunction(typeof staticArgnums === "number" ? [staticArgnums] : staticArgnums);
  return ((...args: unknown[]) => forms.call(f, args)) as F;
}
