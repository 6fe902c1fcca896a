/** Joining, splitting, repeating and rolling arrays along axes. */
import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { type Axes, canonicalAxes, canonicalAxis, inserted, range, sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { atleast1d, atleast2d, atleast3d, ravel } from "./movement.ts";
import { asArrays, checkInteger } from "./operands.ts";

/** An axis, or an options object that holds it. */
type AxisOr<Axis> = Axis | { readonly axis?: Axis };

const axisOf = <Axis>(fn: string, given: AxisOr<Axis> | undefined): { axis?: Axis } =>
  namedArguments<{ axis: Axis }>(fn, ["axis"], [given]);

const shapesOf = (arrays: readonly NDArray[]): string => arrays.map((x) => formatShape(x.shape)).join(", ");

function joinAlong(fn: string, arrays: readonly NDArray[], axis: number): NDArray {
  const first = arrays[0] as NDArray;
  const dimension = canonicalAxis(fn, axis, first.ndim);
  const fits = (x: NDArray): boolean =>
    x.ndim === first.ndim && x.shape.every((n, i) => i === dimension || n === first.shape[i]);
  if (!arrays.every(fits)) {
    throw new ShapeError(`${fn}: shapes ${shapesOf(arrays)} may differ in axis ${dimension} only.`);
  }
  return lax.concatenate(promoteOperands(fn, arrays), { dimension });
}

/** Joins arrays along an existing axis (0 by default); `axis: null` flattens them first. Source: `jax.numpy.concatenate`. */
export function concatenate(arrays: readonly ArrayLike[], options?: AxisOr<number | null>): NDArray {
  const fn = "numpy.concatenate";
  const { axis = 0 } = axisOf<number | null>(fn, options);
  const operands = asArrays(fn, arrays);
  return axis === null ? joinAlong(fn, operands.map(ravel), 0) : joinAlong(fn, operands, axis);
}

/** Joins arrays of one shape along a new axis (0 by default). Source: `jax.numpy.stack`. */
export function stack(arrays: readonly ArrayLike[], options?: AxisOr<number>): NDArray {
  const fn = "numpy.stack";
  const place = axisOf<number>(fn, options).axis ?? 0;
  const operands = asArrays(fn, arrays);
  const { shape, ndim } = operands[0] as NDArray;
  if (!operands.every((x) => sameShape(x.shape, shape))) {
    throw new ShapeError(`${fn}: arrays must have one shape, got ${shapesOf(operands)}.`);
  }
  const axis = canonicalAxis(fn, place, ndim + 1);
  return joinAlong(
    fn,
    operands.map((x) => lax.expandDims(x, { axes: [axis] })),
    axis,
  );
}

/** Joins along axis 0; vectors become rows. Source: `jax.numpy.vstack`. */
export function vstack(arrays: readonly ArrayLike[]): NDArray {
  const fn = "numpy.vstack";
  return joinAlong(fn, asArrays(fn, arrays).map(atleast2d), 0);
}

/** Joins along axis 1, vectors along axis 0. Source: `jax.numpy.hstack`. */
export function hstack(arrays: readonly ArrayLike[]): NDArray {
  const fn = "numpy.hstack";
  const operands = asArrays(fn, arrays).map(atleast1d);
  return joinAlong(fn, operands, (operands[0] as NDArray).ndim === 1 ? 0 : 1);
}

/** Joins along axis 2; vectors become rows of it, numbers too. Source: `jax.numpy.dstack`. */
export function dstack(arrays: readonly ArrayLike[]): NDArray {
  const fn = "numpy.dstack";
  return joinAlong(fn, asArrays(fn, arrays).map(atleast3d), 2);
}

/** Joins along axis 1; vectors become columns. Source: `jax.numpy.column_stack`. */
export function columnStack(arrays: readonly ArrayLike[]): NDArray {
  const fn = "numpy.columnStack";
  const column = (x: NDArray): NDArray => (x.ndim < 2 ? lax.reshape(x, { newSizes: [x.size, 1] }) : x);
  return joinAlong(fn, asArrays(fn, arrays).map(column), 1);
}

type SectionsOrIndices = number | readonly number[];

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
  const named = namedArguments<SplitOptions & { indicesOrSections: SectionsOrIndices }>(fn, names, args);
  const given = [named.indicesOrSections, named.sections, named.indices].filter((p) => p !== undefined);
  const parts = given[0];
  const valid = Array.isArray(parts) ? parts.every(Number.isInteger) : Number.isInteger(parts) && (parts as number) > 0;
  if (!valid || given.length > 1) {
    throw new TypeError(
      `${fn}: needs a positive number of sections or a list of indices, got ${given.map(describe).join(" and ")}.`,
    );
  }
  return { parts: parts as SectionsOrIndices, axis: named.axis ?? 0 };
}

