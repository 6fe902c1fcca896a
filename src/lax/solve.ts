/** Linear systems: by substitution for triangular matrices, by LU decomposition for others. */

import { checkOptions, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { sameShape, sizeOf } from "../base/shapes.ts";
import type { Aval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type KernelCommand, known, type Primitive } from "../ir/primitive.ts";
import { bind1, traceToJaxpr } from "../ir/trace.ts";
import { add, neg, sub } from "./arithmetic.ts";
import { sameFloat } from "./convert.ts";
import { zerosLike } from "./create.ts";
import { factorization } from "./decomposition.ts";
import { addArrays } from "./elementwise.ts";
import { linalgModule } from "./linalg-module.ts";
import { ge, gt, select } from "./logic.ts";
import { matmul, side, transposed } from "./matrix.ts";
import type { ArrayLike } from "./operands.ts";
import { batchSize, batchToFront, moveAxis, reshape } from "./shape.ts";
import { stopGradient } from "./stop-gradient.ts";

interface SolveParams {
  /** Which triangle of the matrix is meant; the other one isn't read. */
  readonly lower: boolean;
  /** Whether the transposed system is solved. */
  readonly transposeA: boolean;
  /** Whether the diagonal is taken to be ones and isn't read. */
  readonly unitDiagonal: boolean;
}

interface SolverParams extends SolveParams {
  /** The inputs' types where a program solves, which is made for them. */
  readonly avals?: readonly Aval[];
}

/**
 * `A X = B`: the inputs are the matrix, what its decomposition consists of (constants for derivatives), and last the
 * right-hand sides. `part` is what of the matrix's tangent matters.
 */
function solver(
  name: string,
  lowering: Primitive<SolverParams>["lowering"],
  part: (da: NDArray, params: SolveParams) => NDArray,
): (inputs: readonly NDArray[], params: SolveParams) => NDArray {
  const solve = (inputs: readonly NDArray[], params: SolveParams): NDArray => {
    const avals = lowering.kind === "call" ? { avals: inputs.map((x) => x.aval) } : {};
    return bind1(primitive, inputs, { ...params, ...avals });
  };
  const primitive: Primitive<SolverParams> = {
    name,
    aval: (inputs) => inputs.slice(-1),
    jvp: (primals, tangents, params) => {
      const x = solve(primals, params);
      const [da, db] = [tangents[0], tangents.at(-1)];
      let change = db ?? null;
      if (da) {
        const own = part(da, params);
        const term = neg(matmul(params.transposeA ? transposed(own) : own, x));
        change = change ? addArrays(change, term) : term;
      }
      return [[x], [change && solve([...primals.slice(0, -1), change], params)]];
    },
    transpose: ([ct], inputs, params) => {
      const matrices = inputs.slice(0, -1).map((a) => known(name, a));
      const solved = ct ? solve([...matrices, ct], { ...params, transposeA: !params.transposeA }) : null;
      return [...matrices.map(() => null), solved];
    },
    batch: (inputs, axes, params) => {
      const matrices = inputs.slice(0, -1);
      const lastAxis = entry(axes, -1);
      if (lastAxis === null || axes.slice(0, -1).some((axis) => axis !== null)) {
        const size = batchSize(inputs, axes);
        return [
          [
            solve(
              inputs.map((x, i) => batchToFront(x, axes[i] ?? null, size)),
              params,
            ),
          ],
          [0],
        ];
      }
      // One matrix for all: the mapped axis becomes more columns.
      const b = entry(inputs, -1);
      const last = moveAxis(b, lastAxis, b.ndim - 1);
      const wide = reshape(last, { newSizes: [...last.shape.slice(0, -2), sizeOf(last.shape.slice(-2))] });
      return [[reshape(solve([...matrices, wide], params), { newSizes: last.shape })], [b.ndim - 1]];
    },
    lowering,
  };
  return solve;
}

const byKernel = (command: KernelCommand): Primitive<SolverParams>["lowering"] => ({
  kind: "kernel",
  command,
  module: linalgModule,
  arguments: (inputs, { lower, transposeA, unitDiagonal }) => {
    const { shape } = entry(inputs, -1);
    const flags = Number(lower) + 2 * Number(transposeA) + 4 * Number(unitDiagonal);
    return [sizeOf(shape.slice(0, -2)), ...shape.slice(-2), flags];
  },
});

const solveTriangle = /* @__PURE__ */ solver(
  "triangular_solve",
  /* @__PURE__ */ byKernel("TRIANGULAR_SOLVE"),
  (da, { lower, unitDiagonal }) => {
    const inside = (unitDiagonal ? gt : ge)(lower ? side(da) : neg(side(da)), 0);
    return select(inside, da, zerosLike(da));
  },
);
const solveByLu = /* @__PURE__ */ solver("lu_solve", /* @__PURE__ */ byKernel("LU_SOLVE"), (da) => da);

/**
 * Square matrices as `P A = L U`, packed into one (the ones on the diagonal of `L` left out), and the rows' exchanges, behind
 * them their sign. Constants for derivatives.
 */
export const lu = /* @__PURE__ */ factorization("LU", (n) => [[n, n], [n + 1]]);

/** `A X = B`, or with the transpose of `A`, by the factors that `lu` gave; all have one batch shape. */
export const solveFactorized = (a: NDArray, factors: readonly NDArray[], b: NDArray, transposeA = false): NDArray =>
  solveByLu([a, ...factors, b], { lower: false, transposeA, unitDiagonal: false });

/** `A X = B` with a triangular `A`. */
export const substitute = (a: NDArray, b: NDArray, lower: boolean, transposeA = false, unitDiagonal = false): NDArray =>
  solveTriangle([a, b], { lower, transposeA, unitDiagonal });

/** By the Cholesky factor, and once more for what that leaves (Higham, "Accuracy and stability" (2002), chapter 12). */
function refined(a: NDArray, factor: NDArray, b: NDArray): NDArray {
  const solve = (y: NDArray): NDArray => substitute(factor, substitute(factor, y, true), true, true);
  const x = solve(b);
  return add(x, solve(sub(b, matmul(a, x))));
}

const solveByCholesky = /* @__PURE__ */ solver(
  "cholesky_solve",
  {
    kind: "call",
    program: ({ avals = [] }) =>
      traceToJaxpr((inputs) => [refined(entry(inputs, 0), entry(inputs, 1), entry(inputs, 2))], avals).jaxpr,
  },
  (da) => da,
);

/** `A X = B` for symmetric positive definite matrices by their Cholesky factors, which are constants for derivatives. */
export const solvePositive = (a: NDArray, factor: NDArray, b: NDArray): NDArray =>
  solveByCholesky([a, stopGradient(factor), b], { lower: true, transposeA: false, unitDiagonal: false });

/** Options of `lax.linalg.triangularSolve`. */
export interface TriangularSolveOptions extends Partial<SolveParams> {
  /** Whether `a x = b` is solved and not `x a = b`. */
  readonly leftSide?: boolean;
}

/**
 * The solution of `x a = b`, or of `a x = b` with `leftSide`, for a triangular matrix: the lower triangle of `a` if `lower`,
 * else the upper one; the other isn't read. `a` has shape `(..., m, m)`, `b` `(..., n, m)` (`(..., m, n)` with `leftSide`) or,
 * for a vector each, `(..., m)`. Source: `jax.lax.linalg.triangular_solve`.
 * @throws ShapeError when the shapes don't fit.
 * @example lax.linalg.triangularSolve(np.array([[2, 0], [1, 1]]), np.array([[2], [3]]), { leftSide: true, lower: true }) // [[1], [2]]
 */
export function triangularSolve(
  a: ArrayLike,
  b: ArrayLike,
  options: TriangularSolveOptions = {},
  ...rest: never[]
): NDArray {
  const fn = "lax.linalg.triangularSolve";
  noMore(fn, rest);
  const {
    leftSide = false,
    lower = false,
    transposeA = false,
    unitDiagonal = false,
  } = checkOptions(fn, options, ["leftSide", "lower", "transposeA", "unitDiagonal"]);
  const [matrix, given] = sameFloat(fn, [a, b], ["a", "b"]);
  const vector = given.ndim === matrix.ndim - 1;
  const n = matrix.shape.at(-1);
  const fits =
    matrix.ndim >= 2 &&
    matrix.shape.at(-2) === n &&
    given.shape.at(leftSide && !vector ? -2 : -1) === n &&
    sameShape(given.shape.slice(0, vector ? -1 : -2), matrix.shape.slice(0, -2));
  if (!fits) {
    throw new ShapeError(
      `${fn}: a ${formatShape(matrix.shape)} must be a square matrix or a stack of them and b ` +
        `${formatShape(given.shape)} fit its ${leftSide ? "rows" : "columns"} and have the same leading axes.`,
    );
  }
  const rhs = vector ? reshape(given, { newSizes: [...given.shape, 1] }) : leftSide ? given : transposed(given);
  const x = substitute(matrix, rhs, lower, leftSide ? transposeA : !transposeA, unitDiagonal);
  if (vector) return reshape(x, { newSizes: given.shape });
  return leftSide ? x : transposed(x);
}
