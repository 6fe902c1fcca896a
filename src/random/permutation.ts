/** Shuffling. */
import { namedArguments } from "../base/arguments.ts";
import { allocate, type TypedArray } from "../base/dtypes.ts";
import { describe, UnsupportedError } from "../base/errors.ts";
import { canonicalAxis, type Shape, sizeOf } from "../base/shapes.ts";
import { hostArray, type NDArray } from "../ir/ndarray.ts";
import { isTracing } from "../ir/trace.ts";
import type { ArrayLike } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { words } from "./bits.ts";
import { checkKey, splitToList } from "./keys.ts";

export interface PermutationOptions {
  /** The axis that is shuffled; the first by default. */
  readonly axis?: number;
}

/** So many sorts by 32-bit keys that no two elements are likely to have had the same keys in all of them. */
const rounds = (n: number): number => Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(2 ** 32 - 1));

/** The places that the elements of a shuffled axis come from. Source: `jax.random._shuffle`. */
function shuffledIndices(key: NDArray, n: number): Int32Array {
  let order = Int32Array.from({ length: n }, (_, i) => i);
  let rest = key;
  for (let round = rounds(n); round > 0; round--) {
    const [next, subkey] = splitToList(rest, 2) as [NDArray, NDArray];
    rest = next;
    const sortKeys = words(subkey, [n]).dataSync();
    const places = Int32Array.from(order.keys()).sort(
      (a, b) => (sortKeys[a] as number) - (sortKeys[b] as number) || a - b,
    );
    const previous = order;
    order = places.map((place) => previous[place] as number);
  }
  return order;
}

/** The array with `indices` taken along one axis. */
function takeAlong(data: TypedArray, x: { shape: Shape; dtype: NDArray["dtype"] }, axis: number, indices: Int32Array) {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const block = indices.length * inner;
  const result = allocate(x.dtype, data.length);
  for (let start = 0; start < data.length; start += block) {
    indices.forEach((from, to) => {
      result.set(data.subarray(start + from * inner, start + (from + 1) * inner), start + to * inner);
    });
  }
  return hostArray(result, x.shape, x.dtype);
}

/**
 * A shuffled array, or the whole numbers below `x` shuffled. Source: `jax.random.permutation`.
 * @param x a non-negative whole number, or an array whose slices along `axis` are shuffled as they are.
 * @throws UnsupportedError inside a transformation such as `jit` or `vmap`, because it sorts by the key's contents.
 */
export function permutation(
  key: ArrayLike,
  x: ArrayLike,
  ...args: [axis?: number] | [options: PermutationOptions]
): NDArray {
  const fn = "random.permutation";
  const { axis: given = 0 } = namedArguments<PermutationOptions>(fn, ["axis"], args);
  const single = checkKey(fn, key);
  if (isTracing()) {
    throw new UnsupportedError(
      `${fn}: sorts by the key's contents, which aren't known inside jit, grad, vmap and the like; ` +
        "compute the permutation outside and pass it in.",
    );
  }
  if (typeof x === "number") {
    if (!Number.isInteger(x) || x < 0) {
      throw new TypeError(`${fn}: x must be an array or a non-negative whole number, got ${describe(x)}.`);
    }
    return hostArray(shuffledIndices(single, x), [x], "int32");
  }
  const array = asArray(fn, x);
  const axis = canonicalAxis(fn, given, array.ndim);
  const indices = shuffledIndices(single, array.shape[axis] as number);
  return takeAlong(array.dataSync(), array, axis, indices);
}
