/** Derivatives of functions of trees: jvp, linearize, vjp, linearTranspose. */
import { isFloat } from "../base/dtypes.ts";
import { checkOptions, describe, formatShape, noMore } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import { leafCount, type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import { type ClosedJaxpr, outputAvals } from "../ir/jaxpr.ts";
import { HostArray, type NDArray, storageOf } from "../ir/ndarray.ts";
import type { Tangent } from "../ir/primitive.ts";
import { evalJaxpr } from "../ir/trace.ts";
import { convertElementType, isNumber } from "../lax/convert.ts";
import { zerosLike } from "../lax/create.ts";
import { stopGradient } from "../lax/stop-gradient.ts";
import {
  checkFunction,
  flattenArrays,
  floatNumbers,
  mapArrays,
  matchLeaves,
  refusePromise,
  type Traced,
  type TreeFunction,
  traceFunction,
} from "./flat.ts";
import { jvpJaxpr } from "./jvp.ts";
import { type Linearized, linearizeJaxpr } from "./linearize.ts";
import { transposeJaxpr } from "./transpose.ts";
import type { ArraysOf, GivenArguments, Returned, SeenArguments } from "./tree-types.ts";

/** A traced function with the arguments that it was traced at. */
interface Applied extends Traced {
  readonly inTree: TreeDef;
  readonly inputs: NDArray[];
}

export function apply(fn: string, f: unknown, args: readonly unknown[]): Applied {
  checkFunction(fn, f);
  const [inputs, inTree] = flattenArrays(fn, floatNumbers(args, fn));
  const avals = inputs.map((x) => x.aval);
  return { ...traceFunction(fn, f, inTree, avals, { concrete: true }), inTree, inputs };
}

/** What is differentiated of a function's results, and what only comes along. */
interface Differentiated extends Omit<Applied, "outTree"> {
  /** Which inputs have a derivative. */
  readonly active: readonly boolean[];
  readonly avals: readonly Aval[];
  readonly outTree: TreeDef;
  /** All results, put together as what a transformation returns first and, with `hasAux`, last. */
  readonly results: (outs: readonly NDArray[]) => [out: unknown, aux: [] | [unknown]];
}

/** With `hasAux` the function returns `[out, aux]`, of which aux has no derivative. */
export function differentiate(fn: string, f: unknown, args: readonly unknown[], hasAux: boolean): Differentiated {
  checkFunction(fn, f);
  const whole = f;
  const { outTree, ...applied } = apply(
    fn,
    hasAux ? (...values: unknown[]) => auxStopped(fn, whole(...values)) : f,
    args,
  );
  const active = floats(fn, applied.inputs);
  const [first, aux] = hasAux ? (outTree as { readonly children: readonly TreeDef[] }).children : [outTree];
  const count = leafCount(first!);
  return {
    ...applied,
    active,
    avals: outputAvals(applied.program.jaxpr).slice(0, count),
    outTree: first!,
    results: (outs) => [unflatten(first!, outs.slice(0, count)), aux ? [unflatten(aux, outs.slice(count))] : []],
  };
}

function auxStopped(fn: string, result: unknown): unknown {
  refusePromise(fn, result);
  if (!Array.isArray(result) || result.length !== 2) {
    throw new TypeError(`${fn}: with hasAux the function must return [out, aux], got ${describe(result)}.`);
  }
  return [result[0], mapArrays(stopGradient, result[1])];
}

/** Which inputs have a derivative; there must be one, unless there are no inputs. */
function floats(fn: string, inputs: readonly NDArray[]): boolean[] {
  const active = inputs.map((x) => isFloat(x.dtype));
  if (inputs.length === 0 || active.includes(true)) return active;
  const found = inputs.map((x, i) => `leaf ${i} is ${x.dtype}${formatShape(x.shape)}`).join(", ");
  throw new TypeError(`${fn}: the primals hold no floats to differentiate by: ${found}; convert them with astype.`);
}

/** The tangents of the inputs that have a derivative; those of the others must be zeros. */
function tangentsOf(fn: string, given: unknown, { inTree, inputs, active }: Differentiated): Tangent[] {
  const avals = inputs.map((x) => x.aval);
  return matchLeaves(fn, "tangents", given, inTree, avals).map((t, i) => {
    if (active[i]) return t;
    if (t instanceof HostArray && storageOf(t).some((v) => v !== 0)) {
      const { dtype, shape } = avals[i]!;
      throw new TypeError(
        `${fn}: leaf ${i} of the primals is ${dtype}${formatShape(shape)}, which has no derivative; its tangent must be ` +
          "zeros, got others. Convert it with astype to differentiate by it.",
      );
    }
    return null;
  });
}

/** Options that follow a function's arguments: an object with the key `hasAux`. */
function splitAux(fn: string, args: readonly unknown[]): [args: readonly unknown[], hasAux: boolean] {
  const last = args.at(-1);
  if (!isPlainObject(last) || !Object.hasOwn(last, "hasAux")) return [args, false];
  return [args.slice(0, -1), checkOptions<AuxOptions>(fn, last, ["hasAux"]).hasAux ?? false];
}

export interface AuxOptions {
  /** Whether `f` returns `[out, aux]`, of which only `out` is differentiated; `aux` is returned last. */
  readonly hasAux?: boolean;
}

/** The option that makes `aux` come back. */
export type WithAux = { readonly hasAux: true };

/**
 * The value of `f` and its derivative along `tangents`: `[f(...primals), df(...tangents)]`. With `hasAux`, where `f`
 * returns `[out, aux]`, it is `[out, tangent, aux]`. Source: `jax.jvp`.
 * @param primals the list of arguments; arrays of integers among them are constants.
 * @param tangents trees of the same structures and shapes, zeros for integers.
 * @throws TypeError when the primals hold no floats, or an integer is given a tangent that isn't zero.
 * @example const [y, dy] = jvp(np.sin, [x], [dx]);
 */
export function jvp<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  primals: Args,
  tangents: Args,
  options?: { readonly hasAux?: false },
): [out: ArraysOf<Out>, tangent: ArraysOf<Out>];
export function jvp<Args extends unknown[], Out, Aux>(
  f: (...args: Args) => readonly [Out, Aux],
  primals: Args,
  tangents: Args,
  options: WithAux,
): [out: ArraysOf<Out>, tangent: ArraysOf<Out>, aux: ArraysOf<Aux>];
export function jvp(f: TreeFunction, primals: unknown[], tangents: unknown[], options: AuxOptions = {}): unknown[] {
  const fn = "jvp";
  const { hasAux = false } = checkOptions<AuxOptions>(fn, options, ["hasAux"]);
  if (!Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new TypeError(`${fn}: primals and tangents must be lists with one entry for each argument of the function.`);
  }
  const applied = differentiate(fn, f, primals, hasAux);
  const [outs, dOuts] = jvpJaxpr(applied.program, applied.inputs, tangentsOf(fn, tangents, applied));
  const filled = applied.avals.map((aval, i) => dOuts[i] ?? zerosLike(aval));
  const [out, aux] = applied.results(outs);
  return [out, unflatten(applied.outTree, filled), ...aux];
}

