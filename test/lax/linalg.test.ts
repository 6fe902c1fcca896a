/** Linear algebra: reconstruction, derivatives of first and second order, batches, and what is singular. */
import { array, grad, jit, jvp, lax, makeJaxpr, type NDArray, numpy as np, nt, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, f64 } from "../support/arrays.ts";
import {
  type ArrayFunction,
  assertSame,
  checkAll,
  checkVmap,
  randomArray,
  stackAt,
  takeAt,
} from "../support/properties.ts";

const { linalg } = np;
const transposed = (x: NDArray): NDArray => np.swapaxes(x, -1, -2);
const positive = (x: NDArray): NDArray =>
  np.add(np.matmul(x, transposed(x)), np.eye(x.shape.at(-1) as number, { dtype: x.dtype }));
const wellConditioned = (x: NDArray): NDArray =>
  np.add(x, np.multiply(3, np.eye(x.shape.at(-1) as number, { dtype: x.dtype })));
const diagonals = (x: NDArray): NDArray =>
  np.multiply(np.expandDims(x, -1), np.eye(x.shape.at(-1) as number, { dtype: x.dtype }));
const ascending = (x: NDArray): boolean =>
  np.all(np.lessEqual(np.at(x, "...", ":-1"), np.at(x, "...", "1:"))).item() === 1;
const identity = (n: number, lead: readonly number[], dtype: NDArray["dtype"]): NDArray =>
  np.broadcastTo(np.eye(n, { dtype }), [...lead, n, n]);

const TOLERANCE = { float64: 1e-12, float32: 2e-5 } as const;
const LEADS = [[], [3], [2, 0], [2, 3]];

for (const dtype of ["float64", "float32"] as const) {
  const tolerance = TOLERANCE[dtype];

  test(`${dtype}: factors multiply to the matrix`, () => {
    for (const lead of LEADS) {
      for (const [rows, columns] of [
        [1, 1],
        [4, 4],
        [6, 3],
        [3, 6],
        [0, 2],
        [2, 0],
        [0, 0],
        [12, 12],
      ]) {
        const what = `(${lead}), ${rows} by ${columns}`;
        const a = randomArray([...lead, rows, columns], 1, { dtype });
        const least = Math.min(rows, columns);
        for (const mode of ["reduced", "complete"] as const) {
          const [q, r] = linalg.qr(a, { mode });
          const width = mode === "reduced" ? least : rows;
          assertSame(np.matmul(q, r), a, tolerance, `qr ${mode} ${what}`);
          assertSame(np.matmul(transposed(q), q), identity(width, lead, dtype), tolerance, `q ${mode} ${what}`);
          assertSame(np.triu(r), r, 0, `r ${mode} ${what}`);
          assertSame(linalg.qr(a, { mode: "r" }), linalg.qr(a)[1], 0, "mode r");
        }
        for (const fullMatrices of [true, false]) {
          const [u, s, vT] = linalg.svd(a, { fullMatrices });
          assert.equal(u.shape, [...lead, rows, fullMatrices ? rows : least], what);
          assert.equal(vT.shape, [...lead, fullMatrices ? columns : least, columns], what);
          const middle = np.matmul(np.at(u, "...", `:${least}`), diagonals(s));
          assertSame(np.matmul(middle, np.at(vT, "...", `:${least}`, ":")), a, tolerance, `svd ${what}`);
          const [m, n] = [u.shape.at(-1), vT.shape.at(-2)] as number[];
          assertSame(np.matmul(transposed(u), u), identity(m, lead, dtype), tolerance, `u ${what}`);
          assertSame(np.matmul(vT, transposed(vT)), identity(n, lead, dtype), tolerance, `v ${what}`);
          if (least > 1) assert.ok(ascending(np.negative(s)), "descending");
        }
      }
    }
  });

  test(`${dtype}: decompositions of square matrices`, () => {
    for (const lead of LEADS) {
      for (const n of [0, 1, 2, 5, 20]) {
        const what = `(${lead}), ${n}`;
        const a = randomArray([...lead, n, n], 2, { dtype });
        const p = positive(a);
        const l = linalg.cholesky(p);
        assertSame(np.matmul(l, transposed(l)), p, tolerance, `cholesky ${what}`);
        assertSame(np.tril(l), l, 0, `cholesky ${what}`);
        assertSame(linalg.cholesky(p, { upper: true }), transposed(l), 0, `upper ${what}`);
        const symmetric = np.add(a, transposed(a));
        const [w, v] = linalg.eigh(symmetric);
        assertSame(np.matmul(symmetric, v), np.matmul(v, diagonals(w)), tolerance, `eigh ${what}`);
        assertSame(np.matmul(transposed(v), v), identity(n, lead, dtype), tolerance, `v ${what}`);
        assertSame(linalg.eigvalsh(symmetric), w, 0, `eigvalsh ${what}`);
        if (n > 1) assert.ok(ascending(w), "ascending");
        const m = wellConditioned(a);
        assertSame(np.matmul(m, linalg.inv(m)), identity(n, lead, dtype), 10 * tolerance, `inv ${what}`);
        const b = randomArray([...lead, n, 2], 3, { dtype });
        assertSame(np.matmul(m, linalg.solve(m, b)), b, 10 * tolerance, `solve ${what}`);
        const [sign, size] = linalg.slogdet(m);
        assertSame(np.multiply(sign, np.exp(size)), linalg.det(m), 10 * tolerance, `det ${what}`);
      }
    }
  });
}

