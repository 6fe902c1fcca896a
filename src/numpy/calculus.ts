/** Differences, convolutions, interpolation, and integrals of sampled functions. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { isPlainObject } from "../base/plain.ts";
import { type Axes, canonicalAxes, canonicalAxis, checkCount, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands, promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo, moveAxis } from "../lax/shape.ts";
import { take } from "./indexing.ts";
import { where } from "./logic.ts";
import { ravel } from "./movement.ts";
import { fitting } from "./operands.ts";
import { sum } from "./reductions.ts";
import { searchsorted } from "./searching.ts";
import { add, divide, multiply, subtract } from "./ufuncs.ts";

/** Options of `np.diff`. */
export interface DiffOptions {
  /** How many times differences are taken, 1 by default. */
  readonly n?: number;
  /** The last axis by default. */
  readonly axis?: number;
  /** What stands before and after the elements: an array, or a number for one more place on the axis. */
  readonly prepend?: ArrayLike;
  readonly append?: ArrayLike;
}

/** The elements but the last and those but the first along an axis. */
function adjacent(x: NDArray, axis: number): [NDArray, NDArray] {
  const size = entry(x.shape, axis);
  return [lax.sliceInDim(x, 0, Math.max(size - 1, 0), axis), lax.sliceInDim(x, Math.min(1, size), size, axis)];
}

/**
 * The differences of consecutive elements, `x[i + 1] - x[i]`; of bools whether they differ. Source: `jax.numpy.diff`.
 * @example np.diff(np.array([1, 4, 9])) // [3, 5]
 */
export function diff(x: ArrayLike, ...args: Arguments<[n: number, axis: number], DiffOptions>): NDArray {
  const fn = "numpy.diff";
  const names = ["n", "axis", "prepend", "append"] as const;
  const { n = 1, axis: given = -1, prepend, append } = namedArguments<DiffOptions>(fn, names, args);
  checkCount(fn, "n", n);
  const operand = asArray(fn, x);
  const axis = canonicalAxis(fn, given, operand.ndim);
  const whole = [prepend, operand, append].filter((part) => part !== undefined);
  const parts = promoteOperands(fn, whole, ["x", "x", "x"]).map((part) => {
    if (part.ndim > 0 || operand.ndim === 0) return part;
    return broadcastTo(
      part,
      operand.shape.map((size, i) => (i === axis ? 1 : size)),
    );
  });
  checkJoined(fn, operand, parts, axis);
  const joined = parts.length === 1 ? operand : lax.concatenate(parts, { dimension: axis });
  // Where there are no more differences, further ones change nothing.
  return range(Math.min(n, entry(joined.shape, axis))).reduce((y) => differences(y, axis), joined);
}

function checkJoined(fn: string, x: NDArray, parts: readonly NDArray[], axis: number): void {
  const wrong = parts.find(
    ({ shape }) => shape.length !== x.ndim || shape.some((n, i) => i !== axis && n !== x.shape[i]),
  );
  if (!wrong) return;
  throw new ShapeError(
    `${fn}: what is prepended or appended, ${formatShape(wrong.shape)}, may differ from ${formatShape(x.shape)} in axis ` +
      `${axis} only.`,
  );
}

function differences(x: NDArray, axis: number): NDArray {
  const [before, after] = adjacent(x, axis);
  return x.dtype === "bool" ? lax.ne(after, before) : lax.sub(after, before);
}

/** Options of `np.ediff1d`. */
export interface Ediff1dOptions {
  /** What stands before the differences, and after them. */
  readonly toBegin?: ArrayLike;
  readonly toEnd?: ArrayLike;
}

/**
 * The differences of the flattened array's elements. Source: `jax.numpy.ediff1d`.
 * @example np.ediff1d(np.array([1, 4, 9])) // [3, 5]
 */
export function ediff1d(
  x: ArrayLike,
  ...args: Arguments<[toEnd: ArrayLike, toBegin: ArrayLike], Ediff1dOptions>
): NDArray {
  const fn = "numpy.ediff1d";
  const { toBegin, toEnd } = namedArguments<Ediff1dOptions>(fn, ["toEnd", "toBegin"], args);
  const between = differences(ravel(asArray(fn, x)), 0);
  const end = (value: ArrayLike | undefined, name: string): NDArray[] =>
    value === undefined ? [] : [lax.convertElementType(ravel(asArray(fn, value, name)), between.dtype)];
  return lax.concatenate([...end(toBegin, "toBegin"), between, ...end(toEnd, "toEnd")], { dimension: 0 });
}

/** Options of `np.gradient`. */
export interface GradientOptions {
  /** All axes by default. */
  readonly axis?: Axes;
}

