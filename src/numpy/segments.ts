/** `ops`: reductions of segments, the rows that share a number, under `jax.ops`' names. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { type DType, isFloat, itemSize } from "../base/dtypes.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { checkRoom } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { requireNumbers } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { asIndices, type Indices } from "./indexing.ts";
import { knownIntegers } from "./operands.ts";

/** Options of `ops.segmentSum` and its kind. */
export interface SegmentOptions {
  /**
   * How many segments there are: the size of the result's first axis. By default one more than the largest id, for which the
   * ids must be known; inside of transformations, where they aren't, it must be given.
   */
  readonly numSegments?: number | null;
  /** A promise that is of no use here. */
  readonly indicesAreSorted?: boolean;
  /** Promises that no id stands twice, which is not checked; saves time in products and extrema. */
  readonly uniqueIndices?: boolean;
}

type SegmentArguments = Arguments<[numSegments: number | null], SegmentOptions>;

function segmentCount(fn: string, ids: NDArray, given: number | null): number {
  if (given !== null) return given;
  const known = knownIntegers(fn, "segmentIds", ids, 'give "numSegments", the size of the result');
  return Math.max(-1, ...known) + 1;
}

/** A reduction by its scatter; `identity` is what an empty segment holds. */
function segmented(
  name: string,
  scatter: typeof lax.scatterAdd,
  identity: (dtype: DType) => number,
  takesBools: boolean,
) {
  const fn = `ops.${name}`;
  return (data: ArrayLike, segmentIds: Indices, ...args: SegmentArguments): NDArray => {
    const names = ["numSegments", "indicesAreSorted", "uniqueIndices"] as const;
    const { numSegments = null, uniqueIndices = false } = namedArguments<SegmentOptions>(fn, names, args, 1);
    const given = asArray(fn, data, "data");
    const values = takesBools ? given : requireNumbers(fn, given);
    const ids = asIndices(fn, segmentIds, "segmentIds");
    if (ids.ndim !== 1 || values.shape[0] !== ids.size) {
      throw new ShapeError(
        `${fn}: data ${formatShape(values.shape)} needs segmentIds of shape (${values.shape[0] ?? ""},), an id for each row, ` +
          `got ${formatShape(ids.shape)}.`,
      );
    }
    const count = segmentCount(fn, ids, numSegments);
    const shape = [count, ...values.shape.slice(1)];
    checkRoom(fn, shape, itemSize(values.dtype));
    const empty = lax.full(shape, identity(values.dtype), values.dtype);
    if (values.size === 0 || count === 0) return empty;
    // What scatter would count from the end lies outside, too.
    const rows = lax.select(lax.lt(ids, 0), count, ids);
    return scatter(empty, rows, values, { uniqueIndices });
  };
}

const lowest = (dtype: DType): number => (isFloat(dtype) ? -Infinity : dtype === "int32" ? -(2 ** 31) : 0);

function highest(dtype: DType): number {
  if (isFloat(dtype)) return Infinity;
  return dtype === "bool" ? 1 : dtype === "int32" ? 2 ** 31 - 1 : 2 ** 32 - 1;
}

/**
 * The sums of the rows of `data` that have the same id: row `i` of the result is that of all rows with id `i`, 0 where there
 * are none. Ids that are negative, or not below `numSegments`, are left out. Source: `jax.ops.segment_sum`.
 * @param data `(n, ...)`, numbers.
 * @param segmentIds `(n,)`, integers in any order.
 * @returns `(numSegments, ...)` of `data`'s dtype.
 * @throws ShapeError unless there is an id for each row, ConcretizationTypeError when the number of segments isn't known.
 * @example
 * ops.segmentSum(np.array([1, 2, 3, 4]), [0, 2, 0, 1]) // [4, 4, 2]
 * ops.segmentSum(np.array([1, 2, 3]), [0, 5, 0], { numSegments: 2 }) // [4, 0]
 */
export const segmentSum = /* @__PURE__ */ segmented("segmentSum", lax.scatterAdd, () => 0, false);
/**
 * The products of the rows of `data` that have the same id, 1 where there are none; see `segmentSum`.
 * Source: `jax.ops.segment_prod`.
 * @example ops.segmentProd(np.array([2, 3, 4]), [0, 2, 0]) // [8, 1, 3]
 */
export const segmentProd = /* @__PURE__ */ segmented("segmentProd", lax.scatterMul, () => 1, false);
/**
 * The largest elements of the rows of `data` that have the same id, where there are none -Infinity or the smallest integer;
 * see `segmentSum`. Equal ones share the derivative. Source: `jax.ops.segment_max`.
 * @example ops.segmentMax(np.array([1, 2, 3]), [0, 2, 0], { numSegments: 4 }) // [3, -Infinity, 2, -Infinity]
 */
export const segmentMax = /* @__PURE__ */ segmented("segmentMax", lax.scatterMax, lowest, true);
/**
 * The smallest elements of the rows of `data` that have the same id, where there are none Infinity or the largest integer; see
 * `segmentSum`. Equal ones share the derivative. Source: `jax.ops.segment_min`.
 * @example ops.segmentMin(np.array([1, 2, 3]), [0, 2, 0], { numSegments: 4 }) // [1, Infinity, 2, Infinity]
 */
export const segmentMin = /* @__PURE__ */ segmented("segmentMin", lax.scatterMin, highest, true);
