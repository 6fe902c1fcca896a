import { test } from "uvu";
import * as assert from "uvu/assert";
import { Command, DType } from "../../assembly/opcodes.ts";
import {
  ARRAYS,
  allocate,
  command,
  generator,
  type Layout,
  layout,
  microkernelCalls,
  NAMES,
  offsets,
  product,
  put,
  reset,
  rowMajor,
  run,
  view,
} from "./machine.ts";

type Groups = { batch: number[]; m: number[]; n: number[]; k: number[] };
type Layouts = { a: Layout; b: Layout; c: Layout };

/** Where the axes of a group stand in an operand's list of sizes. */
function part(layout: Layout, from: number, count: number): number[] {
  return layout.strides.slice(from, from + count);
}

/** Runs a contraction and compares every element of C's buffer, those between its elements included. */
function check(
  dtype: DType,
  sizes: Groups,
  { a, b, c }: Layouts,
  values: () => number,
  close?: (got: number, want: number) => boolean,
): void {
  reset();
  const item = ARRAYS[dtype].BYTES_PER_ELEMENT;
  const { batch, m, n, k } = sizes;
  const dataA = Array.from({ length: a.length }, values);
  const dataB = Array.from({ length: b.length }, values);
  const addressA = put(dtype, dataA);
  const addressB = put(dtype, dataB);
  const addressC = allocate(c.length * item);
  view(dtype, addressC, c.length).fill(77);
  const split = (layout: Layout, first: number[], second: number[]) => ({
    batch: part(layout, 0, batch.length),
    first: part(layout, batch.length, first.length),
    second: part(layout, batch.length + first.length, second.length),
  });
  const sA = split(a, m, k);
  const sB = split(b, n, k);
  const sC = split(c, m, n);
  const bytes = (strides: number[]) => strides.map((stride) => stride * item);
  run(
    command(
      Command.CONTRACT,
      dtype,
      addressA + a.first * item,
      addressB + b.first * item,
      addressC + c.first * item,
      batch.length,
      m.length,
      n.length,
      k.length,
      ...batch,
      ...bytes(sA.batch),
      ...bytes(sB.batch),
      ...bytes(sC.batch),
      ...m,
      ...bytes(sA.first),
      ...bytes(sC.first),
      ...n,
      ...bytes(sB.first),
      ...bytes(sC.second),
      ...k,
      ...bytes(sA.second),
      ...bytes(sB.second),
    ),
  );
  const want = new Float64Array(c.length).fill(77);
  const [batchA, batchB, batchC] = [sA, sB, sC].map((s) => offsets(batch, s.batch));
  const [rowA, rowC] = [sA.first, sC.first].map((s) => offsets(m, s));
  const [columnB, columnC] = [sB.first, sC.second].map((s) => offsets(n, s));
  const [innerA, innerB] = [sA.second, sB.second].map((s) => offsets(k, s));
  batchA.forEach((_, item) => {
    rowA.forEach((_, i) => {
      const row = a.first + batchA[item] + rowA[i];
      columnB.forEach((_, j) => {
        const column = b.first + batchB[item] + columnB[j];
        let sum = 0;
        for (let p = 0; p < innerA.length; ++p) sum += dataA[row + innerA[p]] * dataB[column + innerB[p]];
        want[c.first + batchC[item] + rowC[i] + columnC[j]] = sum;
      });
    });
  });
  const got = view(dtype, addressC, c.length);
  for (let i = 0; i < c.length; ++i) {
    if (close ? close(got[i], want[i]) : got[i] === want[i]) continue;
    assert.unreachable(
      `${NAMES[dtype]} ${JSON.stringify({ sizes, a, b, c })}: element ${i} is ${got[i]}, should be ${want[i]}`,
    );
  }
}

function plain(sizes: number[]): Layout {
  return { length: Math.max(product(sizes), 1), first: 0, strides: rowMajor(sizes) };
}

/** Column-major in the last two axes. */
function transposed(sizes: number[]): Layout {
  const strides = rowMajor(sizes);
  strides[sizes.length - 1] = sizes[sizes.length - 2];
  strides[sizes.length - 2] = 1;
  return { length: Math.max(product(sizes), 1), first: 0, strides };
}

/** Small integers: every sum is exact in every dtype, so the results must be equal. */
function integers(seed: number): () => number {
  const random = generator(seed);
  return () => random.below(9) - 4;
}

/** Sizes of small items: squares, vectors, outer products, sums of nothing, and more than a vector or a block of rows. */
const SMALL = [
  [1, 1, 1],
  [2, 2, 2],
  [3, 3, 3],
  [4, 4, 4],
  [5, 5, 5],
  [7, 6, 2],
  [8, 8, 8],
  [4, 1, 4],
  [3, 1, 5],
  [1, 6, 4],
  [4, 4, 1],
  [1, 1, 17],
  [5, 3, 0],
  [5, 3, 7],
  [9, 13, 10],
  [103, 3, 4],
];

