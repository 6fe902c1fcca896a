/** Comparison of a computed array with a reference value. */
import { type DType, isFloat, type TypedArray } from "../../src/base/dtypes.ts";
import { formatShape } from "../../src/base/errors.ts";
import { sameShape } from "../../src/base/shapes.ts";
import type { NDArray } from "../../src/ir/ndarray.ts";
import type { Tensor } from "./safetensors.ts";

/** The precisions that a family is run in. */
export type Precision = "float64" | "float32";
export const PRECISIONS: readonly Precision[] = ["float64", "float32"];

/** What a result must agree with the reference to, relative to the reference's largest entry. */
export const TOLERANCE: Readonly<Record<Precision, number>> = { float64: 1e-8, float32: 2e-4 };

/** References whose largest entry is below this are rounding noise around zero (the derivative of p / p). */
const NOISE = 1e-24;

/** Everything a comparison looks at in an array. */
export interface Values {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: ArrayLike<number>;
}

/** Waits for what another device computes, which can be looked at from then on. */
export async function arrived(results: readonly (NDArray | number)[]): Promise<void> {
  await Promise.all(results.map((x) => (typeof x === "number" ? x : x.data())));
}

/** The contents of a computed array; a function may also have returned a bare number. */
export function valuesOf(x: NDArray | number): Values {
  if (typeof x === "number") return { shape: [], dtype: "float32", data: [x] };
  return { shape: x.shape, dtype: x.dtype, data: x.dataSync() };
}

const isFloatTensor = (tensor: Tensor): boolean => tensor.type === "F32" || tensor.type === "F64";

/** What differs in shape or kind, before any value is looked at. */
function differenceInKind(actual: Values, expected: Tensor, precision?: Precision): string | null {
  if (!sameShape(actual.shape, expected.shape)) {
    return `shape ${formatShape(actual.shape)}, expected ${formatShape(expected.shape)}`;
  }
  if (isFloatTensor(expected) !== isFloat(actual.dtype)) return `dtype ${actual.dtype}, expected ${expected.type}`;
  if (precision && isFloatTensor(expected) && actual.dtype !== precision) {
    return `dtype ${actual.dtype}, expected ${precision}`;
  }
  return null;
}

/** The index of element `i` in row-major order. */
function indexOf(i: number, shape: readonly number[]): string {
  let rest = i;
  const index: number[] = [];
  for (const n of [...shape].reverse()) {
    index.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return `[${index.join(", ")}]`;
}

/** Differences that no tolerance covers: NaN and infinities in other places, unequal integers. */
function differenceInExactValues(actual: Values, expected: Tensor): string | null {
  const exact = !isFloatTensor(expected);
  for (let i = 0; i < expected.data.length; i++) {
    const a = actual.data[i] as number;
    const e = expected.data[i] as number;
    if ((exact || !Number.isFinite(e) || !Number.isFinite(a)) && !Object.is(a + 0, e + 0)) {
      return `${a} at ${indexOf(i, expected.shape)}, expected ${e}`;
    }
  }
  return null;
}

/** The largest error relative to the largest finite entry of the reference; absolute where the reference is zero. */
export function maxError(actual: ArrayLike<number>, expected: TypedArray): { error: number; relative: boolean } {
  let error = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const e = expected[i] as number;
    if (!Number.isFinite(e)) continue;
    largest = Math.max(largest, Math.abs(e));
    error = Math.max(error, Math.abs((actual[i] as number) - e));
  }
  return largest < NOISE ? { error, relative: false } : { error: error / largest, relative: true };
}

/**
 * What differs between a result and its reference, or `null`. Shapes, integers, bools, NaN and infinities must agree
 * exactly, floats to `tolerance` relative to the largest entry (where the reference is zero, absolutely to its square).
 */
export function difference(
  actual: NDArray | number,
  expected: Tensor,
  tolerance: number,
  precision?: Precision,
): string | null {
  const values = valuesOf(actual);
  const found = differenceInKind(values, expected, precision) ?? differenceInExactValues(values, expected);
  if (found !== null || !isFloatTensor(expected)) return found;
  const { error, relative } = maxError(values.data, expected.data);
  if (error <= (relative ? tolerance : tolerance ** 2)) return null;
  return relative
    ? `max error ${error.toExponential(2)} of the largest entry`
    : `${error.toExponential(2)}, expected 0`;
}

const bits = new DataView(new ArrayBuffer(4));

/** The place of a float32 in the order of all float32 values, so that neighbours differ by one. */
function ordinal(x: number): number {
  bits.setFloat32(0, x);
  const i = bits.getInt32(0);
  return i < 0 ? -(i & 0x7fffffff) : i;
}

/** How many units in the last place lie between two numbers; those below `floor` count in the units of `floor`. */
function ulpsBetween(a: number, b: number, floor: number): number {
  if (Math.max(Math.abs(a), Math.abs(b)) >= floor) return Math.abs(ordinal(a) - ordinal(b));
  return Math.abs(a - b) / (floor * 2 ** -23);
}

/**
 * What differs between float32 draws by more than `ulps` units in the last place, or `null`. `floor` (a power of two) is
 * for draws whose error is absolute near zero.
 */
export function differenceInUlps(actual: NDArray | number, expected: Tensor, ulps: number, floor = 0): string | null {
  const values = valuesOf(actual);
  const found = differenceInKind(values, expected, "float32") ?? differenceInExactValues(values, expected);
  if (found !== null || !isFloatTensor(expected)) return found;
  let worst = 0;
  for (let i = 0; i < expected.data.length; i++) {
    worst = Math.max(worst, ulpsBetween(values.data[i] as number, expected.data[i] as number, floor));
  }
  return worst <= ulps ? null : `differs by ${worst} ulp, allowed are ${ulps}`;
}
