/** Singular values and vectors of matrices, by what defines them and by closed forms. */
import { grad, initThreads, jit, lax, makeJaxpr, type NDArray, numpy as np, tree, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lower } from "../../src/compile/lower.ts";
import { innerSteps, type Step } from "../../src/compile/program.ts";
import { simplify } from "../../src/compile/simplify.ts";
import { wasmTarget } from "../../src/device/wasm/target.ts";
import { reference, referenceTarget } from "../reference/device.ts";
import { assertClose } from "../support/arrays.ts";
import { planOf } from "../support/plans.ts";
import { randomArray } from "../support/properties.ts";

const { linalg } = np;
const FLOATS = ["float32", "float64"] as const;
type Entry = (i: number, j: number, n: number) => number;

const noise = (i: number, j: number): number => {
  const x = Math.sin(12.9898 * i + 78.233 * j) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};

const MATRICES: Readonly<Record<string, Entry>> = {
  random: noise,
  zero: () => 0,
  identity: (i, j) => Number(i === j),
  "all ones": () => 1,
  "of rank 3": (i, j) => [1, 2, 3].reduce((sum, k) => sum + Math.cos(k * i) * Math.sin(1 + k * j), 0),
  "of half rank": (i, j, n) => (2 * j < n ? noise(i, j) : noise(i, n - 1 - j)),
  "clustered around 1": (i, j) => Number(i === j) + 1e-7 * noise(i, j),
  "of two clusters": (i, j) => (i === j ? (i % 2 ? 5 : -0.5) : 1e-9 * noise(i, j)),
  "with columns from 1 to 1e-30": (i, j, n) => 10 ** ((-30 * j) / n) * noise(i, j),
  "with rows from 1e-30 to 1": (i, j, n) => 10 ** (-30 + (30 * Math.min(i, n)) / n) * noise(i, j),
  "graded from 1 to 1e-300": (i, j, n) => 10 ** ((-300 * Math.max(i, j)) / n) * (noise(i, j) + 2 * Number(i === j)),
  "a kernel's": (i, j, n) => Math.exp((-8 * (i - j) ** 2) / n),
  "bidiagonal with equal elements": (i, j) => Number(i === j || i + 1 === j),
  triangular: (i, j) => (i <= j ? 1 : 0),
  "in blocks": (i, j, n) => (i < n / 3 === j < n / 3 ? noise(i, j) : 0),
  "in blocks of 1 and 1e-160": (i, j, n) => (i < n / 3 === j < n / 3 ? (i < n / 3 ? 1 : 1e-160) * noise(i, j) : 0),
  "with rows and columns of zeros": (i, j) => (i % 3 && j % 4 ? noise(i, j) : 0),
  huge: (i, j) => 1e36 * noise(i, j),
  tiny: (i, j) => 1e-36 * noise(i, j),
};

/** Around every threshold: of rotations, of tall matrices, of the reflections that go together. */
const SHAPES: readonly (readonly [number, number])[] = [
  [1, 1],
  [3, 2],
  [12, 12],
  [13, 13],
  [14, 14],
  [13, 12],
  [19, 13],
  [20, 13],
  [33, 33],
  [34, 33],
  [40, 100],
  [1, 40],
  [13, 14],
];

/** More than a GPU's rotations in float32 can be held to. */
const LARGER_SHAPES = [
  [66, 66],
  [97, 64],
] as const;

const matrix = (entry: Entry, m: number, n: number): NDArray =>
  np.array(
    Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j, Math.min(m, n)))),
    { dtype: "float64" },
  );

/** The largest absolute value. */
const size = (x: NDArray): number => Number(np.max(np.abs(x)).item());
const wide = (x: NDArray): NDArray => np.astype(x, "float64");
const first = (x: NDArray, count: number, axis: number): NDArray =>
  lax.sliceInDim(x, 0, count, { axis: x.ndim + axis });
/** How far rows are from orthonormal. */
const unlikeUnits = (x: NDArray): number =>
  size(np.subtract(np.matmul(x, np.swapaxes(x, -1, -2)), np.eye(x.shape.at(-2) as number)));

