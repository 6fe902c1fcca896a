/** Where elements are: in sorted arrays, in bins, and among others. Sizes that depend on contents are options, as in JAX. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { itemSize } from "../base/dtypes.ts";
import { describe, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { checkRoom, checkShape, type Shape, sameShape, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands, promoteToFloat } from "../lax/convert.ts";
import { checkIndices, fromEnd } from "../lax/gather.ts";
import * as lax from "../lax/index.ts";
import { requireNumbers } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { sortWithPlaces } from "../lax/sort.ts";
import { linspace } from "./creation.ts";
import { cumsum } from "./cumulative.ts";
import { asIndices, type Indices, take } from "./indexing.ts";
import { concatenate, stack } from "./join.ts";
import { equal, logicalNot, where } from "./logic.ts";
import { ravel } from "./movement.ts";
import { filled, toBool } from "./operands.ts";
import { max, min, sum } from "./reductions.ts";
import { argsort } from "./sorting.ts";
import { add, divide, subtract } from "./ufuncs.ts";

/** Options of `np.searchsorted`. */
export interface SearchOptions {
  /** Whether equal elements stand behind the place (`"left"`, the default) or before it. */
  readonly side?: "left" | "right";
}

type SideArguments = Arguments<[side: "left" | "right"], SearchOptions>;

/**
 * Where in the sorted vector `a` the elements of `v` would stand, as `int32`: how many elements are smaller, or with
 * `side: "right"` not larger. NaN is the largest. Source: `jax.numpy.searchsorted`.
 * @example np.searchsorted(np.array([1, 2, 3]), 2.5) // 2
 */
export function searchsorted(a: ArrayLike, v: ArrayLike, ...args: SideArguments): NDArray {
  const fn = "numpy.searchsorted";
  const { side = "left" } = namedArguments<SearchOptions>(fn, ["side"], args);
  if (side !== "left" && side !== "right") {
    throw new TypeError(`${fn}: side must be "left" or "right", got ${describe(side)}.`);
  }
  const [ordered, values] = promoteOperands(fn, [a, v], ["a", "v"]);
  if (ordered.ndim !== 1) throw new ShapeError(`${fn}: a must be a vector, got shape ${formatShape(ordered.shape)}.`);
  // Both sorted together, stably: an element's place is the number of elements of `a` in front of it.
  const first = side === "left" ? 0 : ordered.size;
  const parts = [ordered, ravel(values)];
  const places = argsort(concatenate(side === "left" ? parts.reverse() : parts));
  const fromA = side === "left" ? lax.ge(places, values.size) : lax.lt(places, ordered.size);
  const ranks = lax.sliceInDim(argsort(places), first, first + values.size, 0);
  return lax.reshape(take(cumsum(fromA), ranks), { newSizes: values.shape });
}

/**
 * The number of the bin that each element lies in: bin `i` reaches from edge `i - 1`, which belongs to it, to edge `i`,
 * which belongs to it with `right`. The edges ascend or descend. Source: `jax.numpy.digitize`.
 * @example np.digitize(np.array([0.5, 2.5]), np.array([1, 2, 3])) // [0, 2]
 */
export function digitize(
  x: ArrayLike,
  bins: ArrayLike,
  ...args: Arguments<[right: boolean], { readonly right?: boolean }>
): NDArray {
  const fn = "numpy.digitize";
  const { right = false } = namedArguments<{ right: boolean }>(fn, ["right"], args);
  if (typeof right !== "boolean") throw new TypeError(`${fn}: right must be true or false, got ${describe(right)}.`);
  const edges = asArray(fn, bins, "bins");
  const operand = asArray(fn, x);
  if (edges.ndim !== 1) throw new ShapeError(`${fn}: bins must be a vector, got shape ${formatShape(edges.shape)}.`);
  if (edges.size === 0) return lax.full(operand.shape, 0, "int32");
  const side = right ? "left" : "right";
  const end = (i: number): NDArray => lax.sliceInDim(edges, i, i + 1, 0);
  const ascending = lax.reshape(lax.ge(end(edges.size - 1), end(0)), { newSizes: [] });
  const descended = lax.sub(edges.size, searchsorted(lax.rev(edges, { dimensions: [0] }), operand, { side }));
  return where(ascending, searchsorted(edges, operand, { side }), descended);
}

/** Options of `np.bincount`. */
export interface BincountOptions {
  /** What is added up, 1 each by default. */
  readonly weights?: ArrayLike | null;
  /** The least size of the result. */
  readonly minlength?: number;
  /** The size of the result; numbers beyond are left out. Needed inside transformations. */
  readonly length?: number | null;
}

