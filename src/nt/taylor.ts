/** Linearization and Taylor expansion of a function in its parameters. */
import { describe } from "../base/errors.ts";
import { unflatten } from "../base/tree.ts";
import { add, div, sub } from "../lax/arithmetic.ts";
import { jvp } from "../transform/derivatives.ts";
import {
  checkFunction,
  flattenArrays,
  floatNumbers,
  mapArrays,
  matchLeaves,
  type TreeFunction,
} from "../transform/flat.ts";

/** `newParams - params`, leaf by leaf; trees and shapes must agree. */
function difference(fn: string, newParams: unknown, params: unknown): unknown {
  const [leaves, def] = flattenArrays(fn, floatNumbers(params));
  const news = matchLeaves(
    fn,
    "newParams",
    newParams,
    def,
    leaves.map((x) => x.aval),
  );
  return unflatten(
    def,
    news.map((x, i) => sub(x, leaves[i]!)),
  );
}

const addTrees = (x: unknown, y: unknown): unknown => mapArrays(add, x, y);

/**
 * The Taylor polynomial of `f` in its first argument around `params`: a function `(newParams, ...args)` with the outputs
 * of `f`. Source: `neural_tangents.taylor_expand`.
 * @param degree a whole number; 0 gives the value at `params`, 1 the linearization.
 * @throws TypeError for a degree that is no non-negative whole number, or parameters of another structure.
 * @example const fQuadratic = nt.taylorExpand(f, params, 2); fQuadratic(newParams, x);
 */
export function taylorExpand<F extends TreeFunction>(f: F, params: unknown, degree: number): F {
  checkFunction("nt.taylorExpand", f);
  if (!Number.isInteger(degree) || degree < 0) {
    throw new TypeError(`nt.taylorExpand: degree must be a non-negative whole number, got ${describe(degree)}.`);
  }
  const expansion: TreeFunction = (newParams: unknown, ...args: unknown[]) => {
    const direction = difference("nt.taylorExpand", newParams, params);
    // Horner's scheme: f + (f' + (f'' + ...) / 2) / 1, where each derivative is along the direction.
    const remainder = (g: TreeFunction, order: number): unknown => {
      if (order === degree) return g(params);
      const derivative: TreeFunction = (p) => jvp(g, [p], [direction])[1];
      const rest = mapArrays((x) => div(x, order + 1), remainder(derivative, order + 1));
      return addTrees(g(params), rest);
    };
    return remainder((p) => f(p, ...args), 0);
  };
  return expansion as F;
}

/**
 * The linearization of `f` in its first argument around `params`: a function `(newParams, ...args)` with the outputs of
 * `f`. Source: `neural_tangents.linearize`.
 * @example const fLin = nt.linearize(f, params); fLin(newParams, x);
 */
export function linearize<F extends TreeFunction>(f: F, params: unknown): F {
  checkFunction("nt.linearize", f);
  const expansion: TreeFunction = (newParams: unknown, ...args: unknown[]) => {
    const direction = difference("nt.linearize", newParams, params);
    const [value, change] = jvp((p) => f(p, ...args), [params], [direction]);
    return addTrees(value, change);
  };
  return expansion as F;
}
