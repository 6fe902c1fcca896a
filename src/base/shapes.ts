/** Shapes and axes: sizes, canonical axes, NumPy broadcasting. */
import { describe, formatShape, ShapeError, show } from "./errors.ts";

export type Shape = readonly number[];

/** An axis, several, or (`null`) all of them. */
export type Axes = number | readonly number[] | null;

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** `[0, 1, ..., n - 1]`. */
export const range = (n: number, start = 0): number[] => Array.from({ length: n }, (_, i) => start + i);

/** Whether `list` holds whole numbers from `least` on and no holes; `count` of them, if that is given. */
export function isIntegerList(list: unknown, least: number, count?: number): list is readonly number[] {
  if (!Array.isArray(list) || (count !== undefined && list.length !== count)) return false;
  for (let i = 0; i < list.length; i++) {
    if (!Number.isInteger(list[i]) || list[i] < least) return false;
  }
  return true;
}

const KINDS: readonly string[] = ["non-negative integers", "positive integers"];

/** Throws unless `isIntegerList`. */
export function checkIntegers(
  fn: string,
  name: string,
  list: unknown,
  least = Number.NEGATIVE_INFINITY,
  count?: number,
): asserts list is readonly number[] {
  if (isIntegerList(list, least, count)) return;
  const many = count === undefined ? "" : `${count} `;
  throw new ShapeError(`${fn}: ${name} must be a list of ${many}${KINDS[least] ?? "integers"}, got ${show(list)}.`);
}

/** Throws unless `n` is a whole number from `least` on. */
export function checkCount(fn: string, name: string, n: unknown, least = 0): asserts n is number {
  if (Number.isInteger(n) && (n as number) >= least) return;
  const kind = least > 0 ? "positive" : "non-negative";
  throw new TypeError(`${fn}: ${name} must be a ${kind} integer, got ${describe(n)}.`);
}

/** The most axes of an array that is asked for by their number; NumPy's limit. */
export const MOST_AXES = 64;

/** Kernels count elements, and reach bytes, in 32 bits. */
export const MAX_ELEMENTS = 2 ** 32 - 1;

/** Throws if an array of `shape`, with so many bytes for each element, is larger than any can be. */
export function checkRoom(fn: string, shape: Shape, bytes = 1): void {
  if (sizeOf(shape) * bytes <= MAX_ELEMENTS) return;
  throw new RangeError(
    `${fn}: shape ${formatShape(shape)} has ${sizeOf(shape)} elements, which are more than the ` +
      `${Math.floor(MAX_ELEMENTS / bytes)} that one array can have; compute it in parts.`,
  );
}

/** Throws unless every entry of `shape` is a non-negative integer, and their product one that an array can have. */
export function checkShape(fn: string, shape: unknown): asserts shape is Shape {
  if (isIntegerList(shape, 0)) return checkRoom(fn, shape);
  throw new ShapeError(`${fn}: a shape is a list of non-negative integers, got ${show(shape)}.`);
}

/** The axis as a number from 0 to `ndim - 1`; negative axes count from the end. */
export function canonicalAxis(fn: string, axis: number, ndim: number, name = "axis"): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim) {
    throw new ShapeError(
      `${fn}: ${name} ${describe(axis).replace("number ", "")} is out of range for an array of ${ndim} dimension(s).`,
    );
  }
  return axis < 0 ? axis + ndim : axis;
}

/** All axes for `null`, else each canonical, in the order given; a repeated axis is an error. */
export function canonicalAxes(fn: string, axes: Axes | undefined, ndim: number, name = "axis"): number[] {
  if (axes === null || axes === undefined) return range(ndim);
  const list = typeof axes === "number" ? [axes] : axes;
  if (!Array.isArray(list)) throw new TypeError(`${fn}: ${name} must be a number or a list, got ${describe(axes)}.`);
  const canonical: number[] = [];
  // Eager calls come here each time: a loop looks at holes, as `map` doesn't, in a fifth of the time of `Array.from`.
  for (let i = 0; i < list.length; i++) canonical.push(canonicalAxis(fn, list[i], ndim, name));
  if (canonical.length > 1 && new Set(canonical).size !== canonical.length) {
    throw new ShapeError(`${fn}: ${name} [${list.join(", ")}] names an axis twice (the array has ${ndim} dimensions).`);
  }
  return canonical;
}

/** The common shape of NumPy broadcasting; `fn` and every shape stand in the message when there is none. */
export function broadcastShapes(fn: string, shapes: readonly Shape[]): number[] {
  const ndim = Math.max(0, ...shapes.map((s) => s.length));
  const result = new Array<number>(ndim).fill(1);
  for (const shape of shapes) {
    const lead = ndim - shape.length;
    shape.forEach((n, i) => {
      const now = result[lead + i];
      if (now === n || n === 1) return;
      if (now !== 1) {
        throw new ShapeError(`${fn}: shapes ${shapes.map(formatShape).join(" and ")} cannot be broadcast together.`);
      }
      result[lead + i] = n;
    });
  }
  return result;
}

/** The inverse of a permutation. */
export function invertPermutation(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length);
  permutation.forEach((p, i) => {
    inverse[p] = i;
  });
  return inverse;
}

/** `shape` without the given axes. */
export const withoutAxes = (shape: Shape, axes: readonly number[]): number[] =>
  shape.filter((_, i) => !axes.includes(i));

/** A copy of `list` with `value` inserted at `index`. */
export function inserted<T>(list: readonly T[], index: number, value: T): T[] {
  return [...list.slice(0, index), value, ...list.slice(index)];
}

/** A copy of `list` without the entry at `index`. */
export function removed<T>(list: readonly T[], index: number): T[] {
  return [...list.slice(0, index), ...list.slice(index + 1)];
}
