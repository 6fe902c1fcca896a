/** Between functions of trees, which users write, and programs over lists of arrays, which interpreters walk. */
import { isFloat } from "../base/dtypes.ts";
import { describe, formatShape } from "../base/errors.ts";
import { flattenArguments, LEAF, type StaticsAt } from "../base/flatten.ts";
import { sameShape } from "../base/shapes.ts";
import { formatTree, sameStructure, type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import type { ClosedJaxpr } from "../ir/jaxpr.ts";
import { NDArray, scalar } from "../ir/ndarray.ts";
import { traceWithAux } from "../ir/trace.ts";
import { castWeak, convertElementType, narrowed, withDigits } from "../lax/convert.ts";
import { asArray, numberDType } from "../lax/operands.ts";

/** A function of trees of arrays that returns a tree of arrays. */
// biome-ignore lint/suspicious/noExplicitAny: as a bound of users' functions, never called: `unknown` parameters would refuse annotated functions, `never` ones give unannotated arguments no type
export type TreeFunction = (...args: any[]) => any;

/** A number with all of its digits, which a function sees as a weak float. */
const floatNumber = (x: number): NDArray => scalar(x, "float64", true);

/** A leaf of an argument as an array: a whole number is a weak `int32`, any other (and -0) a weak float. */
export function leafArray(fn: string, leaf: unknown): NDArray {
  if (typeof leaf !== "number") return withDigits(asArray(fn, leaf, "a leaf of an argument"));
  const whole = numberDType(leaf) === "int32" && !Object.is(leaf, -0);
  return whole ? scalar(leaf, "int32", true) : floatNumber(leaf);
}

/** The leaves of a tree as arrays, and its structure, which flags and names (booleans, strings, undefined) are part of. */
export function flattenArrays(fn: string, tree: unknown): [NDArray[], TreeDef] {
  const [leaves, def] = flattenArguments(tree, "everywhere", fn);
  return [leaves.map((leaf) => leafArray(fn, leaf)), def];
}

/** A tree whose numbers are floats, as arguments are that derivatives are taken by. */
export function floatNumbers(tree: unknown, fn?: string): unknown {
  const [leaves, def] = flattenArguments(tree, "everywhere", fn);
  const asFloat = (leaf: unknown): unknown => {
    if (typeof leaf === "number") return floatNumber(leaf);
    return leaf instanceof NDArray && leaf.aval.weak ? castWeak(leaf, "float32") : leaf;
  };
  return unflatten(def, leaves.map(asFloat));
}

/** Applies `fn` to the leaves of trees of arrays of one structure; flags and names stay. */
export function mapArrays(fn: (...leaves: never[]) => unknown, tree: unknown, ...rest: unknown[]): unknown {
  const [first, def] = flattenArguments<never>(tree);
  const others = rest.map((other) => flattenArguments<never>(other)[0]);
  return unflatten(
    def,
    first.map((leaf, i) => fn(leaf, ...others.map((o) => o[i]!))),
  );
}

export function checkFunction(fn: string, f: unknown): asserts f is TreeFunction {
  if (typeof f !== "function") throw new TypeError(`${fn}: the first argument must be a function, got ${describe(f)}.`);
}

/** A traced function: its program and how its arguments and results are laid out in trees. */
export interface Traced {
  readonly program: ClosedJaxpr;
  readonly outTree: TreeDef;
}

export interface TraceOptions {
  /** Where booleans and strings in the result are part of its structure, as by default in all of it. */
  readonly statics?: StaticsAt;
  /** What becomes of the result's leaves. */
  readonly finish?: ((outs: NDArray[]) => NDArray[]) | undefined;
  /** Whether what doesn't depend on the arguments is computed at once, its contents known, as outside. */
  readonly concrete?: boolean;
}

/** For results of which every leaf is to be an array, booleans too. */
export const ARRAYS: TraceOptions = { statics: LEAF };

/** Traces `f(...args)`, where `inTree` is the structure of the list of arguments and `avals` those of its leaves. */
export const traceFunction = (
  fn: string,
  f: TreeFunction,
  inTree: TreeDef,
  avals: readonly Aval[],
  options?: TraceOptions,
): Traced => traceFunctionWithAux(fn, (...args) => [f(...args), null], inTree, avals, options);

/** A function that returns, beside its results, what else it has found. */
export type FunctionWithAux<Aux, Out = unknown> = (
  ...args: Parameters<TreeFunction>
) => readonly [result: Out, aux: Aux];

/** `traceFunction` of a function that returns `[result, aux]`. */
export function traceFunctionWithAux<Aux>(
  fn: string,
  f: FunctionWithAux<Aux>,
  inTree: TreeDef,
  avals: readonly Aval[],
  { statics, finish, concrete }: TraceOptions = {},
): Traced & { readonly aux: Aux } {
  const [program, found] = traceWithAux(
    (leaves) => {
      const [result, aux] = f(...unflatten<unknown[]>(inTree, leaves.map(narrowed)));
      const [outs, outTree] = flattenArguments(result, statics, fn);
      if (outTree.kind === "static" && typeof outTree.value !== "boolean") refuseResult(fn, result);
      const arrays = outs.map((out) => resultArray(fn, out));
      return [finish ? finish(arrays) : arrays, { outTree, aux }];
    },
    avals,
    concrete,
  );
  return { program, ...found };
}

/** Throws for a result that no program can have: anything but arrays and numbers, with flags and names among them. */
export function checkResult(fn: string, result: unknown): void {
  const [outs, { kind }] = flattenArguments(result, "everywhere", fn);
  if (kind === "static" && typeof result !== "boolean") refuseResult(fn, result);
  for (const out of outs) resultArray(fn, out);
}

/** Throws for what an async function returned. Nobody waits for it: what it throws later must not end the process. */
export function refusePromise(fn: string, out: unknown): void {
  if (typeof out !== "object" || out === null || !("then" in out) || typeof out.then !== "function") return;
  out.then(undefined, () => undefined);
  throw new TypeError(
    `${fn}: an async function can't be traced; await what it needs before, and pass or close over it.`,
  );
}

function refuseResult(fn: string, out: unknown): never {
  refusePromise(fn, out);
  throw new TypeError(`${fn}: the function must return arrays or trees of arrays, got ${describe(out)} in its result.`);
}

function resultArray(fn: string, out: unknown): NDArray {
  if (out instanceof NDArray) return out;
  return typeof out === "number" || typeof out === "boolean" ? narrowed(leafArray(fn, out)) : refuseResult(fn, out);
}

/**
 * The leaves of `tree`, which must have the structure and the shapes of `avals`; for tangents and cotangents. In place of a
 * number stands a float of either dtype, and with `weak` a number may stand in place of any: they are converted.
 */
export function matchLeaves(
  fn: string,
  name: string,
  tree: unknown,
  def: TreeDef,
  avals: readonly Aval[],
  weak = false,
): NDArray[] {
  refusePromise(fn, tree);
  const [leaves, given] = flattenArguments(tree, def, fn);
  if (!sameStructure(given, def)) {
    throw new TypeError(`${fn}: ${name} must have the structure ${formatTree(def)}, got ${formatTree(given)}.`);
  }
  return leaves.map((leaf, i) => {
    const { shape, dtype, weak: isWeak } = avals[i]!;
    if (typeof leaf === "number" && shape.length === 0) return scalar(leaf, dtype);
    refusePromise(fn, leaf);
    const given = asArray(fn, leaf, name);
    const converts = (weak && given.aval.weak) || (isWeak && isFloat(dtype) && isFloat(given.dtype));
    const array = converts ? convertElementType(given, dtype) : given;
    if (array.dtype === dtype && sameShape(array.shape, shape)) return array;
    throw new TypeError(
      `${fn}: ${name} must be ${dtype}${formatShape(shape)} in leaf ${i}, got ${array.dtype}${formatShape(array.shape)}.`,
    );
  });
}
