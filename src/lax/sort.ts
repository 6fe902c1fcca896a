/** Sorting along an axis. NaN is the largest value and the two zeros are equal, as in JAX. */

import { checkOptions, closed, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, sameShape, sizeOf } from "../base/shapes.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One, Primitive } from "../ir/primitive.ts";
import { bind } from "../ir/trace.ts";
import { sub } from "./arithmetic.ts";
import { convertElementType } from "./convert.ts";
import { takeFromRows } from "./gather.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { moveAxis } from "./shape.ts";
import { rev, sliceInDim } from "./slice.ts";

/** The rows of the last axis sorted, and the places that their elements come from. Equal elements keep their order. */
const sortPrimitive: Primitive<null, One> = {
  name: "sort",
  aval: ([x]) => [x as Aval, makeAval((x as Aval).shape, "int32")],
  jvp: ([x], [dx]) => {
    const [values, places] = bind(sortPrimitive, [x as NDArray], null) as [NDArray, NDArray];
    return [
      [values, places],
      [dx ? takeFromRows(dx, places) : null, null],
    ];
  },
  batch: ([x], [axis]) => [bind(sortPrimitive, [moveAxis(x as NDArray, axis as number, 0)], null), [0, 0]],
  lowering: {
    kind: "kernel",
    command: "ARGSORT",
    arguments: ([x]) => {
      const { shape } = x as Aval;
      return [sizeOf(shape.slice(0, -1)), entry(shape, -1)];
    },
  },
};

/**
 * The elements sorted along `axis`, and the places that they come from. Equal elements keep their order, whichever way
 * they are sorted.
 */
export function sortWithPlaces(x: NDArray, axis: number, descending = false): [values: NDArray, places: NDArray] {
  const last = x.ndim - 1;
  const rows = moveAxis(x.dtype === "bool" ? convertElementType(x, "int32") : x, axis, last);
  const turned = (y: NDArray): NDArray => (descending ? rev(y, { dimensions: [last] }) : y);
  const [values, places] = bind(sortPrimitive, [turned(rows)], null).map(turned) as [NDArray, NDArray];
  return [
    moveAxis(x.dtype === "bool" ? convertElementType(values, "bool") : values, last, axis),
    moveAxis(descending ? sub(entry(x.shape, axis) - 1, places) : places, last, axis),
  ];
}

/** Options of `lax.sort`. */
export interface SortOptions {
  /** The last axis by default. */
  readonly dimension?: number;
  /** How many of the first operands are sorted by: the second where the first has equal elements, and so on. */
  readonly numKeys?: number;
  /** Equal elements keep their order in any case. */
  readonly isStable?: boolean;
}

/**
 * An array sorted along an axis; or several of one shape, all in the order of the first. Source: `jax.lax.sort`.
 * @example lax.sort([keys, values])
 */
export function sort<X extends ArrayLike | readonly ArrayLike[]>(
  x: X,
  options?: SortOptions,
): X extends readonly ArrayLike[] ? NDArray[] : NDArray;
export function sort(
  x: ArrayLike | readonly ArrayLike[],
  options?: SortOptions,
  ...rest: never[]
): NDArray | NDArray[] {
  const fn = "lax.sort";
  noMore(fn, rest);
  const { dimension = -1, numKeys = 1 } = checkOptions(fn, options, ["dimension", "numKeys", "isStable"]);
  if (Array.isArray(x)) {
    const names = x.map((_, i) => `operands[${i}]`);
    return sortTogether(fn, x, names, dimension, numKeys);
  }
  const operand = asArray(fn, x);
  return sortWithPlaces(operand, canonicalAxis(fn, dimension, operand.ndim, "dimension"))[0];
}