test("zero, repeated and tiny singular values", () => {
  const zeros = np.zeros([3, 2], { dtype: "float64" });
  const [u, s, vT] = linalg.svd(zeros);
  assertSame(s, np.zeros([2], { dtype: "float64" }), 0);
  assertSame(np.matmul(transposed(u), u), identity(3, [], "float64"), 1e-15);
  assertSame(np.matmul(vT, transposed(vT)), identity(2, [], "float64"), 1e-15);
  const rankOne = np.multiply(np.ones([4, 4], { dtype: "float64" }), 1e-170);
  const [left, values] = linalg.svd(rankOne);
  assertClose(np.multiply(values, 1e170), [4, 0, 0, 0], 1e-14);
  assertSame(np.matmul(transposed(left), left), identity(4, [], "float64"), 1e-14);
  const [w, v] = linalg.eigh(np.multiply(np.ones([3, 3]), 1e-30));
  assertClose(np.multiply(w, 1e30), [0, 0, 3], 1e-6);
  assertSame(np.matmul(transposed(v), v), identity(3, [], "float32"), 1e-6);
  assertClose(linalg.eigh(np.zeros([2, 2]))[1], [
    [1, 0],
    [0, 1],
  ]);
  assertClose(
    linalg.eigh(
      array([
        [-3, 0],
        [0, -3],
      ]),
    )[0],
    [-3, -3],
  );
});

test("NaN is everywhere that it must be", () => {
  const bad = array([
    [1, Number.NaN],
    [Number.NaN, 2],
  ]);
  for (const [name, out] of [
    ["cholesky", linalg.cholesky(bad).at(0, 0)],
    ["inv", linalg.inv(bad)],
    ["det", linalg.det(bad)],
    ["eigh", linalg.eigh(bad)[0]],
    ["svd", linalg.svd(bad)[1]],
    ["norm", linalg.norm(bad)],
  ] as const) {
    assert.ok(np.all(np.isnan(out)).item(), name);
  }
});

test("triangularSolve: every variant against a general solve", () => {
  for (const [leftSide, lower, transposeA, unitDiagonal] of Array.from({ length: 16 }, (_, i) =>
    [1, 2, 4, 8].map((bit) => (i & bit) !== 0),
  )) {
    const options = { leftSide, lower, transposeA, unitDiagonal };
    const used = (a: NDArray): NDArray => {
      const half = lower ? np.tril(a, { k: unitDiagonal ? -1 : 0 }) : np.triu(a, { k: unitDiagonal ? 1 : 0 });
      const whole = unitDiagonal ? np.add(half, np.eye(3, { dtype: "float64" })) : half;
      return transposeA ? transposed(whole) : whole;
    };
    const expected: ArrayFunction = (a: NDArray, b: NDArray) =>
      leftSide ? linalg.solve(used(a), b) : transposed(linalg.solve(transposed(used(a)), transposed(b)));
    const f: ArrayFunction = (a: NDArray, b: NDArray) => lax.linalg.triangularSolve(a, b, options);
    const a = wellConditioned(randomArray([3, 3], 4));
    const b = randomArray(leftSide ? [3, 2] : [2, 3], 5);
    const name = JSON.stringify(options);
    assertSame(f(a, b), expected(a, b), 1e-13, name);
    assertSame(
      jvp(f, [a, b], [b.shape[0] === 3 ? a : transposed(a), b])[1],
      jvp(expected, [a, b], [b.shape[0] === 3 ? a : transposed(a), b])[1],
      1e-12,
      name,
    );
    checkAll(f, [a, b], name, 2);
  }
  const a = wellConditioned(randomArray([2, 3, 3], 6));
  const b = randomArray([2, 3], 7);
  const x = lax.linalg.triangularSolve(a, b, { leftSide: true, lower: true });
  assertSame(np.einsum("bij,bj->bi", np.tril(a), x), b, 1e-14, "vectors");
  checkVmap(
    (m: NDArray, y: NDArray) => lax.linalg.triangularSolve(wellConditioned(m), y, { lower: true }),
    [randomArray([3, 3], 1), randomArray([2, 3], 2)],
  );
});

