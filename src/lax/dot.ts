/** Products of arrays over chosen axes. */
import { checkOptions, formatShape, ShapeError } from "../base/errors.ts";
import { canonicalAxes, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { contract } from "./contract.ts";
import { promoteOperands } from "./convert.ts";
import { requireNumbers } from "./nary.ts";
import type { ArrayLike } from "./operands.ts";

/** Axes of both operands: `[lhs axes, rhs axes]`. */
export type DimensionPair = readonly [lhs: readonly number[], rhs: readonly number[]];

function pairOf(fn: string, name: string, dims: unknown): DimensionPair {
  if (Array.isArray(dims) && dims.length === 2 && dims.every((axes) => Array.isArray(axes))) {
    return dims as unknown as DimensionPair;
  }
  throw new TypeError(`${fn}: ${name} must be [lhs axes, rhs axes], two lists of axes, got ${JSON.stringify(dims)}.`);
}

export interface DotGeneralOptions {
  readonly contractingDims: DimensionPair;
  readonly batchDims?: DimensionPair;
}

/**
 * Multiplies along paired axes: batch axes stand first in the result, then the free axes of `lhs`, then those of `rhs`;
 * contracted ones are summed over. Source: `jax.lax.dot_general`.
 * @throws ShapeError when paired axes differ in size or an axis is named twice.
 * @example lax.dotGeneral(a, b, { contractingDims: [[1], [0]] }) // the matrix product
 */
export function dotGeneral(lhs: ArrayLike, rhs: ArrayLike, options: DotGeneralOptions): NDArray {
  const fn = "lax.dotGeneral";
  checkOptions(fn, options, ["contractingDims", "batchDims"], ["contractingDims"]);
  const [x, y] = promoteOperands(fn, [lhs, rhs], ["lhs", "rhs"]).map((a) => requireNumbers(fn, a)) as [
    NDArray,
    NDArray,
  ];
  const [lhsContracting, rhsContracting] = pairOf(fn, "contractingDims", options.contractingDims);
  const [lhsBatch, rhsBatch] = pairOf(fn, "batchDims", options.batchDims ?? [[], []]);
  const lhsPaired = canonicalAxes(fn, [...lhsBatch, ...lhsContracting], x.ndim, "an axis of lhs");
  const rhsPaired = canonicalAxes(fn, [...rhsBatch, ...rhsContracting], y.ndim, "an axis of rhs");
  const sizesAgree = lhsPaired.every((a, i) => x.shape[a] === y.shape[rhsPaired[i] as number]);
  if (lhsBatch.length !== rhsBatch.length || lhsPaired.length !== rhsPaired.length || !sizesAgree) {
    throw new ShapeError(
      `${fn}: lhs ${formatShape(x.shape)} and rhs ${formatShape(y.shape)} must have equal sizes along contractingDims ` +
        `${JSON.stringify(options.contractingDims)} and batchDims ${JSON.stringify([lhsBatch, rhsBatch])}.`,
    );
  }
  const lhsLabels = range(x.ndim);
  const rhsLabels = range(y.ndim, x.ndim);
  rhsPaired.forEach((axis, i) => {
    rhsLabels[axis] = lhsPaired[i] as number;
  });
  const batch = lhsPaired.slice(0, lhsBatch.length);
  const out = [...batch, ...lhsLabels.filter((l) => !lhsPaired.includes(l)), ...rhsLabels.filter((l) => l >= x.ndim)];
  return contract(x, y, { lhs: lhsLabels, rhs: rhsLabels, out, sizes: [...x.shape, ...y.shape], windows: [] });
}
