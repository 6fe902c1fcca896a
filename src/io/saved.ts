/** Trees of arrays on their way into a file. */
import type { DType } from "../base/dtypes.ts";
import type { Shape } from "../base/shapes.ts";
import { asArray } from "../lax/operands.ts";
import { littleEndianBytes } from "./elements.ts";
import { namesOf } from "./names.ts";

/** An array as a file needs it. */
export interface SavedArray {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** In row-major order, the lowest byte of a number first. */
  readonly bytes: Uint8Array;
}

/** The elements of what becomes an array, on whichever device they are. */
export async function savedArray(fn: string, x: unknown, name: string): Promise<SavedArray> {
  const array = asArray(fn, x, name);
  const { dtype, shape } = array;
  return { name, dtype, shape, bytes: littleEndianBytes(await array.data(), dtype) };
}

/** The arrays of a tree by their names. */
export async function savedArrays(fn: string, tree: unknown, separator: string): Promise<SavedArray[]> {
  const arrays: SavedArray[] = [];
  for (const [name, x] of namesOf(fn, tree, separator)) arrays.push(await savedArray(fn, x, name));
  return arrays;
}

/** The parts one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
