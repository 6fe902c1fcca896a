/** Arrays with a part of them changed: what `x.at[...].set(y)` and its relatives are in JAX. */
import { checkOptions, formatShape, ShapeError } from "../base/errors.ts";
import { canonicalAxis, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { type Index, indexed } from "./indexing.ts";
import { ravel } from "./movement.ts";

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

/**
 * `x` with `values` at the places along an axis that `indices` holds for each row, as `takeAlongAxis` reads them; `null`
 * for places in the flattened array. Source: `jax.numpy.put_along_axis`.
 */
export function putAlongAxis(
  x: ArrayLike,
  indices: ArrayLike,
  values: ArrayLike,
  options: { readonly axis: number | null },
): NDArray {
  const fn = "numpy.putAlongAxis";
  checkOptions(fn, options, ["axis"], ["axis"]);
  const operand = asArray(fn, x);
  if (options.axis === null) {
    return lax.reshape(indexSet(ravel(operand), [indices as NDArray], values), { newSizes: operand.shape });
  }
  const axis = canonicalAxis(fn, options.axis, operand.ndim);
  const along = (i: number): NDArray =>
    lax.reshape(lax.iota("int32", operand.shape[i] as number), {
      newSizes: operand.shape.map((n, k) => (k === i ? n : 1)),
    });
  return indexSet(
    operand,
    range(operand.ndim).map((i) => (i === axis ? (indices as NDArray) : along(i))),
    values,
  );
}

/** `x` with `value` on its main diagonal, where all indices are equal. Source: `jax.numpy.fill_diagonal`. */
export function fillDiagonal(x: ArrayLike, value: ArrayLike): NDArray {
  const fn = "numpy.fillDiagonal";
  const operand = asArray(fn, x);
  if (operand.ndim < 2) {
    throw new ShapeError(`${fn}: x must have at least 2 dimensions, got shape ${formatShape(operand.shape)}.`);
  }
  const place = lax.iota("int32", Math.min(...operand.shape));
  return indexSet(
    operand,
    operand.shape.map(() => place),
    value,
  );
}
