/** What tests of array functions share: comparison with tolerance, and loops over indices. */
import { array, NDArray, tree } from "cotangent";
import * as assert from "uvu/assert";

/** A float64 array of a number or nested lists. */
export const f64 = (data: unknown): NDArray => array(data as number[], { dtype: "float64" });

/** The numbers of an array or of nested lists, in row-major order. */
export function numbers(x: unknown): number[] {
  return x instanceof NDArray ? [...x.dataSync()] : tree.leaves<number>(x).map(Number);
}

/** Asserts that an array has the shape of nested lists and, within `tolerance` of the largest entry, their numbers. */
export function assertClose(actual: NDArray, expected: unknown, tolerance = 1e-6, message = ""): void {
  assert.equal(actual.shape, shapeOf(expected), `${message} shape`);
  const [x, y] = [numbers(actual), numbers(expected)];
  const scale = Math.max(0, ...y.filter(Number.isFinite).map(Math.abs)) || 1;
  y.forEach((want, i) => {
    const got = x[i] as number;
    const same = Object.is(got, want) || Math.abs(got - want) <= tolerance * scale;
    assert.ok(same || got === want, `${message} element ${i}: expected ${want}, got ${got}`);
  });
}

export function shapeOf(nested: unknown): number[] {
  if (nested instanceof NDArray) return [...nested.shape];
  return Array.isArray(nested) ? [nested.length, ...(nested.length > 0 ? shapeOf(nested[0]) : [])] : [];
}

/** Every index of a shape, in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, n) => all.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The place of an index in a row-major array of the shape. */
export const offsetOf = (index: readonly number[], shape: readonly number[]): number =>
  shape.reduce((offset, n, i) => offset * n + (index[i] as number), 0);

/** Reproducible numbers between -1 and 1, different for each `seed`. */
export function sample(size: number, seed = 1): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));
}

/** The message of the error that a function throws. */
export function messageOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

/** Asserts that a function throws an error whose message holds every fragment. */
export function assertThrows(fn: () => unknown, ...fragments: string[]): void {
  const message = messageOf(fn);
  for (const fragment of fragments) assert.ok(message.includes(fragment), `${fragment} is missing in: ${message}`);
}
