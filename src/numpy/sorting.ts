/** Sorted arrays and the order of their elements. */
import { checkOptions } from "../base/errors.ts";
import { canonicalAxis } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { sortWithPlaces } from "../lax/sort.ts";

export interface SortOptions {
  /** The last axis by default; `null` for the flattened array. */
  readonly axis?: number | null;
  readonly descending?: boolean;
}

function sorted(fn: string, x: ArrayLike, options: SortOptions | undefined): [NDArray, NDArray] {
  checkOptions(fn, options, ["axis", "descending"]);
  const { axis = -1, descending } = options ?? {};
  const operand = asArray(fn, x);
  const rows = axis === null ? lax.reshape(operand, { newSizes: [operand.size] }) : operand;
  return sortWithPlaces(rows, canonicalAxis(fn, axis ?? 0, rows.ndim), descending);
}

/** The elements in ascending order along an axis, NaN last. Source: `jax.numpy.sort`. */
export const sort = (x: ArrayLike, options?: SortOptions): NDArray => sorted("numpy.sort", x, options)[0];
/**
 * The places that the sorted elements come from, as `int32`; equal elements keep their order.
 * Source: `jax.numpy.argsort`.
 */
export const argsort = (x: ArrayLike, options?: SortOptions): NDArray => sorted("numpy.argsort", x, options)[1];
