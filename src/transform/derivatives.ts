/** Derivatives of functions of trees: jvp, linearize, vjp, linearTranspose, grad. */
import { isFloat } from "../base/dtypes.ts";
import { checkOptions, describe, formatShape } from "../base/errors.ts";
import { type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import { type ClosedJaxpr, inputAvals, outputAvals } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Tangent } from "../ir/primitive.ts";
import { evalJaxpr } from "../ir/trace.ts";
import { convertElementType, isNumber } from "../lax/convert.ts";
import { full, zerosLike } from "../lax/create.ts";
import {
  checkFunction,
  flattenArrays,
  floatNumbers,
  matchLeaves,
  type Traced,
  type TreeFunction,
  traceFunction,
} from "./flat.ts";
import { jvpJaxpr } from "./jvp.ts";
import { linearizeJaxpr } from "./linearize.ts";
import { transposeJaxpr } from "./transpose.ts";

/** A traced function with the arguments that it was traced at. */
interface Applied extends Traced {
  readonly inTree: TreeDef;
  readonly inputs: NDArray[];
}

function apply(fn: string, f: unknown, args: readonly unknown[]): Applied {
  checkFunction(fn, f);
  const last = args.at(-1);
  if (last !== null && typeof last === "object" && "hasAux" in last) {
    throw new TypeError(`${fn}: has no option hasAux; return the auxiliary results as further outputs.`);
  }
  const [inputs, inTree] = flattenArrays(fn, floatNumbers(args));
  const traced = traceFunction(
    fn,
    f,
    inTree,
    inputs.map((x) => x.aval),
  );
  return { ...traced, inTree, inputs };
}

const floats = (inputs: readonly NDArray[]): boolean[] => inputs.map((x) => isFloat(x.dtype));

/**
 * The value of `f` and its derivative along `tangents`: `[f(...primals), df(...tangents)]`. Source: `jax.jvp`.
 * @param primals the list of arguments. @param tangents trees of the same structures and shapes.
 * @example const [y, dy] = jvp(np.sin, [x], [dx]);
 */
export function jvp<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  primals: Args,
  tangents: Args,
  options?: never,
): [out: Out, tangent: Out] {
  checkOptions("jvp", options, []);
  if (!Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new TypeError("jvp: primals and tangents must be lists with one entry for each argument of the function.");
  }
  const { program, inTree, outTree, inputs } = apply("jvp", f, primals);
  const avals = inputAvals(program.jaxpr);
  const given = matchLeaves("jvp", "tangents", tangents, inTree, avals);
  const active = floats(inputs);
  const [outs, dOuts] = jvpJaxpr(
    program,
    inputs,
    given.map((t, i) => (active[i] ? t : null)),
  );
  const filled = dOuts.map((t, i) => t ?? zerosLike(outs[i]!));
  return [unflatten(outTree, outs), unflatten(outTree, filled)];
}

/**
 * The value of `f` and its derivative at `primals` as a function of tangents, which costs no further tracing of `f`.
 * Source: `jax.linearize`.
 */
export function linearize<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  ...primals: Args
): [out: Out, fJvp: (...tangents: Args) => Out] {
  const { program, inTree, outTree, inputs } = apply("linearize", f, primals);
  const active = floats(inputs);
  const { outputs, linear } = linearizeJaxpr(program, inputs, active);
  const avals = inputAvals(program.jaxpr);
  const fJvp = (...tangents: Args): Out => {
    const given = matchLeaves("linearize", "tangents", tangents, inTree, avals);
    return unflatten(
      outTree,
      evalJaxpr(
        linear,
        given.filter((_, i) => active[i]),
      ),
    );
  };
  return [unflatten(outTree, outputs), fJvp];
}

/**
 * The cotangents of all inputs, zeros where none arrives. That of a number is `float32`, and beside values of `float64`
 * `float64`.
 */
