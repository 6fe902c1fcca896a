/** Computing the same on both devices, and comparing. */
import { type NDArray, withDevice } from "cotangent";

export type Elements = ArrayLike<number>;

/** The elements of what `fn` computes there. */
export const compute = async (device: "cpu" | "webgpu", fn: () => NDArray): Promise<Elements> =>
  withDevice(device, fn).data();

const SMALLEST_NORMAL = 2 ** -126;

export const isSubnormal = (x: number): boolean => x !== 0 && Math.abs(x) < SMALLEST_NORMAL;

/**
 * The distance of a float32 from the exact result, in units in the last place of that. NaN, infinities and the signs of zeros
 * must be the same; but what is too small to be normal may be a zero.
 */
export function ulps(got: number, want: number): number {
  const rounded = Math.fround(want);
  if (Object.is(got, rounded) || (got === 0 && Math.abs(want) < SMALLEST_NORMAL && want !== 0)) return 0;
  if (Number.isNaN(got) || Number.isNaN(want) || want === 0) return Number.POSITIVE_INFINITY;
  if (!Number.isFinite(want)) return Number.POSITIVE_INFINITY;
  const exponent = Math.min(Math.max(Math.floor(Math.log2(Math.abs(want))), -126), 127);
  // What overflows by a rounding is as far away as the number that it rounds to.
  const near = Number.isFinite(got) ? got : Math.sign(got) * 2 ** 128;
  return Math.abs(near - want) / 2 ** (exponent - 23);
}

/** A number as a reader can enter it again. */
export function formatNumber(x: number): string {
  if (Object.is(x, -0)) return "-0";
  return Number.isInteger(x) && Math.abs(x) < 1e7 ? String(x) : x.toPrecision(8).replace(/\.?0+($|e)/, "$1");
}

/** Numbers that every device draws alike. */
export function numbers(size: number, low: number, high: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + (high - low) * (state / 2 ** 32);
  });
}
