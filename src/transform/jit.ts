/** `jit`: a function compiled to a plan, once for each combination of shapes, structure and static values. */
import { checkOptions, describe } from "../base/errors.ts";
import { flatten, formatTree, type TreeDef, unflatten } from "../base/tree.ts";
import { compile, type Plan } from "../compile/plan.ts";
import { runPlan } from "../device/wasm.ts";
import { formatAval } from "../ir/aval.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";
import { evalJaxpr, isTracing } from "../ir/trace.ts";
import { chosenArguments } from "./derivatives.ts";
import { checkFunction, flattenArrays, type Traced, type TreeFunction, traceFunction } from "./flat.ts";

export interface JitOptions {
  /** Arguments that are data and no arrays: the function is compiled anew for each of their values. */
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

/** A static value as a part of a cache key: different values, different texts. */
function staticKey(value: unknown): string {
  const [parts, def] = flatten(value);
  const texts = parts.map((x) => {
    if (typeof x === "number") return Object.is(x, -0) ? "-0" : String(x);
    if (typeof x === "string") return JSON.stringify(x);
    if (typeof x === "boolean" || x === undefined) return String(x);
    throw new TypeError(`jit: a static argument must be data (numbers, strings, lists, objects), got ${describe(x)}.`);
  });
  return `${formatTree(def)}(${texts.join()})`;
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
  const cache = new Map<string, Compiled>();

  const build = (args: readonly unknown[], isStatic: Set<number>, inTree: TreeDef, inputs: readonly NDArray[]) => {
    const whole: TreeFunction = (...dynamic) => {
      let next = 0;
      return f(...args.map((arg, i) => (isStatic.has(i) ? arg : dynamic[next++])));
    };
    const avals = inputs.map((x) => x.aval);
    return new Compiled(traceFunction("jit", whole, inTree, avals));
  };

  const compiled = (...args: unknown[]): unknown => {
    const isStatic = new Set(chosenArguments("jit", staticArgnums, args.length));
    const [inputs, inTree] = flattenArrays(
      "jit",
      args.filter((_, i) => !isStatic.has(i)),
    );
    const statics = args.flatMap((arg, i) => (isStatic.has(i) ? [`${i}=${staticKey(arg)}`] : []));
    const key = `${formatTree(inTree)} ${inputs.map((x) => formatAval(x.aval)).join()} ${statics.join()}`;
    let entry = cache.get(key);
    if (!entry) {
      entry = build(args, isStatic, inTree, inputs);
      // A program that closes over arrays of a surrounding trace is good for this trace only.
      if (entry.cacheable) cache.set(key, entry);
    }
    return entry.run(inputs);
  };
  return compiled as F;
}
