/**
 * The tracer. While a function is traced, `bind` records every operation in the innermost trace; otherwise it computes
 * at once. There are no levels: an inner trace sees arrays of outer traces as constants.
 */

import type { TypedArray } from "../base/dtypes.ts";
import { ConcretizationTypeError, describe, formatShape, UnexpectedTracerError } from "../base/errors.ts";
import { frozen } from "../base/plain.ts";
import type { Aval } from "./aval.ts";
import { type Atom, type ClosedJaxpr, Environment, type Equation, isJaxpr, type Jaxpr, Literal, Var } from "./jaxpr.ts";
import { HostArray, NDArray, storageOf } from "./ndarray.ts";
import type { Primitive } from "./primitive.ts";

/** An array whose contents aren't known: a variable of the program being traced. */
export class Tracer extends NDArray {
  constructor(
    readonly trace: Trace,
    readonly variable: Var,
  ) {
    super();
  }

  get aval(): Aval {
    return this.variable.aval;
  }

  override data(): Promise<TypedArray> {
    return Promise.reject(this.#concretization("data()"));
  }

  override dataSync(): TypedArray {
    throw this.#concretization("dataSync(), item(), toArray(), an operator such as x > 0 or x * 2, or an `if`");
  }

  override item(): number {
    return this.dataSync()[0]!;
  }

  override [Symbol.toPrimitive](hint: string): number | string {
    return hint === "string" ? this.toString() : this.item();
  }

  override toString(): string {
    return `Traced ${this.dtype}${formatShape(this.shape)}`;
  }

  #concretization(what: string): ConcretizationTypeError {
    return new ConcretizationTypeError(
      `The contents of a traced array (${this.dtype}${formatShape(this.shape)}) were asked for by ${what}. ` +
        "Inside jit, grad, vmap, the nt kernels and the like a function sees shapes and dtypes, no values: use " +
        "x.mul(2) instead of x * 2, np.where or lax.select instead of an `if`, compute the condition outside and pass it as a closure, or make a " +
        "number that decides what is computed a static argument: jit(f, { staticArgnums: [1] })(x, n). " +
        "(Booleans and strings are static by themselves.)",
    );
  }
}

function leaked(x: Tracer): UnexpectedTracerError {
  return new UnexpectedTracerError(
    `A traced array (${x.dtype}${formatShape(x.shape)}) is used after the function that it was made in has been ` +
      "traced. Return it from that function instead of storing it outside.",
  );
}

/** One program under construction. */
class Trace {
  active = true;

  /** `concrete`: whether what depends on no traced array is computed at once, so that its contents are known. */
  constructor(readonly concrete: boolean) {}

  readonly equations: Equation[] = [];
  readonly constVars: Var[] = [];
  readonly consts: NDArray[] = [];
  readonly #constVarOf = new Map<NDArray, Var>();

  record<Params>(primitive: Primitive<Params>, inputs: readonly NDArray[], params: Params): NDArray[] {
    const atoms = inputs.map((x) => this.atom(x));
    const avals = primitive.aval(
      atoms.map((a) => a.aval),
      params,
    );
    const outputs = avals.map((aval) => new Var(aval));
    this.equations.push({
      primitive: primitive,
      inputs: atoms,
      params: frozen(params, primitive.name, isJaxpr),
      outputs,
    });
    return outputs.map((v) => new Tracer(this, v));
  }

  atom(x: NDArray): Atom {
    if (x instanceof Tracer) {
      if (x.trace === this) return x.variable;
      if (!x.trace.active) throw leaked(x);
    } else if (x instanceof HostArray && x.ndim === 0) {
      return new Literal(storageOf(x)[0]!, x.aval);
    }
    const known = this.#constVarOf.get(x);
    if (known) return known;
    const variable = new Var(x.aval);
    this.#constVarOf.set(x, variable);
    this.constVars.push(variable);
    this.consts.push(x);
    return variable;
  }
}

const traces: Trace[] = [];

/** Whether a function is being traced, so that operations are recorded and not computed. */
export const isTracing = (): boolean => traces.length > 0;

