/** Random words, and the floats in [0, 1) that they make. */
import { namedArguments } from "../base/arguments.ts";
import { checkRoom, checkShape, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, add, bitwiseXor, convertElementType, mul, shiftRightLogical } from "../lax/index.ts";
import { jit } from "../transform/jit.ts";
import { checkKey, HASHED_BYTES, hashIndices, indicesOf } from "./keys.ts";

/** A shape; a number for that of a vector. */
export type DrawShape = Shape | number;

/** The shape of a draw. */
export function sizesOf(fn: string, shape: DrawShape): Shape {
  const sizes = typeof shape === "number" ? [shape] : shape;
  checkShape(fn, sizes);
  checkRoom(fn, sizes, HASHED_BYTES);
  return sizes;
}

/** `shape` by position, the rest by name; or everything by name. */
export type DrawArguments<Options extends { readonly shape?: unknown }> =
  | [shape?: Options["shape"], options?: Omit<Options, "shape">]
  | [options: Options];

/**
 * Uniformly distributed 32-bit words. Source: `jax.random.bits`.
 * @returns `uint32` of `shape` (by default one word, of shape ()).
 * @example random.bits(random.key(0), [3, 5])
 */
export function bits(key: ArrayLike, ...args: DrawArguments<{ readonly shape?: DrawShape }>): NDArray {
  const fn = "random.bits";
  const { shape = [] } = namedArguments<{ shape: DrawShape }>(fn, ["shape"], args);
  return words(checkKey(fn, key), sizesOf(fn, shape));
}

/** One word for every element of `shape`. */
export const words = (key: NDArray, shape: Shape): NDArray => wordsAt(key, indicesOf(shape));

function wordsAt(key: NDArray, indices: NDArray): NDArray {
  const [first, second] = hashIndices(key, indices);
  return bitwiseXor(first, second);
}

/** The dtypes that real numbers are drawn in. */
export type FloatDType = "float32" | "float64";

/**
 * Floats in [0, 1), from 23 (52) random bits: JAX puts them into the mantissa of a float in [1, 2) and subtracts 1, which
 * is this whole number times 2^-23 (2^-52), exactly.
 */
export function unitFloatsAt(key: NDArray, indices: NDArray, dtype: FloatDType): NDArray {
  if (dtype === "float32") {
    return mul(convertElementType(shiftRightLogical(wordsAt(key, indices), 9), "float32"), 2 ** -23);
  }
  const [high, low] = hashIndices(key, indices);
  const upper = mul(convertElementType(high, "float64"), 2 ** 20);
  return mul(add(upper, convertElementType(shiftRightLogical(low, 12), "float64")), 2 ** -52);
}

/** A draw of an array of numbers from a key, compiled; what is counted from comes from outside, so that no plan keeps it. */
export function compiledDraw(draw: (key: NDArray, indices: NDArray, dtype: FloatDType) => NDArray) {
  const compiled = jit(draw, { staticArgnums: 2 });
  return (key: NDArray, shape: Shape, dtype: FloatDType): NDArray => compiled(key, indicesOf(shape), dtype);
}

export const unitFloats = /* @__PURE__ */ compiledDraw(unitFloatsAt);
