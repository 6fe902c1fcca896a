/** Products of arrays over chosen axes. */
import { type DType, isDType, promote } from "../../base/dtypes.ts";
import { checkOptions, describe, formatShape, noMore, ShapeError, show } from "../../base/errors.ts";
import { canonicalAxes, isIntegerList, range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { sub } from "../arithmetic.ts";
import { convertElementType, promoteOperands } from "../convert.ts";
import { full, iota } from "../create.ts";
import { cumsum } from "../cumulative.ts";
import { checkIndices } from "../gather.ts";
import { bitwiseAnd, ge, lt, select } from "../logic.ts";
import { type ArrayLike, asArray } from "../operands.ts";
import { broadcastInDim } from "../shape.ts";
import { contract } from "./contract.ts";

/** Axes of both operands: `[lhs axes, rhs axes]`. */
export type DimensionPair = readonly [lhs: readonly number[], rhs: readonly number[]];

/** Checked to be two lists of axes. */
export function pairOf(fn: string, name: string, dims: unknown): DimensionPair {
  if (Array.isArray(dims) && dims.length === 2 && Array.from(dims).every((axes) => isIntegerList(axes, -Infinity))) {
    return dims as unknown as DimensionPair;
  }
  throw new TypeError(`${fn}: ${name} must be [lhs axes, rhs axes], two lists of axes, got ${show(dims)}.`);
}

/** Options of `lax.dotGeneral`. */
export interface DotGeneralOptions {
  readonly contractingDims: DimensionPair;
  readonly batchDims?: DimensionPair;
  /** The result's dtype; by default that of the operands. */
  readonly preferredElementType?: DType | null;
}

/**
 * The product that `multiply` makes of operands of one dtype. Sums are made in that or in the dtype that is preferred for
 * the result, whichever holds more; those of bools are "or", their products "and": counts, compared with 0.
 */
export function product(
  fn: string,
  given: readonly NDArray[],
  multiply: (...operands: NDArray[]) => NDArray,
  preferred?: DType | null,
): NDArray {
  const own = (given[0] as NDArray).dtype;
  if (preferred && (!isDType(preferred) || preferred === "bool")) {
    throw new TypeError(`${fn}: preferredElementType must be a dtype of numbers, got ${describe(preferred)}.`);
  }
  const wanted = preferred ?? own;
  if (wanted === own && own !== "bool") return multiply(...given);
  const { dtype } = promote([own, wanted === "bool" ? "int32" : wanted].map((d) => ({ dtype: d, weak: false })));
  return convertElementType(multiply(...given.map((x) => convertElementType(x, dtype))), wanted);
}

/**
 * Multiplies along paired axes: batch axes stand first in the result, then the free axes of `lhs`, then those of `rhs`;
 * contracted ones are summed over. Source: `jax.lax.dot_general`.
 * @throws ShapeError when paired axes differ in size or an axis is named twice.
 * @example lax.dotGeneral(a, b, { contractingDims: [[1], [0]] }) // the matrix product
 */
export function dotGeneral(lhs: ArrayLike, rhs: ArrayLike, options: DotGeneralOptions, ...rest: never[]): NDArray {
  const fn = "lax.dotGeneral";
  noMore(fn, rest);
  const chosen = checkOptions(
    fn,
    options,
    ["contractingDims", "batchDims", "preferredElementType"],
    ["contractingDims"],
  );
  return multiplyAlong(fn, lhs, rhs, chosen);
}

/** `dotGeneral` for the function `fn`, which has checked the options' names. */
export function multiplyAlong(fn: string, lhs: ArrayLike, rhs: ArrayLike, options: DotGeneralOptions): NDArray {
  const [x, y] = promoteOperands(fn, [lhs, rhs], ["lhs", "rhs"]) as [NDArray, NDArray];
  const [lhsContracting, rhsContracting] = pairOf(fn, "contractingDims", options.contractingDims);
  const [lhsBatch, rhsBatch] = pairOf(fn, "batchDims", options.batchDims ?? [[], []]);
  const lhsPaired = canonicalAxes(fn, [...lhsBatch, ...lhsContracting], x.ndim, "an axis of lhs");
  const rhsPaired = canonicalAxes(fn, [...rhsBatch, ...rhsContracting], y.ndim, "an axis of rhs");
  const sizesAgree = lhsPaired.every((a, i) => x.shape[a] === y.shape[rhsPaired[i] as number]);
  if (lhsBatch.length !== rhsBatch.length || lhsPaired.length !== rhsPaired.length || !sizesAgree) {
    throw new ShapeError(
      `${fn}: lhs ${formatShape(x.shape)} and rhs ${formatShape(y.shape)} must have equal sizes along contractingDims ` +
        `${show(options.contractingDims)} and batchDims ${show([lhsBatch, rhsBatch])}.`,
    );
  }
  const lhsLabels = range(x.ndim);
  const rhsLabels = range(y.ndim, x.ndim);
  rhsPaired.forEach((axis, i) => {
    rhsLabels[axis] = lhsPaired[i] as number;
  });
  const batch = lhsPaired.slice(0, lhsBatch.length);
  const out = [...batch, ...lhsLabels.filter((l) => !lhsPaired.includes(l)), ...rhsLabels.filter((l) => l >= x.ndim)];
  const params = { lhs: lhsLabels, rhs: rhsLabels, out, sizes: [...x.shape, ...y.shape], windows: [] };
  return product(fn, [x, y], (a, b) => contract(a as NDArray, b as NDArray, params), options.preferredElementType);
}

/**
 * The product of vectors and matrices: over the last axis of `lhs` and the last but one of `rhs`.
 * Source: `jax.lax.dot`.
 * @param options `dotGeneral`'s, for other axes.
 * @example lax.dot(np.array([[1, 2], [3, 4]]), np.array([1, 1])) // [3, 7]
 */
export function dot(
  lhs: ArrayLike,
  rhs: ArrayLike,
  options: Partial<DotGeneralOptions> = {},
  ...rest: never[]
): NDArray {
  const fn = "lax.dot";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["contractingDims", "batchDims", "preferredElementType"]);
  const [x, y] = [asArray(fn, lhs, "lhs"), asArray(fn, rhs, "rhs")];
  const contractingDims: DimensionPair = [[x.ndim - 1], [Math.max(0, y.ndim - 2)]];
  return multiplyAlong(
    fn,
    x,
    y,
    x.ndim && y.ndim ? { contractingDims, ...chosen } : { contractingDims: [[], []], ...chosen },
  );
}

