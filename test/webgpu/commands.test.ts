/** The kernels that serve one primitive each, beside plain loops. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { commandKernels } from "../../gpu/commands/commands.ts";
import { GUARANTEED, type Settings } from "../../gpu/kernel.ts";
import { allocate, type DType, type TypedArray } from "../../src/base/dtypes.ts";
import type { Buffer, KernelStep } from "../../src/compile/program.ts";
import { generator } from "../kernels/machine.ts";
import { commands } from "../reference/commands.ts";
import { dot, identity, type Matrix, readMatrices } from "../reference/matrices.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { runKernels } from "./run-kernels.ts";

const device = await openDevice(await openDawn());
const random = generator(31);

interface Values {
  readonly dtype: DType;
  readonly data: ArrayLike<number>;
}

interface Call {
  readonly command: KernelStep["command"];
  readonly inputs: readonly Values[];
  readonly outputs: readonly Buffer[];
  readonly args: readonly number[];
}

const storage = ({ dtype, data }: Values): TypedArray => {
  const array = allocate(dtype, data.length);
  array.set(data);
  return array;
};

async function byKernels({ command, inputs, outputs, args }: Call, settings = GUARANTEED): Promise<TypedArray[]> {
  const buffers = inputs.map(({ dtype, data }): Buffer => ({ dtype, size: data.length }));
  const step: KernelStep = { kind: "kernel", command, inputs: buffers, outputs, arguments: args };
  const contents = new Map(buffers.map((buffer, i) => [buffer, storage(inputs[i])]));
  return runKernels(device, commandKernels(step, settings), contents, outputs);
}

function byReference({ command, inputs, outputs, args }: Call): TypedArray[] {
  const targets = outputs.map(({ dtype, size }) => allocate(dtype, size));
  commands[command as keyof typeof commands](inputs[0].dtype, inputs.map(storage), targets, args);
  return targets;
}

let worst = 0;

/** Compares all outputs, relative to 1; returns the kernels'. */
async function compare(call: Call, tolerance = 0, settings = GUARANTEED): Promise<TypedArray[]> {
  const got = await byKernels(call, settings);
  byReference(call).forEach((want, output) => {
    want.forEach((x, i) => {
      const y = got[output][i];
      const error = Object.is(x, y) ? 0 : Math.abs(x - y);
      const what = `${call.command} of ${call.inputs[0].dtype}, arguments ${call.args}: output ${output}[${i}]`;
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
  [0, 4, 3, 2],
  [2, 0, 3, 2],
  [2, 4, 0, 2],
];

/** Indices with some outside, for each batch or, if `step` is 0, for all. */
const indices = (batch: number, rows: number, count: number, step: number): Values => ({
  dtype: "int32",
  data: Array.from({ length: (step ? batch : 1) * count }, () =>
    random.pick([random.below(rows + 2) - 1, -(2 ** 31), 0]),
  ),
});

function elements(dtype: DType, count: number): number[] {
  if (dtype === "float32") return Array.from({ length: count }, () => random.pick([-0, NaN, Infinity, 1e-30, 0.1, -7]));
  return Array.from({ length: count }, () => random.below(dtype === "bool" ? 2 : 2 ** 31));
}

for (const dtype of ["float32", "int32", "uint32", "bool"] as const) {
  test(`GATHER of ${dtype}`, async () => {
    const fill = { float32: 0x7fc00000, int32: -(2 ** 31), uint32: -1, bool: 1 }[dtype];
    for (const [batch, rows, count, width] of SIZES) {
      for (const step of [0, count]) {
        await compare({
          command: "GATHER",
          inputs: [{ dtype, data: elements(dtype, batch * rows * width) }, indices(batch, rows, count, step)],
          outputs: [{ dtype, size: batch * count * width }],
          args: [batch, rows, count, width, step, fill, 0],
        });
      }
    }
  });
}

const uniform = (count: number): number[] => Array.from({ length: count }, () => 2 * random.uniform() - 1);

for (const dtype of ["float32", "int32", "uint32"] as const) {
  test(`SCATTER_ADD of ${dtype}`, async () => {
    for (const [batch, rows, count, width] of SIZES) {
      for (const [step, replace] of [
        [0, 0],
        [count, 0],
        [count, 1],
      ]) {
        const size = batch * count * width;
        const data = dtype === "float32" && !replace ? uniform(size) : elements(dtype, size);
        await compare(
          {
            command: "SCATTER_ADD",
            inputs: [{ dtype, data }, indices(batch, rows, count, step)],
            outputs: [{ dtype, size: batch * rows * width }],
            args: [batch, rows, count, width, step, replace],
          },
          dtype === "float32" ? 1e-6 : 0,
        );
      }
    }
  });

  test(`ARGSORT of ${dtype}`, async () => {
    for (const [rows, width] of [
      [1, 1],
      [3, 2],
      [2, 300],
      [0, 5],
      [2, 5000],
    ]) {
      const size = rows * width;
      const special = dtype === "float32" ? [NaN, 0, -0, Infinity, -Infinity] : [0, 2 ** 31];
      const data = Array.from({ length: size }, () => random.pick([random.pick(special), random.below(2 * width)]));
      const outputs: Buffer[] = [
        { dtype, size },
        { dtype: "int32", size },
      ];
      await compare({ command: "ARGSORT", inputs: [{ dtype, data }], outputs, args: [rows, width] });
    }
  });
}

test("a scatter of many indices to many rows adds in their order", async () => {
  const [batch, rows, count, width] = [2, 3000, 5000, 2];
  for (const [step, replace] of [
    [0, 0],
    [count, 0],
    [count, 1],
  ]) {
    const updates = { dtype: "float32", data: uniform(batch * count * width) } as const;
    const places = Array.from({ length: (step ? batch : 1) * count }, () => random.below(rows + 2) - 1);
    const call: Call = {
      command: "SCATTER_ADD",
      inputs: [updates, { dtype: "int32", data: places }],
      outputs: [{ dtype: "float32", size: batch * rows * width }],
      args: [batch, rows, count, width, step, replace],
    };
    const [first] = await compare(call, 1e-5);
    const [second] = await byKernels(call);
    assert.equal(second, first);
  }
});

/** Symmetric matrices; `shift` makes them definite. */
function symmetric(n: number, shift: number): number[] {
  const a = uniform(n * n);
  return a.map((x, place) => {
    const [i, j] = [Math.floor(place / n), place % n];
    return (x + a[j * n + i]) / 2 + (i === j ? shift : 0);
  });
}

const stack = (batch: number, make: () => number[]): number[] => Array.from({ length: batch }, make).flat();
const floats = (data: ArrayLike<number>): Values => ({ dtype: "float32", data });
const float = (size: number): Buffer => ({ dtype: "float32", size });

/** Large matrices are worked on in blocks, the last of which is a smaller one. */
const BLOCKED = 300;
const EPSILON = 1e-6;

test("CHOLESKY, NaN where there is none", async () => {
  for (const n of [0, 1, 2, 7, 20, BLOCKED]) {
    const batch = n === BLOCKED ? 1 : 3;
    const data = [...stack(batch, () => symmetric(n, n + 1)), ...symmetric(n, -3)];
    const call = { inputs: [floats(data)], outputs: [float(data.length)], args: [batch + 1, n, n, 0, 0] };
    await compare({ command: "CHOLESKY", ...call }, (n + 1) * EPSILON);
  }
});

test("TRIANGULAR_SOLVE", async () => {
  for (const [m, n] of [
    [1, 1],
    [4, 1],
    [6, 7],
    [70, 3],
    [BLOCKED, 2],
  ]) {
    for (let flags = 0; flags < 8; ++flags) {
      const a = stack(2, () => symmetric(m, 3).map((x, i) => (i % (m + 1) === 0 ? x / 2 : x / m)));
      const b = uniform(2 * m * n);
      const call = { inputs: [floats(a), floats(b)], outputs: [float(b.length)], args: [2, m, n, flags] };
      await compare({ command: "TRIANGULAR_SOLVE", ...call }, 10 * EPSILON);
    }
  }
});

test("LU and LU_SOLVE", async () => {
  for (const n of [0, 1, 2, 5, 12, BLOCKED]) {
    const batch = n === BLOCKED ? 1 : 3;
    const a = floats(stack(batch, () => symmetric(n, 1).map((x, i) => x + 2 * Number((i + n - 1) % (n + 1) === 0))));
    const outputs = [float(batch * n * n), float(batch * (n + 1))];
    const tolerance = (n + 50) * EPSILON;
    const [lu, pivots] = await compare(
      { command: "LU", inputs: [a], outputs, args: [batch, n, n, 0, n + 1] },
      tolerance,
    );
    for (const flags of n > 0 ? [0, 2] : []) {
      const b = uniform(batch * n * 2);
      const inputs = [a, floats(lu), floats(pivots), floats(b)];
      const call: Call = { command: "LU_SOLVE", inputs, outputs: [float(b.length)], args: [batch, n, 2, flags] };
      await compare(call, 10 * tolerance);
    }
  }
});

test("LU of a column of zeros", async () => {
  const call = { inputs: [floats([0, 2, 0, 4])], outputs: [float(4), float(3)], args: [1, 2, 2, 0, 3] };
  await compare({ command: "LU", ...call });
});

/** A dispatch a step, as for matrices that are too large for a workgroup. */
const BY_STEPS = { ...GUARANTEED, workgroupFlops: 0 };

test("HOUSEHOLDER", async () => {
  for (const [m, n] of [
    [1, 1],
    [4, 4],
    [7, 3],
    [3, 7],
    [3, 0],
    [0, 0],
    [15, 15],
    [100, 70],
  ]) {
    for (const k of new Set([Math.min(m, n), m])) {
      const inputs = [floats(uniform(2 * n * m))];
      const outputs = [float(2 * n * m), float(2 * k * m)];
      const call: Call = { command: "HOUSEHOLDER", inputs, outputs, args: [2, n, m, k, k * m] };
      await compare(call, 30 * EPSILON);
      if (m < 100) await compare(call, 30 * EPSILON, BY_STEPS);
    }
  }
});

test("HOUSEHOLDER of a triangle", async () => {
  const call = { inputs: [floats([2, 0, 0, 3, -1, 0])], outputs: [float(6), float(9)], args: [1, 2, 3, 3, 9] };
  await compare({ command: "HOUSEHOLDER", ...call });
});

/** The products of all rows of two matrices. */
const products = (x: Matrix, y: Matrix): Matrix => x.map((row) => y.map((other) => dot(row, other)));

const columnsOf = (x: Matrix): Matrix => x[0].map((_, j) => x.map((row) => row[j]));

function assertClose(what: string, x: Matrix, y: Matrix, tolerance: number): void {
  x.forEach((row, i) => {
    row.forEach((value, j) => {
      if (!(Math.abs(value - y[i][j]) <= tolerance)) {
        assert.unreachable(`${what}: element ${i}, ${j} is ${value}, should be ${y[i][j]}`);
      }
    });
  });
}

async function checkJacobi(n: number, m: number, settings: Settings): Promise<void> {
  const batch = 2;
  const inputs = [floats(uniform(batch * n * m))];
  const outputs = [float(batch * n * m), float(batch * n * n)];
  const call: Call = { command: "JACOBI", inputs, outputs, args: [batch, n, m, n, n * n] };
  const [w, v] = await byKernels(call, settings);
  const [expected] = byReference(call);
  const [sources, rows, factors] = [
    readMatrices(storage(inputs[0]), batch, n, m),
    readMatrices(w, batch, n, m),
    readMatrices(v, batch, n, n),
  ];
  const tolerance = (n + 10) * EPSILON;
  for (const item of [0, 1]) {
    const what = `JACOBI of ${n} rows of ${m}`;
    const wanted = readMatrices(expected, batch, n, m)[item];
    const squares = products(wanted, wanted).map((row, i) => row.map((x, j) => (i === j ? x : 0)));
    // Which row of two of a length comes first, and its sign, depend on the order of the rotations.
    assertClose(what, products(rows[item], rows[item]), squares, m * tolerance);
    assertClose(what, products(factors[item], factors[item]), identity(n, n), tolerance);
    assertClose(what, products(factors[item], columnsOf(sources[item])), rows[item], tolerance);
  }
  const [alone] = await byKernels({ ...call, outputs: [outputs[0], float(0)], args: [batch, n, m, 0, 0] }, settings);
  assert.equal(alone, w);
}

test("JACOBI", async () => {
  for (const [n, m] of [
    [1, 4],
    [2, 2],
    [6, 9],
    [9, 6],
    [13, 13],
    [70, 70],
  ]) {
    await checkJacobi(n, m, GUARANTEED);
    // A sweep a dispatch, and a round a dispatch.
    if (n < 13) await checkJacobi(n, m, { ...GUARANTEED, workgroupFlops: 6 * n * n * (m + n) });
    if (n < 13) await checkJacobi(n, m, BY_STEPS);
  }
});

test("JACOBI ends with NaN among the rows", async () => {
  const call = { inputs: [floats([1, NaN, 3, 4, 5, 6])], outputs: [float(6), float(0)], args: [1, 3, 2, 0, 0] };
  const [rows] = await byKernels({ command: "JACOBI", ...call });
  assert.ok(rows.some(Number.isNaN));
});

test("parts of a dispatch change no bit", async () => {
  const size = 9;
  const a = floats(stack(5, () => symmetric(size, size)));
  const outputs = [float(5 * size * size), float(5 * size * size)];
  const calls: Call[] = [
    { command: "CHOLESKY", inputs: [a], outputs: outputs.slice(0, 1), args: [5, size, size, 0, 0] },
    { command: "HOUSEHOLDER", inputs: [a], outputs, args: [5, size, size, size, size * size] },
    { command: "JACOBI", inputs: [a], outputs, args: [5, size, size, size, size * size] },
    { command: "LU", inputs: [a], outputs: [outputs[0], float(5 * (size + 1))], args: [5, size, size, 0, size + 1] },
    { command: "TRIANGULAR_SOLVE", inputs: [a, a], outputs: outputs.slice(0, 1), args: [5, size, size, 1] },
    {
      command: "ARGSORT",
      inputs: [a],
      outputs: [outputs[0], { ...outputs[0], dtype: "int32" }],
      args: [5, size * size],
    },
  ];
  for (const call of calls) {
    const wanted = await byKernels(call);
    assert.equal(await byKernels(call, { ...GUARANTEED, maxFlops: 1000 }), wanted, call.command);
  }
});

test.after(() => {
  if (process.env.SHOW_ACCURACY) console.log(`the largest error is ${worst.toPrecision(2)} of what is allowed`);
});

test.run();
