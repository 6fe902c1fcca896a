/** Shuffling. */

import { namedArguments } from "../base/arguments.ts";
import { describe } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, checkRoom } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { takeAlong } from "../lax/gather.ts";
import { type ArrayLike, iota, sort } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { words } from "./bits.ts";
import { checkKey, HASHED_BYTES, splitToList } from "./keys.ts";

/** Options of `random.permutation`. */
export interface PermutationOptions {
  /** The axis that is shuffled; the first by default. */
  readonly axis?: number;
}

/** So many sorts by 32-bit keys that no two elements are likely to have had the same keys in all of them. */
const rounds = (n: number): number => Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(2 ** 32 - 1));

/** The places that the elements of a shuffled axis come from. Source: `jax.random._shuffle`. */
function shuffledIndices(key: NDArray, n: number): NDArray {
  let order = iota("int32", n);
  let rest = key;
  for (let round = rounds(n); round > 0; round--) {
    const [next, subkey] = splitToList(rest, 2);
    rest = next;
    order = entry(sort([words(subkey, [n]), order]), 1);
  }
  return order;
}

/**
 * A shuffled array, or the whole numbers below `x` shuffled. Source: `jax.random.permutation`.
 * @param x a non-negative whole number, or an array whose slices along `axis` are shuffled as they are.
 * @example random.permutation(random.key(0), 5) // shape [5]
 */
export function permutation(
  key: ArrayLike,
  x: ArrayLike,
  ...args: [axis?: number] | [options: PermutationOptions]
): NDArray {
  const fn = "random.permutation";
  const { axis: given = 0 } = namedArguments<PermutationOptions>(fn, ["axis"], args);
  const single = checkKey(fn, key);
  if (typeof x === "number") {
    canonicalAxis(fn, given, 1);
    if (Number.isInteger(x) && x >= 0) {
      checkRoom(fn, [x], HASHED_BYTES);
      return shuffledIndices(single, x);
    }
    throw new TypeError(`${fn}: x must be an array or a non-negative whole number, got ${describe(x)}.`);
  }
  const array = asArray(fn, x);
  const axis = canonicalAxis(fn, given, array.ndim);
  return takeAlong(array, shuffledIndices(single, entry(array.shape, axis)), axis);
}
