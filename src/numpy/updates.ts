/** Arrays with a part of them changed: what `x.at[...].set(y)` and its relatives are in JAX. */
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { type Index, indexed } from "./indexing.ts";

/** A vector, places in it, and a value for each of these: the changed vector. */
type Scatter = (x: NDArray, places: NDArray, values: NDArray) => NDArray;

function update(fn: string, scatter: Scatter, x: ArrayLike, indices: readonly Index[], y: ArrayLike): NDArray {
  const operand = asArray(fn, x);
  const places = lax.reshape(lax.iota("int32", operand.size), { newSizes: operand.shape });
  const chosen = indexed(places, indices, true);
  const values = broadcastTo(lax.convertElementType(asArray(fn, y, "y"), operand.dtype), chosen.shape);
  const flat = (z: NDArray): NDArray => lax.reshape(z, { newSizes: [z.size] });
  return lax.reshape(scatter(flat(operand), flat(chosen), flat(values)), { newSizes: operand.shape });
}

/**
 * `x` with `y` in place of the part `at(x, ...indices)`. Of several values for one element the last one stands; indices
 * out of range in arrays change nothing. Source: `x.at[indices].set(y)` of JAX.
 * @param indices a list, one entry for each of `at`'s arguments.
 * @example np.indexSet(x, [0, "1:3"], 7)
 */
export const indexSet = (x: ArrayLike, indices: readonly Index[], y: ArrayLike): NDArray =>
  update("numpy.indexSet", lax.scatterSet, x, indices, y);
/** `x` with `y` added to the part `at(x, ...indices)`; see `indexSet`. Source: `x.at[indices].add(y)` of JAX. */
export const indexAdd = (x: ArrayLike, indices: readonly Index[], y: ArrayLike): NDArray =>
  update("numpy.indexAdd", lax.scatterAdd, x, indices, y);

/** `x` with the part `at(x, ...indices)` multiplied by `y`; see `indexSet`. Source: `x.at[indices].multiply(y)` of JAX. */
export const indexMultiply = (x: ArrayLike, indices: readonly Index[], y: ArrayLike): NDArray =>
  update("numpy.indexMultiply", lax.scatterMul, x, indices, y);
/** `x` with the smaller of the part `at(x, ...indices)` and `y`; see `indexSet`. Source: `x.at[indices].min(y)` of JAX. */
export const indexMin = (x: ArrayLike, indices: readonly Index[], y: ArrayLike): NDArray =>
  update("numpy.indexMin", lax.scatterMin, x, indices, y);
/** `x` with the larger of the part `at(x, ...indices)` and `y`; see `indexSet`. Source: `x.at[indices].max(y)` of JAX. */
export const indexMax = (x: ArrayLike, indices: readonly Index[], y: ArrayLike): NDArray =>
  update("numpy.indexMax", lax.scatterMax, x, indices, y);