/** The program linearized at its inputs: all results, and the tangents of those that have a derivative. */
function linearized({ program, inputs, active, avals }: Differentiated): Linearized {
  const { outputs, linear } = linearizeJaxpr(program, inputs, active);
  const wanted = linear.jaxpr.outputs.slice(0, avals.length);
  return { outputs, linear: { ...linear, jaxpr: { ...linear.jaxpr, outputs: wanted } } };
}

/**
 * The value of `f` and its derivative at `primals` as a function of tangents, which costs no further tracing of `f`. With
 * `{ hasAux: true }` behind the arguments, where `f` returns `[out, aux]`, it is `[out, fJvp, aux]`.
 * Source: `jax.linearize`.
 * @example const [y, fJvp] = linearize((x) => np.square(x), np.array(3)); [y, fJvp(np.array(1))] // [9, 6]
 */
export function linearize<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  ...primals: Args
): [out: ArraysOf<Out>, fJvp: (...tangents: GivenArguments<Args>) => ArraysOf<Out>];
export function linearize<Args extends unknown[], Out, Aux>(
  f: (...args: Args) => readonly [Out, Aux],
  ...args: [...primals: Args, options: WithAux]
): [out: ArraysOf<Out>, fJvp: (...tangents: GivenArguments<Args>) => ArraysOf<Out>, aux: ArraysOf<Aux>];
export function linearize(f: TreeFunction, ...args: unknown[]): unknown[] {
  return linearizeAs("linearize", f, ...splitAux("linearize", args));
}

