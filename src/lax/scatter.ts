/** Writing windows to the places that an array of indices names. */

import { isFloat } from "../base/dtypes.ts";
import { checkFunction, checkOptions, closed, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, checkShape, range, type Shape, sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One } from "../ir/primitive.ts";
import { add, div, max, min, mul, neg } from "./arithmetic.ts";
import type { Combine } from "./combine.ts";
import { convertElementType, sameDType } from "./convert.ts";
import { associativeScan } from "./cumulative.ts";
import { withDerivative } from "./decomposition.ts";
import { checkIndices, fromEnd, type GatherIndices, gatherRows, scatterRows } from "./gather.ts";
import {
  type GatherScatterMode,
  readDimensions,
  type WindowDimensions,
  type WindowRows,
  windowRows,
  windowSizes,
} from "./index-windows.ts";
import { lastValues, overWidth } from "./last-values.ts";
import { bitwiseOr, eq, ne, select } from "./logic.ts";
import { requireNumbers } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { expandDims } from "./shape.ts";
import { pad, sliceInDim } from "./slice.ts";
import { sortWithPlaces } from "./sort.ts";
import { stopGradient } from "./stop-gradient.ts";

/** Source: `jax.lax.ScatterDimensionNumbers`. */
export interface ScatterDimensionNumbers {
  /** The updates' axes that run inside a window. */
  readonly updateWindowDims: readonly number[];
  /** The operand's axes, of size 1 in a window, that the updates lack. */
  readonly insertedWindowDims: readonly number[];
  /** The operand's axis that each component of an index counts along. */
  readonly scatterDimsToOperandDims: readonly number[];
  /** Axes of the operand that go with axes of the indices: each window is written at its own place along these. */
  readonly operandBatchingDims?: readonly number[];
  readonly scatterIndicesBatchingDims?: readonly number[];
}

/** Options of `lax.scatter` and its kind. */
export interface ScatterOptions {
  /**
   * The axis that the indices count along (the first by default), where each index names a whole slice: the updates have
   * `x`'s shape with that of `indices` in place of the axis, and negative indices count from the end.
   */
  readonly axis?: number;
  /** In place of `axis`: windows of any shape, as in JAX. The last axis of `indices` holds an index's components. */
  readonly dimensionNumbers?: ScatterDimensionNumbers;
  /** `"fill"` by default: windows that lie outside in part change nothing. */
  readonly mode?: GatherScatterMode | null;
  /** Promises that no two windows overlap, which is not checked; saves time in products and extrema. */
  readonly uniqueIndices?: boolean;
  /** A promise that is of no use here. */
  readonly indicesAreSorted?: boolean;
}

const NAMES = [
  "updateWindowDims",
  "insertedWindowDims",
  "scatterDimsToOperandDims",
  "operandBatchingDims",
  "scatterIndicesBatchingDims",
] as const;

const OPTIONS = ["axis", "dimensionNumbers", "mode", "uniqueIndices", "indicesAreSorted"] as const;

/** The whole slices along an axis as windows. */
function slices(operand: NDArray, axis: number, indices: NDArray): [NDArray, WindowDimensions] {
  const corners = fromEnd(indices, entry(operand.shape, axis));
  const inner = range(operand.ndim - 1).map((i) => (i < axis ? i : i + indices.ndim));
  return [
    expandDims(corners, { axes: [indices.ndim] }),
    { inner, absent: [axis], indexed: [axis], batching: [], indicesBatching: [] },
  ];
}

function placesOf(
  fn: string,
  operand: NDArray,
  given: GatherIndices,
  shape: Shape,
  options: ScatterOptions,
): WindowRows {
  const { axis, dimensionNumbers, mode } = options;
  if (axis !== undefined && dimensionNumbers) throw new TypeError(`${fn}: takes axis or dimensionNumbers, not both.`);
  const list = checkIndices(fn, given);
  const [indices, dims] = dimensionNumbers
    ? [list, readDimensions(fn, dimensionNumbers, NAMES, operand, list)]
    : slices(operand, canonicalAxis(fn, axis ?? 0, operand.ndim), list);
  const sizes = dimensionNumbers
    ? windowSizes(operand, shape, dims)
    : operand.shape.map((n, a) => (dims.absent.includes(a) ? 1 : n));
  const rows = windowRows(fn, operand, indices, sizes, dims, mode ?? "fill");
  if (sameShape(rows.shape, shape)) return rows;
  throw new ShapeError(
    `${fn}: updates of ${formatShape(operand.shape)} at indices ${formatShape(list.shape)} ` +
      `${dimensionNumbers ? "" : `along axis ${dims.absent[0]} `}must have shape ${formatShape(rows.shape)}, ` +
      `got ${formatShape(shape)}.`,
  );
}

