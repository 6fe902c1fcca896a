/** Gradients of functions with one float as their result: grad and valueAndGrad, and the arguments that they are taken by. */
import { isFloat } from "../base/dtypes.ts";
import { checkOptions, describe, formatShape, noMore } from "../base/errors.ts";
import { type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import { outputAvals } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { full } from "../lax/create.ts";
import { apply, pullBack, type WithAux } from "./derivatives.ts";
import { checkFunction, flattenArrays, floatNumbers, type TreeFunction } from "./flat.ts";
import { linearizeJaxpr } from "./linearize.ts";
import type { ArraysOf } from "./tree-types.ts";

/** What a function returns that has a gradient. */
export type Scalar = NDArray | number;

/** The same with what comes along; a function that is written without a type for its result returns a list. */
export type ScalarAndAux = readonly [value: Scalar, aux: unknown] | readonly unknown[];

/** The number of an argument, or several; negative ones count from the end. */
export type Argnums = number | readonly number[];

/** What has the type of the arguments that are chosen. */
export type Chosen<Args extends readonly unknown[], N> = N extends readonly number[]
  ? { -readonly [i in keyof N]: Chosen<Args, N[i]> }
  : `${N & number}` extends infer Place extends keyof Args
    ? Args[Place]
    : Args[number];

/** Options of `grad` and `valueAndGrad`. */
export interface GradOptions {
  /** The argument, or arguments, to differentiate by; the first one by default. */
  readonly argnums?: Argnums;
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
    const [leaves, { kind }] = flattenArrays(fn, floatNumbers(args[n], fn));
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
 * @example valueAndGrad((x) => np.square(x))(np.array(3)) // [9, 6]
 */
export function valueAndGrad<First = NDArray, Rest extends unknown[] = NDArray[], Out extends Scalar = Scalar>(
  f: (first: First, ...rest: Rest) => Out,
): (first: First, ...rest: Rest) => [value: ArraysOf<Out>, gradient: ArraysOf<First>];
export function valueAndGrad<
  Args extends unknown[] = NDArray[],
  Out extends ScalarAndAux = ScalarAndAux,
  const N extends Argnums = 0,
>(
  f: (...args: Args) => Out,
  options: WithAux & { readonly argnums?: N },
): (...args: Args) => [valueAndAux: ArraysOf<Out>, gradient: ArraysOf<Chosen<Args, N>>];
export function valueAndGrad<
  Args extends unknown[] = NDArray[],
  Out extends Scalar = Scalar,
  const N extends Argnums = 0,
>(
  f: (...args: Args) => Out,
  options: { readonly argnums?: N; readonly hasAux?: false },
): (...args: Args) => [value: ArraysOf<Out>, gradient: ArraysOf<Chosen<Args, N>>];
export function valueAndGrad(f: TreeFunction, options: GradOptions = {}, ...rest: never[]): TreeFunction {
  noMore("valueAndGrad", rest);
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
      ? outTree.children[0]
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
export function grad<First = NDArray, Rest extends unknown[] = NDArray[]>(
  f: (first: First, ...rest: Rest) => Scalar,
): (first: First, ...rest: Rest) => ArraysOf<First>;
export function grad<
  Args extends unknown[] = NDArray[],
  Out extends ScalarAndAux = ScalarAndAux,
  const N extends Argnums = 0,
>(
  f: (...args: Args) => Out,
  options: WithAux & { readonly argnums?: N },
): (...args: Args) => [gradient: ArraysOf<Chosen<Args, N>>, aux: ArraysOf<Out[1]>];
export function grad<Args extends unknown[] = NDArray[], const N extends Argnums = 0>(
  f: (...args: Args) => Scalar,
  options: { readonly argnums?: N; readonly hasAux?: false },
): (...args: Args) => ArraysOf<Chosen<Args, N>>;
export function grad(f: TreeFunction, options: GradOptions = {}, ...rest: never[]): TreeFunction {
  noMore("grad", rest);
  const both = gradOf("grad", f, options);
  const { hasAux } = options;
  return (...args) => {
    const [value, gradient] = both(...args);
    return hasAux ? [gradient, (value as unknown[])[1]] : gradient;
  };
}
