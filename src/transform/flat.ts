/** Between functions of trees, which users write, and programs over lists of arrays, which interpreters walk. */
import { describe, formatShape } from "../base/errors.ts";
import { flattenArguments, LEAF, type StaticsAt } from "../base/flatten.ts";
import { sameShape } from "../base/shapes.ts";
import { formatTree, sameStructure, type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import type { ClosedJaxpr } from "../ir/jaxpr.ts";
import { NDArray, scalar } from "../ir/ndarray.ts";
import { traceToJaxpr } from "../ir/trace.ts";
import { convertElementType } from "../lax/convert.ts";
import { asArray } from "../lax/operands.ts";

/** A function of trees of arrays that returns a tree of arrays. */
// biome-ignore lint/suspicious/noExplicitAny: users' functions have parameters of every kind
export type TreeFunction = (...args: any[]) => any;

/** A leaf of an argument as an array; a number becomes a weakly typed `float32`. */
export function leafArray(fn: string, leaf: unknown): NDArray {
  return typeof leaf === "number" ? scalar(leaf, "float32", true) : asArray(fn, leaf, "a leaf of an argument");
}

/** The leaves of a tree as arrays, and its structure, which flags and names (booleans, strings, undefined) are part of. */
export function flattenArrays(fn: string, tree: unknown): [NDArray[], TreeDef] {
  const [leaves, def] = flattenArguments(tree);
  return [leaves.map((leaf) => leafArray(fn, leaf)), def];
}

/** Applies `fn` to the leaves of trees of arrays of one structure; flags and names stay. */
export function mapArrays(fn: (...leaves: NDArray[]) => unknown, tree: unknown, ...rest: unknown[]): unknown {
  const [first, def] = flattenArguments<NDArray>(tree);
  const others = rest.map((other) => flattenArguments<NDArray>(other)[0]);
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

/** Where booleans in a result become arrays: everywhere. */
export const ARRAYS: StaticsAt = LEAF;

/**
 * Traces `f(...args)`, where `inTree` is the structure of the list of arguments and `avals` those of its leaves. A boolean
 * or a string in the result is a part of its structure too, by default as in arguments everywhere.
 */
export function traceFunction(
  fn: string,
  f: TreeFunction,
  inTree: TreeDef,
  avals: readonly Aval[],
  statics?: StaticsAt,
): Traced {
  let outTree: TreeDef | undefined;
  const program = traceToJaxpr((...leaves) => {
    const result = f(...unflatten<unknown[]>(inTree, leaves));
    const [outs, tree] = flattenArguments(result, statics);
    if (tree.kind === "static" && typeof tree.value !== "boolean") refuseResult(fn, result);
    outTree = tree;
    return outs.map((out) => resultArray(fn, out));
  }, avals);
  return { program, outTree: outTree! };
}

function refuseResult(fn: string, out: unknown): never {
  throw new TypeError(`${fn}: the function must return arrays or trees of arrays, got ${describe(out)} in its result.`);
}

function resultArray(fn: string, out: unknown): NDArray {
  if (out instanceof NDArray) return out;
  return typeof out === "number" || typeof out === "boolean" ? leafArray(fn, out) : refuseResult(fn, out);
}

/**
 * The leaves of `tree`, which must have the structure and the shapes of `avals`; for tangents and cotangents. Arrays that
 * are `weak` numbers may have another dtype, to be converted.
 */
export function matchLeaves(
  fn: string,
  name: string,
  tree: unknown,
  def: TreeDef,
  avals: readonly Aval[],
  weak = false,
): NDArray[] {
  const [leaves, given] = flattenArguments(tree, def);
  if (!sameStructure(given, def)) {
    throw new TypeError(`${fn}: ${name} must have the structure ${formatTree(def)}, got ${formatTree(given)}.`);
  }
  return leaves.map((leaf, i) => {
    const { shape, dtype } = avals[i]!;
    if (typeof leaf === "number" && shape.length === 0) return scalar(leaf, dtype);
    const given = asArray(fn, leaf, name);
    const array = weak && given.aval.weak ? convertElementType(given, dtype) : given;
    if (array.dtype === dtype && sameShape(array.shape, shape)) return array;
    throw new TypeError(
      `${fn}: ${name} must be ${dtype}${formatShape(shape)} in leaf ${i}, got ${array.dtype}${formatShape(array.shape)}.`,
    );
  });
}