/**
 * The products of two stacks of matrices, `(..., n, k)` and `(..., k, m)`. Source: `jax.lax.batch_matmul`.
 * @example lax.batchMatmul(np.ones([5, 2, 3]), np.ones([5, 3, 4])) // shape [5, 2, 4]
 */
export function batchMatmul(lhs: ArrayLike, rhs: ArrayLike, ...rest: never[]): NDArray {
  const fn = "lax.batchMatmul";
  noMore(fn, rest);
  const [x, y] = [asArray(fn, lhs, "lhs"), asArray(fn, rhs, "rhs")];
  if (x.ndim < 2 || x.ndim !== y.ndim) {
    throw new ShapeError(
      `${fn}: takes stacks of matrices with as many axes, got ${formatShape(x.shape)} and ${formatShape(y.shape)}.`,
    );
  }
  const stacks = range(x.ndim - 2);
  return multiplyAlong(fn, x, y, { contractingDims: [[x.ndim - 1], [x.ndim - 2]], batchDims: [stacks, stacks] });
}

/**
 * The products of consecutive groups of `lhs`' rows, `(m, k)`, each with its own matrix of `rhs`, `(g, k, n)`; rows beyond the
 * groups give 0. Source: `jax.lax.ragged_dot`.
 * @param groupSizes how many rows each of the `g` groups has.
 * @example lax.raggedDot(np.ones([3, 2]), np.ones([2, 2, 4]), np.array([1, 2], { dtype: "int32" })) // shape [3, 4]
 */
export function raggedDot(
  lhs: ArrayLike,
  rhs: ArrayLike,
  groupSizes: ArrayLike,
  options: Pick<DotGeneralOptions, "preferredElementType"> = {},
  ...rest: never[]
): NDArray {
  const fn = "lax.raggedDot";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["preferredElementType"]);
  const [x, y] = promoteOperands(fn, [lhs, rhs], ["lhs", "rhs"]) as [NDArray, NDArray];
  const sizes = checkIndices(fn, groupSizes, "groupSizes");
  const [m, k] = x.shape as [number, number];
  if (x.ndim !== 2 || y.ndim !== 3 || y.shape[1] !== k || sizes.ndim !== 1 || sizes.size !== y.shape[0]) {
    const shapes = [x, y, sizes].map((a) => formatShape(a.shape)).join(", ");
    throw new ShapeError(`${fn}: takes lhs (m, k), rhs (g, k, n) and groupSizes (g), got ${shapes}.`);
  }
  const shape = [m, sizes.size, k];
  const along = (a: NDArray, ...broadcastDimensions: number[]): NDArray =>
    broadcastInDim(a, { shape, broadcastDimensions });
  const [ends, row] = [cumsum(sizes), along(iota("int32", m), 0)];
  const inside = bitwiseAnd(ge(row, along(sub(ends, sizes), 1)), lt(row, along(ends, 1)));
  return dotGeneral(select(inside, along(x, 0, 2), along(full([], 0, x.dtype))), y, {
    contractingDims: [
      [1, 2],
      [0, 1],
    ],
    ...chosen,
  });
}