/**
 * How often each whole number stands in a vector; negative ones count as 0. Source: `jax.numpy.bincount`.
 * @example np.bincount(np.array([0, 1, 1], { dtype: "int32" })) // [1, 2]
 */
export function bincount(
  x: ArrayLike,
  ...args: Arguments<[weights: ArrayLike, minlength: number], BincountOptions>
): NDArray {
  const fn = "numpy.bincount";
  const names = ["weights", "minlength", "length"] as const;
  const { weights = null, minlength = 0, length = null } = namedArguments<BincountOptions>(fn, names, args, 2);
  const numbers = checkIndices(fn, asArray(fn, x), "x");
  if (numbers.ndim !== 1) throw new ShapeError(`${fn}: x must be a vector, got shape ${formatShape(numbers.shape)}.`);
  const wanted = length ?? Math.max(minlength, numbers.size === 0 ? 0 : max(numbers).item() + 1);
  checkRoom(fn, [wanted], 4);
  const added = weights === null ? lax.full([numbers.size], 1, "int32") : asArray(fn, weights, "weights");
  if (!sameShape(added.shape, numbers.shape)) {
    throw new ShapeError(
      `${fn}: weights ${formatShape(added.shape)} must have the shape of x, ${formatShape(numbers.shape)}.`,
    );
  }
  const none = lax.full([wanted], 0, added.dtype);
  return wanted === 0 ? none : lax.scatterAdd(none, lax.max(numbers, 0), added);
}

/** Options of `np.histogram`. */
export interface HistogramOptions {
  /** How many bins of one width (10 by default), or their edges. */
  readonly bins?: number | NDArray;
  /** The first and the last edge: by default the smallest and the largest element. */
  readonly range?: readonly [number, number] | null;
  readonly weights?: ArrayLike | null;
  /** Whether the counts are divided so that the integral is 1. */
  readonly density?: boolean;
}

function binEdges(fn: string, x: NDArray, bins: number, limits: HistogramOptions["range"]): NDArray {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new TypeError(`${fn}: bins must be a positive whole number, or an array of edges, got ${describe(bins)}.`);
  }
  checkRoom(fn, [bins + 1], itemSize(x.dtype));
  if (limits !== null && !(Array.isArray(limits) && limits.length === 2 && Array.from(limits).every(Number.isFinite))) {
    throw new TypeError(`${fn}: range must be a list of two finite numbers, got ${show(limits)}.`);
  }
  const given = limits ?? (x.size === 0 ? [0, 1] : null);
  const [low, high] = given ? given.map((v) => lax.full([], v, x.dtype)) : [min(x), max(x)];
  const [start, stop] = [low as NDArray, high as NDArray];
  const half = where(equal(start, stop), 0.5, 0);
  return linspace(subtract(start, half), add(stop, half), bins + 1);
}

/** The edges that an array or list holds. */
function givenEdges(fn: string, bins: ArrayLike): NDArray {
  const edges = asArray(fn, bins, "bins");
  if (edges.ndim === 1 && edges.size > 1) return edges;
  throw new ShapeError(`${fn}: bins must be two edges at least, a vector; got shape ${formatShape(edges.shape)}.`);
}

type HistogramArguments = Arguments<
  [bins: HistogramOptions["bins"], range: HistogramOptions["range"]],
  HistogramOptions
>;

/**
 * How many elements lie in each bin, and the bins' edges; the last bin holds its last edge. Source: `jax.numpy.histogram`.
 * @example np.histogram(np.array([1, 2, 1]), { bins: 2 })[0] // [2, 1]
 */
export function histogram(x: ArrayLike, ...args: HistogramArguments): [counts: NDArray, edges: NDArray] {
  const fn = "numpy.histogram";
  const names = ["bins", "range", "weights", "density"] as const;
  const named = namedArguments<HistogramOptions>(fn, names, args);
  const { bins = 10, range: limits = null, weights: given = null, density = false } = named;
  const operand = promoteToFloat(fn, [x])[0];
  const values = ravel(operand);
  const edges = typeof bins === "number" ? binEdges(fn, values, bins, limits) : givenEdges(fn, bins);
  const count = edges.size - 1;
  const atEnd = equal(values, lax.sliceInDim(edges, count, count + 1, 0));
  const bin = where(atEnd, count, searchsorted(edges, values, { side: "right" }));
  const whole =
    given === null ? lax.full(operand.shape, 1, values.dtype) : requireNumbers(fn, asArray(fn, given, "weights"));
  if (!sameShape(whole.shape, operand.shape)) {
    throw new ShapeError(
      `${fn}: weights ${formatShape(whole.shape)} must have the shape of x, ${formatShape(operand.shape)}.`,
    );
  }
  const weights = ravel(whole);
  const counts = lax.sliceInDim(lax.scatterAdd(lax.full([count + 1], 0, weights.dtype), bin, weights), 1, count + 1, 0);
  if (!density) return [counts, edges];
  const widths = lax.sub(lax.sliceInDim(edges, 1, count + 1, 0), lax.sliceInDim(edges, 0, count, 0));
  return [divide(divide(counts, widths), sum(counts)), edges];
}

