import { test } from "uvu";
import * as assert from "uvu/assert";
import { Command, DType, Op } from "../../assembly/opcodes.ts";
import {
  ARRAYS,
  allocate,
  bits,
  command,
  generator,
  layout,
  NAMES,
  offsets,
  product,
  put,
  reset,
  run,
  view,
} from "./machine.ts";

const FLOAT32 = DType.FLOAT32;
const FLOAT64 = DType.FLOAT64;
const INT32 = DType.INT32;
const UINT32 = DType.UINT32;
const BOOL = DType.BOOL;

type Input = { dtype: DType; address: number; strides: number[]; values: number[] };

/** An input with a random layout, and its values in row-major order. */
function input(random: ReturnType<typeof generator>, dtype: DType, sizes: number[], contiguous: boolean): Input {
  const lay = contiguous
    ? { length: product(sizes), first: 0, strides: sizes.map((_, i) => product(sizes.slice(i + 1))) }
    : layout(random, sizes, "any");
  const data = Array.from({ length: lay.length }, () => (dtype === BOOL ? random.below(2) : random.below(100)));
  const item = ARRAYS[dtype].BYTES_PER_ELEMENT;
  const address = put(dtype, data) + lay.first * item;
  return {
    dtype,
    address,
    strides: lay.strides.map((s) => s * item),
    values: offsets(sizes, lay.strides).map((o) => data[lay.first + o]),
  };
}

/** One output and the guard behind it. */
function output(dtype: DType, count: number): { address: number; read(): number[] } {
  const item = ARRAYS[dtype].BYTES_PER_ELEMENT;
  const address = allocate((count + 3) * item);
  view(dtype, address, count + 3).fill(77);
  return {
    address,
    read() {
      const all = [...view(dtype, address, count + 3)];
      assert.equal(all.slice(count), [77, 77, 77], "wrote beyond the end");
      return all.slice(0, count);
    },
  };
}

const SHAPES = [
  [1],
  [2],
  [3],
  [4],
  [5],
  [511],
  [512],
  [513],
  [1027],
  [2048],
  [0],
  [3, 0],
  [7, 3],
  [40, 33],
  [2, 3, 4, 5],
  [1, 600, 1],
  [5, 128],
  [3, 1, 7, 41],
];

for (const dtype of [FLOAT32, FLOAT64, INT32, UINT32]) {
  test(`map ${NAMES[dtype]}: a program of several instructions over every kind of input`, () => {
    const random = generator(dtype);
    for (const sizes of SHAPES) {
      for (let round = 0; round < 8; ++round) {
        reset();
        const count = product(sizes);
        const x = input(random, dtype, sizes, round < 2);
        const y = input(random, dtype, sizes, (round & 1) === 0);
        const mask = input(random, BOOL, sizes, round < 4);
        const sum = output(dtype, count);
        const less = output(BOOL, count);
        const chosen = output(dtype, count);
        const code = (op: Op, d = dtype) => op | (d << 16);
        const entry = (register: number, i: Input) => [register, i.dtype, i.address, ...i.strides];
        run(
          command(
            Command.MAP,
            sizes.length,
            3,
            1,
            3,
            5,
            ...sizes,
            ...entry(3, x),
            ...entry(9, y),
            ...entry(63, mask),
            5,
            dtype,
            ...bits(dtype, 3),
            10,
            dtype,
            sum.address,
            11,
            BOOL,
            less.address,
            12,
            dtype,
            chosen.address,
            code(Op.MUL),
            20,
            3,
            5,
            0,
            0,
            code(Op.ADD),
            10,
            20,
            9,
            0,
            0,
            code(Op.LT),
            21,
            10,
            20,
            0,
            0,
            // Outputs are read again: by a comparison, a logical operation and a choice.
            code(Op.GT, dtype),
            11,
            10,
            20,
            0,
            0,
            code(Op.SELECT),
            12,
            63,
            10,
            3,
            0,
          ),
        );
        const want = x.values.map((v, i) => 3 * v + y.values[i]);
        assert.equal(sum.read(), want, `${sizes}`);
        assert.equal(
          less.read(),
          want.map((v, i) => (v > 3 * x.values[i] ? 1 : 0)),
        );
        assert.equal(
          chosen.read(),
          want.map((v, i) => (mask.values[i] ? v : x.values[i])),
        );
      }
    }
  });
}

test("map: bool outputs, bool inputs of every stride and bool constants", () => {
  const random = generator(77);
  for (const sizes of SHAPES) {
    for (let round = 0; round < 6; ++round) {
      reset();
      const a = input(random, BOOL, sizes, round < 2);
      const b = input(random, BOOL, sizes, (round & 1) === 0);
      const out = output(BOOL, product(sizes));
      const copy = output(BOOL, product(sizes));
      run(
        command(
          Command.MAP,
          sizes.length,
          2,
          1,
          2,
          3,
          ...sizes,
          0,
          BOOL,
          a.address,
          ...a.strides,
          1,
          BOOL,
          b.address,
          ...b.strides,
          2,
          BOOL,
          1,
          0,
          4,
          BOOL,
          out.address,
          5,
          BOOL,
          copy.address,
          Op.AND | (BOOL << 16),
          3,
          0,
          1,
          0,
          0,
          Op.XOR | (BOOL << 16),
          4,
          3,
          2,
          0,
          0,
          Op.MOVE | (BOOL << 16),
          5,
          4,
          0,
          0,
          0,
        ),
      );
      const want = a.values.map((v, i) => (v & b.values[i]) ^ 1);
      assert.equal(out.read(), want);
      assert.equal(copy.read(), want);
    }
  }
});

test("map: a shape without axes is written as one axis of size 1; an output may overwrite its input", () => {
  reset();
  const x = put(
    FLOAT64,
    Array.from({ length: 700 }, (_, i) => i),
  );
  run(
    command(Command.MAP, 1, 1, 0, 1, 1, 700, 0, FLOAT64, x, 8, 1, FLOAT64, x, Op.NEG | (FLOAT64 << 16), 1, 0, 0, 0, 0),
    command(
      Command.MAP,
      1,
      1,
      0,
      1,
      1,
      1,
      0,
      FLOAT64,
      x + 8,
      0,
      1,
      FLOAT64,
      x,
      Op.ABS | (FLOAT64 << 16),
      1,
      0,
      0,
      0,
      0,
    ),
  );
  assert.equal(
    [...view(FLOAT64, x, 700)],
    Array.from({ length: 700 }, (_, i) => (i === 0 ? 1 : -i)),
  );
});

test.run();