/** Central differences along an axis, one-sided at its ends. */
function slopes(fn: string, y: NDArray, spacing: NDArray, axis: number): NDArray {
  const size = entry(y.shape, axis);
  if (size < 2) throw new ShapeError(`${fn}: axis ${axis} of ${formatShape(y.shape)} needs 2 elements at least.`);
  if (spacing.ndim > 1 || (spacing.ndim === 1 && spacing.size !== size)) {
    throw new ShapeError(
      `${fn}: the spacing must be a number, or the places of the ${size} samples along axis ${axis}; got an array of ` +
        `shape ${formatShape(spacing.shape)}.`,
    );
  }
  const [before, after] = adjacent(y, axis);
  const steps =
    spacing.ndim === 0
      ? spacing
      : lax.reshape(differences(spacing, 0), { newSizes: y.shape.map((_, i) => (i === axis ? size - 1 : 1)) });
  const rates = divide(subtract(after, before), steps);
  const [left, right] = adjacent(rates, axis);
  const [first, second] = spacing.ndim === 0 ? [1, 1] : adjacent(steps, axis);
  const inner = divide(add(multiply(left, second), multiply(right, first)), add(first, second));
  const end = (i: number): NDArray => lax.sliceInDim(rates, i, i + 1, axis);
  return lax.concatenate([end(0), inner, end(size - 2)], { dimension: axis });
}

/**
 * The derivative of samples by differences to their neighbours: an array for each axis, or one array for one axis.
 * @param args the distance of samples (1 by default), or the places of those along an axis: one for all axes or one for
 *   each; then the options.
 * Source: `jax.numpy.gradient`.
 * @example np.gradient(y, 0.1); np.gradient(z, x, y); np.gradient(z, { axis: 0 })
 */
export function gradient(y: ArrayLike, ...args: (ArrayLike | GradientOptions)[]): NDArray | NDArray[] {
  const fn = "numpy.gradient";
  const last = isPlainObject(args.at(-1)) ? args.slice(-1) : [];
  const { axis } = namedArguments<GradientOptions>(fn, ["axis"], last);
  const given = args.slice(0, args.length - last.length);
  const [samples, ...spacings] = promoteToFloat(fn, [y, ...given], ["y", ...given.map((_, i) => `spacing ${i + 1}`)]);
  const axes = canonicalAxes(fn, axis, samples.ndim);
  if (spacings.length > 1 && spacings.length !== axes.length) {
    throw new TypeError(`${fn}: needs one spacing, or one for each of ${axes.length} axes; got ${spacings.length}.`);
  }
  const along = axes.map((place, i) =>
    slopes(fn, samples, spacings[spacings.length > 1 ? i : 0] ?? asArray(fn, 1), place),
  );
  return along.length === 1 ? entry(along, 0) : along;
}

/** Options of `np.trapezoid`. */
export interface TrapezoidOptions {
  /** The places of the samples: a vector, or an array that broadcasts to `y`'s shape; by default `dx` apart. */
  readonly x?: ArrayLike;
  readonly dx?: ArrayLike;
  /** The last axis by default. */
  readonly axis?: number;
}

type TrapezoidArguments = Arguments<[x: ArrayLike, dx: ArrayLike, axis: number], TrapezoidOptions>;

/**
 * The integral of samples by the trapezoidal rule. Source: `jax.numpy.trapezoid`.
 * @example np.trapezoid(np.array([0, 1, 4])) // 3
 */
export function trapezoid(y: ArrayLike, ...args: TrapezoidArguments): NDArray {
  const fn = "numpy.trapezoid";
  const { x, dx = 1, axis: given = -1 } = namedArguments<TrapezoidOptions>(fn, ["x", "dx", "axis"], args);
  const operands = promoteToFloat(fn, [y, x ?? dx], ["y", x === undefined ? "dx" : "x"]);
  const [samples, places] = operands;
  const axis = canonicalAxis(fn, given, samples.ndim);
  const [before, after] = adjacent(moveAxis(samples, axis, samples.ndim - 1), samples.ndim - 1);
  const steps = x === undefined ? places : stepsAlong(fn, places, given);
  return multiply(sum(multiply(add(after, before), steps), { axis: -1 }), 0.5);
}

/** The distances of places that are a vector, or that have the axis where the samples have it, as the last axis. */
function stepsAlong(fn: string, places: NDArray, given: number): NDArray {
  const axis = places.ndim === 1 ? 0 : canonicalAxis(fn, given, places.ndim);
  return differences(moveAxis(places, axis, places.ndim - 1), places.ndim - 1);
}

/** Options of `np.interp`. */
export interface InterpOptions {
  /** The values before the first point and behind the last: by default those of the points. */
  readonly left?: ArrayLike;
  readonly right?: ArrayLike;
}

/**
 * The piecewise linear function through the points `(xp, fp)` at `x`; outside of them the value of the nearest.
 * @param xp ascending, of one dimension like `fp`.
 * Source: `jax.numpy.interp`.
 * @example np.interp(1.5, np.array([1, 2]), np.array([10, 20])) // 15
 */
