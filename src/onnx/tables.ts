/** Values that nobody has trained: masks, and tables that a formula gives. */
import type { TypedArray } from "../base/dtypes.ts";
import type { Shape } from "../base/shapes.ts";

/** What is added to a logit to forbid it is at most this. */
const FORBIDDEN = -100;

/** Whether all elements are 0 or a large negative number, and both occur: what is added to logits. */
export const isForbidding = (x: TypedArray): boolean => areTwo(x, (value) => value <= FORBIDDEN);

/** Whether all elements are 0 or 1, and both occur: what is multiplied or compared. */
export const isChoosing = (x: TypedArray): boolean => areTwo(x, (value) => value === 1);

function areTwo(x: TypedArray, isOther: (value: number) => boolean): boolean {
  return x.every((value) => value === 0 || isOther(value)) && x.includes(0) && x.some(isOther);
}

/** Whether all elements are equal. */
export const isUniform = (x: TypedArray): boolean => x.every((value) => value === x[0]);

/** Two rows determine all others of a table, so that two more show that they aren't so by chance. */
const FEWEST_ROWS = 4;
const TOLERANCE = 1e-3;

/**
 * Whether the elements are steps of one size or one factor, or the columns sine waves of the rows' numbers, which begin with
 * 0 or 1: positions, frequencies, and the tables of positional encodings and rotary embeddings.
 */
export function isTable(x: TypedArray, shape: Shape): boolean {
  const [rows = 1, ...others] = shape.filter((n) => n !== 1);
  if (rows < FEWEST_ROWS || isUniform(x)) return false;
  const columns = others.reduce((a, b) => a * b, 1);
  if (areSteps(x, rows, columns)) return true;
  if (columns === 1) return x.every((value) => value > 0) && areSteps(x.map(Math.log), rows, 1);
  const begins = x.subarray(0, columns).every((value) => value === 0 || value === 1);
  return begins && everyColumn(columns, (column) => isWave(x, rows, columns, column));
}

const everyColumn = (columns: number, holds: (column: number) => boolean): boolean => {
  for (let column = 0; column < columns; column++) if (!holds(column)) return false;
  return true;
};

const areSteps = (x: TypedArray, rows: number, columns: number): boolean =>
  everyColumn(columns, (column) => isWave(x, rows, columns, column, 2));

/**
 * Whether a column's elements x[t] satisfy x[t + 1] + x[t - 1] = k x[t] with one k, as samples of a sine wave do with
 * 2 cos(w), and equal steps with 2.
 */
function isWave(x: TypedArray, rows: number, columns: number, column: number, given?: number): boolean {
  const at = (t: number): number => x[t * columns + column] ?? 0;
  let [products, squares, largest] = [0, 0, 0];
  for (let t = 0; t < rows; t++) {
    largest = Math.max(largest, Math.abs(at(t)));
    if (t === 0 || t === rows - 1) continue;
    products += at(t) * (at(t + 1) + at(t - 1));
    squares += at(t) ** 2;
  }
  const k = given ?? (squares > 0 ? products / squares : 2);
  for (let t = 1; t < rows - 1; t++) {
    if (!(Math.abs(at(t + 1) + at(t - 1) - k * at(t)) <= TOLERANCE * largest)) return false;
  }
  return Math.abs(k) <= 2 + TOLERANCE;
}
