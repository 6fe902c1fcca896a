import { test } from "uvu";
import * as assert from "uvu/assert";
import { Command, DType, ReduceOp } from "../../assembly/opcodes.ts";
import {
  ARRAYS,
  allocate,
  command,
  generator,
  layout,
  NAMES,
  offsets,
  product,
  put,
  reset,
  rowMajor,
  run,
  view,
} from "./machine.ts";

const INT_MIN = -2147483648;
const INT_MAX = 2147483647;
const UINT_MAX = 4294967295;

/** The result over no elements. */
function identity(op: ReduceOp, dtype: DType): number {
  const low = { [DType.INT32]: INT_MIN, [DType.UINT32]: 0 } as Record<number, number>;
  const high = { [DType.INT32]: INT_MAX, [DType.UINT32]: UINT_MAX } as Record<number, number>;
  if (op === ReduceOp.PROD || op === ReduceOp.AND) return 1;
  if (op === ReduceOp.MAX) return low[dtype] ?? -Infinity;
  if (op === ReduceOp.MIN) return high[dtype] ?? Infinity;
  return 0;
}

/** The fold of a list, by the definition. */
function fold(op: ReduceOp, dtype: DType, list: number[]): number {
  const wrap = (x: number) => (dtype === DType.INT32 ? x | 0 : dtype === DType.UINT32 ? x >>> 0 : x);
  const better = op === ReduceOp.ARGMAX ? (x: number, y: number) => x > y : (x: number, y: number) => x < y;
  switch (op) {
    case ReduceOp.SUM:
      return wrap(list.reduce((a, b) => a + b, 0));
    case ReduceOp.PROD:
      return list.reduce(
        (a, b) => (dtype === DType.FLOAT32 || dtype === DType.FLOAT64 ? a * b : wrap(Math.imul(a, b))),
        1,
      );
    case ReduceOp.MAX:
      return list.length === 0 ? identity(op, dtype) : list.reduce((a, b) => Math.max(a, b));
    case ReduceOp.MIN:
      return list.length === 0 ? identity(op, dtype) : list.reduce((a, b) => Math.min(a, b));
    case ReduceOp.AND:
      return list.every((x) => x === 1) ? 1 : 0;
    case ReduceOp.OR:
      return list.some((x) => x === 1) ? 1 : 0;
    default: {
      const nan = list.findIndex((x) => Number.isNaN(x));
      if (nan >= 0) return nan;
      return list.reduce((best, x, i) => (better(x, list[best]) ? i : best), 0);
    }
  }
}

type Axes = { kept: number[]; reduced: number[]; keptStrides: number[]; reducedStrides: number[] };

/** Runs a reduction of a view of `data` and returns what it wrote. */
function reduce(op: ReduceOp, dtype: DType, data: ArrayLike<number>, first: number, axes: Axes): number[] {
  reset();
  const item = ARRAYS[dtype].BYTES_PER_ELEMENT;
  const { kept, reduced, keptStrides, reducedStrides } = axes;
  const result = op === ReduceOp.ARGMAX || op === ReduceOp.ARGMIN ? DType.INT32 : dtype;
  const src = put(dtype, data) + first * item;
  const count = product(kept);
  const dst = allocate((count + 2) * ARRAYS[result].BYTES_PER_ELEMENT);
  view(result, dst, count + 2).fill(55);
  const bytes = (strides: number[]) => strides.map((stride) => stride * item);
  run(
    command(
      Command.REDUCE,
      op,
      dtype,
      dst,
      src,
      kept.length,
      reduced.length,
      ...kept,
      ...bytes(keptStrides),
      ...reduced,
      ...bytes(reducedStrides),
    ),
  );
  const got = [...view(result, dst, count + 2)];
  assert.equal(got.slice(count), [55, 55], "wrote beyond the end");
  return got.slice(0, count);
}

