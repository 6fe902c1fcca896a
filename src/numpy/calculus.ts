/** Differences, convolutions, interpolation, and integrals of sampled functions. */
import { checkOptions, describe, formatShape, ShapeError } from "../base/errors.ts";
import { type Axes, canonicalAxes, canonicalAxis, range } from "../base/shapes.ts";
import { isLeaf } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { take } from "./indexing.ts";
import { where } from "./logic.ts";
import { ravel } from "./movement.ts";
import { checkInteger } from "./operands.ts";
import { sum } from "./reductions.ts";
import { searchsorted } from "./searching.ts";
import { add, divide, multiply, subtract } from "./ufuncs.ts";

export interface DiffOptions {
  /** How many times differences are taken, 1 by default. */
  readonly n?: number;
  /** The last axis by default. */
  readonly axis?: number;
}

/** The elements but the last and those but the first along an axis. */
function adjacent(x: NDArray, axis: number): [NDArray, NDArray] {
  const size = x.shape[axis] as number;
  return [lax.sliceInDim(x, 0, Math.max(size - 1, 0), axis), lax.sliceInDim(x, Math.min(1, size), size, axis)];
}

/** The differences of consecutive elements, `x[i + 1] - x[i]`; of bools whether they differ. Source: `jax.numpy.diff`. */
export function diff(x: ArrayLike, options?: DiffOptions): NDArray {
  const fn = "numpy.diff";
  checkOptions(fn, options, ["n", "axis"]);
  const operand = asArray(fn, x);
  const axis = canonicalAxis(fn, options?.axis ?? -1, operand.ndim);
  const times = checkInteger(fn, "n", options?.n ?? 1);
  if (times < 0) throw new TypeError(`${fn}: n must not be negative, got ${times}.`);
  return range(times).reduce((y) => {
    const [before, after] = adjacent(y, axis);
    return y.dtype === "bool" ? lax.ne(after, before) : lax.sub(after, before);
  }, operand);
}

export interface Ediff1dOptions {
  /** What stands before the differences, and after them. */
  readonly toBegin?: ArrayLike;
  readonly toEnd?: ArrayLike;
}

/** The differences of the flattened array's elements. Source: `jax.numpy.ediff1d`. */
export function ediff1d(x: ArrayLike, options?: Ediff1dOptions): NDArray {
  const fn = "numpy.ediff1d";
  checkOptions(fn, options, ["toBegin", "toEnd"]);
  const differences = diff(ravel(x));
  const ends = [options?.toBegin, options?.toEnd].map((end) =>
    end === undefined ? [] : [lax.convertElementType(ravel(end), differences.dtype)],
  ) as [NDArray[], NDArray[]];
  return lax.concatenate([...ends[0], differences, ...ends[1]], { dimension: 0 });
}

export interface GradientOptions {
  /** All axes by default. */
  readonly axis?: Axes;
}

/** Central differences along an axis, one-sided at its ends. */
function slopes(fn: string, y: NDArray, spacing: NDArray, axis: number): NDArray {
  const size = y.shape[axis] as number;
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
      : lax.reshape(diff(spacing), { newSizes: y.shape.map((_, i) => (i === axis ? size - 1 : 1)) });
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
  const last = args.at(-1);
  const options = last !== undefined && !isLeaf(last) ? (last as GradientOptions) : undefined;
  checkOptions(fn, options, ["axis"]);
  const given = (options ? args.slice(0, -1) : args) as ArrayLike[];
  const [samples, ...spacings] = promoteToFloat(fn, [y, ...given]) as [NDArray, ...NDArray[]];
  const axes = canonicalAxes(fn, options?.axis ?? null, samples.ndim);
  if (spacings.length > 1 && spacings.length !== axes.length) {
    throw new TypeError(`${fn}: needs one spacing, or one for each of ${axes.length} axes; got ${spacings.length}.`);
  }
  const along = axes.map((axis, i) =>
    slopes(fn, samples, spacings[spacings.length > 1 ? i : 0] ?? asArray(fn, 1), axis),
  );
  return along.length === 1 ? (along[0] as NDArray) : along;
}

export interface TrapezoidOptions {
  /** The places of the samples: an array of `y`'s shape or of one dimension; by default `dx` apart. */
  readonly x?: ArrayLike;
  readonly dx?: ArrayLike;
  /** The last axis by default. */
  readonly axis?: number;
}

