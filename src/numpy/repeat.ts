/** Repeating and rolling arrays along axes. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { itemSize } from "../base/dtypes.ts";
import { formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { type Axes, canonicalAxes, canonicalAxis, checkRoom, inserted, range } from "../base/shapes.ts";
import { HostArray, NDArray } from "../ir/ndarray.ts";
import { checkIndices, fromEnd, takeAlong } from "../lax/gather.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { knownIntegers } from "./operands.ts";

function checkRepeats(fn: string, name: string, repeats: readonly number[]): void {
  if (Array.from(repeats).every((n) => Number.isInteger(n) && n >= 0)) return;
  throw new TypeError(`${fn}: ${name} must be whole numbers that aren't negative, got ${show(repeats)}.`);
}

/**
 * Lays copies of the array side by side, `reps[i]` along axis `i` of the result. Source: `jax.numpy.tile`.
 * @example np.tile(np.array([1, 2]), 2) // [1, 2, 1, 2]
 */
export function tile(x: ArrayLike, reps: number | readonly number[] | NDArray, ...rest: never[]): NDArray {
  const fn = "numpy.tile";
  noMore(fn, rest);
  const given = knownIntegers(fn, "reps", reps);
  checkRepeats(fn, "reps", given);
  const operand = asArray(fn, x);
  const ndim = Math.max(operand.ndim, given.length);
  const copies = [...range(ndim - given.length).map(() => 1), ...given];
  const sizes = [...range(ndim - operand.ndim).map(() => 1), ...operand.shape];
  checkRoom(fn, [...copies, ...sizes], itemSize(operand.dtype));
  const repeated = lax.broadcastInDim(lax.reshape(operand, { newSizes: sizes }), {
    shape: sizes.flatMap((n, i) => [entry(copies, i), n]),
    broadcastDimensions: range(ndim).map((i) => 2 * i + 1),
  });
  return lax.reshape(repeated, { newSizes: sizes.map((n, i) => n * entry(copies, i)) });
}

/** Options of `np.repeat`. */
export interface RepeatOptions {
  /** By default (`null`) the array is flattened. */
  readonly axis?: number | null;
  /** The size of the result along the axis; needed where `repeats` isn't known, inside transformations. */
  readonly totalRepeatLength?: number | null;
}

/**
 * Repeats each element along an axis, without one of the flattened array: as often as a number says, or a list or array with
 * one for each. With `totalRepeatLength` the result is cut to that size, or its last element repeated further.
 * Source: `jax.numpy.repeat`.
 * @example np.repeat(np.array([1, 2]), 2) // [1, 1, 2, 2]
 */
export function repeat(
  x: ArrayLike,
  repeats: number | readonly number[] | NDArray,
  ...args: Arguments<[axis: number | null], RepeatOptions>
): NDArray {
  const fn = "numpy.repeat";
  const { axis: given = null, totalRepeatLength = null } = namedArguments<RepeatOptions>(
    fn,
    ["axis", "totalRepeatLength"],
    args,
    1,
  );
  const whole = asArray(fn, x);
  const operand = given === null || whole.ndim === 0 ? lax.reshape(whole, { newSizes: [whole.size] }) : whole;
  const axis = canonicalAxis(fn, given ?? 0, operand.ndim);
  if (repeats instanceof NDArray && totalRepeatLength !== null) {
    return repeatToLength(fn, operand, repeats, axis, totalRepeatLength);
  }
  const counts = knownIntegers(fn, "repeats", repeats, 'give "totalRepeatLength" where its values are not known');
  checkRepeats(fn, "repeats", counts);
  if (counts.length === 1) return fitted(fn, repeatEach(fn, operand, entry(counts, 0), axis), axis, totalRepeatLength);
  checkCounts(fn, counts.length, operand, axis);
  const parts = counts.map((n, i) => repeatEach(fn, lax.sliceInDim(operand, i, i + 1, axis), n, axis));
  return fitted(
    fn,
    parts.length === 0 ? operand : lax.concatenate(parts, { dimension: axis }),
    axis,
    totalRepeatLength,
  );
}

function checkCounts(fn: string, count: number, x: NDArray, axis: number): void {
  if (count === x.shape[axis]) return;
  throw new ShapeError(`${fn}: there are ${count} repeats for axis ${axis} of shape ${formatShape(x.shape)}.`);
}

function repeatEach(fn: string, x: NDArray, count: number, axis: number): NDArray {
  checkRoom(fn, [...x.shape, count], itemSize(x.dtype));
  const repeated = lax.broadcastInDim(x, {
    shape: inserted(x.shape, axis + 1, count),
    broadcastDimensions: range(x.ndim).map((i) => (i <= axis ? i : i + 1)),
  });
  return lax.reshape(repeated, { newSizes: x.shape.map((n, i) => (i === axis ? n * count : n)) });
}