const SQUARE: [string, ArrayFunction][] = [
  ["cholesky", (x: NDArray) => linalg.cholesky(positive(x))],
  ["cholesky as it is", (x: NDArray) => linalg.cholesky(positive(x), { symmetrizeInput: false, upper: true })],
  ["inv", (x: NDArray) => linalg.inv(wellConditioned(x))],
  ["det", (x: NDArray) => linalg.det(x)],
  ["det of a larger matrix", (x: NDArray) => linalg.det(wellConditioned(np.tile(x, [2, 2])))],
  ["slogdet", (x: NDArray) => linalg.slogdet(wellConditioned(x))[1]],
  ["matrixPower 5", (x: NDArray) => linalg.matrixPower(x, 5)],
  ["matrixPower -3", (x: NDArray) => linalg.matrixPower(wellConditioned(x), -3)],
  ["qr", (x: NDArray) => linalg.qr(wellConditioned(x))],
  ["pinv", (x: NDArray) => linalg.pinv(wellConditioned(x))],
  ["eigvalsh", (x: NDArray) => linalg.eigvalsh(x)],
];

for (const [name, f] of SQUARE) {
  test(`${name}: derivatives and batches`, () => {
    for (const shape of [
      [3, 3],
      [1, 1],
      [2, 3, 3],
    ])
      checkAll(f, [randomArray(shape, 8)], `${name} ${shape}`, 2);
    checkVmap(f, [randomArray([3, 3], 9)], [], 1e-11);
    checkVmap((x) => vmap(f)(x), [randomArray([2, 3, 3], 9)], [], 1e-11);
  });
}

test("solve: derivatives and batches, broadcasting ones too", () => {
  const f = (a: NDArray, b: NDArray) => linalg.solve(wellConditioned(a), b);
  for (const [a, b] of [
    [[3, 3], [3]],
    [
      [3, 3],
      [3, 2],
    ],
    [[2, 3, 3], [3]],
    [
      [2, 3, 3],
      [3, 2],
    ],
    [
      [3, 3],
      [2, 3, 1],
    ],
  ]) {
    checkAll(f, [randomArray(a, 10), randomArray(b, 11)], `solve ${a} ${b}`, 2);
  }
  checkVmap(f, [randomArray([3, 3], 1), randomArray([3, 2], 2)]);
  checkVmap(f, [randomArray([3, 3], 1), randomArray([3], 2)]);
});

test("a single matrix is decomposed once for mapped right-hand sides", () => {
  const [a, b] = [wellConditioned(randomArray([3, 3], 1)), randomArray([3, 5], 2)];
  const mapped = vmap((y: NDArray) => linalg.solve(a, y), { inAxes: [1], outAxes: 1 });
  assertSame(mapped(b), linalg.solve(a, b), 1e-15);
  const program = makeJaxpr(mapped)(b).toString();
  assert.match(program, "f64[3,3]");
  assert.not.match(program, "[5,3,3]");
});

