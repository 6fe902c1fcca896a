/** Basic indexing: integers, slices, new axes. Everything is a slice, a reversal and a reshape of the array. */
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { range } from "../base/shapes.ts";
import { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";

/** A place on an axis, a slice in Python's notation (`"1:5"`, `"::-1"`, `":"`), `"..."`, or `null` for a new axis. */
export type Index = number | string | null;

/** The elements `start`, `start + step`, ... (`count` of them) of an axis. */
interface Section {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  /** Whether the axis disappears. */
  readonly dropped: boolean;
}

const FN = "numpy.at";
const SLICE = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/;

function place(index: number, axis: number, x: NDArray): Section {
  const size = x.shape[axis] as number;
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new ShapeError(`${FN}: index ${index} is out of range for axis ${axis} of shape ${formatShape(x.shape)}.`);
  }
  return { start: index < 0 ? index + size : index, step: 1, count: 1, dropped: true };
}

/** Python's meaning of `start:stop:step` on an axis of `size` elements. */
function section(text: string, axis: number, x: NDArray): Section {
  const match = SLICE.exec(text);
  const step = Number(match?.[3] ?? 1);
  if (!match || step === 0) {
    throw new TypeError(`${FN}: ${describe(text)} is no slice; write "start:stop" or "start:stop:step" (step not 0).`);
  }
  const size = x.shape[axis] as number;
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

function checkIndices(indices: readonly unknown[], x: NDArray): asserts indices is readonly Index[] {
  for (const index of indices) {
    if (typeof index === "number" || typeof index === "string" || index === null) continue;
    const hint = index instanceof NDArray || Array.isArray(index) ? " Indexing with arrays isn't supported." : "";
    throw new TypeError(
      `${FN}: an index is a whole number, a slice such as "1:5", "..." or null; got ${describe(index)}.${hint}`,
    );
  }
  const consumed = indices.filter((i) => i !== null && i !== "...").length;
  if (indices.filter((i) => i === "...").length > 1) throw new TypeError(`${FN}: "..." may stand once, got it twice.`);
  if (consumed > x.ndim) {
    throw new ShapeError(`${FN}: ${consumed} indices are too many for shape ${formatShape(x.shape)}.`);
  }
}

/** The indices with `"..."` (at the end where it's missing) written as as many `":"` as axes are left. */
function withoutEllipsis(indices: readonly Index[], ndim: number): Index[] {
  const explicit = indices.includes("...") ? indices : [...indices, "..."];
  const missing = ndim - explicit.filter((i) => i !== null && i !== "...").length;
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
  return lax.rev(sliced, { dimensions: range(x.ndim).filter((i) => (sections[i] as Section).step < 0) });
}

/**
 * The part of an array that Python's `x[i, j, ...]` gives: a whole number takes one place of an axis (counted from the
 * end if negative) and removes the axis, a string slices it, `"..."` stands for all the axes in between and `null` adds
 * an axis. Slices are cut to the array, as in Python; a number out of range is an error. Also the method `x.at(...)`.
 * @example at(x, 0); at(x, ":", "1:3"); at(x, "...", -1); at(x, "::-1"); at(x, null, 2)
 */
export function at(x: ArrayLike, ...indices: readonly Index[]): NDArray {
  const operand = asArray(FN, x);
  checkIndices(indices, operand);
  const full = withoutEllipsis(indices, operand.ndim);
  const sections = full
    .filter((index) => index !== null)
    .map((index, axis) => (typeof index === "number" ? place(index, axis, operand) : section(index, axis, operand)));
  let axis = 0;
  const newSizes = full.flatMap((index) => {
    if (index === null) return [1];
    const { count, dropped } = sections[axis++] as Section;
    return dropped ? [] : [count];
  });
  return lax.reshape(takeSections(operand, sections), { newSizes });
}
