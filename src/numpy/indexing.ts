/**
 * Indexing. Integers, slices and new axes are a slice, a reversal and a reshape of the array; arrays of indices are one
 * gather of the axes that they stand for.
 */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { dtypeOfTypedArray } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { broadcastShapes, canonicalAxis, inserted, range, removed, sizeOf } from "../base/shapes.ts";
import { hostArray, NDArray, scalar } from "../ir/ndarray.ts";
import { checkIndices, fromEnd, takeAlong, takeFromRows } from "../lax/gather.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo, moveAxis } from "../lax/shape.ts";
import { fromData, type NestedList } from "./array.ts";

/**
 * A place on an axis, a slice in Python's notation (`"1:5"`, `"::-1"`, `":"`), `"..."`, `null` for a new axis; an array (or
 * nested list) of places, or of bools, one for each element of as many axes as it has.
 */
export type Index = number | string | null | NDArray | NestedList;

/** Places: an array of integers, or lists of whole numbers. */
export type Indices = ArrayLike | NestedList;

/** The elements `start`, `start + step`, ... (`count` of them) of an axis. */
interface Section {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  /** Whether the axis disappears. */
  readonly dropped: boolean;
}

const SLICE = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/;

function place(fn: string, index: number, axis: number, x: NDArray): Section {
  const size = entry(x.shape, axis);
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new ShapeError(`${fn}: index ${index} is out of range for axis ${axis} of shape ${formatShape(x.shape)}.`);
  }
  return { start: index < 0 ? index + size : index, step: 1, count: 1, dropped: true };
}

/** Python's meaning of `start:stop:step` on an axis of `size` elements. */
function section(fn: string, text: string, axis: number, x: NDArray): Section {
  const match = SLICE.exec(text);
  const step = Number(match?.[3] ?? 1);
  if (!match || step === 0) {
    throw new TypeError(`${fn}: ${describe(text)} is no slice; write "start:stop" or "start:stop:step" (step not 0).`);
  }
  const size = entry(x.shape, axis);
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const bound = (given: string | undefined, fallback: number): number => {
    if (given === undefined) return fallback;
    const value = Number(given);
    return Math.min(highest, Math.max(lowest, value < 0 ? value + size : value));
  };
  const start = bound(match[1], step > 0 ? lowest : highest);
  const stop = bound(match[2], step > 0 ? highest : lowest);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)), dropped: false };
}

/** The coordinates of the true elements: an array of indices for each axis of the mask, whose size it remembers. */
function coordinates(mask: NDArray): ArrayIndex[] {
  const data = mask.dataSync();
  const found = [...data.keys()].filter((i) => data[i] !== 0);
  let inner = data.length;
  return mask.shape.map((size) => {
    inner /= Math.max(size, 1);
    const along = found.map((i) => Math.floor(i / inner) % size);
    return { indices: hostArray(Int32Array.from(along), [found.length], "int32"), size };
  });
}

/** An index that is an array; `size` is that of the axis where it must be a certain one. */
interface ArrayIndex {
  readonly indices: NDArray;
  readonly size?: number;
}

type Resolved = number | string | null | ArrayIndex;

const isArrayIndex = (index: Resolved): index is ArrayIndex => typeof index === "object" && index !== null;

/** What stands in nested lists, holes and nulls included. */
const entriesOf = (list: readonly unknown[]): unknown[] =>
  Array.from(list).flatMap((x) => (Array.isArray(x) ? entriesOf(x) : [x]));

/** Lists of whole numbers, or of bools, as an array. */
function fromLists(fn: string, name: string, lists: readonly unknown[]): NDArray {
  const entries = entriesOf(lists);
  const bools = entries.length > 0 && entries.every((x) => typeof x === "boolean");
  if (!bools && !entries.every(Number.isInteger)) {
    throw new TypeError(`${fn}: ${name} must be whole numbers, or bools, got ${show(lists)}.`);
  }
  return fromData(fn, lists, bools ? "bool" : "int32");
}

function resolve(fn: string, index: unknown): Resolved[] {
  if (typeof index === "number" || typeof index === "string" || index === null) return [index];
  if (!(index instanceof NDArray) && !Array.isArray(index) && dtypeOfTypedArray(index) !== "int32") {
    throw new TypeError(
      `${fn}: an index is a whole number, a slice such as "1:5", "...", null or an array; got ${describe(index)}.`,
    );
  }
  const indices = Array.isArray(index) ? fromLists(fn, "an index", index) : asArray(fn, index);
  if (indices.dtype === "bool" && indices.ndim > 0) return coordinates(indices);
  return [{ indices: checkIndices(fn, indices, "an index") }];
}

