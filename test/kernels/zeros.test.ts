import { test } from "uvu";
import * as assert from "uvu/assert";
import { Command, DType } from "../../assembly/opcodes.ts";
import { allocate, command, generator, microkernelCalls, put, reset, run, view } from "./machine.ts";

type Element = (row: number, column: number) => number;

/** C = A B of these sizes, A (m, k) and B (k, n) in row-major order, and how many inner indices all tiles were multiplied at. */
function multiply([m, n, k]: readonly [number, number, number], a: Element, b: Element, dtype = DType.FLOAT32) {
  reset();
  const item = dtype === DType.FLOAT64 ? 8 : 4;
  const fill = (rows: number, columns: number, element: Element) =>
    put(
      dtype,
      Array.from({ length: rows * columns }, (_, i) => element(Math.floor(i / columns), i % columns)),
    );
  const [addressA, addressB, addressC] = [fill(m, k, a), fill(k, n, b), allocate(m * n * item)];
  const groups = [m, k, n, n, 1, 1, k, 1, n].map((word, i) => (i % 3 === 0 ? word : word * item));
  const list = command(Command.CONTRACT, dtype, addressA, addressB, addressC, 0, 1, 1, 1, ...groups);
  const { tile = [] } = microkernelCalls(() => run(list));
  // It runs on one thread, on two and on three.
  const steps = tile.reduce((sum, words) => sum + words[3]!, 0) / 3;
  return { c: Array.from(view(dtype, addressC, m * n)), steps };
}

/** Whole numbers from 1 to 8, so that sums are exact, and none is 0 by itself. */
const numbers = (seed: number): Element => {
  const random = generator(seed);
  return () => 1 + random.below(8);
};

/** Zeros of either sign at every other inner index, other ones for each ten rows. */
const masked =
  (element: Element): Element =>
  (row, k) => {
    const value = element(row, k);
    return (k + Math.floor(row / 10)) % 2 === 0 ? value : row % 3 === 0 ? -0 : 0;
  };

const sumOf = ([, n, k]: readonly number[], a: readonly number[], b: readonly number[], at: number): number => {
  const [row, column] = [Math.floor(at / n!), at % n!];
  let sum = 0;
  for (let p = 0; p < k!; p++) sum += a[row * k! + p]! * b[p * n! + column]!;
  return sum;
};

/** An element's values, which are the same whenever they are asked for. */
function fixed(rows: number, columns: number, element: Element): { of: Element; all: number[] } {
  const all = Array.from({ length: rows * columns }, (_, i) => element(Math.floor(i / columns), i % columns));
  return { of: (row, column) => all[row * columns + column]!, all };
}

const SIZES = [110, 850, 330] as const;
/** Tiles of 5 rows by 8 columns, or by 4. */
const tiles = (columns: number): number => (SIZES[0] / 5) * Math.ceil(SIZES[1] / columns);

test("inner indices at which a tile's rows are zero are not multiplied, and nothing else is left out", () => {
  const [m, n, k] = SIZES;
  const [a, b] = [fixed(m, k, masked(numbers(1))), fixed(k, n, numbers(2))];
  const { c, steps } = multiply(SIZES, a.of, b.of);
  c.forEach((value, i) => {
    if (value !== sumOf(SIZES, a.all, b.all, i)) assert.unreachable(`element ${i} is ${value}`);
  });
  assert.is(steps, (tiles(8) * k) / 2);
  const dense = multiply(SIZES, numbers(1), b.of);
  assert.is(dense.steps, tiles(8) * k);
});

test("a sum of real numbers has the same bits whether its tile has other rows than zeros there or not", () => {
  const random = generator(3);
  const real: Element = () => Math.fround(random.uniform() - 0.5);
  const [m, n, k] = SIZES;
  const [a, b] = [fixed(m, k, masked(real)), fixed(k, n, real)];
  const alone = multiply(SIZES, a.of, b.of);
  assert.is(alone.steps, (tiles(8) * k) / 2);
  // Every other row is dense, and none of a tile's inner indices is zero in all of its rows.
  const mixed = multiply([2 * m, n, k], (row, p) => (row % 2 === 0 ? a.of(row / 2, p) : 1), b.of);
  assert.is(mixed.steps, 2 * tiles(8) * k);
  alone.c.forEach((value, i) => {
    const same = mixed.c[2 * Math.floor(i / n) * n + (i % n)]!;
    if (!Object.is(value, same)) assert.unreachable(`element ${i} is ${value} beside zeros, ${same} beside others`);
  });
});

for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
  // The second product packs its rows once, for columns of two blocks.
  for (const [sizes, places] of [
    [
      SIZES,
      [
        [1, 0],
        [0, 849],
        [329, 400],
        [250, 800],
      ],
    ],
    [
      [100, 850, 320],
      [
        [1, 0],
        [0, 849],
        [1, 800],
      ],
    ],
  ] as const) {
    test(`zero times ${wrong} is NaN, wherever it stands in a product of ${sizes}`, () => {
      const [m, n, k] = sizes;
      for (const [row, column] of places) {
        const a = fixed(m, k, masked(numbers(4)));
        const b = fixed(k, n, (p, j) => (p === row && j === column ? wrong : 1));
        const { c } = multiply(sizes, a.of, b.of);
        c.forEach((value, i) => {
          const want = sumOf(sizes, a.all, b.all, i);
          if (!Object.is(value, want)) assert.unreachable(`element ${i} is ${value} for ${want}`);
        });
      }
    });
  }
}

test("float64 and integers are multiplied as they are", () => {
  const [m, n, k] = SIZES;
  const [a, b] = [fixed(m, k, masked(numbers(5))), fixed(k, n, numbers(6))];
  for (const [dtype, columns] of [
    [DType.FLOAT64, 4],
    [DType.INT32, 8],
  ] as const) {
    const { c, steps } = multiply(SIZES, a.of, b.of, dtype);
    assert.is(c[1234], sumOf(SIZES, a.all, b.all, 1234));
    if (dtype === DType.FLOAT64) assert.is(steps, tiles(columns) * k);
  }
});

test.run();
