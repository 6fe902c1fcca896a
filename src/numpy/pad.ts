/** Padding: with a number, the edges, or a continuation of the array. */

import { namedArguments } from "../base/arguments.ts";
import { isFloat, itemSize } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { checkRoom, range } from "../base/shapes.ts";
import { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { linspace } from "./creation.ts";
import { filled, knownIntegers } from "./operands.ts";
import { max, mean, min } from "./reductions.ts";
import { median } from "./statistics.ts";
import { round } from "./ufuncs.ts";

/** What the new elements are. */
export type PadMode = keyof typeof OPTIONS;

/** A number before and one after each axis: one for all, a pair for all, or a pair for each axis. */
export type PerAxis = number | readonly [number, number] | readonly (readonly [number, number])[];

/** Options of `np.pad`. */
export interface PadOptions {
  readonly mode?: PadMode;
  /** The new elements in mode "constant", 0 by default. */
  readonly constantValues?: PerAxis | NDArray;
  /** What mode "linear_ramp" leads to, 0 by default. */
  readonly endValues?: PerAxis | NDArray;
  /** How many of the first and the last elements the statistics ("maximum", "mean", ...) are of; all by default. */
  readonly statLength?: PerAxis | NDArray;
}

/** One pair for each axis, whose numbers may be arrays without dimensions. */
function pairs(fn: string, name: string, value: PerAxis | NDArray, ndim: number): (readonly [ArrayLike, ArrayLike])[] {
  const fail = (): never => {
    throw new TypeError(
      `${fn}: ${name} must be a number, a pair [before, after] or one pair for each of ${ndim} axes, got ${show(value)}.`,
    );
  };
  const isNumber = (x: unknown): x is ArrayLike => typeof x === "number" || (x instanceof NDArray && x.ndim === 0);
  const isPair = (p: unknown): p is [ArrayLike, ArrayLike] =>
    Array.isArray(p) && p.length === 2 && Array.from(p).every(isNumber);
  const given = value instanceof NDArray ? entriesOf(value) : value;
  if (isNumber(given)) return range(ndim).map(() => [given, given]);
  if (!Array.isArray(given)) return fail();
  if (isPair(given)) return range(ndim).map(() => given);
  const list = Array.from(given);
  if (!list.every(isPair) || (list.length !== ndim && list.length !== 1)) return fail();
  return range(ndim).map((i) => entry(list, list.length === 1 ? 0 : i));
}

/** The pairs as whole numbers that aren't less than `least`; arrays of these must be known. */
function counts(fn: string, name: string, value: PerAxis | NDArray, ndim: number, least: number): [number, number][] {
  const numbers = pairs(fn, name, value, ndim).map(([low, high]) => [low, high].map((n) => known(fn, name, n)));
  if (numbers.flat().every((n) => Number.isInteger(n) && n >= least)) {
    return numbers as [number, number][];
  }
  const kind = least > 0 ? "positive whole numbers" : "whole numbers that aren't negative";
  throw new TypeError(`${fn}: ${name} must be ${kind}, got ${show(value)}.`);
}

const known = (fn: string, name: string, n: ArrayLike): number =>
  n instanceof NDArray ? entry(knownIntegers(fn, name, n), 0) : (n as number);

/** An array as the nested lists of its elements; those of an array without dimensions or axes of size 1, as one. */
const entriesOf = (x: NDArray): unknown =>
  x.ndim === 0 ? x : x.ndim === 1 && x.size === 1 ? lax.reshape(x, { newSizes: [] }) : lax.unstack(x).map(entriesOf);

type AxisPadding = (x: NDArray, axis: number, low: number, high: number) => NDArray;

const constantPadding =
  (values: readonly (readonly [ArrayLike, ArrayLike])[]): AxisPadding =>
  (x, axis, low, high) => {
    const [before, after] = entry(values, axis);
    const widen = (operand: NDArray, value: ArrayLike, amounts: readonly [number, number, number]): NDArray =>
      lax.pad(operand, filled("numpy.pad", [], value, x.dtype), {
        paddingConfig: range(x.ndim).map((i) => (i === axis ? amounts : ([0, 0, 0] as const))),
      });
    if (before === after) return widen(x, before, [low, high, 0]);
    return widen(widen(x, before, [low, 0, 0]), after, [0, high, 0]);
  };

/** Repeats what `summary` makes of the first `lengths[axis][0]` elements before the axis, of the last ones after it. */
const repeatedPadding =
  (summary: (part: NDArray, axis: number) => NDArray, lengths?: readonly (readonly [number, number])[]): AxisPadding =>
  (x, axis, low, high) => {
    const size = entry(x.shape, axis);
    const repeated = (side: 0 | 1, count: number): NDArray[] => {
      if (count === 0) return [];
      const length = Math.min(lengths?.[axis]?.[side] ?? size, size);
      const value = summary(lax.sliceInDim(x, side * (size - length), side ? size : length, axis), axis);
      const whole = x.dtype.endsWith("int32") && isFloat(value.dtype) ? round(value) : value;
      const shape = x.shape.map((n, i) => (i === axis ? count : n));
      return [broadcastTo(lax.convertElementType(whole, x.dtype), shape)];
    };
    return lax.concatenate([...repeated(0, low), x, ...repeated(1, high)], { dimension: axis });
  };

/** From the end values evenly to the edges. */
const rampPadding =
  (ends: readonly (readonly [ArrayLike, ArrayLike])[]): AxisPadding =>
  (x, axis, low, high) => {
    const ramp = (side: 0 | 1, num: number): NDArray => {
      const place = side * (entry(x.shape, axis) - 1);
      const edge = lax.squeeze(lax.sliceInDim(x, place, place + 1, axis), { dimensions: [axis] });
      return linspace(entry(ends, axis)[side], edge, num, {
        endpoint: false,
        dtype: x.dtype,
        axis,
      });
    };
    return lax.concatenate([ramp(0, low), x, lax.rev(ramp(1, high), { dimensions: [axis] })], { dimension: axis });
  };

/** The parts that, repeated endlessly in both directions, continue the array; the array is the first of them. */
function period(x: NDArray, axis: number, mode: PadMode): NDArray[] {
  const size = entry(x.shape, axis);
  if (mode === "wrap") return [x];
  const mirrored = lax.rev(x, { dimensions: [axis] });
  if (mode === "symmetric") return [x, mirrored];
  return size <= 2 ? [x] : [x, lax.sliceInDim(mirrored, 1, size - 1, axis)];
}

/** Cuts `low + size + high` elements out of the endless repetition, beginning `low` before the array. */
const periodicPadding =
  (mode: PadMode): AxisPadding =>
  (x, axis, low, high) => {
    const parts = period(x, axis, mode);
    const sizes = parts.map((part) => entry(part.shape, axis));
    const total = sizes.reduce((a, b) => a + b, 0);
    const pieces: NDArray[] = [];
    let position = (total - (low % total)) % total;
    let remaining = low + entry(x.shape, axis) + high;
    for (let i = 0; remaining > 0; i = (i + 1) % parts.length) {
      const size = entry(sizes, i);
      const taken = Math.min(remaining, size - position);
      if (taken > 0) pieces.push(lax.sliceInDim(entry(parts, i), position, position + taken, axis));
      remaining -= Math.max(0, taken);
      position = Math.max(0, position - size);
    }
    return lax.concatenate(pieces, { dimension: axis });
  };

/** The option that goes with each mode. */
const OPTIONS = {
  constant: "constantValues",
  linear_ramp: "endValues",
  maximum: "statLength",
  minimum: "statLength",
  mean: "statLength",
  median: "statLength",
  edge: null,
  wrap: null,
  reflect: null,
  symmetric: null,
} as const;

const STATISTICS = { maximum: max, minimum: min, mean, median };

function paddingOf(fn: string, x: NDArray, { mode = "constant", ...values }: PadOptions): AxisPadding {
  if (typeof mode !== "string" || !Object.hasOwn(OPTIONS, mode)) {
    const modes = Object.keys(OPTIONS).map((m) => `"${m}"`);
    throw new TypeError(`${fn}: mode must be one of ${modes.join(", ")}; got ${describe(mode)}.`);
  }
  const option = OPTIONS[mode];
  const other = Object.keys(values).find((name) => name !== option);
  if (other) throw new TypeError(`${fn}: ${other} doesn't go with mode "${mode}".`);
  if (option === "statLength") {
    const lengths = counts(fn, option, values[option] ?? Math.max(1, ...x.shape), x.ndim, 1);
    return repeatedPadding(
      (part, axis) => STATISTICS[mode as keyof typeof STATISTICS](part, { axis, keepdims: true }),
      lengths,
    );
  }
  if (option) {
    return (mode === "constant" ? constantPadding : rampPadding)(pairs(fn, option, values[option] ?? 0, x.ndim));
  }
  if (mode === "edge") return repeatedPadding((part) => part, counts(fn, mode, 1, x.ndim, 1));
  return periodicPadding(mode);
}

/**
 * Puts elements before and after each axis: a constant (0), the edge, a statistic, a way from a value to the edge ("linear_ramp"),
 * or the array continued periodically ("wrap"), mirrored about its edge elements ("reflect") or with them repeated
 * ("symmetric"). Source: `jax.numpy.pad`.
 * @example np.pad(x, [[1, 1], [0, 2]]); np.pad(x, { padWidth: 1, mode: "edge" })
 */
export function pad(x: ArrayLike, padWidth: PerAxis | NDArray, options?: PadOptions): NDArray;
export function pad(x: ArrayLike, padWidth: PerAxis | NDArray, mode: PadMode, options?: PadOptions): NDArray;
export function pad(x: ArrayLike, options: PadOptions & { readonly padWidth: PerAxis | NDArray }): NDArray;
export function pad(x: ArrayLike, ...args: unknown[]): NDArray {
  const fn = "numpy.pad";
  const names = ["padWidth", "mode", "constantValues", "endValues", "statLength"] as const;
  const { padWidth, ...options } = namedArguments<PadOptions & { padWidth: PerAxis | NDArray }>(fn, names, args, 2);
  const operand = asArray(fn, x);
  const widths = counts(fn, "padWidth", padWidth as PerAxis, operand.ndim, 0);
  const padded = operand.shape.map((n, axis) => {
    const [low, high] = entry(widths, axis);
    return n + low + high;
  });
  checkRoom(fn, padded, itemSize(operand.dtype));
  const padAxis = paddingOf(fn, operand, options);
  return widths.reduce((padded, [low, high], axis) => {
    if (low === 0 && high === 0) return padded;
    if (operand.shape[axis] === 0 && (options.mode ?? "constant") !== "constant") {
      throw new ShapeError(`${fn}: axis ${axis} of shape ${formatShape(operand.shape)} has no elements to continue.`);
    }
    return padAxis(padded, axis, low, high);
  }, operand);
}
