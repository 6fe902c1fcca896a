/** Each command of the reference beside the kernels', on a few shapes. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as opcodes from "../../assembly/opcodes.ts";
import { DType } from "../../assembly/opcodes.ts";
import { allocate as allocateArray, type DType as Name, type TypedArray } from "../../src/base/dtypes.ts";
import { COMMON_COMMANDS, type CommonCommand } from "../../src/ir/primitive.ts";
import { allocate, bits, command, generator, NAMES, put, reset, run, view } from "../kernels/machine.ts";
import { commands } from "./commands.ts";
import { FLOATS } from "./compare.ts";

/** The numbers by name: `const enum`s, in which TypeScript looks up no names although they are there. */
const { Command: NUMBERS } = opcodes as unknown as {
  readonly Command: Readonly<Record<CommonCommand, opcodes.Command>>;
};

const random = generator(31);
const INTEGERS = [DType.INT32, DType.UINT32];
const BATCH = 3;

interface Values {
  readonly dtype: DType;
  readonly data: ArrayLike<number>;
}

interface Call {
  readonly name: CommonCommand;
  readonly inputs: readonly Values[];
  readonly outputs: readonly { readonly dtype: DType; readonly size: number }[];
  readonly args: readonly number[];
}

const storage = (dtype: DType, size: number): TypedArray => allocateArray(NAMES[dtype] as Name, size);
const uniform = (count: number): number[] => Array.from({ length: count }, () => 2 * random.uniform() - 1);

function byKernel({ name, inputs, outputs, args }: Call): TypedArray[] {
  reset();
  const sources = inputs.map(({ dtype, data }) => put(dtype, data));
  const targets = outputs.map(({ size }) => allocate(8 * size));
  run(command(NUMBERS[name], inputs[0].dtype, ...sources, ...targets, ...args));
  return outputs.map(({ dtype, size }, i) => view(dtype, targets[i], size).slice());
}

function byReference({ name, inputs, outputs, args }: Call): TypedArray[] {
  const sources = inputs.map(({ dtype, data }) => {
    const array = storage(dtype, data.length);
    array.set(data);
    return array;
  });
  const targets = outputs.map(({ dtype, size }) => storage(dtype, size).fill(77));
  commands[name](NAMES[inputs[0].dtype] as Name, sources, targets, args);
  return targets;
}

let worst = 0;
const compared = new Set<CommonCommand>();

/** Compares all outputs, relative to 1; returns the kernel's. */
function compare(call: Call, tolerance = 0): TypedArray[] {
  const got = byKernel(call);
  compared.add(call.name);
  byReference(call).forEach((want, output) => {
    want.forEach((x, i) => {
      const y = got[output][i];
      const error = Object.is(x, y) ? 0 : Math.abs(x - y);
      const what = `${call.name} of ${NAMES[call.inputs[0].dtype]}, arguments ${call.args}: output ${output}[${i}]`;
      if (!(error <= tolerance)) assert.unreachable(`${what} is ${y}, should be ${x}`);
      if (tolerance) worst = Math.max(worst, error / tolerance);
    });
  });
  return got;
}

/** batch, rows, count, width */
const SIZES = [
  [1, 5, 7, 1],
  [3, 4, 6, 3],
  [2, 9, 5, 33],
  [2, 1, 1, 2],
  [0, 4, 3, 2],
  [2, 0, 3, 2],
  [2, 4, 0, 2],
];

/** Indices with some outside, for each batch or, if `step` is 0, for all. */
const indices = (batch: number, rows: number, count: number, step: number): Values => ({
  dtype: DType.INT32,
  data: Array.from({ length: (step ? batch : 1) * count }, () =>
    random.pick([random.below(rows + 2) - 1, -(2 ** 31), 0]),
  ),
});

const elements = (dtype: DType, count: number): number[] => {
  if (FLOATS.includes(dtype))
    return Array.from({ length: count }, () => random.pick([-0, NaN, Infinity, 1e-30, 0.1, -7]));
  return Array.from({ length: count }, () => random.below(dtype === DType.BOOL ? 2 : 2 ** 31));
};

for (const dtype of [...FLOATS, ...INTEGERS, DType.BOOL]) {
  test(`GATHER of ${NAMES[dtype]}`, () => {
    for (const [batch, rows, count, width] of SIZES) {
      for (const step of [0, count]) {
        const x = { dtype, data: elements(dtype, batch * rows * width) };
        compare({
          name: "GATHER",
          inputs: [x, indices(batch, rows, count, step)],
          outputs: [{ dtype, size: batch * count * width }],
          args: [batch, rows, count, width, step, ...bits(dtype, 1)],
        });
      }
    }
  });
}

for (const dtype of [...FLOATS, ...INTEGERS]) {
  test(`SCATTER_ADD of ${NAMES[dtype]}`, () => {
    for (const [batch, rows, count, width] of SIZES) {
      for (const [step, replace] of [
        [0, 0],
        [count, 0],
        [count, 1],
      ]) {
        const size = batch * count * width;
        const data = FLOATS.includes(dtype) && !replace ? uniform(size) : elements(dtype, size);
        compare(
          {
            name: "SCATTER_ADD",
            inputs: [{ dtype, data }, indices(batch, rows, count, step)],
            outputs: [{ dtype, size: batch * rows * width }],
            args: [batch, rows, count, width, step, replace],
          },
          { [DType.FLOAT32]: 1e-6, [DType.FLOAT64]: 1e-15 }[dtype as number],
        );
      }
    }
  });

  test(`ARGSORT of ${NAMES[dtype]}`, () => {
    for (const [rows, width] of [
      [1, 1],
      [3, 2],
      [2, 300],
      [0, 5],
      [3, 0],
    ]) {
      const size = rows * width;
      const special = FLOATS.includes(dtype) ? [NaN, 0, -0, Infinity, -Infinity] : [0, 2 ** 31];
      const data = Array.from({ length: size }, () => random.pick([random.pick(special), random.below(40)]));
      compare({
        name: "ARGSORT",
        inputs: [{ dtype, data }],
        outputs: [
          { dtype, size },
          { dtype: DType.INT32, size },
        ],
        args: [rows, width],
      });
    }
  });
}