/** The indices with `"..."` (at the end where it's missing) written as as many `":"` as axes are left. */
function withoutEllipsis(fn: string, indices: readonly Resolved[], x: NDArray): Resolved[] {
  const ellipses = indices.filter((i) => i === "...").length;
  if (ellipses > 1) throw new TypeError(`${fn}: "..." may stand once, got it twice.`);
  const missing = x.ndim - indices.filter((i) => i !== null && i !== "...").length;
  if (missing < 0) {
    throw new ShapeError(`${fn}: ${x.ndim - missing} indices are too many for shape ${formatShape(x.shape)}.`);
  }
  const explicit = ellipses === 0 ? [...indices, "..."] : indices;
  return explicit.flatMap((i) => (i === "..." ? range(missing).map(() => ":") : [i]));
}

function takeSections(x: NDArray, sections: readonly Section[]): NDArray {
  const last = ({ start, step, count }: Section): number => start + (count - 1) * step;
  const low = (s: Section): number => (s.count === 0 ? 0 : Math.min(s.start, last(s)));
  const high = (s: Section): number => (s.count === 0 ? 0 : Math.max(s.start, last(s)) + 1);
  const sliced = lax.slice(x, {
    startIndices: sections.map(low),
    limitIndices: sections.map(high),
    strides: sections.map((s) => Math.abs(s.step)),
  });
  return lax.rev(sliced, { dimensions: range(x.ndim).filter((i) => entry(sections, i).step < 0) });
}

/** An array of indices, where it stands among the indices, and the axis of `size` that it indexes. */
interface Taken {
  readonly indices: NDArray;
  readonly at: number;
  readonly axis: number;
  readonly size: number;
}

function checkMask(fn: string, { size = -1 }: ArrayIndex, count: number, axis: number, x: NDArray): number {
  if (size < 0 || size === count) return count;
  throw new ShapeError(`${fn}: a mask of size ${size} does not fit axis ${axis} of shape ${formatShape(x.shape)}.`);
}

/**
 * `x` with the axes of several arrays of indices taken together; these become the axes of the arrays' common shape, in
 * front of all where something stands between the arrays. Indices outside mean the nearest inside, or nothing in an update.
 */
function takePlaces(fn: string, x: NDArray, taken: readonly Taken[], forUpdate: boolean): NDArray {
  const axes = taken.map((t) => t.axis);
  const scattered = entry(taken, -1).at - entry(taken, 0).at >= taken.length;
  const target = scattered ? 0 : entry(axes, 0);
  const total = sizeOf(taken.map((t) => t.size));
  const shape = broadcastShapes(
    fn,
    taken.map((t) => t.indices.shape),
  );
  if (sizeOf(shape) > 0 && total === 0)
    throw new ShapeError(`${fn}: shape ${formatShape(x.shape)} has no such elements.`);
  const wanted = taken.map(({ indices, size }) => broadcastTo(fromEnd(indices, size), shape));
  const inside = wanted.map((place, i) => lax.clamp(0, place, entry(taken, i).size - 1));
  let position = inside.reduce((p, place, i) => lax.add(lax.mul(p, entry(taken, i).size), place));
  if (forUpdate) {
    const moved = wanted.map((place, i) => lax.ne(place, entry(inside, i)));
    position = lax.select(
      moved.reduce((a, b) => lax.bitwiseOr(a, b)),
      -1,
      position,
    );
  }
  const rest = range(x.ndim).filter((i) => !axes.includes(i));
  const joined = lax.transpose(x, { permutation: [...rest.slice(0, target), ...axes, ...rest.slice(target)] });
  const newSizes = rest.map((i) => entry(x.shape, i));
  return takeAlong(lax.reshape(joined, { newSizes: inserted(newSizes, target, total) }), position, target, forUpdate);
}

/** `at`, and the same for updates: there an index that is out of range leads to -1. */
export function indexed(fn: string, x: NDArray, indices: readonly unknown[], forUpdate = false): NDArray {
  const full = withoutEllipsis(
    fn,
    Array.from(indices).flatMap((index) => resolve(fn, index)),
    x,
  );
  // Beside arrays a number is an array of one index.
  const among = full.some(isArrayIndex);
  const sections: Section[] = [];
  const newSizes: number[] = [];
  const taken: Taken[] = [];
  full.forEach((index, at) => {
    if (index === null) {
      newSizes.push(1);
      return;
    }
    const axis = sections.length;
    let part =
      typeof index === "number" ? place(fn, index, axis, x) : section(fn, isArrayIndex(index) ? ":" : index, axis, x);
    if (among && typeof index !== "string") {
      const places = isArrayIndex(index) ? index : { indices: scalar(part.start, "int32") };
      part = section(fn, ":", axis, x);
      taken.push({ ...places, at, axis: newSizes.length, size: checkMask(fn, places, part.count, axis, x) });
    }
    sections.push(part);
    if (!part.dropped) newSizes.push(part.count);
  });
  const basic = lax.reshape(takeSections(x, sections), { newSizes });
  return among ? takePlaces(fn, basic, taken, forUpdate) : basic;
}

