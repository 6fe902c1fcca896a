/** Systems with a positive definite matrix that is known by its products alone. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { sizeOf } from "../base/shapes.ts";
import { formatTree, type TreeDef, unflatten } from "../base/tree.ts";
import { type Aval, formatAval, sameAval } from "../ir/aval.ts";
import { outputAvals } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { zerosLike } from "../lax/create.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { matmul } from "../numpy/products.ts";
import { flattenArrays, type TreeFunction, traceFunction } from "../transform/flat.ts";
import { withConstsAsInputs } from "../transform/partial.ts";
import type { ArraysOf, Given, Seen } from "../transform/tree-types.ts";
import { bindCg, type LinearMap } from "./cg-primitive.ts";

/** A symmetric matrix: an array, or the function that multiplies by it, `x` and the result being trees like `b`. */
export type LinearOperator<Tree> = ArrayLike | ((x: Seen<Tree>) => Given<Tree>);

/** Options of `scipy.sparse.linalg.cg`. */
export interface CgOptions<Tree> {
  /** Where to start: a tree like `b`; zeros by default. The solution's derivative doesn't depend on it. */
  readonly x0?: Given<Tree> | null;
  /** Ends when the residual's norm is at most `max(tol * norm(b), atol)`; 1e-5 by default. */
  readonly tol?: number;
  /** See `tol`; 0 by default. */
  readonly atol?: number;
  /** The most steps; 10 times the number of unknowns by default. */
  readonly maxiter?: number | null;
  /** A preconditioner, close to the inverse of `A` and as symmetric and positive definite; none by default. */
  readonly M?: LinearOperator<Tree> | null;
}

const FN = "scipy.sparse.linalg.cg";

const avalsOf = (arrays: readonly NDArray[]): Aval[] => arrays.map((x) => x.aval);
const listed = (avals: readonly Aval[]): string => avals.map(formatAval).join(", ");

/** The product with a matrix as a function. */
function product(name: string, matrix: NDArray, b: readonly NDArray[]): TreeFunction {
  const n = matrix.shape[0];
  const [first, ...others] = b;
  const fits = matrix.ndim === 2 && matrix.shape[1] === n && others.length === 0;
  if (fits && first && (first.ndim === 1 || first.ndim === 2) && first.shape[0] === n) return (x) => matmul(matrix, x);
  throw new ShapeError(
    `${FN}: ${name} of shape ${formatShape(matrix.shape)} must be a square matrix and b fit its columns, got ` +
      `${listed(avalsOf(b))}; for a stack of systems use vmap, for a tree a function.`,
  );
}

/** The map as a program, with the arrays that it closes over. */
function mapOf(name: string, given: unknown, b: readonly NDArray[], tree: TreeDef): LinearMap & { consts: NDArray[] } {
  const f = typeof given === "function" ? (given as TreeFunction) : product(name, asArray(FN, given, name), b);
  const avals = avalsOf(b);
  const { program, outTree } = traceFunction(FN, f, { kind: "list", children: [tree] }, avals);
  const outs = outputAvals(program.jaxpr);
  if (formatTree(outTree) !== formatTree(tree) || outs.some((aval, i) => !sameAval(aval, entry(avals, i)))) {
    throw new TypeError(
      `${FN}: ${name} must give what b is, ${formatTree(tree)} of ${listed(avals)}, got ${formatTree(outTree)} of ` +
        `${listed(outs)}.`,
    );
  }
  const consts = [...program.consts];
  return { program: withConstsAsInputs(program.jaxpr), closedOver: consts.length, consts };
}

/** The leaves as floats; beside a matrix of its dtype. */
function floats(tree: unknown, matrix: unknown): [NDArray[], TreeDef] {
  const [leaves, def] = flattenArrays(FN, tree);
  const beside = typeof matrix === "function" ? [] : [asArray(FN, matrix, "A")];
  return [leaves.map((leaf) => promoteToFloat(FN, [leaf, ...beside])[0]), def];
}

function firstGuess(x0: unknown, b: readonly NDArray[], tree: TreeDef): NDArray[] {
  const [given, def] = flattenArrays(FN, x0);
  const avals = avalsOf(b);
  const guess = given.map((x, i) => promoteToFloat(FN, [x, ...b.slice(i, i + 1)])[0]);
  if (formatTree(def) === formatTree(tree) && guess.every((x, i) => sameAval(x.aval, entry(avals, i)))) return guess;
  throw new TypeError(
    `${FN}: x0 must be like b, ${formatTree(tree)} of ${listed(avals)}, got ${formatTree(def)} of ${listed(avalsOf(given))}.`,
  );
}

function checkTolerance(name: string, value: unknown): void {
  if (typeof value === "number" && value >= 0 && value < Infinity) return;
  throw new TypeError(`${FN}: ${name} must be a number that isn't negative, got ${describe(value)}.`);
}

/**
 * The `x` with `A x = b` for a symmetric positive definite `A`, by the conjugate gradient method, in as many products with
 * `A` as it takes steps. The derivative is that of the solution, found by solving again, whatever the steps were: forwards and
 * backwards, by `b` and by all that `A` closes over. Under `vmap` each system ends by itself. Source:
 * `jax.scipy.sparse.linalg.cg`.
 * @param A `(n, n)`, or a linear function of trees like `b`. That it is symmetric and positive definite isn't checked.
 * @param b an array or a tree of arrays, floats.
 * @returns `[x, info]`: a tree like `b`, and an `int32`: 0 where the tolerance was reached, else after how many steps it wasn't.
 * @throws ShapeError for a matrix that doesn't fit, TypeError for a function that gives another tree than `b`.
 * @example
 * scipy.sparse.linalg.cg(np.array([[4, 1], [1, 3]]), np.array([1, 2])) // [[0.0909, 0.6364], 0]
 * scipy.sparse.linalg.cg((x) => x.mul(2), np.array([2, 4]), { tol: 1e-6 })[0] // [1, 2]
 */
export function cg<Tree>(
  A: LinearOperator<Tree>,
  b: Tree,
  ...args: Arguments<[], CgOptions<Tree>>
): [x: ArraysOf<Tree>, info: NDArray] {
  const names = ["x0", "tol", "atol", "maxiter", "M"] as const;
  const {
    x0 = null,
    tol = 1e-5,
    atol = 0,
    maxiter = null,
    M = null,
  } = namedArguments<CgOptions<Tree>>(FN, names, args, 0);
  checkTolerance("tol", tol);
  checkTolerance("atol", atol);
  const [rhs, tree] = floats(b, A);
  if (rhs.length === 0) throw new TypeError(`${FN}: b has no arrays, got ${formatTree(tree)}.`);
  const { consts, ...matrix } = mapOf("A", A, rhs, tree);
  const close = M === null ? null : mapOf("M", M, rhs, tree);
  const size = rhs.reduce((sum, x) => sum + sizeOf(x.shape), 0);
  const params = {
    matrix,
    preconditioner: close && { program: close.program, closedOver: close.closedOver },
    batch: 0,
    tol,
    atol,
    maxiter: maxiter ?? 10 * size,
  };
  const guess = x0 === null ? rhs.map(zerosLike) : firstGuess(x0, rhs, tree);
  const outs = bindCg(params, [...consts, ...(close?.consts ?? []), ...rhs, ...guess]);
  return [unflatten(tree, outs.slice(0, -1)), entry(outs, -1)];
}