/** The slices between consecutive bounds, with Python's meaning of bounds below 0 and past the end. */
function cutAt(x: NDArray, axis: number, bounds: readonly number[]): NDArray[] {
  const size = x.shape[axis] as number;
  const clamped = bounds.map((b) => Math.min(size, Math.max(0, b < 0 ? b + size : b)));
  const starts = [0, ...clamped];
  const ends = [...clamped, size];
  return starts.map((start, i) => lax.sliceInDim(x, start, Math.max(start, ends[i] as number), axis));
}

function splitInto(fn: string, x: NDArray, parts: SectionsOrIndices, axis: number, even: boolean): NDArray[] {
  const place = canonicalAxis(fn, axis, x.ndim);
  if (typeof parts !== "number") return cutAt(x, place, parts);
  const size = x.shape[place] as number;
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
export function split(x: ArrayLike, sectionsOrIndices: SectionsOrIndices, options?: AxisOr<number>): NDArray[];
export function split(x: ArrayLike, options: SplitOptions): NDArray[];
export function split(x: ArrayLike, ...args: unknown[]): NDArray[] {
  const fn = "numpy.split";
  const { parts, axis } = splitArguments(fn, args);
  return splitInto(fn, asArray(fn, x), parts, axis, true);
}

/** Like `split`; the first parts are larger by one where the size doesn't divide. Source: `jax.numpy.array_split`. */
export function arraySplit(x: ArrayLike, sectionsOrIndices: SectionsOrIndices, options?: AxisOr<number>): NDArray[];
export function arraySplit(x: ArrayLike, options: SplitOptions): NDArray[];
export function arraySplit(x: ArrayLike, ...args: unknown[]): NDArray[] {
  const fn = "numpy.arraySplit";
  const { parts, axis } = splitArguments(fn, args);
  return splitInto(fn, asArray(fn, x), parts, axis, false);
}

function checkRepeats(fn: string, name: string, repeats: readonly number[]): void {
  if (repeats.every((n) => Number.isInteger(n) && n >= 0)) return;
  throw new TypeError(`${fn}: ${name} must be whole numbers that aren't negative, got [${repeats.join(", ")}].`);
}

/** Lays copies of the array side by side, `reps[i]` along axis `i` of the result. Source: `jax.numpy.tile`. */
export function tile(x: ArrayLike, reps: number | readonly number[]): NDArray {
  const fn = "numpy.tile";
  const given = typeof reps === "number" ? [reps] : reps;
  if (!Array.isArray(given)) throw new TypeError(`${fn}: reps must be a number or a list, got ${describe(reps)}.`);
  checkRepeats(fn, "reps", given);
  const operand = asArray(fn, x);
  const ndim = Math.max(operand.ndim, given.length);
  const copies = [...range(ndim - given.length).map(() => 1), ...given] as number[];
  const sizes = [...range(ndim - operand.ndim).map(() => 1), ...operand.shape];
  const repeated = lax.broadcastInDim(lax.reshape(operand, { newSizes: sizes }), {
    shape: sizes.flatMap((n, i) => [copies[i] as number, n]),
    broadcastDimensions: range(ndim).map((i) => 2 * i + 1),
  });
  return lax.reshape(repeated, { newSizes: sizes.map((n, i) => n * (copies[i] as number)) });
}

/**
 * Repeats each element along an axis, without one of the flattened array: as often as a number says, or a list with one for
 * each. Source: `jax.numpy.repeat`.
 */
export function repeat(x: ArrayLike, repeats: number | readonly number[], options?: AxisOr<number | null>): NDArray {
  const fn = "numpy.repeat";
  const given = axisOf<number | null>(fn, options).axis ?? null;
  const counts = typeof repeats === "number" ? [repeats] : repeats;
  checkRepeats(fn, "repeats", counts);
  const operand = given === null ? ravel(x) : asArray(fn, x);
  const axis = canonicalAxis(fn, given ?? 0, operand.ndim);
  if (typeof repeats !== "number") {
    if (counts.length !== operand.shape[axis]) {
      throw new ShapeError(
        `${fn}: there are ${counts.length} repeats for axis ${axis} of shape ${formatShape(operand.shape)}.`,
      );
    }
    const parts = counts.map((n, i) => repeat(lax.sliceInDim(operand, i, i + 1, axis), n, { axis }));
    return parts.length === 0 ? operand : lax.concatenate(parts, { dimension: axis });
  }
  const repeated = lax.broadcastInDim(operand, {
    shape: inserted(operand.shape, axis + 1, repeats),
    broadcastDimensions: range(operand.ndim).map((i) => (i <= axis ? i : i + 1)),
  });
  return lax.reshape(repeated, { newSizes: operand.shape.map((n, i) => (i === axis ? n * repeats : n)) });
}

function rollAlong(x: NDArray, shift: number, axis: number): NDArray {
  const size = x.shape[axis] as number;
  const offset = size === 0 ? 0 : ((shift % size) + size) % size;
  if (offset === 0) return x;
  const [front, back] = cutAt(x, axis, [size - offset]) as [NDArray, NDArray];
  return lax.concatenate([back, front], { dimension: axis });
}

/**
 * Shifts the elements along axes, those that fall off the end coming in at the start; without an axis, of the flattened
 * array. Source: `jax.numpy.roll`.
 * @example np.roll(x, 1); np.roll(x, [1, -2], { axis: [0, 1] })
 */
export function roll(x: ArrayLike, shift: number | readonly number[], options?: AxisOr<Axes>): NDArray {
  const fn = "numpy.roll";
  const axis = axisOf<Axes>(fn, options).axis ?? null;
  const operand = asArray(fn, x);
  const shifts = (Array.isArray(shift) ? shift : [shift]).map((n) => checkInteger(fn, "shift", n));
  if (axis === null) {
    const total = shifts.reduce((a, b) => a + b, 0);
    return lax.reshape(rollAlong(ravel(operand), total, 0), { newSizes: operand.shape });
  }
  const axes = canonicalAxes(fn, axis, operand.ndim);
  if (shifts.length !== axes.length && shifts.length !== 1) {
    throw new ShapeError(`${fn}: there are ${shifts.length} shifts for ${axes.length} axes.`);
  }
  return axes.reduce((rolled, place, i) => rollAlong(rolled, (shifts[i] ?? shifts[0]) as number, place), operand);
}

/** `values` behind the elements of `x`, both flattened, or along an axis. Source: `jax.numpy.append`. */
export const append = (x: ArrayLike, values: ArrayLike, options?: { readonly axis?: number | null }): NDArray =>
  concatenate([x, values], { axis: null, ...options });

/** Lists in lists of arrays. */
export type Blocks = ArrayLike | readonly Blocks[];

/**
 * One array of blocks: the innermost lists join along the last axis, those around them along the one before, and so on.
 * Source: `jax.numpy.block`.
 * @example np.block([[a, b], [c, d]])
 */
export function block(arrays: Blocks): NDArray {
  const depth = (x: Blocks): number => (Array.isArray(x) ? 1 + depth(x[0] ?? 0) : 0);
  const whole = depth(arrays);
  const join = (x: Blocks, axis: number): NDArray => {
    if (Array.isArray(x))
      return concatenate(
        x.map((part) => join(part, axis + 1)),
        { axis },
      );
    const array = asArray("numpy.block", x);
    return lax.broadcastToRank(array, Math.max(array.ndim, whole));
  };
  return join(arrays, -whole);
}
