import { test } from "uvu";
import * as assert from "uvu/assert";
import { Command, DType } from "../../assembly/opcodes.ts";
import {
  allocate,
  command,
  generator,
  type Layout,
  layout,
  offsets,
  product,
  put,
  reset,
  rowMajor,
  run,
  view,
} from "./machine.ts";

// A dtype of each item size.
const ITEMS = [
  [DType.BOOL, 1],
  [DType.INT32, 4],
  [DType.FLOAT64, 8],
] as const;

/** Copies between two views and checks the whole destination buffer. */
function check(dtype: DType, item: number, sizes: number[], src: Layout, dst: Layout): void {
  reset();
  const data = Array.from({ length: src.length }, (_, i) => (i * 7 + 1) % 251);
  const from = put(dtype, data);
  const to = allocate(dst.length * item);
  view(dtype, to, dst.length).fill(255);
  const bytes = (strides: number[]) => strides.map((stride) => stride * item);
  run(
    command(
      Command.COPY,
      item,
      sizes.length,
      from + src.first * item,
      to + dst.first * item,
      ...sizes,
      ...bytes(src.strides),
      ...bytes(dst.strides),
    ),
  );
  const want = new Array(dst.length).fill(255);
  const targets = offsets(sizes, dst.strides);
  offsets(sizes, src.strides).forEach((offset, i) => {
    want[dst.first + targets[i]] = data[src.first + offset];
  });
  assert.equal([...view(dtype, to, dst.length)], want, JSON.stringify({ item, sizes, src, dst }));
}

for (const [dtype, item] of ITEMS) {
  test(`copy of ${item}-byte items: random views of every rank`, () => {
    const random = generator(item);
    for (let round = 0; round < 600; ++round) {
      const sizes = Array.from({ length: random.below(5) }, () => random.pick([0, 1, 2, 3, 4, 7, 9, 16, 33]));
      if (product(sizes.map((size) => size || 1)) > 20000) continue;
      check(dtype, item, sizes, layout(random, sizes, "any"), layout(random, sizes, "distinct"));
    }
  });

  test(`copy of ${item}-byte items: transpositions around the tile's size`, () => {
    for (const rows of [1, 4, 31, 32, 33, 64, 70]) {
      for (const columns of [1, 5, 32, 63, 96]) {
        const plain = { length: rows * columns, first: 0, strides: [columns, 1] };
        const turned = { length: rows * columns, first: 0, strides: [1, rows] };
        check(dtype, item, [rows, columns], plain, turned);
        check(dtype, item, [rows, columns], turned, plain);
        check(
          dtype,
          item,
          [2, rows, 3, columns],
          { length: 6 * rows * columns, first: 0, strides: rowMajor([2, rows, 3, columns]) },
          { length: 6 * rows * columns, first: 0, strides: [3 * rows * columns, 1, rows, 3 * rows] },
        );
      }
    }
  });
}

/** A view of `rows` by `columns` whose strides are multiples, negative ones too, of those of an array without gaps. */
function gapped(rows: number, columns: number, along: "rows" | "columns", inner: number, outer: number): Layout {
  const [fast, slow] = along === "rows" ? [rows, columns] : [columns, rows];
  const span = Math.abs(inner) * fast;
  const strides = along === "rows" ? [inner, outer * span] : [outer * span, inner];
  const first = (inner < 0 ? span + inner : 0) + (outer < 0 ? (slow - 1) * span : 0);
  return { length: span * slow, first, strides };
}

for (const [dtype, item] of ITEMS) {
  test(`copy of ${item}-byte items: full tiles that turn, with gaps on either side, forwards and backwards`, () => {
    for (const [rows, columns] of [
      [32, 32],
      [33, 64],
      [40, 40],
      [71, 37],
    ]) {
      for (const from of [1, 2, 3, -1, -2]) {
        for (const to of [1, 2, 3, -1, -2]) {
          for (const [outerFrom, outerTo] of [
            [1, 1],
            [-1, 1],
            [1, -1],
          ]) {
            const source = gapped(rows, columns, "rows", from, outerFrom);
            const target = gapped(rows, columns, "columns", to, outerTo);
            check(dtype, item, [rows, columns], source, target);
          }
        }
      }
    }
  });
}

test("copy: a run longer than the engine's bulk copy takes over at", () => {
  check(DType.INT32, 4, [3000], { length: 3000, first: 0, strides: [1] }, { length: 3000, first: 0, strides: [1] });
});

test("fill: every item size, counts around a vector, nothing beyond the end", () => {
  for (const [item, lo, hi] of [
    [1, 0xa5, 0],
    [4, 0x89abcdef, 0],
    [8, 0x89abcdef, 0x01234567],
  ]) {
    for (const count of [0, 1, 2, 3, 4, 5, 15, 16, 17, 100]) {
      reset();
      const dst = allocate((count + 4) * item);
      view(DType.BOOL, dst, (count + 4) * item).fill(0x11);
      run(command(Command.FILL, item, dst, count, lo, hi));
      const pattern = [lo, hi].flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 255));
      const want = Array.from({ length: (count + 4) * item }, (_, i) => (i < count * item ? pattern[i % item] : 0x11));
      assert.equal([...view(DType.BOOL, dst, want.length)], want, `${count} items of ${item} bytes`);
    }
  }
});

test.run();
