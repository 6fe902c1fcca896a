import { test } from "uvu";
import * as assert from "uvu/assert";
import { Command, DType } from "../../assembly/opcodes.ts";
import { ARRAYS, allocate, bits, command, generator, NAMES, put, reset, run, view } from "./machine.ts";

const random = generator(5);
const DTYPES = [DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.UINT32, DType.BOOL];
const NUMBERS = DTYPES.filter((dtype) => dtype !== DType.BOOL);
/** batch, rows, count, width */
const SIZES = [
  [1, 5, 7, 1],
  [3, 4, 6, 3],
  [2, 9, 5, 33],
  [1, 3, 2, 700],
  [2, 1, 1, 2],
  [0, 4, 3, 2],
  [2, 0, 3, 2],
  [2, 4, 0, 2],
  [2, 4, 3, 0],
];

/** Whole numbers, so that sums are exact in every dtype. */
const values = (dtype: DType, count: number): number[] =>
  Array.from({ length: count }, () => (dtype === DType.BOOL ? random.below(2) : random.below(50)));
/** One past either end included, and far out. */
const indicesBelow = (rows: number, count: number): number[] =>
  Array.from({ length: count }, () =>
    random.below(12) === 0 ? random.pick([-2147483648, 2147483647]) : random.below(rows + 2) - 1,
  );

/** Room for an output with a guard behind it. */
function output(dtype: DType, length: number): { address: number; read(): number[] } {
  const address = allocate((length + 2) * ARRAYS[dtype].BYTES_PER_ELEMENT);
  view(dtype, address, length + 2).fill(1);
  const read = (): number[] => {
    const all = [...view(dtype, address, length + 2)];
    assert.equal(all.slice(length), [1, 1], "wrote beyond the end");
    return all.slice(0, length);
  };
  return { address, read };
}

for (const dtype of DTYPES) {
  test(`GATHER of ${NAMES[dtype]}`, () => {
    for (const [batch, rows, count, width] of SIZES) {
      for (const shared of [false, true]) {
        reset();
        const operand = values(dtype, batch * rows * width);
        const indices = indicesBelow(rows, (shared ? 1 : batch) * count);
        const fill = dtype === DType.BOOL ? 1 : 77;
        const from = put(dtype, operand);
        const at = put(DType.INT32, indices);
        const out = output(dtype, batch * count * width);
        const step = shared ? 0 : count;
        run(
          command(Command.GATHER, dtype, from, at, out.address, batch, rows, count, width, step, ...bits(dtype, fill)),
        );
        const expected: number[] = [];
        for (let b = 0; b < batch; b++) {
          for (let i = 0; i < count; i++) {
            const row = indices[b * step + i];
            for (let w = 0; w < width; w++)
              expected.push(row < 0 || row >= rows ? fill : operand[(b * rows + row) * width + w]);
          }
        }
        assert.equal(out.read(), expected, `${[batch, rows, count, width]} ${shared}`);
      }
    }
  });
}

for (const dtype of NUMBERS) {
  for (const replace of [false, true]) {
    test(`SCATTER_ADD of ${NAMES[dtype]}${replace ? ", replacing" : ""}`, () => {
      for (const [batch, rows, count, width] of SIZES) {
        for (const shared of [false, true]) {
          reset();
          const updates = values(dtype, batch * count * width);
          const indices = indicesBelow(rows, (shared ? 1 : batch) * count);
          const from = put(dtype, updates);
          const at = put(DType.INT32, indices);
          const out = output(dtype, batch * rows * width);
          const step = shared ? 0 : count;
          run(
            command(
              Command.SCATTER_ADD,
              dtype,
              from,
              at,
              out.address,
              batch,
              rows,
              count,
              width,
              step,
              Number(replace),
            ),
          );
          const expected = new Array<number>(batch * rows * width).fill(0);
          for (let b = 0; b < batch; b++) {
            for (let i = 0; i < count; i++) {
              const row = indices[b * step + i];
              if (row < 0 || row >= rows) continue;
              for (let w = 0; w < width; w++) {
                const place = (b * rows + row) * width + w;
                const value = updates[(b * count + i) * width + w];
                expected[place] = replace ? value : expected[place] + value;
              }
            }
          }
          assert.equal(out.read(), expected, `${[batch, rows, count, width]} ${shared}`);
        }
      }
    });
  }
}

/** NaN after everything else, the zeros equal. */
const order = (a: number, b: number): number => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
};

for (const dtype of NUMBERS) {
  test(`ARGSORT of ${NAMES[dtype]}`, () => {
    const special = dtype === DType.FLOAT32 || dtype === DType.FLOAT64 ? [NaN, 0, -0, Infinity, -Infinity] : [0];
    for (const [rows, width] of [
      [1, 1],
      [3, 2],
      [2, 3],
      [4, 8],
      [3, 17],
      [2, 1000],
      [0, 5],
      [3, 0],
    ]) {
      reset();
      const signed = dtype === DType.UINT32 ? 0 : 20;
      const data = Array.from({ length: rows * width }, () =>
        random.below(4) === 0 ? random.pick(special) : random.below(40) - signed,
      );
      const operand = put(dtype, data);
      const values = output(dtype, rows * width);
      const places = output(DType.INT32, rows * width);
      run(command(Command.ARGSORT, dtype, operand, values.address, places.address, rows, width));
      const expected = Array.from({ length: rows }, (_, r) =>
        Array.from({ length: width }, (_, i) => i).sort(
          (i, j) => order(data[r * width + i], data[r * width + j]) || i - j,
        ),
      );
      assert.equal(places.read(), expected.flat(), `${rows} ${width}`);
      const sorted = expected.flatMap((row, r) => row.map((i) => data[r * width + i]));
      assert.ok(
        values.read().every((value, i) => Object.is(value, sorted[i])),
        `values ${rows} ${width}`,
      );
    }
  });
}

test.run();
