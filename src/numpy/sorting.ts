/** Sorted arrays and the order of their elements. */
import { type Arguments, namedArguments } from "../base/arguments.ts";
import { canonicalAxis } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { sortWithPlaces } from "../lax/sort.ts";

/** Options of `np.sort` and `np.argsort`. */
export interface SortOptions {
  /** The last axis by default; `null` for the flattened array. */
  readonly axis?: number | null;
  readonly descending?: boolean;
  /** Whether equal elements keep their order: they always do. */
  readonly stable?: boolean;
}

type SortArguments = Arguments<[axis: number | null], SortOptions>;

function sorted(fn: string, x: ArrayLike, args: SortArguments): [NDArray, NDArray] {
  const { axis = -1, descending } = namedArguments<SortOptions>(fn, ["axis", "descending", "stable"], args, 1);
  const operand = asArray(fn, x);
  const rows = axis === null ? lax.reshape(operand, { newSizes: [operand.size] }) : operand;
  return sortWithPlaces(rows, canonicalAxis(fn, axis ?? 0, rows.ndim), descending);
}

/**
 * The elements in ascending order along an axis, NaN last. Source: `jax.numpy.sort`.
 * @example np.sort(np.array([3, 1, 2])) // [1, 2, 3]
 */
export const sort = (x: ArrayLike, ...args: SortArguments): NDArray => sorted("numpy.sort", x, args)[0];
/**
 * The places that the sorted elements come from, as `int32`; equal elements keep their order.
 * Source: `jax.numpy.argsort`.
 * @example np.argsort(np.array([3, 1, 2])) // [1, 2, 0]
 */
export const argsort = (x: ArrayLike, ...args: SortArguments): NDArray => sorted("numpy.argsort", x, args)[1];