function pullBack(
  linear: ClosedJaxpr,
  cotangents: readonly Tangent[],
  inputs: readonly { readonly aval: Aval }[],
  active: readonly boolean[],
): NDArray[] {
  const cts = transposeJaxpr(linear, cotangents);
  let next = 0;
  const spread = active.map((has) => (has ? cts[next++]! : null));
  const wide = outputAvals(linear.jaxpr).some(({ dtype }) => dtype === "float64");
  return inputs.map(({ aval }, i) => {
    const ct = spread[i] ?? zerosLike(aval);
    return isNumber(aval) && !wide ? convertElementType(ct, "float32") : ct;
  });
}

/**
 * The value of `f` and its pullback, which takes a cotangent of the value to the list of the arguments' cotangents.
 * Source: `jax.vjp`.
 * @example const [y, pullback] = vjp(f, x, w); const [dx, dw] = pullback(np.onesLike(y));
 */
export function vjp<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  ...primals: Args
): [out: Out, pullback: (cotangent: Out) => Args] {
  const { program, inTree, outTree, inputs } = apply("vjp", f, primals);
  const active = floats(inputs);
  const { outputs, linear } = linearizeJaxpr(program, inputs, active);
  const avals = outputAvals(program.jaxpr);
  const pullback = (cotangent: Out): Args => {
    const cts = matchLeaves("vjp", "the cotangent", cotangent, outTree, avals);
    return unflatten(inTree, pullBack(linear, cts, inputs, active));
  };
  return [unflatten(outTree, outputs), pullback];
}

/**
 * The transpose of a function that is linear in all of its arguments. The arguments serve for their shapes only.
 * Source: `jax.linear_transpose`.
 */
export function linearTranspose<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  ...primals: Args
): (cotangent: Out) => Args {
  const { program, inTree, outTree, inputs } = apply("linearTranspose", f, primals);
  const avals = outputAvals(program.jaxpr);
  return (cotangent) => {
    const cts = matchLeaves("linearTranspose", "the cotangent", cotangent, outTree, avals);
    return unflatten(
      inTree,
      pullBack(
        program,
        cts,
        inputs,
        inputs.map(() => true),
      ),
    );
  };
}

export interface GradOptions {
  /** The argument, or arguments, to differentiate by; the first one by default. */
  readonly argnums?: number | readonly number[];
  /** Whether `f` returns `[value, auxiliary]`, of which only the value is differentiated. */
  readonly hasAux?: boolean;
}

/** The chosen arguments, checked. */
export function chosenArguments(fn: string, argnums: number | readonly number[], count: number): number[] {
  const list = typeof argnums === "number" ? [argnums] : [...argnums];
  const chosen = list.map((n) => {
    const index = n < 0 ? n + count : n;
    if (Number.isInteger(n) && index >= 0 && index < count) return index;
    throw new RangeError(`${fn}: argument number ${n} names no argument; the function was called with ${count}.`);
  });
  if (new Set(chosen).size === chosen.length) return chosen;
  throw new RangeError(`${fn}: the argument numbers [${list.join(", ")}] name an argument twice.`);
}

/** `f` as a function of the chosen arguments only. */
export function ofChosen(f: TreeFunction, args: readonly unknown[], chosen: readonly number[]): TreeFunction {
  return (...values) => {
    const all = [...args];
    chosen.forEach((index, i) => {
      all[index] = values[i];
    });
    return f(...all);
  };
}

/** Throws unless every leaf can be differentiated by. */
export function requireFloats(fn: string, args: readonly unknown[], chosen: readonly number[]): void {
  chosen.forEach((n) => {
    const [leaves, { kind }] = flattenArrays(fn, floatNumbers(args[n]));
    if (kind === "static") {
      throw new TypeError(`${fn}: argument ${n} must be an array or a tree of arrays, got ${describe(args[n])}.`);
    }
    for (const x of leaves) {
      if (isFloat(x.dtype)) continue;
      throw new TypeError(
        `${fn}: argument ${n} holds a ${x.dtype}${formatShape(x.shape)} array; derivatives need float32 or float64.`,
      );
    }
  });
}

