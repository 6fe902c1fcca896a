/** What operations accept, and how it becomes an array. */
import { allocate, type DType, dtypeOfTypedArray, type TypedArray } from "../base/dtypes.ts";
import { describe } from "../base/errors.ts";
import { hostArray, NDArray, scalar } from "../ir/ndarray.ts";

/** An array, a number or boolean (weakly typed, as in JAX), or a typed array (one dimension). */
export type ArrayLike = NDArray | number | boolean | TypedArray;

/** What a bare number is: a whole number that fits is an integer, any other a float. */
export const numberDType = (x: number): DType => (Number.isInteger(x) && Math.abs(x) < 2 ** 31 ? "int32" : "float32");

/** The elements of a typed array, copied. A `Uint8Array` stands for bools, and bytes must not pass as such. */
function copyElements(fn: string, name: string, data: TypedArray, dtype: DType): TypedArray {
  if (dtype === "bool" && data.some((x) => x > 1)) {
    throw new TypeError(
      `${fn}: ${name} is a Uint8Array, which stands for bools, with elements other than 0 and 1; for numbers give ` +
        "Float32Array.from(data) or Int32Array.from(data).",
    );
  }
  const copy = allocate(dtype, data.length);
  copy.set(data);
  return copy;
}

/**
 * The argument as an array. A whole number is a weak `int32`, any other (and one too large for it) a weak `float32`:
 * either takes the dtype of the arrays it meets.
 * @throws TypeError naming the function and the argument for anything else.
 */
export function asArray(fn: string, x: unknown, name = "x"): NDArray {
  if (x instanceof NDArray) return x;
  if (typeof x === "number") return scalar(x, numberDType(x), true);
  if (typeof x === "boolean") return scalar(x, "bool");
  const dtype = dtypeOfTypedArray(x);
  if (dtype) return hostArray(copyElements(fn, name, x as TypedArray, dtype), [(x as TypedArray).length], dtype);
  const hint = Array.isArray(x) ? " Nested lists become arrays with array([...])." : "";
  throw new TypeError(`${fn}: ${name} must be an array or a number, got ${describe(x)}.${hint}`);
}
