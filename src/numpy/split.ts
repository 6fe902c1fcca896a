/** Cutting arrays into parts. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";

type SectionsOrIndices = number | readonly number[];

/** Options of `np.split` and `np.arraySplit`. */
export interface SplitOptions {
  /** The number of parts. */
  readonly sections?: number;
  /** Where the second, third, ... part begins. */
  readonly indices?: readonly number[];
  /** 0 by default. */
  readonly axis?: number;
}

/** The arguments of `split` in either form: `(x, 2, { axis })` or `(x, { sections: 2, axis })`. */
function splitArguments(fn: string, args: readonly unknown[]): { parts: SectionsOrIndices; axis: number } {
  const names = ["indicesOrSections", "axis", "sections", "indices"] as const;
  const named = namedArguments<SplitOptions & { indicesOrSections: SectionsOrIndices }>(fn, names, args, 2);
  const given = [named.indicesOrSections, named.sections, named.indices].filter((p) => p !== undefined);
  return { parts: checkParts(fn, given), axis: named.axis ?? 0 };
}

/** The one number of sections, or list of indices, that is given. */
function checkParts(fn: string, given: readonly unknown[]): SectionsOrIndices {
  const parts = given[0];
  const valid = Array.isArray(parts)
    ? Array.from(parts).every(Number.isInteger)
    : Number.isInteger(parts) && (parts as number) > 0;
  if (valid && given.length === 1) return parts as SectionsOrIndices;
  throw new TypeError(
    `${fn}: needs a positive number of sections or a list of indices, got ${given.map(describe).join(" and ") || "neither"}.`,
  );
}

/** The slices between consecutive bounds, with Python's meaning of bounds below 0 and past the end. */
export function cutAt(x: NDArray, axis: number, bounds: readonly number[]): NDArray[] {
  const size = entry(x.shape, axis);
  const clamped = bounds.map((b) => Math.min(size, Math.max(0, b < 0 ? b + size : b)));
  const starts = [0, ...clamped];
  const ends = [...clamped, size];
  return starts.map((start, i) => lax.sliceInDim(x, start, Math.max(start, entry(ends, i)), axis));
}

/** More arrays than anybody can use, and few enough to be made before anybody has waited long. */
const MAX_PARTS = 2 ** 20;

function splitInto(fn: string, x: NDArray, parts: SectionsOrIndices, axis: number, even: boolean): NDArray[] {
  const place = canonicalAxis(fn, axis, x.ndim);
  if (typeof parts !== "number") return cutAt(x, place, parts);
  const size = entry(x.shape, place);
  if (parts > MAX_PARTS) {
    throw new RangeError(`${fn}: sections must be at most ${MAX_PARTS}, since each becomes an array, got ${parts}.`);
  }
  if (even && size % parts !== 0) {
    throw new ShapeError(
      `${fn}: axis ${place} of shape ${formatShape(x.shape)} cannot be split into ${parts} equal parts; use arraySplit.`,
    );
  }
  const larger = size % parts;
  const bounds = range(parts - 1, 1).map((i) => i * Math.floor(size / parts) + Math.min(i, larger));
  return cutAt(x, place, bounds);
}

/**
 * Cuts an array into equal parts, or at the given indices, along an axis (0 by default). Source: `jax.numpy.split`.
 * @throws ShapeError when the axis cannot be divided equally.
 * @example np.split(x, 3); np.split(x, [2, 5], { axis: -1 }); np.split(x, { sections: 3, axis: 1 })
 */
export function split(
  x: ArrayLike,
  sectionsOrIndices: SectionsOrIndices,
  ...args: Arguments<[axis: number], { readonly axis?: number }>
): NDArray[];
export function split(x: ArrayLike, options: SplitOptions): NDArray[];
export function split(x: ArrayLike, ...args: unknown[]): NDArray[] {
  const fn = "numpy.split";
  const { parts, axis } = splitArguments(fn, args);
  return splitInto(fn, asArray(fn, x), parts, axis, true);
}

/**
 * Like `split`; the first parts are larger by one where the size doesn't divide. Source: `jax.numpy.array_split`.
 * @example np.arraySplit(np.array([1, 2, 3]), 2) // [[1, 2], [3]]
 */
export function arraySplit(
  x: ArrayLike,
  sectionsOrIndices: SectionsOrIndices,
  ...args: Arguments<[axis: number], { readonly axis?: number }>
): NDArray[];
export function arraySplit(x: ArrayLike, options: SplitOptions): NDArray[];
export function arraySplit(x: ArrayLike, ...args: unknown[]): NDArray[] {
  const fn = "numpy.arraySplit";
  const { parts, axis } = splitArguments(fn, args);
  return splitInto(fn, asArray(fn, x), parts, axis, false);
}

/** `split` along a certain axis of arrays that have it. */
const splitAlong =
  (name: string, axisOf: (ndim: number) => number) =>
  (x: ArrayLike, sectionsOrIndices: SectionsOrIndices, ...rest: never[]): NDArray[] => {
    const fn = `numpy.${name}`;
    noMore(fn, rest);
    const operand = asArray(fn, x);
    return splitInto(fn, operand, checkParts(fn, [sectionsOrIndices]), axisOf(operand.ndim), true);
  };
/**
 * `split` along axis 1, of vectors along axis 0. Source: `jax.numpy.hsplit`.
 * @example np.hsplit(np.array([[1, 2], [3, 4]]), 2) // [[[1], [3]], [[2], [4]]]
 */
export const hsplit = /* @__PURE__ */ splitAlong("hsplit", (ndim) => (ndim === 1 ? 0 : 1));
/**
 * `split` along axis 0. Source: `jax.numpy.vsplit`.
 * @example np.vsplit(np.array([[1, 2], [3, 4]]), 2) // [[[1, 2]], [[3, 4]]]
 */
export const vsplit = /* @__PURE__ */ splitAlong("vsplit", () => 0);
/**
 * `split` along axis 2. Source: `jax.numpy.dsplit`.
 * @example np.dsplit(np.ones([1, 1, 4]), 2) // [[[[1, 1]]], [[[1, 1]]]]
 */
export const dsplit = /* @__PURE__ */ splitAlong("dsplit", () => 2);