/** Within some times the precision: `U S V^T - A` relative to the norm, `U^T U - 1` and `V^T V - 1`. */
function check(a: NDArray, what: string): void {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const count = Math.min(m, n);
  const precision = (a.dtype === "float32" ? 2 ** -23 : 2 ** -52) * 4 * Math.sqrt(Math.max(m, n));
  const exact = wide(a);
  const norm = Math.max(Number(np.linalg.norm(exact).item()), Number.MIN_VALUE);
  const reduced = linalg.svd(a, { fullMatrices: false });
  const alone = linalg.svdvals(a);
  for (const factors of [linalg.svd(a), reduced]) {
    const [u, s, vT] = factors.map(wide) as [NDArray, NDArray, NDArray];
    const product = np.matmul(np.multiply(first(u, count, -1), np.expandDims(s, -2)), first(vT, count, -2));
    const found = {
      residual: size(np.subtract(product, exact)) / norm,
      "orthogonality of u": unlikeUnits(np.swapaxes(u, -1, -2)),
      "orthogonality of vT": unlikeUnits(vT),
      "values alone": size(np.subtract(alone, s)) / norm,
      order: count > 1 ? Math.max(0, Number(np.max(np.diff(s)).item())) : 0,
      sign: -Math.min(0, Number(np.min(s).item())),
    };
    for (const [name, error] of Object.entries(found)) {
      const limit = name === "order" || name === "sign" ? 0 : precision;
      assert.ok(error <= limit, `${what}: ${name} ${error}, more than ${limit}`);
    }
  }
}

for (const [name, entry] of Object.entries(MATRICES)) {
  test(`a matrix ${name}: residual, orthogonality and order, at shapes on either side of every threshold`, () => {
    for (const dtype of FLOATS) {
      for (const [m, n] of SHAPES) check(np.astype(matrix(entry, m, n), dtype), `${m} x ${n} ${dtype}`);
    }
    for (const [m, n] of LARGER_SHAPES) check(matrix(entry, m, n), `${m} x ${n}`);
  });
}

test("larger matrices, whose products go by blocks", () => {
  for (const [m, n] of [
    [130, 129],
    [301, 301],
    [400, 150],
  ] as const) {
    check(matrix(noise, m, n), `${m} x ${n}`);
  }
});

test("a triangle of ones has the singular values 1 / (2 cos(pi k / (2 n + 1)))", () => {
  // Its inverse's Gram matrix is the second difference with a free end, whose eigenvalues are 4 cos(pi k / (2 n + 1))^2.
  for (const n of [5, 40, 100]) {
    const a = matrix((i, j) => Number(i <= j), n, n);
    const angles = Array.from({ length: n }, (_, k) => (Math.PI * (n - k)) / (2 * n + 1));
    const expected = angles.map((angle) => 1 / (2 * Math.cos(angle)));
    assertClose(linalg.svdvals(a), expected, 1e-13);
    assertClose(linalg.svd(a)[1], expected, 1e-13);
  }
});

test("ones have one value, the root of their number; a diagonal matrix has its absolute values, the smallest ones too", () => {
  const ones = linalg.svdvals(np.ones([40, 30], { dtype: "float64" }));
  assertClose(ones, [Math.sqrt(1200), ...Array<number>(29).fill(0)], 1e-13);
  const diagonal = Array.from({ length: 20 }, (_, i) => (-1) ** i * 2 ** (-20 * i));
  const expected = diagonal.map(Math.abs);
  const a = matrix((i, j) => (i === j ? (diagonal[i] as number) : 0), 20, 20);
  assert.equal(linalg.svdvals(a).toArray(), expected);
  assert.equal(linalg.svd(a)[1].toArray(), expected);
});

test("float64 at the ends of its range", () => {
  for (const scale of [1e-300, 1e300]) {
    const expected = linalg.svdvals(matrix(noise, 25, 20)).toArray();
    assertClose(np.divide(linalg.svdvals(np.multiply(matrix(noise, 25, 20), scale)), scale), expected, 1e-13);
  }
});

test("stacks, one matrix after the other, inside of jit and vmap, in loops, and none", () => {
  for (const fullMatrices of [true, false]) {
    const decompose = (x: NDArray): NDArray[] => linalg.svd(x, { fullMatrices });
    const parts = [noise, (i: number, j: number) => noise(i + 7, j + 7), MATRICES.identity!];
    const stack = np.stack(parts.map((entry) => matrix(entry, 30, 20)));
    const outs = decompose(stack).map((x) => x.toArray());
    for (const [i, a] of [...stack].entries()) {
      assert.equal(
        outs.map((x) => (x as unknown[])[i]),
        decompose(a as NDArray).map((x) => x.toArray()),
      );
    }
    for (const f of [jit(decompose), vmap(decompose)]) {
      assert.equal(
        tree.map((x: NDArray) => x.toArray(), f(stack)),
        outs,
      );
    }
  }
  const shapes = (x: NDArray): (readonly number[])[] => [...linalg.svd(x), linalg.svdvals(x)].map(({ shape }) => shape);
  assert.equal(shapes(np.zeros([0, 20, 30])), [
    [0, 20, 20],
    [0, 20],
    [0, 30, 30],
    [0, 20],
  ]);
  assert.equal(shapes(np.zeros([2, 20, 0])), [
    [2, 20, 20],
    [2, 0],
    [2, 0, 0],
    [2, 0],
  ]);
});

