/** Random words, and the floats in [0, 1) that they make. */
import { namedArguments } from "../base/arguments.ts";
import { checkShape, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, add, bitwiseXor, convertElementType, mul, shiftRightLogical } from "../lax/index.ts";
import { checkKey, hashIndices } from "./keys.ts";

/** `shape` by position, the rest by name; or everything by name. */
export type DrawArguments<Options extends { readonly shape?: unknown }> =
  | [shape?: Options["shape"], options?: Omit<Options, "shape">]
  | [options: Options];

/**
 * Uniformly distributed 32-bit words. Source: `jax.random.bits`.
 * @returns `uint32` of `shape` (by default one word, of shape ()).
 * @example random.bits(random.key(0), [3, 5])
 */
export function bits(key: ArrayLike, ...args: DrawArguments<{ readonly shape?: Shape }>): NDArray {
  const { shape = [] } = namedArguments<{ shape: Shape }>("random.bits", ["shape"], args);
  checkShape("random.bits", shape);
  return words(checkKey("random.bits", key), shape);
}

/** One word for every element of `shape`. */
export function words(key: NDArray, shape: Shape): NDArray {
  const [first, second] = hashIndices(key, shape);
  return bitwiseXor(first, second);
}

/**
 * Floats in [0, 1), from 23 (52) random bits: JAX puts them into the mantissa of a float in [1, 2) and subtracts 1, which
 * is this whole number times 2^-23 (2^-52), exactly.
 */
export function unitFloats(key: NDArray, shape: Shape, dtype: "float32" | "float64"): NDArray {
  if (dtype === "float32") {
    return mul(convertElementType(shiftRightLogical(words(key, shape), 9), "float32"), 2 ** -23);
  }
  const [high, low] = hashIndices(key, shape);
  const upper = mul(convertElementType(high, "float64"), 2 ** 20);
  return mul(add(upper, convertElementType(shiftRightLogical(low, 12), "float64")), 2 ** -52);
}
