/** `jit`: a function compiled to a plan, once for each combination of shapes, structure and static values. */
import { checkOptions, describe } from "../base/errors.ts";
import { formatTree, type TreeDef, unflatten } from "../base/tree.ts";
import { compile, type Plan } from "../compile/plan.ts";
import { runPlan } from "../device/wasm.ts";
import { formatAval } from "../ir/aval.ts";
import { HostArray, NDArray } from "../ir/ndarray.ts";
import { evalJaxpr, isTracing } from "../ir/trace.ts";
import { checkFunction, flattenArrays, type Traced, type TreeFunction, traceFunction } from "./flat.ts";

export interface JitOptions {
  /** Arguments that are no arrays: the function is compiled anew for each of their values, which must be JSON. */
  readonly staticArgnums?: number | readonly number[];
}

/** A traced function and, once it has run, its plan. */
class Compiled {
  #plan: Plan | undefined;
  constructor(readonly traced: Traced) {}

  get cacheable(): boolean {
    return this.traced.program.consts.every((x) => x instanceof HostArray);
  }

  /** Runs the plan; inside another trace the program becomes part of that one. */
  run(inputs: readonly NDArray[]): unknown {
    const { program, outTree } = this.traced;
    const operands = [...program.consts, ...inputs];
    if (isTracing() || !operands.every((x) => x instanceof HostArray)) {
      return unflatten(outTree, evalJaxpr(program, inputs));
    }
    this.#plan ??= compile(program.jaxpr);
    return unflatten(outTree, runPlan(this.#plan, operands));
  }
}

function staticKey(argument: unknown): string {
  if (argument instanceof NDArray || typeof argument === "function" || typeof argument === "symbol") {
    throw new TypeError(`jit: a static argument must be JSON data, got ${describe(argument)}.`);
  }
  return JSON.stringify(argument) ?? "undefined";
}

/**
 * Compiles `f`: it is traced and planned at the first call with given shapes, and any later call with the same shapes
 * runs the plan alone. Results are those of `f`. Source: `jax.jit`.
 * @example const step = jit((params, x, y) => grad(loss)(params, x, y));
 */
export function jit<F extends TreeFunction>(f: F, options: JitOptions = {}): F {
  checkFunction("jit", f);
  checkOptions("jit", options, ["staticArgnums"]);
  const { staticArgnums = [] } = options;
  const isStatic = new Set(typeof staticArgnums === "number" ? [staticArgnums] : staticArgnums);
  const cache = new Map<string, Compiled>();

  const build = (args: readonly unknown[], inTree: TreeDef, inputs: readonly NDArray[]): Compiled => {
    const whole: TreeFunction = (...dynamic) => {
      let next = 0;
      return f(...args.map((arg, i) => (isStatic.has(i) ? arg : dynamic[next++])));
    };
    const avals = inputs.map((x) => x.aval);
    return new Compiled(traceFunction("jit", whole, inTree, avals));
  };

  const compiled = (...args: unknown[]): unknown => {
    const [inputs, inTree] = flattenArrays(
      "jit",
      args.filter((_, i) => !isStatic.has(i)),
    );
    const statics = args.flatMap((arg, i) => (isStatic.has(i) ? [`${i}=${staticKey(arg)}`] : []));
    const key = `${formatTree(inTree)} ${inputs.map((x) => formatAval(x.aval)).join()} ${statics.join()}`;
    let entry = cache.get(key);
    if (!entry) {
      entry = build(args, inTree, inputs);
      // A program that closes over arrays of a surrounding trace is good for this trace only.
      if (entry.cacheable) cache.set(key, entry);
    }
    return entry.run(inputs);
  };
  return compiled as F;
}