/**
 * Places in an array of the given shape as one array of indices for each axis. Negative places count from the end; one out
 * of range stands for the nearest one inside, as in JAX. Source: `jax.numpy.unravel_index`.
 * @throws ShapeError for places in an array without elements.
 * @example np.unravelIndex(5, [2, 3]) // [1, 2]
 */
export function unravelIndex(indices: Indices, shape: Shape, ...more: never[]): NDArray[] {
  const fn = "numpy.unravelIndex";
  noMore(fn, more);
  checkShape(fn, shape);
  const places = asIndices(fn, indices);
  const size = sizeOf(shape);
  if (places.size > 0 && size === 0) throw new ShapeError(`${fn}: shape ${formatShape(shape)} has no elements.`);
  return unraveled(lax.clamp(0, fromEnd(places, size), size - 1), shape);
}

function unraveled(indices: NDArray, shape: Shape): NDArray[] {
  let rest = indices;
  return [...shape]
    .reverse()
    .map((n) => {
      const index = lax.rem(rest, n);
      rest = lax.div(rest, n);
      return index;
    })
    .reverse();
}

/** The size of a result that else depends on the elements, and what fills it up. */
export interface SizeOptions {
  /** How many are returned: needed inside transformations, by default as many as there are. */
  readonly size?: number | null;
  /** What stands for those that are missing, 0 by default. */
  readonly fillValue?: ArrayLike | null;
}

/** The places of the true elements, in order, and their number. */
function places(mask: NDArray, { size = null }: SizeOptions): [NDArray, NDArray] {
  const count = sum(mask);
  const wanted = size ?? count.item();
  const found = lax.sliceInDim(argsort(logicalNot(mask)), 0, Math.min(wanted, mask.size), 0);
  const padded = lax.pad(found, 0, { paddingConfig: [[0, wanted - found.size, 0]] });
  return [where(lax.lt(lax.iota("int32", wanted), count), padded, 0), count];
}

type SizeArguments = Arguments<[], SizeOptions>;

function sizeOptions(fn: string, args: SizeArguments): SizeOptions {
  const options = namedArguments<SizeOptions>(fn, ["size", "fillValue"], args, 0);
  checkRoom(fn, [options.size ?? 0], 4);
  return options;
}

function nonzeroPlaces(operand: NDArray, { size = null, fillValue }: SizeOptions): NDArray[] {
  const [found, count] = places(ravel(toBool(operand)), { size });
  const exists = lax.lt(lax.iota("int32", found.size), count);
  return unraveled(found, operand.shape).map((index) => where(exists, index, fillValue ?? 0));
}

/**
 * The indices of the elements that aren't 0, an array for each axis. Source: `jax.numpy.nonzero`.
 * @example np.nonzero(np.array([0, 7, 8])) // [[1, 2]]
 */
export function nonzero(x: ArrayLike, ...args: SizeArguments): NDArray[] {
  const fn = "numpy.nonzero";
  return nonzeroPlaces(asArray(fn, x), sizeOptions(fn, args));
}

/**
 * The indices of the elements that aren't 0, a row for each. Source: `jax.numpy.argwhere`.
 * @example np.argwhere(np.array([0, 7, 8])) // [[1], [2]]
 */
export function argwhere(x: ArrayLike, ...args: SizeArguments): NDArray {
  const fn = "numpy.argwhere";
  const [operand, options] = [asArray(fn, x), sizeOptions(fn, args)];
  // A number has no axis to count along: its only place, if it isn't 0, is an empty row.
  if (operand.ndim === 0) {
    const [found] = nonzeroPlaces(ravel(operand), options) as [NDArray];
    return lax.sliceInDim(lax.reshape(found, { newSizes: [found.size, 1] }), 0, 0, 1);
  }
  return stack(nonzeroPlaces(operand, options), { axis: -1 });
}

/**
 * The places in the flattened array of the elements that aren't 0. Source: `jax.numpy.flatnonzero`.
 * @example np.flatnonzero(np.array([0, 7, 8])) // [1, 2]
 */
