/** Padding: with a number, the edges, or a continuation of the array. */
import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";

/** What the new elements are. */
export type PadMode = "constant" | "edge" | "wrap" | "reflect" | "symmetric" | "maximum" | "minimum";

/** A number before and one after each axis: one for all, a pair for all, or a pair for each axis. */
export type PerAxis = number | readonly [number, number] | readonly (readonly [number, number])[];

export interface PadOptions {
  readonly mode?: PadMode;
  /** The new elements in mode "constant", 0 by default. */
  readonly constantValues?: PerAxis;
}

const MODES: readonly PadMode[] = ["constant", "edge", "wrap", "reflect", "symmetric", "maximum", "minimum"];

/** One pair for each axis. */
function pairs(fn: string, name: string, value: PerAxis | undefined, ndim: number): [number, number][] {
  const fail = (): never => {
    throw new TypeError(
      `${fn}: ${name} must be a number, a pair [before, after] or one pair for each of ${ndim} axes, ` +
        `got ${JSON.stringify(value) ?? describe(value)}.`,
    );
  };
  if (typeof value === "number") return range(ndim).map(() => [value, value]);
  if (!Array.isArray(value)) return fail();
  const isPair = (p: unknown): p is [number, number] =>
    Array.isArray(p) && p.length === 2 && p.every((n) => typeof n === "number");
  if (isPair(value)) return range(ndim).map(() => [...value]);
  if (!value.every(isPair) || (value.length !== ndim && value.length !== 1)) return fail();
  return range(ndim).map((i) => value[value.length === 1 ? 0 : i] as [number, number]);
}

type AxisPadding = (x: NDArray, axis: number, low: number, high: number) => NDArray;

const constantPadding =
  (values: readonly (readonly [number, number])[]): AxisPadding =>
  (x, axis, low, high) => {
    const [before, after] = values[axis] as readonly [number, number];
    const widen = (operand: NDArray, value: number, amounts: readonly [number, number, number]): NDArray =>
      lax.pad(operand, lax.full([], value, x.dtype), {
        paddingConfig: range(x.ndim).map((i) => (i === axis ? amounts : ([0, 0, 0] as const))),
      });
    if (before === after) return widen(x, before, [low, high, 0]);
    return widen(widen(x, before, [low, 0, 0]), after, [0, high, 0]);
  };

/** Repeats a slice of size 1 before the axis, and one after it. */
const repeatedPadding =
  (sliceAt: (x: NDArray, axis: number, place: number) => NDArray): AxisPadding =>
  (x, axis, low, high) => {
    const repeated = (place: number, count: number): NDArray[] => {
      if (count === 0) return [];
      const shape = x.shape.map((n, i) => (i === axis ? count : n));
      return [lax.broadcastInDim(sliceAt(x, axis, place), { shape, broadcastDimensions: range(x.ndim) })];
    };
    const last = (x.shape[axis] as number) - 1;
    return lax.concatenate([...repeated(0, low), x, ...repeated(last, high)], { dimension: axis });
  };

const edgePadding = /* @__PURE__ */ repeatedPadding((x, axis, place) => lax.sliceInDim(x, place, place + 1, axis));

const extremumPadding = (reduce: typeof lax.reduceMax): AxisPadding =>
  repeatedPadding((x, axis) => lax.expandDims(reduce(x, { axes: [axis] }), { axes: [axis] }));

/** The parts that, repeated endlessly in both directions, continue the array; the array is the first of them. */
function period(x: NDArray, axis: number, mode: PadMode): NDArray[] {
  const size = x.shape[axis] as number;
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
    const sizes = parts.map((part) => part.shape[axis] as number);
    const total = sizes.reduce((a, b) => a + b, 0);
    const pieces: NDArray[] = [];
    let position = (total - (low % total)) % total;
    let remaining = low + (x.shape[axis] as number) + high;
    for (let i = 0; remaining > 0; i = (i + 1) % parts.length) {
      const size = sizes[i] as number;
      const taken = Math.min(remaining, size - position);
      if (taken > 0) pieces.push(lax.sliceInDim(parts[i] as NDArray, position, position + taken, axis));
      remaining -= Math.max(0, taken);
      position = Math.max(0, position - size);
    }
    return lax.concatenate(pieces, { dimension: axis });
  };

function paddingOf(fn: string, x: NDArray, options: PadOptions): AxisPadding {
  const mode = options.mode ?? "constant";
  if (!MODES.includes(mode)) {
    throw new TypeError(`${fn}: mode must be one of ${MODES.map((m) => `"${m}"`).join(", ")}; got ${describe(mode)}.`);
  }
  if (mode === "constant") return constantPadding(pairs(fn, "constantValues", options.constantValues ?? 0, x.ndim));
  if (options.constantValues !== undefined) {
    throw new TypeError(`${fn}: constantValues goes with mode "constant" only, got mode "${mode}".`);
  }
  if (mode === "edge") return edgePadding;
  if (mode === "maximum") return extremumPadding(lax.reduceMax);
  if (mode === "minimum") return extremumPadding(lax.reduceMin);
  return periodicPadding(mode);
}

/**
 * Puts elements before and after each axis: a constant (0), the edge, the "maximum" or "minimum", or the array continued periodically ("wrap"),
 * mirrored about its edge elements ("reflect") or mirrored with them repeated ("symmetric"). Source: `jax.numpy.pad`.
 * @example np.pad(x, [[1, 1], [0, 2]]); np.pad(x, { padWidth: 1, mode: "edge" })
 */
export function pad(x: ArrayLike, padWidth: PerAxis, options?: PadOptions): NDArray;
export function pad(x: ArrayLike, options: PadOptions & { readonly padWidth: PerAxis }): NDArray;
export function pad(x: ArrayLike, ...args: unknown[]): NDArray {
  const fn = "numpy.pad";
  const names = ["padWidth", "mode", "constantValues"] as const;
  const { padWidth, ...options } = namedArguments<PadOptions & { padWidth: PerAxis }>(fn, names, args);
  const operand = asArray(fn, x);
  const widths = pairs(fn, "padWidth", padWidth, operand.ndim);
  if (!widths.flat().every((n) => Number.isInteger(n) && n >= 0)) {
    throw new TypeError(`${fn}: padWidth must be whole numbers that aren't negative, got ${JSON.stringify(widths)}.`);
  }
  const padAxis = paddingOf(fn, operand, options);
  return widths.reduce((padded, [low, high], axis) => {
    if (low === 0 && high === 0) return padded;
    if (operand.shape[axis] === 0 && (options.mode ?? "constant") !== "constant") {
      throw new ShapeError(`${fn}: axis ${axis} of shape ${formatShape(operand.shape)} has no elements to continue.`);
    }
    return padAxis(padded, axis, low, high);
  }, operand);
}
