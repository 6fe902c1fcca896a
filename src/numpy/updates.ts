/** Arrays with a part of them changed: what `x.at[...].set(y)` and its relatives are in JAX. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { type DType, isFloat } from "../base/dtypes.ts";
import { checkList, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, range } from "../base/shapes.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { lastValues } from "../lax/last-values.ts";
import { requireNumbers } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { type Index, type Indices, indexed } from "./indexing.ts";

/** A vector, places in it, and a value for each of these: the changed vector. */
type Update = (x: NDArray, places: NDArray, values: NDArray) => NDArray;

const scatterSet: Update = (x, places, values) => {
  const count = places.size;
  const [rows, hit] = lastValues(
    lax.reshape(values, { newSizes: [1, count, 1] }),
    lax.reshape(places, { newSizes: [1, count] }),
    x.size,
  );
  return lax.select(lax.reshape(hit, { newSizes: x.shape }), lax.reshape(rows, { newSizes: x.shape }), x);
};

/** The value as an array of a dtype. A number gets it directly, with all the digits that it holds. */
function valueIn(fn: string, y: ArrayLike, name: string, dtype: DType): NDArray {
  const direct = typeof y === "number" && (isFloat(dtype) || (dtype === "uint32" && y >= 0 && y < 2 ** 32));
  return direct ? scalar(y, dtype) : lax.convertElementType(asArray(fn, y, name), dtype);
}

function updated(
  fn: string,
  scatter: Update,
  x: ArrayLike,
  indices: readonly unknown[],
  y: ArrayLike,
  name = "y",
): NDArray {
  const operand = asArray(fn, x);
  checkList(fn, "indices", indices);
  const places = lax.reshape(lax.iota("int32", operand.size), { newSizes: operand.shape });
  const chosen = indexed(fn, places, indices, true);
  const given = valueIn(fn, y, name, operand.dtype);
  const lead = chosen.ndim - given.ndim;
  if (lead < 0 || given.shape.some((n, i) => n !== 1 && n !== chosen.shape[lead + i])) {
    throw new ShapeError(
      `${fn}: ${name} of shape ${formatShape(given.shape)} cannot be broadcast to the part's, ` +
        `${formatShape(chosen.shape)}.`,
    );
  }
  if (chosen.size === 0) return operand;
  const values = broadcastTo(given, chosen.shape);
  const flat = (z: NDArray): NDArray => lax.reshape(z, { newSizes: [z.size] });
  return lax.reshape(scatter(flat(operand), flat(chosen), flat(values)), { newSizes: operand.shape });
}

const update = (name: string, scatter: Update, takesBools = true) => {
  const fn = `numpy.${name}`;
  return (x: ArrayLike, indices: readonly Index[], y: ArrayLike, ...rest: never[]): NDArray => {
    noMore(fn, rest);
    if (!takesBools) requireNumbers(fn, asArray(fn, x));
    return updated(fn, scatter, x, indices, y);
  };
};

/**
 * `x` with `y` in place of the part `at(x, ...indices)`. Of several values for one element the last one stands; indices
 * out of range in arrays change nothing. Source: `x.at[indices].set(y)` of JAX.
 * @param indices a list, one entry for each of `at`'s arguments.
 * @example np.indexSet(x, [0, "1:3"], 7)
 */
export const indexSet = /* @__PURE__ */ update("indexSet", scatterSet);
/**
 * `x` with `y` added to the part `at(x, ...indices)`; see `indexSet`. Source: `x.at[indices].add(y)` of JAX.
 * @example np.indexAdd(np.zeros([3]), [0], 7) // [7, 0, 0]
 */
export const indexAdd = /* @__PURE__ */ update("indexAdd", lax.scatterAdd, false);

/**
 * `x` with the part `at(x, ...indices)` multiplied by `y`; see `indexSet`. Source: `x.at[indices].multiply(y)` of JAX.
 * @example np.indexMultiply(np.ones([3]), [0], 7) // [7, 1, 1]
 */
export const indexMultiply = /* @__PURE__ */ update("indexMultiply", lax.scatterMul, false);
/**
 * `x` with the smaller of the part `at(x, ...indices)` and `y`; see `indexSet`. Source: `x.at[indices].min(y)` of JAX.
 * @example np.indexMin(np.ones([3]), [0], -7) // [-7, 1, 1]
 */
export const indexMin = /* @__PURE__ */ update("indexMin", lax.scatterMin);
/**
 * `x` with the larger of the part `at(x, ...indices)` and `y`; see `indexSet`. Source: `x.at[indices].max(y)` of JAX.
 * @example np.indexMax(np.ones([3]), [0], 7) // [7, 1, 1]
 */
export const indexMax = /* @__PURE__ */ update("indexMax", lax.scatterMax);

/**
 * `x` with `values` at the places along an axis that `indices` holds for each row, as `takeAlongAxis` reads them; `null`
 * for places in the flattened array. Source: `jax.numpy.put_along_axis`.
 * @example np.putAlongAxis(np.zeros([1, 3]), np.array([[2]], { dtype: "int32" }), 7, 1) // [[0, 0, 7]]
 */
export function putAlongAxis(
  x: ArrayLike,
  indices: Indices,
  values: ArrayLike,
  ...args: Arguments<[axis: number | null], { readonly axis: number | null }>
): NDArray {
  const fn = "numpy.putAlongAxis";
  const { axis: given } = namedArguments<{ axis: number | null }>(fn, ["axis"], args);
  if (given === undefined) throw new TypeError(`${fn}: the option "axis" is missing; call it with {axis: ...}.`);
  const operand = asArray(fn, x);
  if (given === null) {
    const flat = lax.reshape(operand, { newSizes: [operand.size] });
    return lax.reshape(updated(fn, scatterSet, flat, [indices], values, "values"), { newSizes: operand.shape });
  }
  const axis = canonicalAxis(fn, given, operand.ndim);
  const along = (i: number): NDArray =>
    lax.reshape(lax.iota("int32", entry(operand.shape, i)), {
      newSizes: operand.shape.map((n, k) => (k === i ? n : 1)),
    });
  const places = range(operand.ndim).map((i) => (i === axis ? indices : along(i)));
  return updated(fn, scatterSet, operand, places, values, "values");
}

/**
 * `x` with `value` on its main diagonal, where all indices are equal. Source: `jax.numpy.fill_diagonal`.
 * @example np.fillDiagonal(np.zeros([2, 2]), 7) // [[7, 0], [0, 7]]
 */
export function fillDiagonal(x: ArrayLike, value: ArrayLike, ...rest: never[]): NDArray {
  const fn = "numpy.fillDiagonal";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  if (operand.ndim < 2) {
    throw new ShapeError(`${fn}: x must have at least 2 dimensions, got shape ${formatShape(operand.shape)}.`);
  }
  const place = lax.iota("int32", Math.min(...operand.shape));
  const places = operand.shape.map(() => place);
  return updated(fn, scatterSet, operand, places, value, "value");
}