/** `linearize` on behalf of a function. */
export function linearizeAs(
  fn: string,
  ...[f, args, hasAux]: [f: TreeFunction, args: readonly unknown[], hasAux: boolean]
): [out: unknown, fJvp: TreeFunction, aux?: unknown] {
  const applied = differentiate(fn, f, args, hasAux);
  const { outputs, linear } = linearized(applied);
  const fJvp = (...tangents: unknown[]): unknown => {
    const given = tangentsOf(fn, tangents, applied).filter((t) => t !== null);
    return unflatten(applied.outTree, evalJaxpr(linear, given));
  };
  const [out, aux] = applied.results(outputs);
  return [out, fJvp, ...aux];
}

/**
 * The cotangents of all inputs, zeros where none arrives. That of a number is `float32`, and beside values of `float64`
 * `float64`.
 */
export function pullBack(
  linear: ClosedJaxpr,
  cotangents: readonly Tangent[],
  inputs: readonly { readonly aval: Aval }[],
  active: readonly boolean[],
): NDArray[] {
  const cts = transposeJaxpr(linear, cotangents);
  let next = 0;
  const spread = active.map((has) => (has ? cts[next++] : null));
  const wide = outputAvals(linear.jaxpr).some(({ dtype }) => dtype === "float64");
  return inputs.map(({ aval }, i) => {
    const ct = spread[i] ?? zerosLike(aval);
    return isNumber(aval) && !wide ? convertElementType(ct, "float32") : ct;
  });
}

/**
 * The value of `f` and its pullback, which takes a cotangent of the value to the list of the arguments' cotangents. With
 * `{ hasAux: true }` behind the arguments, where `f` returns `[out, aux]`, it is `[out, pullback, aux]`. Arrays of integers
 * among the arguments are constants, whose cotangents are zeros. Source: `jax.vjp`.
 * @throws TypeError when the arguments hold no floats.
 * @example const [y, pullback] = vjp(f, x, w); const [dx, dw] = pullback(np.onesLike(y));
 */
export function vjp<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  ...primals: Args
): [out: ArraysOf<Out>, pullback: (cotangent: Returned<Out>) => SeenArguments<Args>];
export function vjp<Args extends unknown[], Out, Aux>(
  f: (...args: Args) => readonly [Out, Aux],
  ...args: [...primals: Args, options: WithAux]
): [out: ArraysOf<Out>, pullback: (cotangent: Returned<Out>) => SeenArguments<Args>, aux: ArraysOf<Aux>];
export function vjp(f: TreeFunction, ...args: unknown[]): unknown[] {
  return vjpAs("vjp", f, ...splitAux("vjp", args));
}

/** `vjp` on behalf of a function. */
export function vjpAs(
  fn: string,
  ...[f, args, hasAux]: [f: TreeFunction, args: readonly unknown[], hasAux: boolean]
): [out: unknown, pullback: (cotangent: unknown) => unknown, aux?: unknown] {
  const applied = differentiate(fn, f, args, hasAux);
  const { inTree, inputs, active, avals, outTree } = applied;
  const { outputs, linear } = linearized(applied);
  const pullback = (cotangent: unknown, ...rest: never[]): unknown => {
    noMore(fn, rest);
    const cts = matchLeaves(fn, "the cotangent", cotangent, outTree, avals);
    return unflatten(inTree, pullBack(linear, cts, inputs, active));
  };
  const [out, aux] = applied.results(outputs);
  return [out, pullback, ...aux];
}

/**
 * The transpose of a function that is linear in all of its arguments. The arguments serve for their shapes only.
 * Source: `jax.linear_transpose`.
 * @example linearTranspose((x) => np.multiply(x, 3), np.array(1))(np.array(2)) // [6]
 */
export function linearTranspose<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  ...primals: Args
): (cotangent: Returned<Out>) => SeenArguments<Args>;
export function linearTranspose(f: TreeFunction, ...primals: unknown[]): TreeFunction {
  const { program, inTree, outTree, inputs } = apply("linearTranspose", f, primals);
  const avals = outputAvals(program.jaxpr);
  return (cotangent, ...rest: never[]) => {
    noMore("linearTranspose", rest);
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
