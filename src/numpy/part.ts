/** The method `x.at(...)`: a part of an array, which can be updated where it stands. */
import { checkFunction } from "../base/errors.ts";
import { frozen } from "../base/plain.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { at, type Index } from "./indexing.ts";
import { indexSet } from "./updates.ts";

/**
 * The part of an array that its method `at` gives: an array by itself, whose arithmetic gives the part changed, and with
 * `set` and `apply`, which give the whole array changed. As long as a part is kept, the whole is; `np.at` gives one without it.
 */
export interface Part extends NDArray {
  /**
   * The whole array with `y` in place of the part, to whose shape it broadcasts. Of several values for one element the last
   * one stands; indices out of range in arrays change nothing. Source: `x.at[indices].set(y)` of JAX.
   * @throws ShapeError when `y` doesn't broadcast to the part's shape.
   * @example np.array([[1, 2], [3, 4]]).at(":", 0).set(7) // [[7, 2], [7, 4]]
   */
  set(y: ArrayLike): NDArray;
  /**
   * The whole array with what `fn` makes of the part in its place, as by `set`: updates by any arithmetic. `fn` is called once.
   * Source: `x.at[indices].apply(fn)` of JAX.
   * @throws ShapeError when the result doesn't broadcast to the part's shape.
   * @example np.array([[1, 2], [3, 4]]).at(0).apply((part) => part.add(10)) // [[11, 12], [3, 4]]
   */
  apply(fn: (part: NDArray) => ArrayLike): NDArray;
}

/** An array of its own: indexing that changes nothing gives the array itself, which mustn't become a part. */
function distinct(part: NDArray, x: NDArray): NDArray {
  return part === x ? lax.squeeze(lax.expandDims(x, { axes: [0] }), { dimensions: 0 }) : part;
}

/** What the method does. */
export function partAt(x: NDArray, ...given: readonly Index[]): NDArray {
  const indices = frozen(given, "numpy.at: an index");
  const part = distinct(at(x, ...indices), x);
  const set: Part["set"] = (...values) => indexSet(x, indices, ...values);
  const apply: Part["apply"] = (fn, ...rest) => {
    checkFunction("at(...).apply", "fn", fn);
    return set(fn(part), ...rest);
  };
  return Object.defineProperties(part, { set: { value: set }, apply: { value: apply } });
}