/**
 * The part of an array that Python's `x[i, j, ...]` gives: a whole number takes one place of an axis (counted from the
 * end if negative) and removes the axis, a string slices it, `"..."` stands for all the axes in between and `null` adds
 * an axis. Slices are cut to the array, as in Python; a number out of range is an error. Also the method `x.at(...)`.
 *
 * Arrays of indices are broadcast against each other and take their elements together, as in NumPy; an index out of range
 * stands for the nearest one inside, as in JAX. A mask must be known: inside `jit` and the like use `where`.
 * @example at(x, 0); at(x, ":", "1:3"); at(x, "...", -1); at(x, "::-1"); at(x, null, 2); at(x, [0, 2]); at(x, mask)
 */
export const at = (x: ArrayLike, ...indices: readonly Index[]): NDArray =>
  indexed("numpy.at", asArray("numpy.at", x), indices);

/** Options of `np.take` and `np.takeAlongAxis`. */
export interface TakeOptions {
  /** The axis to take from; by default (`null`) the array is flattened. */
  readonly axis?: number | null;
  /**
   * What an index out of range means: `"fill"` (the default) NaN, or the extreme integer; `"clip"` the nearest one inside;
   * `"wrap"` the one modulo the size. Negative ones count from the end, but in `take` with `"clip"`, as in JAX.
   */
  readonly mode?: "fill" | "clip" | "wrap";
}

type TakeArguments = Arguments<[axis: number | null], TakeOptions>;

/** The array to take from and the axis, which is `fallback` by default; `null` flattens. */
function takeArguments(fn: string, x: ArrayLike, args: readonly unknown[], fallback: number | null) {
  const { axis = fallback, mode = "fill" } = namedArguments<TakeOptions>(fn, ["axis", "mode"], args, 1);
  const operand = asArray(fn, x);
  const flat = axis === null ? lax.reshape(operand, { newSizes: [operand.size] }) : operand;
  return { operand: flat, axis: canonicalAxis(fn, axis ?? 0, flat.ndim), mode };
}

/** Indices, which may be lists of whole numbers. */
export const asIndices = (fn: string, indices: Indices, name = "indices"): NDArray =>
  checkIndices(fn, Array.isArray(indices) ? fromLists(fn, name, indices) : (indices as ArrayLike), name);

/** Indices with the meaning that a mode gives them. */
function inMode(fn: string, indices: Indices, size: number, mode: TakeOptions["mode"]): NDArray {
  // What is too large for int32 keeps its place among those modulo the size.
  const unsigned = mode === "wrap" && indices instanceof NDArray && indices.dtype === "uint32";
  const places = asIndices(fn, unsigned ? lax.rem(indices, Math.max(size, 1)) : indices);
  if (places.size > 0 && size === 0) throw new ShapeError(`${fn}: the axis to take from is empty.`);
  if (mode === "clip") return lax.clamp(0, places, size - 1);
  if (mode === "wrap") return fromEnd(lax.rem(places, Math.max(size, 1)), size);
  if (mode === "fill") return fromEnd(places, size);
  throw new TypeError(`${fn}: mode must be "fill", "clip" or "wrap", got ${describe(mode)}.`);
}

/**
 * The elements (along an axis the slices) that `indices` names. Source: `jax.numpy.take`.
 * @returns an array of `x`'s shape with that of `indices` in place of the axis.
 * @example np.take(embeddings, tokens, { axis: 0 }); np.take(x, [0, 2])
 */
export function take(x: ArrayLike, indices: Indices, ...args: TakeArguments): NDArray {
  const fn = "numpy.take";
  const { operand, axis, mode } = takeArguments(fn, x, args, null);
  return takeAlong(operand, inMode(fn, indices, entry(operand.shape, axis), mode), axis, true);
}

/**
 * Elements of each row along an axis (the last by default), such as `argsort` finds. The other axes of the two arrays
 * broadcast. Source: `jax.numpy.take_along_axis`.
 * @example np.takeAlongAxis(x, np.argsort(x, { axis: 0 }), { axis: 0 })
 */
export function takeAlongAxis(x: ArrayLike, indices: Indices, ...args: TakeArguments): NDArray {
  const fn = "numpy.takeAlongAxis";
  const { operand, axis, mode } = takeArguments(fn, x, args, -1);
  const size = entry(operand.shape, axis);
  const counted = mode === "clip" ? fromEnd(asIndices(fn, indices), size) : indices;
  const places = inMode(fn, counted, size, mode);
  if (places.ndim !== operand.ndim) {
    throw new ShapeError(
      `${fn}: x ${formatShape(operand.shape)} and indices ${formatShape(places.shape)} must have as many dimensions.`,
    );
  }
  const rest = broadcastShapes(fn, [removed(operand.shape, axis), removed(places.shape, axis)]);
  const last = operand.ndim - 1;
  const rows = (y: NDArray): NDArray => broadcastTo(moveAxis(y, axis, last), [...rest, entry(y.shape, axis)]);
  return moveAxis(takeFromRows(rows(operand), rows(places), true), last, axis);
}
