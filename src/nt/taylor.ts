/** Linearization and Taylor expansion of a function in its parameters. */

import { isFloat } from "../base/dtypes.ts";
import { describe, noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";
import { add, div, sub } from "../lax/arithmetic.ts";
import { narrowed } from "../lax/convert.ts";
import { full } from "../lax/create.ts";
import { bitwiseAnd, eq, select } from "../lax/logic.ts";
import { reduceAnd } from "../lax/reduce.ts";
import { broadcastTo } from "../lax/shape.ts";
import { jvp } from "../transform/derivatives.ts";
import {
  checkFunction,
  checkResult,
  floatNumbers,
  mapArrays,
  matchLeaves,
  type TreeFunction,
} from "../transform/flat.ts";
import type { AnyTree, ArraysOf, Given, Settled } from "../transform/tree-types.ts";
import { kept } from "./task/kept.ts";
import { leafPaths, Parameters } from "./task/parameters.ts";

/** A function of other parameters, near those that it was made at, and of the further arguments of `f`. */
export type Expansion<Out, Params, Args extends readonly unknown[]> = (
  newParams: Given<Params>,
  ...args: Args
) => ArraysOf<Out>;

/** Whether a leaf without a derivative is what it was; a 0-dimensional `bool` where only a run can tell. */
function unchanged(fn: string, path: string, leaf: NDArray, before: NDArray): NDArray | null {
  if (leaf === before) return null;
  const same = reduceAnd(eq(leaf, before));
  if (!(same instanceof HostArray)) return same;
  if (same.item()) return null;
  throw new TypeError(
    `${fn}: newParams${path} differs from params${path}, and an array of ${leaf.dtype} has no derivative; leave it as it ` +
      "is, or make it float32 or float64.",
  );
}

/** `newParams - params` in the float leaves; trees and shapes must agree, and the other leaves altogether. */
function difference(fn: string, newParams: unknown, { leaves, tree }: Parameters): NDArray[] {
  const avals = leaves.map((x) => x.aval);
  const news = matchLeaves(fn, "newParams", newParams, tree, avals);
  const paths = leafPaths(tree, "");
  const checks = news.flatMap((x, i) => {
    const check = isFloat(x.dtype) ? null : unchanged(fn, entry(paths, i), x, entry(leaves, i));
    return check ? [check] : [];
  });
  const steps = news.flatMap((x, i) => (isFloat(x.dtype) ? [sub(x, entry(leaves, i))] : []));
  if (checks.length === 0) return steps;
  const same = checks.reduce(bitwiseAnd);
  return steps.map((x) => select(broadcastTo(same, x.shape), x, full(x.shape, Number.NaN, x.dtype)));
}

const addTrees = (x: unknown, y: unknown): unknown => mapArrays(add, x, y);

/** `f` as a function of the float leaves of its parameters. */
const byFloats =
  (fn: string, f: TreeFunction, parameters: Parameters, args: readonly unknown[]) =>
  (floats: readonly NDArray[]): unknown => {
    const result: unknown = f(parameters.with(floats.map(narrowed)), ...args);
    checkResult(fn, result);
    return result;
  };

/** Each degree is a derivative of the derivative before it, whose program is larger: further ones never end. */
const MAX_DEGREE = 64;

/**
 * The Taylor polynomial of `f` in its first argument around `params`: a function `(newParams, ...args)` with the outputs
 * of `f`. Leaves of `params` that are no floats are constants: changing one is an error, and inside of `jit`, where values
 * can't be compared, makes the result NaN. Source: `neural_tangents.taylor_expand`.
 * @param degree a whole number; 0 gives the value at `params`, 1 the linearization.
 * @throws TypeError for a degree that is no whole number from 0 to 64, parameters of another structure, or no float leaf.
 * @example const fQuadratic = nt.taylorExpand(f, params, 2); fQuadratic(newParams, x);
 */
export function taylorExpand<Out, Params = AnyTree, Args extends readonly unknown[] = AnyTree[]>(
  f: (params: Params, ...args: Args) => Out,
  params: Settled<Given<Params>>,
  degree: number,
  ...rest: never[]
): Expansion<Out, Params, Args> {
  noMore("nt.taylorExpand", rest);
  checkFunction("nt.taylorExpand", f);
  if (!Number.isInteger(degree) || degree < 0 || degree > MAX_DEGREE) {
    throw new TypeError(
      `nt.taylorExpand: degree must be a whole number from 0 to ${MAX_DEGREE}, got ${describe(degree)}.`,
    );
  }
  const around = kept("nt.taylorExpand", params);
  return (newParams: unknown, ...args: readonly unknown[]): AnyTree => {
    const parameters = new Parameters("nt.taylorExpand", floatNumbers(around));
    const direction = difference("nt.taylorExpand", newParams, parameters);
    // Horner's scheme: f + (f' + (f'' + ...) / 2) / 1, where each derivative is along the direction.
    const remainder = (g: TreeFunction, order: number): unknown => {
      if (order === degree) return g(parameters.floats);
      const derivative: TreeFunction = (p) => jvp(g, [p], [direction])[1];
      const rest = mapArrays((x) => div(x, order + 1), remainder(derivative, order + 1));
      return addTrees(g(parameters.floats), rest);
    };
    return remainder(byFloats("nt.taylorExpand", f, parameters, args), 0);
  };
}

/**
 * The linearization of `f` in its first argument around `params`: a function `(newParams, ...args)` with the outputs of
 * `f`. Leaves of `params` that are no floats are constants, as in `taylorExpand`. Source: `neural_tangents.linearize`.
 * @example const fLin = nt.linearize(f, params); fLin(newParams, x);
 */
export function linearize<Out, Params = AnyTree, Args extends readonly unknown[] = AnyTree[]>(
  f: (params: Params, ...args: Args) => Out,
  params: Settled<Given<Params>>,
  ...rest: never[]
): Expansion<Out, Params, Args> {
  noMore("nt.linearize", rest);
  checkFunction("nt.linearize", f);
  const around = kept("nt.linearize", params);
  return (newParams: unknown, ...args: readonly unknown[]): AnyTree => {
    const parameters = new Parameters("nt.linearize", floatNumbers(around));
    const direction = difference("nt.linearize", newParams, parameters);
    const [value, change] = jvp(byFloats("nt.linearize", f, parameters, args), [parameters.floats], [direction]);
    return addTrees(value, change);
  };
}