/** The integral of samples by the trapezoidal rule. Source: `jax.numpy.trapezoid`. */
export function trapezoid(y: ArrayLike, options?: TrapezoidOptions): NDArray {
  const fn = "numpy.trapezoid";
  checkOptions(fn, options, ["x", "dx", "axis"]);
  const [samples, places] = promoteToFloat(fn, options?.x === undefined ? [y] : [y, options.x], ["y", "x"]) as [
    NDArray,
    NDArray?,
  ];
  const axis = canonicalAxis(fn, options?.axis ?? -1, samples.ndim);
  const along =
    places?.ndim === 1
      ? lax.reshape(places, { newSizes: samples.shape.map((_, i) => (i === axis ? places.size : 1)) })
      : places;
  const steps = along ? diff(along, { axis }) : (options?.dx ?? 1);
  const [before, after] = adjacent(samples, axis);
  return multiply(sum(multiply(add(after, before), steps), { axis }), 0.5);
}

/**
 * The piecewise linear function through the points `(xp, fp)` at `x`; outside of them the value of the nearest.
 * @param xp ascending, of one dimension like `fp`.
 * Source: `jax.numpy.interp`.
 */
export function interp(x: ArrayLike, xp: ArrayLike, fp: ArrayLike): NDArray {
  const fn = "numpy.interp";
  const [at, places, values] = promoteToFloat(fn, [x, xp, fp], ["x", "xp", "fp"]) as [NDArray, NDArray, NDArray];
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
  const above = where(lax.gt(at, end(count - 1, places)), end(count - 1, values), inside);
  return where(lax.lt(at, end(0, places)), end(0, values), above);
}

export interface ConvolveOptions {
  /** Every place where the two overlap, as many as the longer has, or those where they overlap wholly. */
  readonly mode?: "full" | "same" | "valid";
}

function convolved(fn: string, x: ArrayLike, y: ArrayLike, mode: string, flipped: boolean): NDArray {
  const [a, b] = promoteToFloat(fn, [x, y], ["x", "y"]) as [NDArray, NDArray];
  if (a.ndim !== 1 || b.ndim !== 1 || a.size === 0 || b.size === 0) {
    throw new ShapeError(
      `${fn}: x and y must be vectors that aren't empty, got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
    );
  }
  const swapped = a.size < b.size;
  const [long, short] = swapped ? [b, a] : [a, b];
  const k = short.size;
  const padding = { full: [k - 1, k - 1], same: [k >> 1, k - (k >> 1) - 1], valid: [0, 0] }[mode];
  if (!padding) throw new TypeError(`${fn}: mode must be "full", "same" or "valid", got ${describe(mode)}.`);
  const kernel = flipped ? lax.rev(short, { dimensions: [0] }) : short;
  const batched = (v: NDArray): NDArray => lax.reshape(v, { newSizes: [1, 1, v.size] });
  const out = lax.convGeneralDilated(batched(long), batched(kernel), {
    windowStrides: [1],
    padding: [padding as [number, number]],
  });
  const result = lax.reshape(out, { newSizes: [-1] });
  return swapped && !flipped ? lax.rev(result, { dimensions: [0] }) : result;
}

/** The convolution of two vectors, in mode `"full"` by default. Source: `jax.numpy.convolve`. */
export function convolve(x: ArrayLike, y: ArrayLike, options?: ConvolveOptions): NDArray {
  checkOptions("numpy.convolve", options, ["mode"]);
  return convolved("numpy.convolve", x, y, options?.mode ?? "full", true);
}

/** The cross-correlation of two vectors, in mode `"valid"` by default. Source: `jax.numpy.correlate`. */
export function correlate(x: ArrayLike, y: ArrayLike, options?: ConvolveOptions): NDArray {
  checkOptions("numpy.correlate", options, ["mode"]);
  return convolved("numpy.correlate", x, y, options?.mode ?? "valid", false);
}

/** The polynomial with the given coefficients, the highest power's first, at `x`. Source: `jax.numpy.polyval`. */
export function polyval(p: ArrayLike, x: ArrayLike): NDArray {
  const coefficients = asArray("numpy.polyval", p, "p");
  if (coefficients.ndim !== 1) {
    throw new ShapeError(`numpy.polyval: p must be a vector, got shape ${formatShape(coefficients.shape)}.`);
  }
  const at = (i: number): NDArray => lax.reshape(lax.sliceInDim(coefficients, i, i + 1, 0), { newSizes: [] });
  return range(coefficients.size).reduce<NDArray>((value, i) => add(multiply(value, x), at(i)), multiply(x, 0));
}