/** Values in the order of their places, where each is combined with those before it that have the same place. */
function runningTotals(values: NDArray, index: NDArray, combine: Combine): [values: NDArray, index: NDArray] {
  const count = entry(index.shape, 1);
  if (count < 2) return [values, index];
  const [sorted, places] = sortWithPlaces(index, 1);
  const inOrder = gatherRows(values, places);
  const changes = ne(sliceInDim(sorted, 1, count, 1), sliceInDim(sorted, 0, count - 1, 1));
  const first = pad(changes, true, {
    paddingConfig: [
      [0, 0, 0],
      [1, 0, 0],
    ],
  });
  const [, totals] = associativeScan<[NDArray, NDArray]>(
    ([startsA, a], [startsB, b]) => [bitwiseOr(startsA, startsB), select(startsB, b, combine(a, b))],
    [overWidth(first, inOrder.shape), inOrder],
    { axis: 1 },
  );
  return [totals, sorted];
}

type ScatterFunction = (x: ArrayLike, indices: GatherIndices, updates: ArrayLike, options?: ScatterOptions) => NDArray;

interface ScatterArguments {
  readonly operand: NDArray;
  readonly values: NDArray;
  readonly places: WindowRows;
  readonly unique: boolean;
}

function scatterFunction(name: string, apply: (fn: string, args: ScatterArguments) => NDArray): ScatterFunction {
  const fn = `lax.${name}`;
  return closed(fn, (x: ArrayLike, indices: GatherIndices, updates: ArrayLike, options?: ScatterOptions) => {
    const chosen = checkOptions(fn, options, OPTIONS);
    const [operand, values] = sameDType(fn, [x, updates], ["x", "updates"]) as [NDArray, NDArray];
    const places = placesOf(fn, operand, indices, values.shape, chosen);
    return apply(fn, { operand, values: places.windowsToRows(values), places, unique: chosen.uniqueIndices === true });
  });
}

/** Rows summed up in their places in an array like the operand. */
const added = (values: NDArray, { index, rows, operandFromRows }: WindowRows): NDArray =>
  operandFromRows(scatterRows(values, index, { rows, replace: false }));

const sums = (fn: string, { values, places }: ScatterArguments): NDArray => added(requireNumbers(fn, values), places);

function replaced({ operand, values, places }: ScatterArguments, index: NDArray, combine: Combine): NDArray {
  const [chosen, hit] = lastValues(values, index, places.rows).map(places.operandFromRows) as [NDArray, NDArray];
  return select(hit, combine(operand, chosen), operand);
}

function combined(args: ScatterArguments, combine: Combine): NDArray {
  if (args.unique) return replaced(args, args.places.index, combine);
  const [values, index] = runningTotals(args.values, args.places.index, combine);
  return replaced({ ...args, values }, index, combine);
}

const attachTangent = /* @__PURE__ */ withDerivative<One>("scatter_extremum", (_source, _values, tangent) => [tangent]);

/** As in JAX the tangent is the mean of those of the place and all updates that attain the extremum. */
const extremum = (name: string, combine: Combine): ScatterFunction =>
  scatterFunction(name, (_, args) => {
    const { operand, values, places } = args;
    const out = combined({ ...args, operand: stopGradient(operand), values: stopGradient(values) }, combine);
    if (!isFloat(out.dtype)) return out;
    const attained = convertElementType(eq(operand, out), out.dtype);
    const winning = convertElementType(eq(values, gatherRows(places.operandToRows(out), places.index)), out.dtype);
    const source = add(mul(operand, attained), added(mul(values, winning), places));
    return attachTangent(div(source, add(attained, added(winning, places))), [out])[0];
  });

/**
 * `x` with `updates` added to the slices along an axis, or to the windows, that `indices` names; one named several times
 * gets all of its updates, indices outside get none. Source: `jax.lax.scatter_add`; with `axis` `x.at[indices].add(updates)`
 * of JAX.
 * @example lax.scatterAdd(np.zeros(3), np.array([0, 2, 0], { dtype: "int32" }), np.array([1, 2, 3])) // [4, 0, 2]
 */
