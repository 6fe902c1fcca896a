/** Eigenvalues and eigenvectors of symmetric matrices, by what defines them and by closed forms. */
import { grad, initThreads, jit, lax, makeJaxpr, type NDArray, numpy as np, tree, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lower } from "../../src/compile/lower.ts";
import { innerSteps, type Step } from "../../src/compile/program.ts";
import { simplify } from "../../src/compile/simplify.ts";
import { wasmTarget } from "../../src/device/wasm/target.ts";
import { referenceTarget } from "../reference/device.ts";
import { assertClose } from "../support/arrays.ts";
import { planOf } from "../support/plans.ts";
import { randomArray } from "../support/properties.ts";

const { linalg } = np;
const FLOATS = ["float32", "float64"] as const;
type Entry = (i: number, j: number, n: number) => number;

/** Random numbers that an entry and its mirror image share. */
const noise = (i: number, j: number): number => {
  const x = Math.sin(12.9898 * Math.max(i, j) + 78.233 * Math.min(i, j)) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};

const MATRICES: Readonly<Record<string, Entry>> = {
  random: noise,
  zero: () => 0,
  identity: (i, j) => Number(i === j),
  "all ones": () => 1,
  "of rank 3": (i, j) => [1, 2, 3].reduce((sum, k) => sum + Math.cos(k * i) * Math.cos(k * j), 0),
  "clustered around 1": (i, j) => Number(i === j) + 1e-7 * noise(i, j),
  "of two clusters": (i, j) => (i === j ? (i % 2 ? 5 : -5) : 1e-9 * noise(i, j)),
  "graded from 1 to 1e-30": (i, j, n) => 10 ** ((-30 * Math.max(i, j)) / n) * (noise(i, j) + 2 * Number(i === j)),
  "graded the other way": (i, j, n) =>
    10 ** ((-30 * (n - 1 - Math.min(i, j))) / n) * (noise(i, j) + 2 * Number(i === j)),
  "a kernel's": (i, j, n) => Math.exp((-8 * (i - j) ** 2) / n),
  "Wilkinson's": (i, j, n) => (i === j ? Math.abs(i - (n - 1) / 2) : Number(Math.abs(i - j) === 1)),
  "in blocks": (i, j, n) => (i < n / 3 === j < n / 3 ? noise(i, j) : 0),
  huge: (i, j) => 1e36 * noise(i, j),
  tiny: (i, j) => 1e-36 * noise(i, j),
};

const matrix = (entry: Entry, n: number): NDArray =>
  np.array(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j, n))),
    { dtype: "float64" },
  );

/** The largest absolute value. */
const size = (x: NDArray): number => Number(np.max(np.abs(x)).item());

/** Within some times the precision: `A V - V W` relative to the norm, and `V^T V - 1`. */
function check(a: NDArray, what: string): void {
  const precision = (a.dtype === "float32" ? 2 ** -23 : 2 ** -52) * 4 * Math.sqrt(a.shape.at(-1) ?? 1);
  const [w, v] = linalg.eigh(a);
  const [exact, values, vectors] = [a, w, v].map((x) => np.astype(x, "float64")) as [NDArray, NDArray, NDArray];
  const norm = Math.max(Number(np.linalg.norm(exact).item()), Number.MIN_VALUE);
  const residual = np.subtract(np.matmul(exact, vectors), np.multiply(vectors, np.expandDims(values, -2)));
  const product = np.matmul(np.swapaxes(vectors, -1, -2), vectors);
  const found = {
    residual: size(residual) / norm,
    orthogonality: size(np.subtract(product, np.eye(a.shape.at(-1) ?? 1))),
    order: -Math.min(0, Number(np.min(np.diff(values)).item())),
    "values alone": size(np.subtract(linalg.eigvalsh(a), w)) / norm,
  };
  for (const [name, error] of Object.entries(found)) {
    assert.ok(error <= (name === "order" ? 0 : precision), `${what}: ${name} ${error}, more than ${precision}`);
  }
}

for (const [name, entry] of Object.entries(MATRICES)) {
  test(`a matrix ${name}: residual, orthogonality and order, at sizes on either side of every threshold`, () => {
    for (const dtype of FLOATS) {
      for (const n of [2, 3, 12, 13, 14, 31, 33, 34, 65, 66]) {
        check(np.astype(matrix(entry, n), dtype), `${n} x ${n} ${dtype}`);
      }
    }
  });
}

test("larger matrices, whose products go by blocks", () => {
  for (const n of [129, 301]) check(matrix(noise, n), `${n} x ${n}`);
});

test("the second difference has the eigenvalues 2 - 2 cos(pi k / (n + 1))", () => {
  for (const n of [5, 40, 100]) {
    const a = matrix((i, j) => (i === j ? 2 : Number(Math.abs(i - j) === 1) * -1), n);
    const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos((Math.PI * (k + 1)) / (n + 1)));
    assertClose(linalg.eigvalsh(a), expected, 1e-13);
    assertClose(linalg.eigh(a)[0], expected, 1e-13);
  }
});

