/** Arrays from nothing. They are broadcast literals or small ranges, so that large ones take no memory until used. */

import { allocate, checkDType, type DType, itemSize } from "../base/dtypes.ts";
import { checkOptions, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, checkCount, checkRoom, checkShape, type Shape } from "../base/shapes.ts";
import { makeAval } from "../ir/aval.ts";
import { type HostArray, hostArray, type NDArray, scalar } from "../ir/ndarray.ts";
import type { Primitive } from "../ir/primitive.ts";
import { bind, bind1, isStaging } from "../ir/trace.ts";
import { convertElementType } from "./convert.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { broadcastInDim, broadcastTo } from "./shape.ts";

/** Throws unless a number fits; as in JAX a negative one wraps around in `uint32`. */
function checkInteger(fn: string, value: number, dtype: DType): void {
  if (value > -(2 ** 31) - 1 && value < (dtype === "int32" ? 2 ** 31 : 2 ** 32)) return;
  throw new TypeError(`${fn}: the number ${value} does not fit into ${dtype}.`);
}

/** An array of `shape`, which is one, filled with one value. */
export function filled(fn: string, shape: Shape, fillValue: ArrayLike, given: DType | null | undefined): NDArray {
  if (typeof fillValue === "number" || typeof fillValue === "boolean") {
    const dtype = given ?? "float32";
    if (dtype === "int32" || dtype === "uint32") checkInteger(fn, Number(fillValue), dtype);
    return broadcastTo(scalar(fillValue, dtype), shape);
  }
  const value = asArray(fn, fillValue, "fillValue");
  if (value.ndim === 0) return broadcastTo(convertElementType(value, given ?? value.dtype), shape);
  throw new ShapeError(
    `${fn}: fillValue must be one number, got the shape ${formatShape(value.shape)}; numpy.full broadcasts.`,
  );
}

/**
 * An array of `shape` filled with one number, which may be a 0-dimensional array and traced; of `float32`, or of the array's
 * dtype, if none is given. Source: `jax.lax.full`.
 * @example lax.full([2], 7) // [7, 7]
 */
export function full(shape: Shape, fillValue: ArrayLike, dtype?: DType | null, ...rest: never[]): NDArray {
  const fn = "lax.full";
  noMore(fn, rest);
  checkShape(fn, shape);
  if (dtype !== undefined && dtype !== null) checkDType(fn, dtype);
  return filled(fn, shape, fillValue, dtype);
}

/**
 * Like `x`, filled with one number; of another shape or dtype if given. Source: `jax.lax.full_like`.
 * @example lax.fullLike(np.ones([2]), 7) // [7, 7]
 */
export function fullLike(
  x: ArrayLike,
  fillValue: ArrayLike,
  options?: { readonly shape?: Shape | null; readonly dtype?: DType | null },
  ...rest: never[]
): NDArray {
  const fn = "lax.fullLike";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["shape", "dtype"]);
  const like = asArray(fn, x);
  const shape = chosen.shape ?? like.shape;
  checkShape(fn, shape);
  return filled(fn, shape, fillValue, chosen.dtype ?? like.dtype);
}

export const zerosLike = ({ shape, dtype }: Pick<NDArray, "shape" | "dtype">): NDArray => full(shape, 0, dtype);

/**
 * An array whose contents may be anything: zeros. Source: `jax.lax.empty`.
 * @example lax.empty([2], "float32") // shape [2]
 */
export function empty(shape: Shape, dtype: DType, ...rest: never[]): NDArray {
  const fn = "lax.empty";
  noMore(fn, rest);
  checkShape(fn, shape);
  checkDType(fn, dtype);
  return filled(fn, shape, 0, dtype);
}

interface IotaParams {
  readonly dtype: DType;
  readonly size: number;
  /** Whether it makes a basis, whose zeros are multiplied by nothing. */
  readonly basis?: true;
}

function counting({ dtype, size }: IotaParams): HostArray {
  const values = allocate(dtype, size);
  for (let i = 0; i < size; i++) values[i] = i;
  return hostArray(values, [size], dtype);
}

/** Programs name their ranges, so that the compiler knows a product with a basis when it sees one. */
export const iotaPrimitive: Primitive<IotaParams> = {
  name: "iota",
  aval: (_, { dtype, size }) => [makeAval([size], dtype)],
  jvp: (_, __, params) => [bind(iotaPrimitive, [], params), [null]],
  batch: (_, __, params) => [bind(iotaPrimitive, [], params), [null]],
  lowering: { kind: "constant", array: counting },
};

function countingAlong(fn: string, dtype: DType, shape: Shape, dimension: number): NDArray {
  checkDType(fn, dtype);
  if (dtype === "bool") throw new TypeError(`${fn}: counts in numbers, got the dtype bool.`);
  const along = canonicalAxis(fn, dimension, shape.length, "dimension");
  const size = entry(shape, along);
  checkRoom(fn, [size], itemSize(dtype));
  return repeatedRange({ dtype, size }, shape, along);
}

/** A range along one axis, repeated over the others. */
export function repeatedRange(params: IotaParams, shape: Shape, along: number): NDArray {
  const axis = isStaging() ? bind1(iotaPrimitive, [], params) : counting(params);
  return broadcastInDim(axis, { shape, broadcastDimensions: [along] });
}

/**
 * `[0, 1, ..., size - 1]` along `dimension`, repeated over the other axes. Source: `jax.lax.broadcasted_iota`.
 * @example lax.broadcastedIota("int32", [2, 2], 0) // [[0, 0], [1, 1]]
 */
export function broadcastedIota(dtype: DType, shape: Shape, dimension: number, ...rest: never[]): NDArray {
  const fn = "lax.broadcastedIota";
  noMore(fn, rest);
  checkShape(fn, shape);
  return countingAlong(fn, dtype, shape, dimension);
}

/** `[0, 1, ..., size - 1]`. Source: `jax.lax.iota`. @example lax.iota("int32", 3) // [0, 1, 2] */
export function iota(dtype: DType, size: number, ...rest: never[]): NDArray {
  const fn = "lax.iota";
  noMore(fn, rest);
  checkCount(fn, "size", size);
  return countingAlong(fn, dtype, [size], 0);
}