export const scatterAdd = /* @__PURE__ */ scatterFunction("scatterAdd", (fn, args) =>
  add(args.operand, sums(fn, args)),
);
/**
 * Like `scatterAdd`, with the updates subtracted. Source: `jax.lax.scatter_sub`.
 * @example lax.scatterSub(np.zeros([3]), np.array([0, 2], { dtype: "int32" }), np.array([1, 2])) // [-1, 0, -2]
 */
export const scatterSub = /* @__PURE__ */ scatterFunction("scatterSub", (fn, args) =>
  add(args.operand, neg(sums(fn, args))),
);
const set = (name: string): ScatterFunction =>
  scatterFunction(name, (_, args) => replaced(args, args.places.index, (_operand, value) => value));

/**
 * `x` with `updates` in place of the slices along an axis, or of the windows, that `indices` names; of several for one
 * place the last stands, indices outside change nothing. Source: `jax.lax.scatter`; with `axis` `x.at[indices].set(updates)`.
 * @example lax.scatter(np.zeros([3]), np.array([0, 2], { dtype: "int32" }), np.array([1, 2])) // [1, 0, 2]
 */
export const scatter = /* @__PURE__ */ set("scatter");
/**
 * `scatter` under the name of what it does.
 * @example lax.scatterSet(np.zeros([3]), np.array([0, 2], { dtype: "int32" }), np.array([1, 2])) // [1, 0, 2]
 */
export const scatterSet = /* @__PURE__ */ set("scatterSet");
/**
 * Like `scatterAdd`, with the places multiplied by all of their updates. Source: `jax.lax.scatter_mul`.
 * @example lax.scatterMul(np.ones([3]), np.array([0, 2], { dtype: "int32" }), np.array([3, 2])) // [3, 1, 2]
 */
export const scatterMul = /* @__PURE__ */ scatterFunction("scatterMul", (fn, args) =>
  combined({ ...args, operand: requireNumbers(fn, args.operand) }, mul),
);
/**
 * Like `scatterAdd`, with the smallest of a place and its updates; of equal ones all share the derivative. Source: `jax.lax.scatter_min`.
 * @example lax.scatterMin(np.ones([3]), np.array([0, 2], { dtype: "int32" }), np.array([-3, 2])) // [-3, 1, 1]
 */
export const scatterMin = /* @__PURE__ */ extremum("scatterMin", min);
/**
 * Like `scatterAdd`, with the largest of a place and its updates. Source: `jax.lax.scatter_max`.
 * @example lax.scatterMax(np.ones([3]), np.array([0, 2], { dtype: "int32" }), np.array([-3, 2])) // [1, 1, 2]
 */
export const scatterMax = /* @__PURE__ */ extremum("scatterMax", max);

/**
 * `x` with `fn` applied to the windows, of an array of `updateShape`, that `indices` names. Source: `jax.lax.scatter_apply`.
 * @param fn takes the windows and returns as many elements of the same dtype.
 * @param options `uniqueIndices: true` is needed: a window named twice would have to change twice.
 * @example lax.scatterApply(np.ones([3]), np.array([[0]], { dtype: "int32" }), (x) => np.negative(x), { dimensionNumbers: { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] }, uniqueIndices: true, updateShape: [1] }) // [-1, 1, 1]
 */
export function scatterApply(
  x: ArrayLike,
  indices: GatherIndices,
  fn: (windows: NDArray) => NDArray,
  options: ScatterOptions & { readonly updateShape: Shape },
  ...rest: never[]
): NDArray {
  const name = "lax.scatterApply";
  noMore(name, rest);
  const chosen = checkOptions(name, options, [...OPTIONS, "updateShape"], ["updateShape"]);
  if (chosen.uniqueIndices !== true) {
    throw new TypeError(
      `${name}: needs {uniqueIndices: true}, got ${describe(chosen.uniqueIndices)}; windows must not overlap.`,
    );
  }
  checkFunction(name, "fn", fn);
  checkShape(`${name}, updateShape`, chosen.updateShape);
  const operand = asArray(name, x);
  const places = placesOf(name, operand, indices, chosen.updateShape, chosen);
  const windows = places.windowsFromRows(gatherRows(places.operandToRows(operand), places.index));
  const result = asArray(name, fn(windows), "what fn returns");
  if (!sameShape(result.shape, windows.shape) || result.dtype !== operand.dtype) {
    throw new ShapeError(
      `${name}: the function must return ${operand.dtype}${formatShape(windows.shape)}, got ${describe(result)}.`,
    );
  }
  const args = { operand, values: places.windowsToRows(result), places, unique: true };
  return replaced(args, places.index, (_, value) => value);
}
