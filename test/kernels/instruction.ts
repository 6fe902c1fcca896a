/** Running one instruction of a MAP program on contiguous arrays. */
import { Command, DType, type Op } from "../../assembly/opcodes.ts";
import { ARRAYS, allocate, command, put, reset, run, type TypedArray, view } from "./machine.ts";

export type Instruction = { op: Op; dtype: DType; inputs?: DType[]; result?: DType; dtype2?: DType };

/** Applies an instruction to arrays of equal length. `inputs` are the operands' dtypes if they are not all `dtype`. */
export function apply(
  { op, dtype, inputs, result = dtype, dtype2 = 0 }: Instruction,
  ...operands: ArrayLike<number>[]
): TypedArray {
  reset();
  const length = operands[0].length;
  const types = inputs ?? operands.map(() => dtype);
  const addresses = operands.map((values, i) => put(types[i], values));
  const item = ARRAYS[result].BYTES_PER_ELEMENT;
  const dst = allocate(length * item + 16);
  view(DType.BOOL, dst, length * item + 16).fill(0xee);
  const count = operands.length;
  const registers = [0, 1, 2, 3].map((i) => (i < count ? i : 0));
  run(
    command(
      Command.MAP,
      1,
      count,
      0,
      1,
      1,
      length,
      ...addresses.flatMap((address, i) => [i, types[i], address, ARRAYS[types[i]].BYTES_PER_ELEMENT]),
      count,
      result,
      dst,
      op | (dtype << 16) | (dtype2 << 24),
      count,
      ...registers,
    ),
  );
  const beyond = view(DType.BOOL, dst + length * item, 16);
  if (beyond.some((byte) => byte !== 0xee)) throw new Error("wrote beyond the end");
  return view(result, dst, length).slice();
}

/** Every pair of two lists, as two lists. */
export function pairs(xs: readonly number[], ys: readonly number[]): [number[], number[]] {
  return [xs.flatMap((x) => ys.map(() => x)), xs.flatMap(() => [...ys])];
}

/** The error of `got` in units in the last place of `want`, for a float type; special values must be the same. */
export function ulps(dtype: DType, got: number, want: number): number {
  const single = dtype === DType.FLOAT32;
  const rounded = single ? Math.fround(want) : want;
  if (Number.isNaN(want) || Number.isNaN(got)) return Object.is(got, rounded) ? 0 : Infinity;
  // A zero's sign counts; so does overflowing on one side only, unless it is by a rounding.
  if (want === 0) return Object.is(got, want) ? 0 : Infinity;
  const bits = single ? 24 : 53;
  const lowest = single ? -126 : -1022;
  const exponent = Math.max(Math.floor(Math.log2(Math.min(Math.abs(want), Number.MAX_VALUE))), lowest);
  if (!Number.isFinite(got) || !Number.isFinite(rounded)) return got === rounded ? 0 : Infinity;
  return Math.abs(got - want) / 2 ** (exponent - bits + 1);
}
