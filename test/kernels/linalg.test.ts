/** The decompositions' kernels on stacks of matrices, against the definitions. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Command, DType } from "../../assembly/opcodes.ts";
import { ARRAYS, allocate, command, generator, NAMES, put, reset, run, type TypedArray, view } from "./machine.ts";

type Matrix = number[][];

const random = generator(11);
const matrix = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.uniform() * 2 - 1));
const transposed = (a: Matrix, columns: number): Matrix =>
  Array.from({ length: columns }, (_, j) => a.map((row) => row[j]));
const times = (a: Matrix, b: Matrix, columns: number): Matrix =>
  a.map((row) => Array.from({ length: columns }, (_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));
const identity = (n: number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
const split = (data: TypedArray, rows: number, columns: number): Matrix[] => {
  const count = rows * columns === 0 ? 0 : data.length / (rows * columns);
  return Array.from({ length: count }, (_, b) =>
    Array.from({ length: rows }, (_, i) => [...data.slice((b * rows + i) * columns, (b * rows + i + 1) * columns)]),
  );
};

function close(got: Matrix, want: Matrix, tolerance: number, what: string): void {
  want.forEach((row, i) => {
    row.forEach((x, j) => {
      assert.ok(Math.abs(got[i][j] - x) <= tolerance, `${what}: [${i}, ${j}] is ${got[i][j]}, should be ${x}`);
    });
  });
}

/** Runs one command on inputs and returns outputs of the given sizes, with the canaries behind them checked. */
function apply(
  code: Command,
  dtype: DType,
  inputs: ArrayLike<number>[],
  sizes: number[],
  words: number[],
): TypedArray[] {
  reset();
  const sources = inputs.map((x) => put(dtype, x));
  const copies = sources.map((address, i) => [...view(dtype, address, inputs[i].length)]);
  const outputs = sizes.map((n) => allocate((n + 1) * ARRAYS[dtype].BYTES_PER_ELEMENT));
  sizes.forEach((n, i) => {
    view(dtype, outputs[i], n + 1).fill(77);
  });
  run(command(code, dtype, ...sources, ...outputs, ...words));
  inputs.forEach((x, i) => {
    assert.equal([...view(dtype, sources[i], x.length)], copies[i], "an input was changed");
  });
  return sizes.map((n, i) => {
    const all = view(dtype, outputs[i], n + 1).slice();
    assert.is(all[n], 77, "a kernel wrote behind its output");
    return all.slice(0, n);
  });
}

const BATCH = 3;
const TOLERANCE = { [DType.FLOAT32]: 3e-5, [DType.FLOAT64]: 1e-13 } as Record<DType, number>;