function expected(op: ReduceOp, dtype: DType, data: ArrayLike<number>, first: number, axes: Axes): number[] {
  const inner = offsets(axes.reduced, axes.reducedStrides);
  return offsets(axes.kept, axes.keptStrides).map((offset) =>
    fold(
      op,
      dtype,
      inner.map((i) => data[first + offset + i]),
    ),
  );
}

const NUMERIC = [ReduceOp.SUM, ReduceOp.PROD, ReduceOp.MAX, ReduceOp.MIN, ReduceOp.ARGMAX, ReduceOp.ARGMIN];
const CASES: [DType, ReduceOp[]][] = [
  [DType.FLOAT32, NUMERIC],
  [DType.FLOAT64, NUMERIC],
  [DType.INT32, NUMERIC],
  [DType.UINT32, NUMERIC],
  [DType.BOOL, [ReduceOp.AND, ReduceOp.OR]],
];

/** Values of which every fold is exact: products of signs and a few twos, small integers otherwise. */
function values(op: ReduceOp, dtype: DType, length: number, random: ReturnType<typeof generator>): number[] {
  if (dtype === DType.BOOL) {
    const rare = random.uniform() < 0.5 ? 0.97 : 0.03;
    return Array.from({ length }, () => (random.uniform() < rare ? 1 : 0));
  }
  const signed = dtype !== DType.UINT32;
  if (op === ReduceOp.PROD)
    return Array.from({ length }, (_, i) => (i % 97 === 5 ? 2 : signed && random.uniform() < 0.5 ? -1 : 1));
  return Array.from({ length }, () => random.below(2001) - (signed ? 1000 : 0));
}

for (const [dtype, ops] of CASES) {
  test(`reduce ${NAMES[dtype]}: random views, every operation`, () => {
    const random = generator(dtype + 1);
    for (let round = 0; round < 500; ++round) {
      const op = random.pick(ops);
      const kept = Array.from({ length: random.below(4) }, () => random.pick([0, 1, 2, 3, 5, 16, 20, 70]));
      const reduced = Array.from({ length: random.below(4) }, () => random.pick([1, 2, 3, 5, 17, 64]));
      if (product([...kept, ...reduced].map((size) => size || 1)) > 60000) continue;
      // Kept and reduced axes interleave in memory in any order.
      const lay = layout(random, [...kept, ...reduced], "any");
      const axes = {
        kept,
        reduced,
        keptStrides: lay.strides.slice(0, kept.length),
        reducedStrides: lay.strides.slice(kept.length),
      };
      const data = values(op, dtype, lay.length, random);
      const got = reduce(op, dtype, data, lay.first, axes);
      assert.equal(got, expected(op, dtype, data, lay.first, axes), JSON.stringify({ op, ...axes }));
    }
  });

  test(`reduce ${NAMES[dtype]}: rows and columns of sizes around every boundary`, () => {
    const random = generator(100 + dtype);
    for (const op of ops) {
      for (const [rows, columns] of [
        [1, 1],
        [3, 15],
        [2, 16],
        [5, 17],
        [1, 2047],
        [2, 2049],
        [1, 8193],
        [300, 16],
        [129, 20],
        [513, 33],
        [2, 515],
        [260, 130],
        [2100, 24],
      ]) {
        const data = values(op, dtype, rows * columns, random);
        const [outer, inner] = rowMajor([rows, columns]);
        const along = { kept: [rows], reduced: [columns], keptStrides: [outer], reducedStrides: [inner] };
        const down = { kept: [columns], reduced: [rows], keptStrides: [inner], reducedStrides: [outer] };
        for (const axes of [along, down])
          assert.equal(
            reduce(op, dtype, data, 0, axes),
            expected(op, dtype, data, 0, axes),
            `${op} ${rows} ${columns}`,
          );
      }
    }
  });

  test(`reduce ${NAMES[dtype]}: nothing to reduce, nothing kept`, () => {
    for (const op of ops) {
      const empty = { kept: [3], reduced: [4, 0], keptStrides: [0], reducedStrides: [1, 1] };
      const want = op === ReduceOp.ARGMAX || op === ReduceOp.ARGMIN ? 0 : identity(op, dtype);
      assert.equal(reduce(op, dtype, [1], 0, empty), [want, want, want]);
      assert.equal(
        reduce(op, dtype, [1], 0, { kept: [0, 2], reduced: [4], keptStrides: [0, 0], reducedStrides: [0] }),
        [],
      );
    }
  });
}

