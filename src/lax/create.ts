/** Arrays from nothing. They are broadcast literals or small ranges, so that large ones take no memory until used. */
import { allocate, type DType } from "../base/dtypes.ts";
import { canonicalAxis, checkShape, type Shape } from "../base/shapes.ts";
import { hostArray, type NDArray, scalar } from "../ir/ndarray.ts";
import { broadcastInDim, broadcastTo } from "./shape.ts";

/** An array of `shape` filled with one number. Source: `jax.lax.full`. */
export function full(shape: Shape, fillValue: number | boolean, dtype: DType = "float32"): NDArray {
  checkShape("lax.full", shape);
  return broadcastTo(scalar(fillValue, dtype), shape);
}

export const zerosLike = (x: NDArray): NDArray => full(x.shape, 0, x.dtype);

/** `[0, 1, ..., size - 1]` along `dimension`, repeated over the other axes. Source: `jax.lax.broadcasted_iota`. */
export function broadcastedIota(dtype: DType, shape: Shape, dimension: number): NDArray {
  checkShape("lax.broadcastedIota", shape);
  const along = canonicalAxis("lax.broadcastedIota", dimension, shape.length, "dimension");
  const values = allocate(dtype, shape[along] as number);
  for (let i = 0; i < values.length; i++) values[i] = i;
  const axis = hostArray(values, [values.length], dtype);
  return broadcastInDim(axis, { shape, broadcastDimensions: [along] });
}

/** `[0, 1, ..., size - 1]`. Source: `jax.lax.iota`. */
export const iota = (dtype: DType, size: number): NDArray => broadcastedIota(dtype, [size], 0);