for (const dtype of [DType.FLOAT32, DType.FLOAT64]) {
  const tolerance = TOLERANCE[dtype];
  const name = NAMES[dtype];

  test(`${name}: CHOLESKY reads the lower triangle`, () => {
    for (const n of [0, 1, 2, 5, 17]) {
      const stack = Array.from({ length: BATCH }, () => {
        const a = matrix(n, n);
        return times(a, transposed(a, n), n).map((row, i) => row.map((x, j) => x + Number(i === j)));
      });
      const lower = stack.map((a) => a.map((row, i) => row.map((x, j) => (j > i ? Number.NaN : x))));
      const [out] = apply(Command.CHOLESKY, dtype, [lower.flat(2)], [BATCH * n * n], [BATCH, n, n, 0, 0]);
      split(out, n, n).forEach((l, b) => {
        close(times(l, transposed(l, n), n), stack[b], n * tolerance, `L L^T, n = ${n}`);
        l.forEach((row, i) => {
          assert.ok(
            row.every((x, j) => j <= i || x === 0),
            "above the diagonal",
          );
        });
      });
    }
  });

  test(`${name}: CHOLESKY of an indefinite matrix is NaN, and that of its neighbours isn't`, () => {
    const [out] = apply(Command.CHOLESKY, dtype, [[4, 0, 0, 9, 1, 2, 2, 1, 1, 0, 0, 4]], [12], [3, 2, 2, 0, 0]);
    assert.equal([...out], [2, 0, 0, 3, Number.NaN, 0, Number.NaN, Number.NaN, 1, 0, 0, 2]);
  });

  test(`${name}: CHOLESKY is NaN all over the triangle whichever pivot is NaN, negative or 0`, () => {
    for (const pivot of [Number.NaN, -1, 0]) {
      for (let place = 0; place < 3; place++) {
        const a = identity(3).map((row, i) => row.map((x, j) => (i === j && i === place ? pivot : x)));
        const [out] = apply(Command.CHOLESKY, dtype, [a.flat()], [9], [1, 3, 3, 0, 0]);
        const want = identity(3).map((row, i) => row.map((_, j) => (j > i ? 0 : Number.NaN)));
        assert.equal([...out], want.flat(), `${pivot} at ${place}`);
      }
    }
  });

  test(`${name}: TRIANGULAR_SOLVE in all its variants`, () => {
    for (const [m, n] of [
      [0, 2],
      [1, 1],
      [4, 1],
      [5, 7],
      [9, 0],
    ]) {
      for (let flags = 0; flags < 8; flags++) {
        const [lower, turned, unit] = [flags & 1, flags & 2, flags & 4].map(Boolean);
        const stack = Array.from({ length: BATCH }, () =>
          matrix(m, m).map((row, i) => row.map((x, j) => (i === j ? 2 + x : x / 2))),
        );
        const used = stack.map((a) =>
          a.map((row, i) => row.map((x, j) => (i === j ? (unit ? 1 : x) : i > j === lower ? x : 0))),
        );
        const b = stack.map(() => matrix(m, n));
        const [out] = apply(
          Command.TRIANGULAR_SOLVE,
          dtype,
          [stack.flat(2), b.flat(2)],
          [BATCH * m * n],
          [BATCH, m, n, flags],
        );
        split(out, m, n).forEach((x, k) => {
          const a = turned ? transposed(used[k], m) : used[k];
          close(times(a, x, n), b[k], 20 * tolerance, `A x, ${m} by ${n}, flags ${flags}`);
        });
      }
    }
  });

  test(`${name}: LU gives factors, exchanges and their sign; LU_SOLVE solves with them`, () => {
    for (const n of [0, 1, 2, 3, 8, 21]) {
      const stack = Array.from({ length: BATCH }, () => matrix(n, n));
      const [lu, pivots] = apply(
        Command.LU,
        dtype,
        [stack.flat(2)],
        [BATCH * n * n, BATCH * (n + 1)],
        [BATCH, n, n, 0, n + 1],
      );
      split(lu, n, n).forEach((packed, b) => {
        const l = packed.map((row, i) => row.map((x, j) => (i === j ? 1 : i > j ? x : 0)));
        const u = packed.map((row, i) => row.map((x, j) => (i <= j ? x : 0)));
        const moved = [...stack[b]];
        let sign = 1;
        for (let k = 0; k < n; k++) {
          const p = pivots[b * (n + 1) + k];
          [moved[k], moved[p]] = [moved[p], moved[k]];
          if (p !== k) sign = -sign;
        }
        close(times(l, u, n), moved, n * tolerance, `L U, n = ${n}`);
        assert.ok(
          l.flat().every((x) => Math.abs(x) <= 1),
          "pivoting keeps L below 1",
        );
        assert.is(pivots[b * (n + 1) + n], sign, "sign");
      });
      const rhs = stack.map(() => matrix(n, 2));
      for (const turned of [0, 2]) {
        const inputs = [[0], lu, pivots, rhs.flat(2)];
        const [out] = apply(Command.LU_SOLVE, dtype, inputs, [BATCH * n * 2], [BATCH, n, 2, turned]);
        split(out, n, 2).forEach((x, b) => {
          const a = turned ? transposed(stack[b], n) : stack[b];
          close(times(a, x, 2), rhs[b], 3000 * tolerance, `A x, n = ${n}, transposed ${turned}`);
        });
      }
    }
  });

  test(`${name}: LU goes on where a column is 0`, () => {
    const [lu] = apply(Command.LU, dtype, [[0, 2, 0, 4]], [4, 3], [1, 2, 2, 0, 3]);
    assert.equal([...lu], [0, 2, 0, 4]);
  });

  test(`${name}: HOUSEHOLDER gives orthonormal columns and a triangle`, () => {
    for (const [rows, columns] of [
      [1, 1],
      [4, 4],
      [7, 3],
      [3, 0],
      [0, 0],
      [20, 20],
    ]) {
      for (const k of [columns, rows]) {
        const stack = Array.from({ length: BATCH }, () => matrix(columns, rows));
        const sizes = [BATCH * columns * rows, BATCH * k * rows];
        const words = [BATCH, columns, rows, k, k * rows];
        const [r, q] = apply(Command.HOUSEHOLDER, dtype, [stack.flat(2)], sizes, words);
        const bases = split(q, k, rows);
        split(r, columns, rows).forEach((rT, b) => {
          rT.forEach((row, j) => {
            assert.ok(
              row.every((x, i) => i <= j || x === 0),
              "below the diagonal",
            );
          });
          const back = times(
            rT.map((row) => row.slice(0, k)),
            bases[b],
            rows,
          );
          close(back, stack[b], 10 * tolerance, `Q R, ${rows} by ${columns}`);
        });
        for (const qT of bases) {
          close(times(qT, transposed(qT, rows), k), identity(k), 10 * tolerance, `Q^T Q, ${rows} by ${columns}`);
        }
      }
    }
  });

  test(`${name}: HOUSEHOLDER leaves a triangle as it is`, () => {
    const [r, q] = apply(Command.HOUSEHOLDER, dtype, [[2, 0, 0, 3, -1, 0]], [6, 9], [1, 2, 3, 3, 9]);
    assert.equal([...r], [2, 0, 0, 3, -1, 0]);
    assert.equal([...q], identity(3).flat());
  });

  test(`${name}: HOUSEHOLDER of a column that almost is one of R's: the sign is LAPACK's, and nothing cancels`, () => {
    for (const sign of [1, -1]) {
      const columns = [
        [sign, 1e-12, -2e-12],
        [3, 2, 1],
      ];
      const [r, q] = apply(Command.HOUSEHOLDER, dtype, [columns.flat()], [6, 6], [1, 2, 3, 2, 6]);
      const [[basis], [triangle]] = [split(q, 2, 3), split(r, 2, 3)];
      assert.is(Math.sign(triangle[0][0]), -sign);
      const back = times(
        triangle.map((row) => row.slice(0, 2)),
        basis,
        3,
      );
      close(back, columns, 10 * tolerance, "Q R");
      close(times(basis, transposed(basis, 3), 2), identity(2), 10 * tolerance, "Q^T Q");
    }
  });

  test(`${name}: JACOBI makes rows orthogonal, longest first`, () => {
    for (const [n, m] of [
      [0, 3],
      [1, 4],
      [2, 2],
      [6, 9],
      [15, 15],
    ]) {
      for (const k of [0, n]) {
        const stack = Array.from({ length: BATCH }, () => matrix(n, m));
        const [w, v] = apply(
          Command.JACOBI,
          dtype,
          [stack.flat(2)],
          [BATCH * n * m, BATCH * n * k],
          [BATCH, n, m, k, n * k],
        );
        const rotations = split(v, n, k);
        split(w, n, m).forEach((rows, b) => {
          const gram = times(rows, transposed(rows, m), n);
          const lengths = gram.map((row, i) => Math.sqrt(row[i]));
          lengths.forEach((x, i) => {
            assert.ok(i === 0 || x <= lengths[i - 1] * (1 + tolerance), "order");
          });
          const cosines = gram.map((row, i) => row.map((x, j) => x / (lengths[i] * lengths[j])));
          close(cosines, identity(n), 10 * tolerance, `orthogonal rows, ${n} by ${m}`);
          if (k === 0) return;
          close(times(rotations[b], stack[b], m), rows, 30 * tolerance, "W = V A");
          close(times(rotations[b], transposed(rotations[b], n), n), identity(n), 30 * tolerance, "V V^T");
        });
      }
    }
  });

  test(`${name}: JACOBI with zeros, equal rows and NaN ends`, () => {
    const [w] = apply(Command.JACOBI, dtype, [[0, 0, 1, 1, 1, 1]], [6, 0], [1, 3, 2, 0, 0]);
    const lengths = split(w, 3, 2)[0].map((row) => Math.hypot(...row));
    close([lengths], [[2, 0, 0]], tolerance, "lengths");
    const [bad] = apply(Command.JACOBI, dtype, [[1, Number.NaN, 1, 1]], [4, 0], [1, 2, 2, 0, 0]);
    assert.ok(bad.some(Number.isNaN));
  });
}

test("float64: tiny singular values come out with small relative errors", () => {
  // The rows of diag(1, 1e-8, 1e-16) times an orthogonal matrix.
  const basis = [
    [2 / 3, -2 / 3, 1 / 3],
    [2 / 3, 1 / 3, -2 / 3],
    [1 / 3, 2 / 3, 2 / 3],
  ];
  const a = basis.map((row, i) => row.map((x) => x * 10 ** (-8 * i)));
  const [w] = apply(Command.JACOBI, DType.FLOAT64, [transposed(a, 3).flat()], [9, 0], [1, 3, 3, 0, 0]);
  const lengths = split(w, 3, 3)[0].map((row) => Math.hypot(...row));
  lengths.forEach((x, i) => {
    assert.ok(Math.abs(x * 10 ** (8 * i) - 1) < 1e-14, `singular value ${i} is ${x}`);
  });
});

test.run();