/**
 * A function that computes the value of `f` (a scalar) and its gradient: `[value, gradient]`, with `hasAux`
 * `[[value, aux], gradient]`. Source: `jax.value_and_grad`.
 */
export function valueAndGrad<First, Rest extends unknown[], Out>(
  f: (first: First, ...rest: Rest) => Out,
): (first: First, ...rest: Rest) => [value: Out, gradient: First];
export function valueAndGrad<Args extends unknown[]>(
  f: (...args: Args) => unknown,
  options: GradOptions,
  // biome-ignore lint/suspicious/noExplicitAny: what comes back depends on the options
): (...args: Args) => [value: any, gradient: any];
export function valueAndGrad(f: TreeFunction, options: GradOptions = {}): TreeFunction {
  return gradOf("valueAndGrad", f, options);
}

function gradOf(fn: string, f: TreeFunction, options: GradOptions): (...args: unknown[]) => [unknown, unknown] {
  checkFunction(fn, f);
  const { argnums = 0, hasAux = false } = checkOptions(fn, options, ["argnums", "hasAux"]);
  return (...args) => {
    const chosen = chosenArguments(fn, argnums, args.length);
    requireFloats(fn, args, chosen);
    const partial = ofChosen(f, args, chosen);
    const { program, inTree, outTree, inputs } = apply(
      fn,
      partial,
      chosen.map((n) => args[n]),
    );
    const value = scalarOutput(fn, outTree, outputAvals(program.jaxpr), hasAux);
    const active = inputs.map(() => true);
    const { outputs, linear } = linearizeJaxpr(program, inputs, active);
    const cts = outputs.map((_, i) => (i === 0 ? full([], 1, value.dtype) : null));
    const grads = unflatten<unknown[]>(inTree, pullBack(linear, cts, inputs, active));
    return [unflatten(outTree, outputs), typeof argnums === "number" ? grads[0] : grads];
  };
}

/** The value's aval: the function must return one float scalar, or `[scalar, aux]`. */
function scalarOutput(fn: string, outTree: TreeDef, avals: readonly Aval[], hasAux: boolean): Aval {
  const valueTree = hasAux
    ? outTree.kind === "list" && outTree.children.length === 2
      ? outTree.children[0]!
      : null
    : outTree;
  const [value] = avals;
  if (valueTree?.kind === "leaf" && value && value.shape.length === 0 && (isFloat(value.dtype) || value.weak))
    return value;
  const got = avals.map((a) => `${a.dtype}${formatShape(a.shape)}`).join(", ");
  throw new TypeError(
    `${fn}: the function must return ${hasAux ? "[scalar, aux]" : "one float scalar"}, got ${got || "nothing"}; ` +
      "use jacrev or vjp for other outputs.",
  );
}

/**
 * A function that computes the gradient of `f`, which returns a scalar; with `hasAux` it gives `[gradient, aux]`.
 * Source: `jax.grad`.
 * @example const dw = grad(loss)(w, x, y);
 */
export function grad<First, Rest extends unknown[]>(
  f: (first: First, ...rest: Rest) => unknown,
): (first: First, ...rest: Rest) => First;
export function grad<Args extends unknown[]>(
  f: (...args: Args) => unknown,
  options: GradOptions,
  // biome-ignore lint/suspicious/noExplicitAny: what comes back depends on the options
): (...args: Args) => any;
export function grad(f: TreeFunction, options: GradOptions = {}): TreeFunction {
  const both = gradOf("grad", f, options);
  const { hasAux } = options;
  return (...args) => {
    const [value, gradient] = both(...args);
    return hasAux ? [gradient, (value as unknown[])[1]] : gradient;
  };
}