test("reduce: NaN and infinities", () => {
  for (const dtype of [DType.FLOAT32, DType.FLOAT64]) {
    for (const length of [1, 3, 16, 40, 100]) {
      for (const place of [0, 1, length >> 1, length - 1]) {
        for (const across of [false, true]) {
          // Down the columns of a matrix, or along a vector.
          const width = across ? 20 : 1;
          const data = Array.from({ length: length * width }, (_, i) => (i % 13) - 6);
          for (let column = 0; column < width; ++column) data[Math.min(place, length - 1) * width + column] = NaN;
          const axes = { kept: [width], reduced: [length], keptStrides: [1], reducedStrides: [width] };
          for (const op of [ReduceOp.SUM, ReduceOp.PROD, ReduceOp.MAX, ReduceOp.MIN]) {
            assert.ok(reduce(op, dtype, data, 0, axes).every(Number.isNaN), `${op}`);
          }
          for (const op of [ReduceOp.ARGMAX, ReduceOp.ARGMIN]) {
            assert.ok(reduce(op, dtype, data, 0, axes).every((i) => i === Math.min(place, length - 1)));
          }
        }
      }
    }
    const axes = { kept: [], reduced: [3], keptStrides: [], reducedStrides: [1] };
    assert.equal(reduce(ReduceOp.MAX, dtype, [-Infinity, -Infinity, -Infinity], 0, axes), [-Infinity]);
    assert.equal(reduce(ReduceOp.ARGMAX, dtype, [-Infinity, -Infinity, -Infinity], 0, axes), [0]);
    assert.equal(reduce(ReduceOp.ARGMIN, dtype, [Infinity, -Infinity, -Infinity], 0, axes), [1]);
  }
});

test("reduce: float32 sums of a million terms keep their digits", () => {
  const random = generator(9);
  const count = 1 << 20;
  const data = Float32Array.from({ length: count }, () => random.uniform());
  const want = data.reduce((a, b) => a + b, 0);
  const views: [string, Axes][] = [
    ["contiguous", { kept: [], reduced: [count], keptStrides: [], reducedStrides: [1] }],
    ["reversed", { kept: [], reduced: [count], keptStrides: [], reducedStrides: [-1] }],
    ["by columns", { kept: [], reduced: [1 << 10, 1 << 10], keptStrides: [], reducedStrides: [1, 1 << 10] }],
  ];
  for (const [name, axes] of views) {
    const [got] = reduce(ReduceOp.SUM, DType.FLOAT32, data, name === "reversed" ? count - 1 : 0, axes);
    // Each of 16 running sums takes 128 terms, then about 14 roundings follow; a running float32 sum errs 100 times more.
    assert.ok(Math.abs(got / want - 1) < 4 * 2 ** -24, `${name}: ${got} instead of ${want}`);
  }
  const axes = { kept: [64], reduced: [count / 64], keptStrides: [1], reducedStrides: [64] };
  const got = reduce(ReduceOp.SUM, DType.FLOAT32, data, 0, axes);
  got.forEach((value, column) => {
    let sum = 0;
    for (let i = column; i < count; i += 64) sum += data[i];
    // 128 rows are added one by one, here with random errors, before the pairwise part.
    assert.ok(Math.abs(value / sum - 1) < 8 * 2 ** -24, `column ${column}: ${value} instead of ${sum}`);
  });
});

test.run();