export function interp(
  x: ArrayLike,
  xp: ArrayLike,
  fp: ArrayLike,
  ...args: Arguments<[left: ArrayLike, right: ArrayLike], InterpOptions>
): NDArray {
  const fn = "numpy.interp";
  const { left, right } = namedArguments<InterpOptions>(fn, ["left", "right"], args);
  const [at, places, values] = promoteToFloat(fn, [x, xp, fp], ["x", "xp", "fp"]);
  const ends = { left, right };
  for (const name of ["left", "right"] as const) if (ends[name] !== undefined) fitting(fn, name, ends[name], at);
  const count = places.size;
  if (places.ndim !== 1 || values.ndim !== 1 || values.size !== count || count === 0) {
    throw new ShapeError(
      `${fn}: xp ${formatShape(places.shape)} and fp ${formatShape(values.shape)} must be vectors of one size, not empty.`,
    );
  }
  const upper = lax.clamp(1, searchsorted(places, at, { side: "right" }), Math.max(count - 1, 1));
  const point = (list: NDArray, i: NDArray): NDArray => take(list, i, { mode: "clip" });
  const lower = lax.sub(upper, 1);
  const [start, value] = [point(places, lower), point(values, lower)];
  const width = lax.sub(point(places, upper), start);
  // Two points in one place: any slope would do, but none that is infinite.
  const narrow = lax.lt(lax.abs(width), places.dtype === "float64" ? 2 ** -104 : 2 ** -46);
  const slope = divide(lax.sub(point(values, upper), value), where(narrow, 1, width));
  const inside = where(narrow, value, add(value, multiply(subtract(at, start), slope)));
  const end = (i: number, list: NDArray): NDArray => lax.reshape(lax.sliceInDim(list, i, i + 1, 0), { newSizes: [] });
  const above = where(lax.gt(at, end(count - 1, places)), right ?? end(count - 1, values), inside);
  return where(lax.lt(at, end(0, places)), left ?? end(0, values), above);
}

/** Options of `np.convolve` and `np.correlate`. */
export interface ConvolveOptions {
  /** Every place where the two overlap, as many as the longer has, or those where they overlap wholly. */
  readonly mode?: "full" | "same" | "valid";
}

function convolved(fn: string, x: ArrayLike, y: ArrayLike, mode: string, flipped: boolean): NDArray {
  const [a, b] = promoteToFloat(fn, [x, y], ["x", "y"]);
  if (a.ndim !== 1 || b.ndim !== 1 || a.size === 0 || b.size === 0) {
    throw new ShapeError(
      `${fn}: x and y must be vectors that aren't empty, got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
    );
  }
  const swapped = a.size < b.size;
  const [long, short] = swapped ? [b, a] : [a, b];
  const k = short.size;
  const paddings = { full: [k - 1, k - 1], same: [k >> 1, k - (k >> 1) - 1], valid: [0, 0] };
  if (typeof mode !== "string" || !Object.hasOwn(paddings, mode)) {
    throw new TypeError(`${fn}: mode must be "full", "same" or "valid", got ${describe(mode)}.`);
  }
  const padding = paddings[mode as keyof typeof paddings];
  const kernel = flipped ? lax.rev(short, { dimensions: [0] }) : short;
  const batched = (v: NDArray): NDArray => lax.reshape(v, { newSizes: [1, 1, v.size] });
  const out = lax.convGeneralDilated(batched(long), batched(kernel), {
    windowStrides: [1],
    padding: [padding as [number, number]],
  });
  const result = lax.reshape(out, { newSizes: [-1] });
  return swapped && !flipped ? lax.rev(result, { dimensions: [0] }) : result;
}

type Mode = "full" | "same" | "valid";

const sliding = (name: string, fallback: Mode, flipped: boolean) => {
  const fn = `numpy.${name}`;
  return (x: ArrayLike, y: ArrayLike, ...args: Arguments<[mode: Mode], ConvolveOptions>): NDArray => {
    const { mode = fallback } = namedArguments<ConvolveOptions>(fn, ["mode"], args);
    return convolved(fn, x, y, mode, flipped);
  };
};
/**
 * The convolution of two vectors, in mode `"full"` by default. Source: `jax.numpy.convolve`.
 * @example np.convolve(np.array([1, 2, 3]), np.array([1, 1])) // [1, 3, 5, 3]
 */
export const convolve = /* @__PURE__ */ sliding("convolve", "full", true);
/**
 * The cross-correlation of two vectors, in mode `"valid"` by default. Source: `jax.numpy.correlate`.
 * @example np.correlate(np.array([1, 2, 3]), np.array([1, 1])) // [3, 5]
 */
export const correlate = /* @__PURE__ */ sliding("correlate", "valid", false);

/**
 * The polynomial with the given coefficients, the highest power's first, at `x`. Source: `jax.numpy.polyval`.
 * @example np.polyval(np.array([1, 0, 2]), 3) // 11
 */
export function polyval(p: ArrayLike, x: ArrayLike, ...rest: never[]): NDArray {
  const fn = "numpy.polyval";
  noMore(fn, rest);
  const coefficients = asArray(fn, p, "p");
  const points = asArray(fn, x);
  if (coefficients.ndim !== 1) {
    throw new ShapeError(`${fn}: p must be a vector, got shape ${formatShape(coefficients.shape)}.`);
  }
  const at = (i: number): NDArray => lax.reshape(lax.sliceInDim(coefficients, i, i + 1, 0), { newSizes: [] });
  return range(coefficients.size).reduce<NDArray>(
    (value, i) => add(multiply(value, points), at(i)),
    multiply(points, 0),
  );
}
