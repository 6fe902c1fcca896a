/** Values that instructions are tried on. */
import { DType } from "../../assembly/opcodes.ts";
import { ARRAYS, type generator } from "../kernels/machine.ts";
import { FLOATS } from "./compare.ts";

const SPECIAL = [0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2, 2.5, -2.5, 3, -7, 1e10, -1e10, Infinity, -Infinity, NaN];
const LIMITS = [
  2 ** 23 + 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  4294967040,
  2 ** 52 + 1,
  2 ** -126,
  2 ** -149,
  3.4028234663852886e38,
];
const DOUBLES = [
  2 ** -1022,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  2147483647.5,
  -2147483648.5,
  1 - 2 ** -53,
  1 + 2 ** -24,
];
const INTS = [0, 1, -1, 2, 3, -7, 31, 32, 33, 100, 65536, 2147483647, -2147483648, -2147483647, 0x55555555];

/** Values of both signs and of any size, and special ones. */
export function valuesOf(random: ReturnType<typeof generator>, dtype: DType, count: number): number[] {
  if (dtype === DType.BOOL) return [0, 1];
  if (!FLOATS.includes(dtype)) {
    const words = [...INTS, ...Array.from({ length: count }, () => random.below(2 ** 32))];
    return [...new ARRAYS[dtype](Int32Array.from(words).buffer, 0, words.length)];
  }
  const sign = () => random.pick([1, -1]);
  const sizes = Array.from(
    { length: count },
    (_, i) => sign() * (i % 2 ? random.uniform() * 9 : 2 ** (random.uniform() * 60 - 30)),
  );
  const values = [...SPECIAL, ...LIMITS, ...(dtype === DType.FLOAT64 ? DOUBLES : []), ...sizes];
  return dtype === DType.FLOAT32 ? values.map(Math.fround) : values;
}

/** All combinations of the lists' elements: a column for each list. */
export function combinations(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((columns, list) => {
    const length = columns[0]?.length ?? 1;
    const repeated = columns.map((column) => column.flatMap((x) => list.map(() => x)));
    return [...repeated, Array.from({ length }, () => list).flat()];
  }, []);
}