test("a matrix that isn't finite has NaN for all, and its neighbours in a stack are as they were", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const [m, n] of [
      [3, 3],
      [9, 4],
      [20, 20],
      [50, 20],
      [20, 50],
    ] as const) {
      const sick = np.indexSet(matrix(noise, m, n), [1, 1], bad);
      for (const part of [
        ...linalg.svd(np.stack([sick, matrix(noise, m, n)])),
        linalg.svdvals(np.stack([sick, sick])),
      ]) {
        assert.ok(np.all(np.isnan(part.at(0))).item(), `${m} x ${n} with ${bad}`);
      }
      const [, s] = linalg.svd(np.stack([sick, matrix(noise, m, n)]));
      assert.equal(s.at(1).toArray(), linalg.svd(matrix(noise, m, n))[1].toArray());
    }
  }
});

test("derivatives of values alone are those of values beside vectors, first and second, tall and wide", () => {
  for (const [m, n] of [
    [18, 15],
    [15, 18],
  ] as const) {
    const a = matrix(noise, m, n);
    const weights = randomArray([15], 3, { dtype: "float64" });
    const total = (s: NDArray): NDArray => np.sum(np.multiply(weights, np.square(s)));
    const alone = (x: NDArray): NDArray => total(linalg.svdvals(x));
    const beside = (x: NDArray): NDArray => total(linalg.svd(x, { fullMatrices: false })[1]);
    assertClose(grad(alone)(a), grad(beside)(a).toArray(), 1e-12);
    const along = (f: typeof alone) => grad((x: NDArray) => np.sum(np.square(grad(f)(x))))(a);
    assertClose(along(alone), along(beside).toArray(), 1e-9);
  }
});

test("the same bits on two threads, whose memory the module shares", async () => {
  const a = matrix(noise, 70, 60);
  const run = (): unknown => [...linalg.svd(a), linalg.svdvals(a)].map((x) => x.toArray());
  const alone = run();
  await initThreads({ threads: 2 });
  assert.equal(run(), alone);
  await initThreads({ threads: 1 });
});

test("outputs are the factors alone, and the room that the kernel works in is a part of the plan", () => {
  const { jaxpr } = makeJaxpr((x: NDArray) => linalg.svd(x))(matrix(noise, 40, 30));
  const [equation] = jaxpr.equations.filter(({ primitive }) => primitive.name === "svd");
  assert.equal(
    equation?.outputs.map(({ aval }) => aval.shape),
    [[40, 40], [30], [30, 30]],
  );
  assert.ok(planOf(jaxpr).memoryBytes > 8 * 7 * 30 * 30);
});

test("a device without modules takes rotations, in a loop too", () => {
  const commands = (steps: readonly Step[]): string[] =>
    steps.flatMap((step) => (step.kind === "kernel" ? [step.command] : innerSteps(step).flatMap(commands)));
  const looped = (x: NDArray): NDArray => lax.foriLoop(0, 3, (_, y: NDArray) => linalg.svd(y)[2], x);
  for (const f of [linalg.svdvals, looped]) {
    const program = simplify(makeJaxpr(f)(matrix(noise, 30, 30)).jaxpr);
    assert.ok(commands(lower(program, wasmTarget).steps).includes("SVD"));
    const there = commands(lower(program, referenceTarget).steps);
    assert.ok(there.includes("JACOBI") && !there.includes("SVD"));
  }
});

test("a device without modules finds the same values, beside vectors and alone", () => {
  for (const [m, n] of [
    [20, 20],
    [30, 15],
    [15, 30],
  ] as const) {
    const a = matrix(noise, m, n);
    const expected = linalg.svdvals(a).toArray();
    for (const f of [linalg.svdvals, (x: NDArray): NDArray => linalg.svd(x)[1]]) {
      const { jaxpr } = makeJaxpr(f)(a);
      const avals = jaxpr.outputs.map(({ aval }) => aval);
      const program = lower(simplify(jaxpr), referenceTarget);
      for (const step of program.steps) {
        // The kernels are made for no fewer vectors than columns.
        if (step.kind !== "kernel" || step.command !== "HOUSEHOLDER") continue;
        assert.ok((step.arguments[3] as number) >= (step.arguments[1] as number));
      }
      const values = reference.run(reference.plan(program, avals), [a])[0] as NDArray;
      assertClose(values, expected, 1e-13);
    }
  }
});

test.run();
