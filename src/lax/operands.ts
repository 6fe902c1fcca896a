/** What operations accept, and how it becomes an array. */
import { dtypeOfTypedArray, type TypedArray } from "../base/dtypes.ts";
import { describe } from "../base/errors.ts";
import { hostArray, NDArray, scalar } from "../ir/ndarray.ts";

/** An array, a number or boolean (weakly typed, as in JAX), or a typed array (one dimension). */
export type ArrayLike = NDArray | number | boolean | TypedArray;

/**
 * The argument as an array. A whole number is a weak `int32`, any other a weak `float32`: either takes the dtype of the
 * arrays it meets.
 * @throws TypeError naming the function and the argument for anything else.
 */
export function asArray(fn: string, x: unknown, name = "x"): NDArray {
  if (x instanceof NDArray) return x;
  if (typeof x === "number") return scalar(x, Number.isInteger(x) ? "int32" : "float32", true);
  if (typeof x === "boolean") return scalar(x, "bool");
  const dtype = dtypeOfTypedArray(x);
  if (dtype) return hostArray((x as TypedArray).slice(), [(x as TypedArray).length], dtype);
  const hint = Array.isArray(x) ? " Nested lists become arrays with array([...])." : "";
  throw new TypeError(`${fn}: ${name} must be an array or a number, got ${describe(x)}.${hint}`);
}
