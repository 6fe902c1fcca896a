/** Keys: `uint32` arrays of shape (2,), as `jax.random.PRNGKey` gives them. */

import { describe, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { mapEach } from "../base/lists.ts";
import { checkRoom, isIntegerList, type Shape, sizeOf } from "../base/shapes.ts";
import { hostArray, NDArray, scalar } from "../ir/ndarray.ts";
import { type ArrayLike, concatenate, convertElementType, iota, reshape, slice } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { threefry2x32 } from "../lax/threefry.ts";

const WORD = 2 ** 32;

/**
 * A key from a seed, a whole number. Source: `jax.random.PRNGKey`, whose keys these are for every `int32` and `uint32`
 * seed. A larger number fills both words of the key with its 64 bits, as JAX does with 64-bit integers enabled.
 * @returns `uint32` of shape (2,).
 * @throws TypeError for a number that isn't whole or is too large to be exact.
 * @example
 * const [key1, key2] = random.split(random.key(42));
 */
export function key(seed: number | NDArray, ...rest: never[]): NDArray {
  noMore("random.key", rest);
  if (seed instanceof NDArray) {
    const word = reshape(integerWord("random.key", "seed", seed), { newSizes: [1] });
    return concatenate([Uint32Array.of(0), word], { dimension: 0 });
  }
  if (!Number.isSafeInteger(seed)) {
    throw new TypeError(
      `random.key: seed must be a whole number within ±Number.MAX_SAFE_INTEGER, got ${describe(seed)}.`,
    );
  }
  const oneWord = seed >= -(2 ** 31) && seed < WORD;
  const high = oneWord ? 0 : Math.floor(seed / WORD);
  return hostArray(Uint32Array.of(high, seed), [2], "uint32");
}

/** JAX's older name of `key`. @example random.PRNGKey(7) // [0, 7] */
export const PRNGKey = key;

/** A 0-dimensional integer array as `uint32`. */
function integerWord(fn: string, name: string, x: NDArray): NDArray {
  if (x.ndim !== 0 || !x.dtype.endsWith("int32")) {
    throw new TypeError(
      `${fn}: ${name} must be one integer, got ${x.dtype}${formatShape(x.shape)}; use vmap for many.`,
    );
  }
  return convertElementType(x, "uint32");
}

/** Throws unless `key` is one key. */
export function checkKey(fn: string, key: ArrayLike): NDArray {
  const array = asArray(fn, key, "key");
  if (array.dtype === "uint32" && array.ndim === 1 && array.shape[0] === 2) return array;
  throw new ShapeError(
    `${fn}: key must be a uint32 array of shape (2,) such as random.key(seed) gives, got ` +
      `${array.dtype}${formatShape(array.shape)}; use vmap for several keys.`,
  );
}

/** One row (one element) of an array along its first axis, without that axis. */
function row(x: NDArray, i: number): NDArray {
  const rest = x.shape.slice(1);
  const part = slice(x, { startIndices: [i, ...rest.map(() => 0)], limitIndices: [i + 1, ...rest] });
  return reshape(part, { newSizes: rest });
}

/** Threefry reads four words for an element and writes two, all at once in memory. */
export const HASHED_BYTES = 24;

/** The row-major index of every element of `shape`. */
export const indicesOf = (shape: Shape): NDArray =>
  shape.length === 0 ? scalar(0, "uint32") : reshape(iota("uint32", sizeOf(shape)), { newSizes: shape });

/** The two words that threefry makes of `key` and each of the indices. */
export function hashIndices(key: NDArray, indices: NDArray): [NDArray, NDArray] {
  const [first, second] = mapEach([0, 1], (i) => broadcastTo(row(key, i), indices.shape));
  return threefry2x32(first, second, scalar(0, "uint32"), indices);
}

/** A list of `Length` keys, which is known up to 32. */
type KeyList<Length, List extends readonly NDArray[] = []> = List["length"] extends Length
  ? List
  : List["length"] extends 32
    ? readonly NDArray[]
    : KeyList<Length, [...List, NDArray]>;

/** What a list has and an array has not. */
type ListOnly = { readonly [name in Exclude<keyof (readonly NDArray[]), keyof NDArray | number>]: never };

/** Keys in one array, which `const [key1, key2] = keys` takes apart into as many as were asked for. */
export type Keys<Num> = Num extends number
  ? number extends Num
    ? NDArray
    : NDArray & Readonly<KeyList<Num>> & ListOnly
  : NDArray;

/**
 * New keys from one, which should not be used again. Source: `jax.random.split`.
 * @param num how many, or the shape of an array of keys.
 * @returns `uint32` of shape (num, 2), or (...shape, 2).
 * @example const [key1, key2, key3] = random.split(random.key(1), 3);
 */
export function split<const Num extends number | Shape = 2>(key: ArrayLike, num?: Num, ...rest: never[]): Keys<Num>;
export function split(key: ArrayLike, num: number | Shape = 2, ...rest: never[]): NDArray {
  noMore("random.split", rest);
  const shape = typeof num === "number" ? [num] : num;
  if (!isIntegerList(shape, 0)) {
    throw new ShapeError(`random.split: num must be a non-negative integer or a list of them, got ${show(num)}.`);
  }
  checkRoom("random.split", shape, HASHED_BYTES);
  const words = hashIndices(checkKey("random.split", key), indicesOf(shape));
  const columns = words.map((w) => reshape(w, { newSizes: [...shape, 1] }));
  return concatenate(columns, { dimension: shape.length });
}

/** `split` as a list of single keys. */
export function splitToList(key: ArrayLike, num: 2): [NDArray, NDArray];
export function splitToList(key: ArrayLike, num: number): NDArray[];
export function splitToList(key: ArrayLike, num: number): NDArray[] {
  const keys = split(key, num);
  return Array.from({ length: num }, (_, i) => row(keys, i));
}

/**
 * A new key from a key and a number. Source: `jax.random.fold_in`.
 * @param data a whole number from 0 to 2^32 - 1, or a 0-dimensional integer array.
 * @example random.foldIn(random.key(0), 7) // shape [2]
 */
export function foldIn(key: ArrayLike, data: number | NDArray, ...rest: never[]): NDArray {
  noMore("random.foldIn", rest);
  const [first, second] = mapEach([0, 1], (i) => row(checkKey("random.foldIn", key), i));
  const words = threefry2x32(first, second, scalar(0, "uint32"), foldedWord(data));
  return concatenate(
    words.map((w) => reshape(w, { newSizes: [1] })),
    { dimension: 0 },
  );
}

function foldedWord(data: number | NDArray): NDArray {
  if (data instanceof NDArray) return integerWord("random.foldIn", "data", data);
  if (Number.isInteger(data) && data >= 0 && data < WORD) return scalar(data, "uint32");
  throw new TypeError(`random.foldIn: data must be a whole number from 0 to 2^32 - 1, got ${describe(data)}.`);
}