/** Whether even operations on arrays whose contents are known are recorded: what is compiled does all of its work anew. */
export const isStaging = (): boolean => traces.at(-1)?.concrete === false;

/**
 * Runs `fn` as outside of every trace: operations on known arrays are computed at once, also while a function is traced.
 * Source: `jax.ensure_compile_time_eval`.
 */
export function untraced<T>(fn: () => T): T {
  const outer = traces.splice(0);
  try {
    return fn();
  } finally {
    traces.push(...outer);
  }
}

type Evaluator = (primitive: Primitive, inputs: readonly NDArray[], params: unknown) => NDArray[];

let evaluate: Evaluator = (primitive) => {
  throw new Error(`${primitive.name}: no device is installed to compute on; import from "cotangent".`);
};

/** Installs what computes an operation outside of any trace. The device layer calls it once. */
export function setEvaluator(evaluator: Evaluator): void {
  evaluate = evaluator;
}

/** Applies a primitive: records it in the innermost trace, or computes it. */
export function bind<Params>(primitive: Primitive<Params>, inputs: readonly NDArray[], params: Params): NDArray[] {
  const trace = traces.at(-1);
  const traced = inputs.find((x) => x instanceof Tracer);
  if (trace && (traced || !trace.concrete)) return trace.record(primitive, inputs, params);
  if (traced) throw leaked(traced);
  primitive.effect?.(inputs, params);
  const { lowering } = primitive;
  if (lowering.kind === "call") return evalJaxpr({ jaxpr: lowering.program(params), consts: [] }, inputs);
  return lowering.kind === "barrier" ? [...inputs] : evaluate(primitive, inputs, params);
}

/** `bind` for the primitives with one output. */
export function bind1<Params>(primitive: Primitive<Params>, inputs: readonly NDArray[], params: Params): NDArray {
  return bind(primitive, inputs, params)[0]!;
}

/**
 * Runs `fn` once on a list of abstract values and returns the program of what it did. With `concrete` that is what depends on these
 * values, unless a trace around records everything.
 * @throws TypeError when `fn` returns something that is not an array.
 */
export const traceToJaxpr = (
  fn: (inputs: NDArray[]) => readonly NDArray[],
  avals: readonly Aval[],
  concrete = false,
): ClosedJaxpr => traceWithAux((inputs) => [fn(inputs), null], avals, concrete)[0];

/** The same of a function that returns, beside its outputs, what else it has found. Arrays in there end with the trace. */
export function traceWithAux<Aux>(
  fn: (inputs: NDArray[]) => readonly [outputs: readonly NDArray[], aux: Aux],
  avals: readonly Aval[],
  concrete = false,
): [program: ClosedJaxpr, aux: Aux] {
  const trace = new Trace(concrete && !isStaging());
  const inputs = avals.map((aval) => new Var(aval));
  traces.push(trace);
  try {
    const [results, aux] = fn(inputs.map((v) => new Tracer(trace, v)));
    const outputs = results.map((x) => {
      if (!(x instanceof NDArray)) throw new TypeError(`a traced function must return arrays, got ${describe(x)}.`);
      return trace.atom(x);
    });
    const jaxpr: Jaxpr = { constVars: trace.constVars, inputs, equations: trace.equations, outputs };
    return [{ jaxpr, consts: trace.consts }, aux];
  } finally {
    trace.active = false;
    traces.pop();
  }
}

/** Runs a program through `bind`: computes it, or inlines it into the trace around. */
export function evalJaxpr({ jaxpr, consts }: ClosedJaxpr, inputs: readonly NDArray[]): NDArray[] {
  const env = new Environment<NDArray>((literal) => literal.array);
  env.writeAll(jaxpr.constVars, consts);
  env.writeAll(jaxpr.inputs, inputs);
  for (const { primitive, inputs, params, outputs } of jaxpr.equations) {
    env.writeAll(
      outputs,
      bind(
        primitive,
        inputs.map((a) => env.read(a)),
        params,
      ),
    );
  }
  return jaxpr.outputs.map((a) => env.read(a));
}
