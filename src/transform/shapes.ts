/** What a function would do, without doing it: its output shapes and its program. */
import { type DType, isDType } from "../base/dtypes.ts";
import { checkOptions, noMore } from "../base/errors.ts";
import { flattenArguments } from "../base/flatten.ts";
import { frozen, isPlainObject } from "../base/plain.ts";
import { checkShape } from "../base/shapes.ts";
import { type TreeDef, unflatten } from "../base/tree.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import { type ClosedJaxpr, outputAvals } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { formatJaxpr } from "../ir/print.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { ARRAYS, checkFunction, leafArray, type TreeFunction, traceFunction } from "./flat.ts";
import type { WithLeaves } from "./tree-types.ts";

/** A shape and a dtype: what `evalShape` returns, and accepts in place of an array. Source: `jax.ShapeDtypeStruct`. */
export class ShapeDtypeStruct {
  readonly shape: readonly number[];
  constructor(
    shape: readonly number[],
    readonly dtype: DType,
    ...rest: never[]
  ) {
    noMore("ShapeDtypeStruct", rest);
    checkShape("ShapeDtypeStruct", shape);
    this.shape = frozen(shape);
    if (!isDType(dtype)) throw new TypeError(`ShapeDtypeStruct: unknown dtype ${String(dtype)}.`);
  }
}

/** Arguments in whose place shapes may stand. */
export type ShapesOf<Args extends readonly unknown[]> = {
  [i in keyof Args]: WithLeaves<Args[i], ArrayLike | ShapeLike>;
};

/** What stands for an array of a shape and a dtype: a `ShapeDtypeStruct`, or an object with these two and nothing else. */
export interface ShapeLike {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

const isShapeLike = (x: unknown): x is ShapeLike =>
  x instanceof ShapeDtypeStruct ||
  (isPlainObject(x) && Object.keys(x).sort().join() === "dtype,shape" && Array.isArray(x.shape) && isDType(x.dtype));

/** The abstract values of arguments, and their structure. */
function avalsOf(fn: string, args: readonly unknown[]): [Aval[], TreeDef] {
  const [leaves, tree] = flattenArguments(args, "everywhere", fn, isShapeLike);
  const avals = leaves.map((leaf) => {
    if (!isShapeLike(leaf)) return leafArray(fn, leaf).aval;
    checkShape(fn, leaf.shape);
    return makeAval(leaf.shape, leaf.dtype);
  });
  return [avals, tree];
}

/**
 * The shapes and dtypes of `f(...args)`, as a tree of `ShapeDtypeStruct`, without computing anything.
 * Source: `jax.eval_shape`.
 * @example
 * evalShape((x) => np.sum(x, 0), np.ones([2, 3])) // shape [3]
 * evalShape((x) => np.sum(x, 0), { shape: [2, 3], dtype: "float32" }) // shape [3]
 */
export function evalShape<Args extends unknown[], Out>(
  f: (...args: Args) => Out,
  ...args: ShapesOf<Args>
): WithLeaves<Out, ShapeDtypeStruct>;
export function evalShape(f: TreeFunction, ...args: readonly unknown[]): unknown {
  checkFunction("evalShape", f);
  const [avals, inTree] = avalsOf("evalShape", args);
  const { program, outTree } = traceFunction("evalShape", f, inTree, avals, ARRAYS);
  return unflatten(
    outTree,
    outputAvals(program.jaxpr).map((a) => new ShapeDtypeStruct(a.shape, a.dtype)),
  );
}

/** A program that prints itself. */
export interface PrintableJaxpr extends ClosedJaxpr {
  toString(): string;
}

/**
 * A function that returns the program of `f` for arguments of given shapes. Source: `jax.make_jaxpr`.
 * @example console.log(`${makeJaxpr(f)(x)}`);
 */
export function makeJaxpr<Args extends unknown[] = NDArray[]>(
  f: (...args: Args) => unknown,
  options?: never,
): (...args: ShapesOf<Args>) => PrintableJaxpr;
export function makeJaxpr(f: TreeFunction, options?: never): (...args: unknown[]) => PrintableJaxpr {
  checkFunction("makeJaxpr", f);
  checkOptions("makeJaxpr", options, []);
  return (...args) => {
    const [avals, inTree] = avalsOf("makeJaxpr", args);
    const { program } = traceFunction("makeJaxpr", f, inTree, avals, ARRAYS);
    return { ...program, toString: () => formatJaxpr(program.jaxpr) };
  };
}