const DTYPES = [DType.FLOAT32, DType.FLOAT64, DType.INT32];
const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 17, 31, 33, 97, 257];

for (const dtype of DTYPES) {
  test(`contract ${NAMES[dtype]}: a grid of shapes, both operands either way round`, () => {
    for (const m of SIZES) {
      for (const n of SIZES) {
        for (const k of SIZES) {
          // The whole grid up to 17, and beyond it the shapes in which one size is large.
          if (m * n * k > 40000) continue;
          const lay = [plain, transposed];
          const which = m + n + k;
          check(
            dtype,
            { batch: [], m: [m], n: [n], k: [k] },
            { a: lay[which & 1]([m, k]), b: lay[(which >> 1) & 1]([n, k]), c: lay[(which >> 2) & 1]([m, n]) },
            integers(which),
          );
        }
      }
    }
  });

  test(`contract ${NAMES[dtype]}: across every block boundary`, () => {
    const shapes = [
      [97, 9, 257],
      [193, 33, 513],
      [4, 1030, 260],
      [1030, 4, 260],
      [2, 2, 3001],
      [100, 520, 20],
      [389, 5, 300],
    ];
    for (const [m, n, k] of shapes) {
      for (const lay of [plain, transposed]) {
        check(
          dtype,
          { batch: [], m: [m], n: [n], k: [k] },
          { a: lay([m, k]), b: lay([n, k]), c: plain([m, n]) },
          integers(m + k),
        );
      }
    }
  });

  test(`contract ${NAMES[dtype]}: random groups of axes and strides`, () => {
    const random = generator(1000 + dtype);
    const group = (most: number, sizes: number[]) =>
      Array.from({ length: random.below(most + 1) }, () => random.pick(sizes));
    for (let round = 0; round < 400; ++round) {
      const sizes = {
        batch: group(2, [1, 2, 3, 5]),
        m: group(3, [1, 2, 3, 4, 5, 8, 9]),
        n: group(3, [1, 2, 3, 4, 5, 8, 9]),
        k: group(3, [1, 2, 3, 4, 5, 8, 9]),
      };
      const { batch, m, n, k } = sizes;
      if (product([...batch, ...m, ...n, ...k]) > 300000) continue;
      check(
        dtype,
        sizes,
        {
          a: layout(random, [...batch, ...m, ...k], "any"),
          b: layout(random, [...batch, ...n, ...k], "any"),
          c: layout(random, [...batch, ...m, ...n], "distinct"),
        },
        integers(round),
      );
    }
  });

  test(`contract ${NAMES[dtype]}: a batch that shares an operand, and many small items`, () => {
    for (const [batch, m, n, k] of [
      [3, 5, 9, 300],
      [200, 4, 4, 4],
      [7, 1, 1, 1],
      [50, 1, 16, 3],
      [3, 100, 30, 10],
    ]) {
      const shared = plain([m, k]);
      check(
        dtype,
        { batch: [batch], m: [m], n: [n], k: [k] },
        { a: { ...shared, strides: [0, ...shared.strides] }, b: plain([batch, n, k]), c: plain([batch, m, n]) },
        integers(batch),
      );
      check(
        dtype,
        { batch: [batch], m: [m], n: [n], k: [k] },
        { a: plain([batch, m, k]), b: plain([batch, n, k]), c: plain([batch, m, n]) },
        integers(k),
      );
    }
  });

  test(`contract ${NAMES[dtype]}: a batch that lies contiguously in all operands`, () => {
    // The batch is the last axis in memory, as the channels of a depthwise convolution are.
    const last = (batch: number, sizes: number[]): Layout => ({
      length: batch * product(sizes),
      first: 0,
      strides: [1, ...rowMajor(sizes).map((stride) => stride * batch)],
    });
    for (const batch of [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 33, 65]) {
      for (const [m, n, k] of [
        [1, 1, 1],
        [7, 1, 9],
        [1, 6, 300],
        [4, 3, 0],
        [5, 17, 2],
        [110, 2, 3],
        [18, 19, 5],
      ]) {
        check(
          dtype,
          { batch: [batch], m: [m], n: [n], k: [k] },
          { a: last(batch, [m, k]), b: last(batch, [n, k]), c: last(batch, [m, n]) },
          integers(batch + m),
        );
      }
    }
  });

  test(`contract ${NAMES[dtype]}: contiguous columns, read where they lie`, () => {
    for (const [m, n, k] of [
      [1, 1000, 1000],
      [1000, 3, 1],
      [300, 90, 1],
      [2, 5, 4000],
      [213, 16, 64],
      [9, 33, 100],
      [8, 7, 20],
      [3, 1030, 70],
      [5, 2100, 40],
      [22, 530, 33],
    ]) {
      for (const a of [plain, transposed]) {
        check(
          dtype,
          { batch: [], m: [m], n: [n], k: [k] },
          { a: a([m, k]), b: transposed([n, k]), c: plain([m, n]) },
          integers(m),
        );
        // The same with exchanged roles.
        check(
          dtype,
          { batch: [], m: [n], n: [m], k: [k] },
          { a: transposed([n, k]), b: a([m, k]), c: transposed([n, m]) },
          integers(n),
        );
      }
    }
  });

  test(`contract ${NAMES[dtype]}: many items with few columns, side by side`, () => {
    for (const batch of [8, 9, 16, 31, 70]) {
      for (const [m, n, k] of [
        [1, 1, 1],
        [2, 2, 2],
        [3, 3, 3],
        [5, 2, 0],
        [2, 3, 64],
        [7, 1, 30],
        [130, 3, 9],
      ]) {
        // Items one after the other; the same with exchanged roles; items side by side in every row, as groups of channels are.
        check(
          dtype,
          { batch: [3, batch], m: [m], n: [n], k: [k] },
          { a: transposed([3, batch, m, k]), b: plain([3, batch, n, k]), c: plain([3, batch, m, n]) },
          integers(batch + m),
        );
        check(
          dtype,
          { batch: [batch], m: [n], n: [m], k: [k] },
          { a: plain([batch, n, k]), b: transposed([batch, m, k]), c: transposed([batch, n, m]) },
          integers(batch + n),
        );
        check(
          dtype,
          { batch: [batch], m: [m], n: [n], k: [k] },
          {
            a: { length: batch * m * k, first: 0, strides: [1, k * batch, batch] },
            b: { length: batch * n * k, first: 0, strides: [n, 1, batch * n] },
            c: { length: batch * m * n, first: 0, strides: [n, batch * n, 1] },
          },
          integers(batch + k),
        );
      }
    }
  });

  test(`contract ${NAMES[dtype]}: more tiny items than are computed side by side`, () => {
    // 24 times 16 items of 2 x 2 go together, 10 times 16 of 3 x 3.
    for (const batch of [383, 384, 385, 401, 790]) {
      for (const [m, n, k] of [
        [2, 2, 2],
        [3, 3, 3],
        [2, 3, 1],
      ]) {
        check(
          dtype,
          { batch: [2, batch], m: [m], n: [n], k: [k] },
          { a: plain([2, batch, m, k]), b: transposed([2, batch, n, k]), c: plain([2, batch, m, n]) },
          integers(batch + m),
        );
      }
    }
  });

  test(`contract ${NAMES[dtype]}: small items, each operand either way round`, () => {
    for (const batch of [2, 15, 16, 17, 50]) {
      for (const [m, n, k] of SMALL) {
        for (const a of [plain, transposed]) {
          for (const b of [plain, transposed]) {
            const sizes = { batch: [batch], m: [m], n: [n], k: [k] };
            const operands = { a: a([batch, m, k]), b: b([batch, n, k]) };
            check(dtype, sizes, { ...operands, c: plain([batch, m, n]) }, integers(batch + m));
            // The exchanged roles, and items in a second axis with gaps between them.
            const swapped = { batch: [batch], m: [n], n: [m], k: [k] };
            check(dtype, swapped, { a: operands.b, b: operands.a, c: transposed([batch, n, m]) }, integers(batch + n));
            const apart = (layout: Layout, elements: number): Layout => {
              const step = batch * elements + 5;
              return { ...layout, length: 3 * step, strides: [step, ...layout.strides] };
            };
            check(
              dtype,
              { ...sizes, batch: [3, batch] },
              { a: apart(operands.a, m * k), b: apart(operands.b, n * k), c: apart(plain([batch, m, n]), m * n) },
              integers(batch + k),
            );
          }
        }
      }
    }
  });

  test(`contract ${NAMES[dtype]}: few columns, gathered for rows that are read where they lie`, () => {
    for (const [batch, m, n, k] of [
      [1, 50, 2, 64],
      [1, 210, 5, 1300],
      [3, 48, 12, 100],
      [2, 9, 1, 777],
    ]) {
      check(
        dtype,
        { batch: [batch], m: [m], n: [n], k: [k] },
        { a: plain([batch, m, k]), b: transposed([batch, n, k]), c: plain([batch, m, n]) },
        integers(m),
      );
      check(
        dtype,
        { batch: [batch], m: [n], n: [m], k: [k] },
        { a: transposed([batch, n, k]), b: plain([batch, m, k]), c: plain([batch, n, m]) },
        integers(n),
      );
    }
  });

  test(`contract ${NAMES[dtype]}: a convolution through overlapping views`, () => {
    // 2 images of 9 x 8 x 3, 3 x 3 windows at stride 2 x 1, 10 output channels: patches share their pixels.
    for (const channels of [1, 3, 4, 8]) {
      const [rowStep, columnStep] = [8 * channels, channels];
      check(
        dtype,
        { batch: [], m: [2, 4, 6], n: [10], k: [3, 3, channels] },
        {
          a: {
            length: 2 * 9 * 8 * channels,
            first: 0,
            strides: [9 * rowStep, 2 * rowStep, columnStep, rowStep, columnStep, 1],
          },
          b: { length: 9 * channels * 10, first: 0, strides: [1, 3 * channels * 10, channels * 10, 10] },
          c: plain([2, 4, 6, 10]),
        },
        integers(channels),
      );
    }
  });
}