/** The array cut to `length` along the axis, or its last element repeated further. */
function fitted(fn: string, x: NDArray, axis: number, length: number | null): NDArray {
  const size = entry(x.shape, axis);
  if (length === null || length === size) return x;
  if (length < size) return lax.sliceInDim(x, 0, length, axis);
  if (size === 0) throw new ShapeError(`${fn}: there is nothing to repeat along axis ${axis}.`);
  const last = lax.sliceInDim(x, size - 1, size, axis);
  return lax.concatenate([x, repeatEach(fn, last, length - size, axis)], { dimension: axis });
}

/** Each place of the result reads the element whose repeats begin last before it, or there. */
function repeatToLength(fn: string, x: NDArray, repeats: NDArray, axis: number, length: number): NDArray {
  const size = entry(x.shape, axis);
  const given = checkIndices(fn, repeats, "repeats");
  if (given.ndim > 1) throw new ShapeError(`${fn}: repeats must be a vector, got shape ${formatShape(given.shape)}.`);
  if (given.size !== 1) checkCounts(fn, given.size, x, axis);
  if (length > 0 && size === 0) throw new ShapeError(`${fn}: there is nothing to repeat along axis ${axis}.`);
  const counts = lax.broadcastInDim(lax.reshape(given, { newSizes: [given.size] }), {
    shape: [size],
    broadcastDimensions: [0],
  });
  const starts = lax.sub(lax.cumsum(counts), counts);
  const begins = lax.scatterAdd(lax.full([length], 0, "int32"), starts, lax.full([size], 1, "int32"));
  return takeAlong(x, lax.sub(lax.cumsum(begins), 1), axis, true);
}

function rollAlong(x: NDArray, shift: number | NDArray, axis: number): NDArray {
  const size = entry(x.shape, axis);
  if (size === 0) return x;
  if (typeof shift !== "number") {
    const places = lax.sub(lax.iota("int32", size), lax.rem(shift, size));
    return takeAlong(x, fromEnd(lax.rem(places, size), size), axis, true);
  }
  const offset = ((shift % size) + size) % size;
  if (offset === 0) return x;
  const [back, front] = [lax.sliceInDim(x, size - offset, size, axis), lax.sliceInDim(x, 0, size - offset, axis)];
  return lax.concatenate([back, front], { dimension: axis });
}

/** The shifts: numbers where they are known, arrays without dimensions where not. */
function shiftsOf(fn: string, shift: unknown): (number | NDArray)[] {
  if (!(shift instanceof NDArray) || shift instanceof HostArray) return knownIntegers(fn, "shift", shift);
  const given = checkIndices(fn, shift, "shift");
  if (given.ndim > 1) throw new ShapeError(`${fn}: shift must be a number or vector, got ${formatShape(given.shape)}.`);
  return given.ndim === 0 ? [given] : lax.unstack(given);
}

/**
 * Shifts the elements along axes, those that fall off the end coming in at the start; without an axis, of the flattened
 * array. The shifts may be traced. Source: `jax.numpy.roll`.
 * @example np.roll(x, 1); np.roll(x, [1, -2], { axis: [0, 1] })
 */
export function roll(
  x: ArrayLike,
  shift: number | readonly number[] | NDArray,
  ...args: Arguments<[axis: Axes], { readonly axis?: Axes }>
): NDArray {
  const fn = "numpy.roll";
  const { axis = null } = namedArguments<{ axis: Axes }>(fn, ["axis"], args);
  const operand = asArray(fn, x);
  const shifts = shiftsOf(fn, shift);
  if (shifts.length === 0) throw new ShapeError(`${fn}: shift must be a whole number or a list of some, got none.`);
  if (axis === null) {
    const rolled = shifts.reduce<NDArray>(
      (y, by) => rollAlong(y, by, 0),
      lax.reshape(operand, { newSizes: [operand.size] }),
    );
    return lax.reshape(rolled, { newSizes: operand.shape });
  }
  const axes = canonicalAxes(fn, axis, operand.ndim);
  if (shifts.length !== axes.length && shifts.length !== 1 && axes.length !== 1) {
    throw new ShapeError(`${fn}: there are ${shifts.length} shifts for ${axes.length} axes.`);
  }
  const count = axes.length === 0 ? 0 : Math.max(shifts.length, axes.length);
  return range(count).reduce(
    (rolled, i) => rollAlong(rolled, (shifts[i] ?? shifts[0]) as number | NDArray, (axes[i] ?? axes[0]) as number),
    operand,
  );
}