/** Signs fixed, so that small changes of the matrix change the vectors little. */
test("eigh, svd: derivatives for well separated values", () => {
  const spectrum = f64([
    [1, 0, 0, 0],
    [0, 3, 0, 0],
    [0, 0, 6, 0],
    [0, 0, 0, 10],
  ]);
  const near = (x: NDArray): NDArray => np.add(spectrum, np.multiply(x, 0.3));
  checkAll((x: NDArray) => linalg.eigh(near(x)), [randomArray([4, 4], 12)], "eigh", 2);
  checkAll((x: NDArray) => linalg.eigh(near(x)), [randomArray([2, 4, 4], 12)], "eigh of a stack", 2);
  checkVmap((x: NDArray) => linalg.eigh(near(x)), [randomArray([4, 4], 13)], [], 1e-11);
  checkAll((x: NDArray) => linalg.svd(near(x)), [randomArray([4, 4], 14)], "svd", 2);
  for (const [rows, columns] of [
    [4, 3],
    [3, 4],
    [2, 4],
  ]) {
    const part = (x: NDArray): NDArray => np.add(np.at(spectrum, `:${rows}`, `:${columns}`), np.multiply(x, 0.3));
    const f = (x: NDArray) => linalg.svd(part(x), { fullMatrices: false });
    checkAll(f, [randomArray([rows, columns], 15)], `svd ${rows} by ${columns}`, 2);
    checkVmap(f, [randomArray([rows, columns], 16)], [], 1e-11);
    const values = (x: NDArray) => linalg.svd(part(x), { computeUv: false });
    checkAll(values, [randomArray([rows, columns], 15)], `values ${rows} by ${columns}`, 2);
  }
});

test("qr, pinv, norms of matrices that aren't square", () => {
  for (const [rows, columns] of [
    [4, 2],
    [2, 4],
  ]) {
    const x = np.add(randomArray([rows, columns], 17), np.multiply(2, np.eye(rows, { M: columns, dtype: "float64" })));
    checkAll((a: NDArray) => linalg.qr(a), [x], `qr ${rows} by ${columns}`, 2);
    checkAll((a: NDArray) => linalg.pinv(a), [x], `pinv ${rows} by ${columns}`, 2);
    checkVmap((a: NDArray) => linalg.pinv(a), [x], [], 1e-10);
    for (const ord of ["fro", "nuc", 1, -1, 2, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const) {
      checkAll((a: NDArray) => linalg.norm(a, { ord }), [x], `norm ${ord}`, 2);
    }
  }
  const v = randomArray([2, 3, 4], 18, { low: 0.2, high: 1 });
  for (const ord of [1, 2, 3, -1, 0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    checkAll((a: NDArray) => linalg.norm(a, { ord, axis: 1 }), [v], `vector norm ${ord}`, 2);
  }
});

test("stacks give what their matrices give", () => {
  const stack = randomArray([3, 4, 4], 20);
  const rows = [0, 1, 2].map((i) => takeAt(stack, 0, i));
  for (const [name, f] of SQUARE) {
    const got = ([f(stack)] as unknown[]).flat() as NDArray[];
    const single = rows.map((x) => ([f(x)] as unknown[]).flat() as NDArray[]);
    got.forEach((out, i) => {
      assertSame(
        out,
        stackAt(
          single.map((r) => r[i]),
          0,
        ),
        1e-12,
        name,
      );
    });
  }
});

test("a compiled gradient is the gradient", () => {
  const f = (a: NDArray, b: NDArray) => np.sum(linalg.solve(a, b));
  const x = wellConditioned(randomArray([3, 3], 22));
  const b = randomArray([3], 23);
  assertSame(jit(grad(f))(x, b), grad(f)(x, b), 1e-14);
});

test("kernels of networks with a linear system inside, by every method", () => {
  const f = (params: NDArray, x: NDArray) =>
    np.matmul(
      x,
      np.concatenate(
        [
          linalg.solve(wellConditioned(params), np.ones([3, 1], { dtype: "float64" })),
          linalg.cholesky(positive(params)),
        ],
        { axis: 1 },
      ),
    );
  const [params, x1, x2] = [randomArray([3, 3], 24), randomArray([2, 3], 25), randomArray([4, 3], 26)];
  const kernel = (implementation: 1 | 2 | 3) => nt.empiricalNtkFn(f, { implementation, traceAxes: [] })(x1, x2, params);
  for (const implementation of [2, 3] as const)
    assertSame(kernel(implementation), kernel(1), 1e-12, `method ${implementation}`);
});

test("triangularSolve: errors", () => {
  const solve = lax.linalg.triangularSolve;
  assertThrows(() => solve(np.ones([2, 3]), np.ones([2, 2])), "lax.linalg.triangularSolve", "(2, 3)", "square");
  assertThrows(() => solve(np.ones([2, 2]), np.ones([3])), "(2, 2)", "(3,)");
  assertThrows(() => solve(np.ones([4, 2, 2]), np.ones([3, 2, 2])), "(4, 2, 2)", "(3, 2, 2)");
  assertThrows(() => solve(np.ones([2, 2]), 1), "()");
  assertThrows(() => solve(np.ones([2, 2]), np.ones([2]), { side: "left" } as never), "side");
});

test.run();