/** A batch of products, and how the items of its operands lie. */
type Batch = { items?: number; m: number; n: number; k: number; a?: typeof plain; b?: typeof plain };

/** Which ways a batch takes on one thread and more: which microkernels are called, and for how many items at once. */
function ways(dtype: DType, { items = 100, m, n, k, a = plain, b = transposed }: Batch): string[] {
  const calls = microkernelCalls(() => {
    check(
      dtype,
      { batch: [items], m: [m], n: [n], k: [k] },
      { a: a([items, m, k]), b: b([items, n, k]), c: plain([items, m, n]) },
      integers(m),
    );
  });
  const together = calls.stream?.some(([, , , count]) => count > 1);
  return Object.keys(calls).map((name) => (name === "stream" && together ? "stream of items" : name));
}

test("contract: small items of a batch take the ways that are meant for them", () => {
  // In JAX's terms b is (k, n) where it is `transposed` here, and (n, k) where it is `plain`.
  for (const size of [3, 4, 5, 8, 16, 33]) {
    for (const a of [plain, transposed])
      assert.equal(ways(DType.FLOAT32, { m: size, n: size, k: size, a }), [size === 3 ? "lanes" : "stream of items"]);
  }
  for (const [sizes, way] of [
    [[2, 3, 4, 6], "lanes"],
    [[7, 8, 16, 33], "stream of items"],
  ] as const) {
    for (const size of sizes) assert.equal(ways(DType.FLOAT32, { m: size, n: size, k: size, b: plain }), [way]);
  }
  for (const size of [2, 3, 4, 8, 16]) {
    for (const b of [plain, transposed])
      assert.equal(ways(DType.FLOAT64, { m: size, n: size, k: size, b }), ["stream of items"]);
  }
  assert.equal(ways(DType.FLOAT32, { m: 2, n: 2, k: 2 }), ["lanes"]);
  assert.equal(ways(DType.FLOAT32, { m: 2, n: 2, k: 2, items: 15 }), ["stream of items"], "fewer than a group");
  assert.equal(ways(DType.FLOAT32, { m: 4, n: 1, k: 4 }), ["lanes"], "matrices by vectors");
  assert.equal(ways(DType.FLOAT32, { m: 1, n: 4, k: 4 }), ["stream of items"], "vectors by matrices");
  assert.equal(ways(DType.FLOAT32, { m: 1, n: 1, k: 17 }), ["lanes"], "vectors by vectors");
  assert.equal(ways(DType.FLOAT32, { m: 4, n: 4, k: 1 }), ["stream of items"], "outer products");
  assert.equal(ways(DType.FLOAT32, { m: 64, n: 3, k: 10 }), ["stream of items"], "few columns");
  assert.equal(ways(DType.FLOAT32, { m: 64, n: 64, k: 64, items: 4 }), ["stream of items"]);
  assert.equal(
    ways(DType.FLOAT32, { m: 64, n: 64, k: 60, b: plain, items: 4 }),
    ["tile"],
    "too large to be packed whole",
  );
});

test("contract float32: the error of long sums of real numbers", () => {
  const random = generator(5);
  // Blocks of at most 256 terms are summed apart: the bound is (256 + number of blocks) rounding errors of the sum of
  // magnitudes, here at most 3 * 3000; errors of random sign stay far below. 2^-24 * 40 * 3000 is what is allowed.
  const close = (got: number, want: number) => Math.abs(got - want) <= 2 ** -24 * 40 * 3000;
  check(
    DType.FLOAT32,
    { batch: [], m: [6], n: [9], k: [3000] },
    { a: plain([6, 3000]), b: plain([9, 3000]), c: plain([6, 9]) },
    () => Math.fround(random.uniform() * 2 - 1),
    close,
  );
});

test.run();