/** Arrays of one shape, all in the order of the first `numKeys`. */
function sortTogether(
  fn: string,
  given: readonly unknown[],
  names: readonly string[],
  dimension: number,
  numKeys: number,
): NDArray[] {
  const operands = Array.from(given, (y, i) => asArray(fn, y, names[i]));
  const first = operands[0];
  if (!first || !operands.every((y) => sameShape(y.shape, first.shape))) {
    const shapes = operands.map((y) => formatShape(y.shape)).join(", ") || "none";
    throw new ShapeError(`${fn}: needs arrays of one shape, got ${shapes}.`);
  }
  if (!Number.isInteger(numKeys) || numKeys < 1 || numKeys > operands.length) {
    throw new ShapeError(
      `${fn}: numKeys (${numKeys}) must be a whole number from 1 to ${operands.length}, the number of arrays.`,
    );
  }
  const axis = canonicalAxis(fn, dimension, first.ndim, "dimension");
  const last = first.ndim - 1;
  const rows = operands.map((y) => moveAxis(y, axis, last));
  let sorted = rows;
  // The least important key first: later sorts keep its order where their own keys are equal.
  for (let key = numKeys - 1; key >= 0; key--) {
    const [, places] = sortWithPlaces(entry(sorted, key), last);
    sorted = sorted.map((y) => takeFromRows(y, places));
  }
  return sorted.map((y) => moveAxis(y, last, axis));
}

/**
 * Keys sorted along an axis, and values in the same order. Source: `jax.lax.sort_key_val`.
 * @example lax.sortKeyVal(np.array([2, 1]), np.array([10, 20])) // [[1, 2], [20, 10]]
 */
export function sortKeyVal(
  keys: ArrayLike,
  values: ArrayLike,
  options?: Omit<SortOptions, "numKeys">,
  ...rest: never[]
): [keys: NDArray, values: NDArray] {
  const fn = "lax.sortKeyVal";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["dimension", "isStable"]);
  return sortTogether(fn, [keys, values], ["keys", "values"], chosen.dimension ?? -1, 1) as [NDArray, NDArray];
}

function firstSorted(fn: string, x: ArrayLike, k: number, along: number, descending: boolean): [NDArray, NDArray] {
  const operand = asArray(fn, x);
  const axis = canonicalAxis(fn, along, operand.ndim);
  const size = entry(operand.shape, axis);
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new ShapeError(`${fn}: k must be a whole number up to ${size}, the size of axis ${axis}, got ${show(k)}.`);
  }
  return sortWithPlaces(operand, axis, descending).map((y) => sliceInDim(y, 0, k, axis)) as [NDArray, NDArray];
}

/**
 * The `k` largest elements along the last axis in descending order, and their indices (of equal ones the smaller first).
 * NaN is the largest. Source: `jax.lax.top_k`.
 * @example lax.topK(np.array([1, 5, 3]), 2) // [[5, 3], [1, 2]]
 */
export function topK(
  x: ArrayLike,
  k: number,
  options?: { readonly axis?: number },
  ...rest: never[]
): [values: NDArray, indices: NDArray] {
  noMore("lax.topK", rest);
  const chosen = checkOptions("lax.topK", options, ["axis"]);
  return firstSorted("lax.topK", x, k, chosen.axis ?? -1, true);
}

/** Options of `lax.approxMaxK` and `lax.approxMinK`. */
export interface ApproxOptions {
  /** The last axis by default. */
  readonly reductionDimension?: number;
  /** How many of the true ones must be found: all are. */
  readonly recallTarget?: number;
}

function approximately(name: string, descending: boolean) {
  const fn = `lax.${name}`;
  return closed(fn, (x: ArrayLike, k: number, options?: ApproxOptions): [values: NDArray, indices: NDArray] => {
    const { reductionDimension = -1 } = checkOptions(fn, options, ["reductionDimension", "recallTarget"]);
    return firstSorted(fn, x, k, reductionDimension, descending);
  });
}

/**
 * The `k` largest elements along an axis and their places, as `topK`: exact. Source: `jax.lax.approx_max_k`.
 * @example lax.approxMaxK(np.array([1, 5, 3]), 2)[0] // [5, 3]
 */
export const approxMaxK = /* @__PURE__ */ approximately("approxMaxK", true);
/**
 * The `k` smallest elements along an axis and their places: exact. Source: `jax.lax.approx_min_k`.
 * @example lax.approxMinK(np.array([1, 5, 3]), 2)[0] // [1, 3]
 */
export const approxMinK = /* @__PURE__ */ approximately("approxMinK", false);
