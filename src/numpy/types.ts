/** The dtypes' names, what they can hold, and which one arguments come to. */
import { type DType, isDType, isFloat, promote } from "../base/dtypes.ts";
import { describe, noMore } from "../base/errors.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";

/** The dtype `"float32"`. */
export const float32 = "float32";
/** The dtype `"float64"`. */
export const float64 = "float64";
/** The dtype `"int32"`. */
export const int32 = "int32";
/** The dtype `"uint32"`. */
export const uint32 = "uint32";
/** The dtype `"bool"`. */
export const bool = "bool";
/** The dtype `"bool"`, under NumPy's older name. */
export const bool_ = "bool";

/** What `np.finfo` tells of a float dtype. */
export interface FloatInfo {
  readonly dtype: DType;
  readonly bits: number;
  /** The distance from 1 to the next larger number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The smallest positive number with all digits. */
  readonly tiny: number;
}

/** The limits of a float dtype. Source: `jax.numpy.finfo`. @example np.finfo("float32").bits // 32 */
export function finfo(dtype: DType, ...rest: never[]): FloatInfo {
  noMore("numpy.finfo", rest);
  if (!isDType(dtype) || !isFloat(dtype)) throw new TypeError(`numpy.finfo: ${describe(dtype)} is no float dtype.`);
  const [bits, digits, exponent] = dtype === "float32" ? [32, 23, 127] : [64, 52, 1023];
  const max = (2 - 2 ** -digits) * 2 ** exponent;
  return { dtype, bits, eps: 2 ** -digits, max, min: -max, tiny: 2 ** (1 - exponent) };
}

/** The limits of an integer dtype. Source: `jax.numpy.iinfo`. @example np.iinfo("int32").max // 2147483647 */
export function iinfo(dtype: DType, ...rest: never[]): Pick<FloatInfo, "dtype" | "bits" | "max" | "min"> {
  noMore("numpy.iinfo", rest);
  if (dtype === "int32") return { dtype, bits: 32, max: 2 ** 31 - 1, min: -(2 ** 31) };
  if (dtype === "uint32") return { dtype, bits: 32, max: 2 ** 32 - 1, min: 0 };
  throw new TypeError(`numpy.iinfo: ${describe(dtype)} is no integer dtype.`);
}

/**
 * The dtype that the arguments promote to in an operation. Source: `jax.numpy.result_type`.
 * @example np.resultType(np.ones([1]), 1) // "float32"
 */
export const resultType = (...args: ArrayLike[]): DType =>
  promote(args.map((x, i) => asArray("numpy.resultType", x, `argument ${i + 1}`).aval)).dtype;