test("float64 at the ends of its range", () => {
  for (const scale of [1e-300, 1e300]) {
    const a = np.multiply(matrix(noise, 20), scale);
    const expected = np.multiply(linalg.eigvalsh(matrix(noise, 20)), scale);
    assertClose(np.divide(linalg.eigvalsh(a), scale), np.divide(expected, scale).toArray(), 1e-13);
  }
});

test("stacks, one matrix after the other, inside of jit and vmap, in loops, and none", () => {
  const stack = np.stack([
    matrix(noise, 20),
    matrix((i, j) => noise(i + 7, j + 7), 20),
    matrix(MATRICES.identity!, 20),
  ]);
  check(stack, "a stack");
  const [w, v] = linalg.eigh(stack);
  for (const [index, a] of [...stack].entries()) {
    const [ownW, ownV] = linalg.eigh(a as NDArray);
    assert.equal([w.at(index).toArray(), v.at(index).toArray()], [ownW.toArray(), ownV.toArray()]);
  }
  for (const f of [jit((x: NDArray) => linalg.eigh(x)), vmap((x: NDArray) => linalg.eigh(x))]) {
    assert.equal(
      tree.map((x: NDArray) => x.toArray(), f(stack)),
      [w.toArray(), v.toArray()],
    );
  }
  assert.equal(
    linalg.eigh(np.zeros([0, 20, 20])).map((x) => x.shape),
    [
      [0, 20],
      [0, 20, 20],
    ],
  );
  assert.equal(
    linalg.eigh(np.zeros([2, 0, 0])).map((x) => x.shape),
    [
      [2, 0],
      [2, 0, 0],
    ],
  );
});

test("a matrix that isn't finite has NaN for all, and its neighbours in a stack are as they were", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const n of [3, 20]) {
      const sick = np.indexSet(matrix(noise, n), [1, 1], bad);
      const [w, v] = linalg.eigh(np.stack([sick, matrix(noise, n)]));
      assert.ok(np.all(np.isnan(w.at(0))).item() && np.all(np.isnan(v.at(0))).item(), `${n} with ${bad}`);
      assert.equal(w.at(1).toArray(), linalg.eigvalsh(matrix(noise, n)).toArray());
    }
  }
});

test("derivatives of values alone are those of values beside vectors, first and second", () => {
  const a = matrix(noise, 15);
  const weights = randomArray([15], 3, { dtype: "float64" });
  const symmetric = (x: NDArray): NDArray => np.multiply(np.add(x, x.T), 0.5);
  const alone = (x: NDArray): NDArray => np.sum(np.multiply(weights, np.square(linalg.eigvalsh(symmetric(x)))));
  const beside = (x: NDArray): NDArray => np.sum(np.multiply(weights, np.square(linalg.eigh(symmetric(x))[0])));
  assertClose(grad(alone)(a), grad(beside)(a).toArray(), 1e-12);
  const along = (f: typeof alone) => grad((x: NDArray) => np.sum(np.square(grad(f)(x))))(a);
  assertClose(along(alone), along(beside).toArray(), 1e-9);
});

test("the same bits on two threads, whose memory the module shares", async () => {
  const a = matrix(noise, 60);
  const run = (): unknown => linalg.eigh(a).map((x) => x.toArray());
  const alone = run();
  await initThreads({ threads: 2 });
  assert.equal(run(), alone);
  await initThreads({ threads: 1 });
});

test("outputs are the factors alone, and the room that the kernel works in is a part of the plan", () => {
  const { jaxpr } = makeJaxpr((x: NDArray) => linalg.eigh(x))(matrix(noise, 30));
  const [equation] = jaxpr.equations.filter(({ primitive }) => primitive.name === "eigen");
  assert.equal(
    equation?.outputs.map(({ aval }) => aval.shape),
    [[30, 30], [30]],
  );
  assert.ok(planOf(jaxpr).memoryBytes > 8 * 5 * 30 * 30);
});

test("a device without modules takes rotations, in a loop too", () => {
  const commands = (steps: readonly Step[]): string[] =>
    steps.flatMap((step) => (step.kind === "kernel" ? [step.command] : innerSteps(step).flatMap(commands)));
  const once = (x: NDArray): NDArray => linalg.eigh(x)[1];
  const looped = (x: NDArray): NDArray => lax.foriLoop(0, 3, (_, y: NDArray) => once(y), x);
  for (const f of [once, looped]) {
    const program = simplify(makeJaxpr(f)(matrix(noise, 30)).jaxpr);
    assert.ok(commands(lower(program, wasmTarget).steps).includes("EIGEN"));
    const there = commands(lower(program, referenceTarget).steps);
    assert.ok(there.includes("JACOBI") && !there.includes("EIGEN"));
  }
});

test.run();
