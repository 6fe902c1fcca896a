/** What the functions of `numpy.linalg` share: the matrices that they take, and the inverse. */
import { formatShape, ShapeError } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { identityLike } from "../lax/matrix.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { lu, solveFactorized } from "../lax/solve.ts";

/** The argument as a float array of matrices. */
export function matrices(fn: string, x: ArrayLike, square: boolean, name = "a"): NDArray {
  const [a] = promoteToFloat(fn, [x], [name]);
  if (a.ndim >= 2 && (!square || a.shape.at(-1) === a.shape.at(-2))) return a;
  throw new ShapeError(
    `${fn}: ${name} must be a ${square ? "square " : ""}matrix or a stack of them, got shape ${formatShape(a.shape)}.`,
  );
}

/** Not finite where a matrix is exactly singular. */
export const inverse = (a: NDArray): NDArray => solveFactorized(a, lu(a), identityLike(a));
