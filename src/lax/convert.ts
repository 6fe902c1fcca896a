/** Conversion between dtypes, and the promotion of operands that need one dtype. */

import { checkDType, type DType, isFloat, promote } from "../base/dtypes.ts";
import { noMore } from "../base/errors.ts";
import { type ForEach, mapEach } from "../base/lists.ts";
import type { Aval } from "../ir/aval.ts";
import { HostArray, type NDArray, scalar, storageOf } from "../ir/ndarray.ts";
import type { One } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { makeElementwise } from "./elementwise.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { isLiteral } from "./shape.ts";

interface ConvertParams {
  readonly newDtype: DType;
  /** Whether the result still gives way to the dtypes that it meets. */
  readonly weakType: boolean;
}

export const convertPrimitive = /* @__PURE__ */ makeElementwise<ConvertParams, One>({
  name: "convert_element_type",
  emit: (e, [x], [input], { newDtype }) => e.op("CONVERT", input.dtype, [x], newDtype),
  dtype: (_, { newDtype }) => newDtype,
  weak: (_, { weakType }) => weakType,
  derivatives: [(t, _, __, { newDtype }) => (isFloat(newDtype) ? convertElementType(t, newDtype) : null)],
  transpose: [(ct, [x]) => convertElementType(ct, x.aval.dtype)],
});

const digits = /* @__PURE__ */ new WeakMap<NDArray, NDArray>();

/** The array with all the digits of the number that it was, where these are known. */
export const withDigits = (x: NDArray): NDArray => digits.get(x) ?? x;

/** Whether an array is a number with all of its digits: a weak `float64`, which programs take in and functions never see. */
export const isNumber = ({ weak, dtype }: Aval): boolean => weak && dtype === "float64";

/** A number as functions see it, a weak `float32`. Where it is converted, as beside `float64`, its digits are all there. */
export function narrowed(x: NDArray): NDArray {
  if (!isNumber(x.aval)) return x;
  const narrow = convertWeak(x, "float32");
  digits.set(narrow, x);
  return narrow;
}

/** The array as a weak one of a dtype; a `float32` keeps the digits. */
export const castWeak = (x: NDArray, dtype: DType): NDArray =>
  dtype === "float32" ? narrowed(convertWeak(withDigits(x), "float64")) : convertWeak(x, dtype);

/** The number that a 0-dimensional array is. */
const numberIn = (x: HostArray): number => storageOf(x)[0] ?? 0;

function convertWeak(x: NDArray, newDtype: DType): NDArray {
  if (x.dtype === newDtype && x.aval.weak) return x;
  if (x instanceof HostArray && x.ndim === 0) return scalar(numberIn(x), newDtype, true);
  return bind1(convertPrimitive, [x], { newDtype, weakType: true });
}

/**
 * The array with its elements converted: a float becomes an integer by truncation (saturating, NaN to 0), anything
 * becomes `bool` by `x != 0`. Source: `jax.lax.convert_element_type`.
 * @example lax.convertElementType(np.array([1.5]), "int32") // [1]
 */
export function convertElementType(x: ArrayLike, newDtype: DType, ...rest: never[]): NDArray {
  noMore("lax.convertElementType", rest);
  checkDType("lax.convertElementType", newDtype, "newDtype");
  const given = asArray("lax.convertElementType", x);
  if (given.dtype === newDtype && !given.aval.weak) return given;
  // As an array a number would have lost digits already.
  if (typeof x === "number" && isFloat(newDtype)) return scalar(x, newDtype);
  const operand = withDigits(given);
  if (isLiteral(operand) && newDtype !== "bool" && (isFloat(newDtype) || !isFloat(operand.dtype))) {
    return scalar(numberIn(operand), newDtype);
  }
  return bind1(convertPrimitive, [operand], { newDtype, weakType: false });
}

/** The common dtype of the arguments. Beside `uint32` arrays a whole number may be as large as these hold. */
function promotedDType(arrays: readonly NDArray[], args: readonly unknown[]): DType {
  const strong = arrays.filter((x) => !x.aval.weak);
  const unsigned = strong.length > 0 && strong.every((x) => x.dtype === "uint32");
  const fits = (x: unknown): boolean =>
    unsigned && Number.isInteger(x) && (x as number) >= 0 && (x as number) < 2 ** 32;
  return promote(arrays.map((x, i) => (fits(args[i]) ? { dtype: "uint32", weak: true } : x.aval))).dtype;
}

/** How the operands' common dtype is found. */
export type Promotion = <const Args extends readonly unknown[]>(
  fn: string,
  args: Args,
  names?: readonly string[],
) => ForEach<Args, NDArray>;

const asArrays: Promotion = (fn, args, names) =>
  mapEach(args, (x, i) => asArray(fn, x, names?.[i] ?? (args.length === 1 ? "x" : `argument ${i + 1}`)));

/** The arguments as arrays of the dtype that they promote to. Their shapes stay as they are. */
export const promoteOperands: Promotion = (fn, args, names) => {
  const arrays = asArrays(fn, args, names);
  return castOperands(arrays, promotedDType(arrays, args), args);
};

/**
 * Like `promoteOperands`, but integers and bools become `float32`: for functions with values between the integers. Each
 * one does so directly: by way of `int32`, which `uint32` and `int32` have in common, large ones would wrap around.
 */
export const promoteToFloat: Promotion = (fn, args, names) => {
  const arrays = asArrays(fn, args, names);
  const dtype = promotedDType(arrays, args);
  return castOperands(arrays, isFloat(dtype) ? dtype : "float32", args);
};

/** Throws unless the arrays hold `wanted`. */
function refuse(fn: string, arrays: readonly NDArray[], wanted: string): never {
  throw new TypeError(
    `${fn}: needs ${wanted}, got ${arrays.map((x) => x.dtype).join(" and ")}; convert with lax.convertElementType, ` +
      "or call the function of `numpy`, which does.",
  );
}

/**
 * The arguments as arrays of one dtype, which they have already: numbers alone, and what is computed from these, take that
 * of the others. The functions of `lax` convert no array, as in JAX.
 * @throws TypeError when the dtypes differ, or a number needs more than they hold (1.5 beside `int32`).
 */
export const sameDType: Promotion = (fn, args, names) => {
  const arrays = asArrays(fn, args, names);
  const dtype = promotedDType(arrays, args);
  if (arrays.some((x) => !x.aval.weak && x.dtype !== dtype)) refuse(fn, arrays, "operands of one dtype");
  return castOperands(arrays, dtype, args);
};

/** Like `sameDType`, for floats: of numbers alone `float32`. */
export const sameFloat: Promotion = (fn, args, names) => {
  const arrays = sameDType(fn, args, names);
  if (arrays.every((x) => isFloat(x.dtype))) return arrays;
  return arrays.every((x) => x.aval.weak) ? castOperands(arrays, "float32", args) : refuse(fn, arrays, "floats");
};

/** Numbers are rounded to `dtype` directly, so that 0.1 beside a float64 array keeps all of its digits. */
function castOperands<const Args extends readonly unknown[]>(
  arrays: ForEach<Args, NDArray>,
  dtype: DType,
  args: Args,
): ForEach<Args, NDArray> {
  const weakType = arrays.every((x) => x.aval.weak);
  return mapEach(arrays, (x, i) => {
    const arg = args[i];
    if (typeof arg === "number" || typeof arg === "boolean") return scalar(Number(arg), dtype, weakType);
    if (x.dtype === dtype) return x;
    return weakType ? bind1(convertPrimitive, [x], { newDtype: dtype, weakType }) : convertElementType(x, dtype);
  });
}
