/** An array's contents as text, laid out as NumPy does. */

import { type DType, isFloat, type TypedArray } from "../base/dtypes.ts";
import { entry } from "../base/lists.ts";
import { type Shape, sizeOf } from "../base/shapes.ts";

/** An array with more elements is shown by so many at the ends of each axis. Both numbers are NumPy's. */
const MAX_SHOWN = 1000;
const EDGE = 3;

const LINE_WIDTH = 88;

/** Of floats that aren't whole, or so large that all floats are. */
const DIGITS = 6;

/** `true`, `1234567`, `0.333333`. */
function formatElement(value: number, dtype: DType): string {
  if (dtype === "bool") return String(value !== 0);
  if (Object.is(value, -0)) return "-0";
  return String(isFloat(dtype) && !Number.isSafeInteger(value) ? Number(value.toPrecision(DIGITS)) : value);
}

/** The indices along an axis that are shown; `null` stands for those between. */
function shownIndices(length: number, isLarge: boolean): (number | null)[] {
  const indices = Array.from({ length }, (_, i) => i);
  return isLarge && length > 2 * EDGE ? [...indices.slice(0, EDGE), null, ...indices.slice(-EDGE)] : indices;
}

/** Items behind a bracket at column `indent`, in as many lines as they need. */
function wrapped(items: readonly string[], indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line !== "" && indent + line.length + 2 + item.length > LINE_WIDTH) {
      lines.push(`${line},`);
      line = item;
    } else line = line === "" ? item : `${line}, ${item}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

/**
 * The elements in brackets: a line for each row, the columns of a matrix aligned, `...` for what a large array has between its
 * ends.
 */
export function formatElements(data: TypedArray, shape: Shape, dtype: DType): string {
  if (data.length === 0) return "[]";
  const isLarge = sizeOf(shape) > MAX_SHOWN;
  const rank = shape.length;
  const rows = (axis: number, offset: number, stride: number, show: (value: string) => string): string => {
    if (axis === rank) return show(formatElement(data[offset]!, dtype));
    const step = stride / entry(shape, axis);
    const items = shownIndices(entry(shape, axis), isLarge).map((i) =>
      i === null ? "..." : rows(axis + 1, offset + i * step, step, show),
    );
    const indent = " ".repeat(axis + 1);
    const isRow = axis === rank - 1;
    return `[${isRow ? wrapped(items, axis + 1) : items.join(`,${"\n".repeat(rank - 1 - axis)}${indent}`)}]`;
  };
  let width = 0;
  const measure = (value: string): string => {
    width = Math.max(width, value.length);
    return value;
  };
  const plain = rows(0, 0, data.length, measure);
  return rank < 2 ? plain : rows(0, 0, data.length, (value) => value.padStart(width));
}