export function flatnonzero(x: ArrayLike, ...args: SizeArguments): NDArray {
  const fn = "numpy.flatnonzero";
  return entry(nonzeroPlaces(ravel(asArray(fn, x)), sizeOptions(fn, args)), 0);
}

/** Options of `np.unique`. */
export interface UniqueOptions extends SizeOptions {
  /** Whether the place of each one's first occurrence in the flattened array is returned, too. */
  readonly returnIndex?: boolean;
  /** Whether the place of each element of `x` among the different ones is returned, in `x`'s shape. */
  readonly returnInverse?: boolean;
  /** Whether it is returned how often each one stands in `x`. */
  readonly returnCounts?: boolean;
}

type WithParts = { readonly returnIndex: true } | { readonly returnInverse: true } | { readonly returnCounts: true };

/**
 * The different elements of an array, ascending; with `return...` options a list of these and what else is wanted, in the
 * options' order. With `size` inside transformations; what is missing is filled with the smallest element, or `fillValue`.
 * Source: `jax.numpy.unique`.
 * @example np.unique(np.array([2, 1, 2])) // [1, 2]
 */
export function unique(x: ArrayLike, options: UniqueOptions & WithParts): NDArray[];
export function unique(x: ArrayLike, options?: UniqueOptions): NDArray;
export function unique(x: ArrayLike, ...args: Arguments<[], UniqueOptions>): NDArray | NDArray[] {
  const fn = "numpy.unique";
  const names = ["returnIndex", "returnInverse", "returnCounts", "size", "fillValue"] as const;
  const { returnIndex, returnInverse, returnCounts, ...sizes } = namedArguments<UniqueOptions>(fn, names, args, 3);
  const operand = asArray(fn, x);
  const flat = ravel(operand);
  checkRoom(fn, [sizes.size ?? 0], itemSize(flat.dtype));
  const [values, starts, begins, order] = distinct(fn, flat, sizes);
  const groups = (): NDArray => lax.sub(cumsum(begins), 1);
  const parts = [
    ...(returnIndex ? [take(order, starts)] : []),
    ...(returnInverse ? [lax.reshape(take(groups(), argsort(order)), { newSizes: operand.shape })] : []),
    ...(returnCounts ? [bincount(groups(), { length: values.size })] : []),
  ];
  return parts.length === 0 ? values : [values, ...parts];
}

/** The different elements, the places of the first of each in the sorted array, whether each one there is, and the order. */
function distinct(
  fn: string,
  flat: NDArray,
  { size = null, fillValue = null }: SizeOptions,
): [NDArray, NDArray, NDArray, NDArray] {
  const [sorted, order] = sortWithPlaces(flat, 0);
  if (flat.size === 0) {
    const values = fillValue === null ? flat : filled(fn, [size ?? 0], fillValue, flat.dtype);
    return [values, order, order, order];
  }
  const [before, after] = [lax.sliceInDim(sorted, 0, flat.size - 1, 0), lax.sliceInDim(sorted, 1, flat.size, 0)];
  const bothNaN = lax.bitwiseAnd(lax.ne(before, before), lax.ne(after, after));
  const differs = lax.bitwiseAnd(lax.ne(before, after), lax.bitwiseNot(bothNaN));
  const begins = concatenate([lax.full([1], true, "bool"), differs]);
  const [starts, count] = places(begins, { size });
  const found = take(sorted, starts);
  const values =
    fillValue === null
      ? found
      : where(lax.lt(lax.iota("int32", found.size), count), found, filled(fn, [], fillValue, found.dtype));
  return [values, starts, begins, order];
}

/** Options of `np.isin`. */
export interface IsinOptions {
  /** Whether it is asked which elements are none of `values`. */
  readonly invert?: boolean;
}

/**
 * Whether each element of `x` is one of those of `values`. Source: `jax.numpy.isin`.
 * @example np.isin(np.array([1, 2]), np.array([2, 3])) // [false, true]
 */
export function isin(x: ArrayLike, values: ArrayLike, ...args: Arguments<[], IsinOptions>): NDArray {
  const fn = "numpy.isin";
  const { invert = false } = namedArguments<IsinOptions>(fn, ["invert"], args, 0);
  const [operand, among] = promoteOperands(fn, [x, values], ["x", "values"]);
  const found = equal(lax.expandDims(operand, { axes: [operand.ndim] }), ravel(among));
  const isIn = lax.reduceOr(found, { axes: [operand.ndim] });
  return invert ? logicalNot(isIn) : isIn;
}