/** Symmetric matrices; `shift` makes them definite. */
function symmetric(n: number, shift: number): number[] {
  const a = uniform(n * n);
  return a.map((x, place) => {
    const [i, j] = [Math.floor(place / n), place % n];
    return (x + a[j * n + i]) / 2 + (i === j ? shift : 0);
  });
}

const stack = (make: () => number[]): number[] => Array.from({ length: BATCH }, make).flat();

for (const dtype of FLOATS) {
  const tolerance = dtype === DType.FLOAT32 ? 5e-7 : 1e-15;

  test(`CHOLESKY of ${NAMES[dtype]}`, () => {
    for (const n of [0, 1, 2, 7, 20]) {
      const data = [...stack(() => symmetric(n, n + 1)), ...symmetric(n, -3)];
      const size = data.length;
      const args = [BATCH + 1, n, n, 0, 0];
      const call = { inputs: [{ dtype, data }], outputs: [{ dtype, size }], args };
      compare({ name: "CHOLESKY", ...call }, n * tolerance);
    }
  });

  test(`TRIANGULAR_SOLVE of ${NAMES[dtype]}`, () => {
    for (const [m, n] of [
      [0, 2],
      [1, 1],
      [4, 1],
      [6, 7],
      [9, 0],
    ]) {
      for (let flags = 0; flags < 8; ++flags) {
        const a = stack(() => symmetric(m, 3).map((x) => x / 2));
        const b = uniform(BATCH * m * n);
        const inputs = [
          { dtype, data: a },
          { dtype, data: b },
        ];
        const outputs = [{ dtype, size: b.length }];
        const call = { inputs, outputs, args: [BATCH, m, n, flags] };
        compare({ name: "TRIANGULAR_SOLVE", ...call }, 10 * tolerance);
      }
    }
  });

  test(`LU and LU_SOLVE of ${NAMES[dtype]}`, () => {
    for (const n of [0, 1, 2, 5, 12]) {
      const a = { dtype, data: uniform(BATCH * n * n) };
      const outputs = [
        { dtype, size: BATCH * n * n },
        { dtype, size: BATCH * (n + 1) },
      ];
      const factorization = { inputs: [a], outputs, args: [BATCH, n, n, 0, n + 1] };
      const [lu, pivots] = compare({ name: "LU", ...factorization }, 50 * tolerance);
      for (const flags of [0, 2]) {
        const b = uniform(BATCH * n * 2);
        const inputs = [a, ...[lu, pivots, b].map((data) => ({ dtype, data }))];
        const call = { inputs, outputs: [{ dtype, size: b.length }], args: [BATCH, n, 2, flags] };
        compare({ name: "LU_SOLVE", ...call }, 500 * tolerance);
      }
    }
  });

  test(`LU of a column of zeros in ${NAMES[dtype]}`, () => {
    const outputs = [
      { dtype, size: 4 },
      { dtype, size: 3 },
    ];
    compare({ name: "LU", inputs: [{ dtype, data: [0, 2, 0, 4] }], outputs, args: [1, 2, 2, 0, 3] });
  });

  test(`HOUSEHOLDER of ${NAMES[dtype]}`, () => {
    for (const [m, n] of [
      [1, 1],
      [4, 4],
      [7, 3],
      [3, 7],
      [3, 0],
      [0, 0],
      [15, 15],
    ]) {
      for (const k of [Math.min(m, n), m]) {
        const inputs = [{ dtype, data: uniform(BATCH * n * m) }];
        const outputs = [
          { dtype, size: BATCH * n * m },
          { dtype, size: BATCH * k * m },
        ];
        const call = { inputs, outputs, args: [BATCH, n, m, k, k * m] };
        compare({ name: "HOUSEHOLDER", ...call }, 20 * tolerance);
      }
    }
  });

  test(`HOUSEHOLDER of a triangle in ${NAMES[dtype]}`, () => {
    const outputs = [
      { dtype, size: 6 },
      { dtype, size: 9 },
    ];
    const call = { inputs: [{ dtype, data: [2, 0, 0, 3, -1, 0] }], outputs, args: [1, 2, 3, 3, 9] };
    compare({ name: "HOUSEHOLDER", ...call });
  });

  test(`JACOBI of ${NAMES[dtype]}`, () => {
    for (const [n, m] of [
      [0, 3],
      [1, 4],
      [2, 2],
      [6, 9],
      [9, 6],
      [12, 12],
    ]) {
      // Where rows vanish, those of V are any that are orthogonal.
      for (const k of n > m ? [0] : [0, n]) {
        const inputs = [{ dtype, data: uniform(BATCH * n * m) }];
        const outputs = [
          { dtype, size: BATCH * n * m },
          { dtype, size: BATCH * n * k },
        ];
        const call = { inputs, outputs, args: [BATCH, n, m, k, n * k] };
        compare({ name: "JACOBI", ...call }, 100 * tolerance);
      }
    }
  });
}

test("every command has been compared", () => {
  assert.equal(
    COMMON_COMMANDS.filter((name) => !compared.has(name)),
    [],
  );
});

test.after(() => {
  if (process.env.SHOW_ACCURACY) console.log(`the largest error is ${worst.toPrecision(2)} of what is allowed`);
});

test.run();
