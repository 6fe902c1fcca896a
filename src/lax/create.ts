/** Arrays from nothing. They are broadcast literals or small ranges, so that large ones take no memory until used. */
import { allocate, type DType } from "../base/dtypes.ts";
import { checkOptions } from "../base/errors.ts";
import { canonicalAxis, checkShape, type Shape } from "../base/shapes.ts";
import { makeAval } from "../ir/aval.ts";
import { type HostArray, hostArray, type NDArray, scalar } from "../ir/ndarray.ts";
import type { Primitive } from "../ir/primitive.ts";
import { bind, bind1, isTracing } from "../ir/trace.ts";
import { broadcastInDim, broadcastTo } from "./shape.ts";

/** Throws unless a number fits; as in JAX a negative one wraps around in `uint32`. */
function checkInteger(value: number, dtype: DType): void {
  if (value > -(2 ** 31) - 1 && value < (dtype === "int32" ? 2 ** 31 : 2 ** 32)) return;
  throw new TypeError(`lax.full: the number ${value} does not fit into ${dtype}.`);
}

/** An array of `shape` filled with one number. Source: `jax.lax.full`. */
export function full(shape: Shape, fillValue: number | boolean, dtype: DType = "float32"): NDArray {
  checkShape("lax.full", shape);
  if (dtype === "int32" || dtype === "uint32") checkInteger(Number(fillValue), dtype);
  return broadcastTo(scalar(fillValue, dtype), shape);
}

/** Like `x`, filled with one number; of another shape or dtype if given. Source: `jax.lax.full_like`. */
export function fullLike(
  x: NDArray,
  fillValue: number | boolean,
  options: { readonly shape?: Shape | null; readonly dtype?: DType | null } = {},
): NDArray {
  checkOptions("lax.fullLike", options, ["shape", "dtype"]);
  return full(options.shape ?? x.shape, fillValue, options.dtype ?? x.dtype);
}

export const zerosLike = ({ shape, dtype }: Pick<NDArray, "shape" | "dtype">): NDArray => full(shape, 0, dtype);

/** An array whose contents may be anything: zeros. Source: `jax.lax.empty`. */
export const empty = (shape: Shape, dtype: DType): NDArray => full(shape, 0, dtype);

interface IotaParams {
  readonly dtype: DType;
  readonly size: number;
}

function counting({ dtype, size }: IotaParams): HostArray {
  const values = allocate(dtype, size);
  for (let i = 0; i < size; i++) values[i] = i;
  return hostArray(values, [size], dtype);
}

/** Programs name their ranges, so that the compiler knows a product with an identity matrix when it sees one. */
export const iotaPrimitive: Primitive<IotaParams> = {
  name: "iota",
  aval: (_, { dtype, size }) => [makeAval([size], dtype)],
  jvp: (_, __, params) => [bind(iotaPrimitive, [], params), [null]],
  batch: (_, __, params) => [bind(iotaPrimitive, [], params), [null]],
  lowering: { kind: "constant", array: counting },
};

/** `[0, 1, ..., size - 1]` along `dimension`, repeated over the other axes. Source: `jax.lax.broadcasted_iota`. */
export function broadcastedIota(dtype: DType, shape: Shape, dimension: number): NDArray {
  checkShape("lax.broadcastedIota", shape);
  if (dtype === "bool") throw new TypeError("lax.broadcastedIota: counts in numbers, got the dtype bool.");
  const along = canonicalAxis("lax.broadcastedIota", dimension, shape.length, "dimension");
  const params = { dtype, size: shape[along] as number };
  const axis = isTracing() ? bind1(iotaPrimitive, [], params) : counting(params);
  return broadcastInDim(axis, { shape, broadcastDimensions: [along] });
}

/** `[0, 1, ..., size - 1]`. Source: `jax.lax.iota`. */
export const iota = (dtype: DType, size: number): NDArray => broadcastedIota(dtype, [size], 0);
