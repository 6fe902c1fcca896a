/** Prefixes: sums, products, extrema of the elements up to each place of an axis. */

import { checkOptions, closed, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, inserted } from "../base/shapes.ts";
import { flatten, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, max, min, mul } from "./arithmetic.ts";
import { type Combine, type CombineAll, combining, ofOne } from "./combine.ts";
import { sameFloat } from "./convert.ts";
import { logaddexp } from "./logaddexp.ts";
import { requireNumbers } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { reshape } from "./shape.ts";
import { concatenate, rev, sliceInDim } from "./slice.ts";

/** Options of `lax.cumsum` and its kind. */
export interface PrefixOptions {
  /** The first by default. */
  readonly axis?: number;
  /** Whether to begin at the end. */
  readonly reverse?: boolean;
}

/** `even[0], odd[0], even[1], ...`; there may be one more of the even ones. */
function interleave(even: NDArray, odd: NDArray, axis: number): NDArray {
  const [count, size] = [entry(even.shape, axis), entry(even.shape, axis) + entry(odd.shape, axis)];
  const filled = 2 * count === size ? odd : concatenate([odd, sliceInDim(even, 0, 1, axis)], { dimension: axis });
  const columns = [even, filled].map((x) => reshape(x, { newSizes: inserted(x.shape, axis + 1, 1) }));
  const newSizes = even.shape.map((n, i) => (i === axis ? 2 * count : n));
  return sliceInDim(reshape(concatenate(columns, { dimension: axis + 1 }), { newSizes }), 0, size, axis);
}

/** Scans the pairs, which gives the odd places, and from these the even ones: as many steps as elements, nearly. */
function scan(combine: CombineAll, xs: readonly NDArray[], axis: number): readonly NDArray[] {
  const size = entry(entry(xs, 0).shape, axis);
  if (size < 2) return xs;
  const part = (list: readonly NDArray[], start: number, limit: number, stride: number): NDArray[] =>
    list.map((x) => sliceInDim(x, start, limit, axis, stride));
  const odd = scan(combine, combine(part(xs, 0, size - 1, 2), part(xs, 1, size, 2)), axis);
  const even = size === 2 ? null : combine(part(odd, 0, Math.ceil(size / 2) - 1, 1), part(xs, 2, size, 2));
  return part(xs, 0, 1, 1).map((first, i) =>
    interleave(even ? concatenate([first, entry(even, i)], { dimension: axis }) : first, entry(odd, i), axis),
  );
}

/** The combinations from the beginning of the axis, or from the end with `reverse`. */
function prefixes(combine: CombineAll, xs: readonly NDArray[], axis: number, reverse = false): readonly NDArray[] {
  const turned = (list: readonly NDArray[]) => (reverse ? list.map((x) => rev(x, { dimensions: [axis] })) : list);
  return turned(scan(combine, turned(xs), axis));
}

/**
 * The combinations `x[0]`, `fn(x[0], x[1])`, `fn(fn(x[0], x[1]), x[2])`, ... along an axis, in about twice the logarithm
 * of its size many steps. Source: `jax.lax.associative_scan`.
 * @param fn associative; takes and returns arrays, or trees of the structure of `elems`, whose axis has any size.
 * @example lax.associativeScan(np.add, np.array([1, 2, 3])) // [1, 3, 6]
 */
export function associativeScan<Elems>(
  fn: (a: Elems, b: Elems) => Elems,
  elems: Elems,
  options?: PrefixOptions,
  ...rest: never[]
): Elems {
  const name = "lax.associativeScan";
  noMore(name, rest);
  const chosen = checkOptions(name, options, ["axis", "reverse"]);
  const [given, def] = flatten<ArrayLike>(elems);
  const xs = given.map((x) => asArray(name, x, "elems"));
  const first = xs[0];
  if (!first) return elems;
  const axis = canonicalAxis(name, chosen.axis ?? 0, first.ndim);
  if (xs.some((x) => x.shape[axis] !== first.shape[axis])) {
    const shapes = xs.map((x) => formatShape(x.shape)).join(", ");
    throw new ShapeError(`${name}: elems must have one size along axis ${axis}, got ${shapes}.`);
  }
  return unflatten(def, prefixes(combining(name, "fn", fn, def), xs, axis, chosen.reverse));
}

/** The prefixes of one array, which `accept` makes of the argument. */
function cumulative(
  name: string,
  combine: Combine,
  accept: (fn: string, x: ArrayLike) => NDArray = (fn, x) => requireNumbers(fn, asArray(fn, x)),
) {
  const fn = `lax.${name}`;
  return closed(fn, (x: ArrayLike, options?: PrefixOptions): NDArray => {
    const chosen = checkOptions(fn, options, ["axis", "reverse"]);
    const operand = accept(fn, x);
    const axis = canonicalAxis(fn, chosen.axis ?? 0, operand.ndim);
    return entry(prefixes(ofOne(combine), [operand], axis, chosen.reverse), 0);
  });
}

/**
 * The sums of the elements up to each place of an axis. Source: `jax.lax.cumsum`.
 * @example lax.cumsum(np.array([1, 2, 3])) // [1, 3, 6]
 */
export const cumsum = /* @__PURE__ */ cumulative("cumsum", add);
/**
 * The products of the elements up to each place of an axis. Source: `jax.lax.cumprod`.
 * @example lax.cumprod(np.array([1, 2, 3])) // [1, 2, 6]
 */
export const cumprod = /* @__PURE__ */ cumulative("cumprod", mul);
/**
 * The largest of the elements up to each place of an axis. Source: `jax.lax.cummax`.
 * @example lax.cummax(np.array([1, 3, 2])) // [1, 3, 3]
 */
export const cummax = /* @__PURE__ */ cumulative("cummax", max);
/**
 * The smallest of the elements up to each place of an axis. Source: `jax.lax.cummin`.
 * @example lax.cummin(np.array([3, 1, 2])) // [3, 1, 1]
 */
export const cummin = /* @__PURE__ */ cumulative("cummin", min);
/**
 * The logarithms of the sums of `exp` of the elements up to each place of an axis. Source: `jax.lax.cumlogsumexp`.
 * @example lax.cumlogsumexp(np.array([0, 0])) // [0, 0.6931]
 */
export const cumlogsumexp = /* @__PURE__ */ cumulative("cumlogsumexp", logaddexp, (fn, x) => sameFloat(fn, [x])[0]);
