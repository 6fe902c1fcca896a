/** Reductions, products and other large commands of awkward shapes, beside the CPU. */
import { array, jit, lax, type NDArray, numpy as np, random } from "cotangent";
import { compute, numbers } from "./compute.ts";
import type { Check, Finding } from "./report.ts";

type Shape = readonly number[];

interface Case {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly fn: (...operands: NDArray[]) => NDArray;
  /** Whether the result must be the very same. */
  readonly exact?: boolean;
  readonly short?: boolean;
}

/** Relative to the largest entry. */
const BOUND = 2e-6;

const sizeOf = (shape: Shape): number => shape.reduce((n, length) => n * length, 1);

async function check({ shapes, fn, exact }: Case): Promise<Finding> {
  // Mostly positive: sums that cancel would have little to be compared with.
  const operands = shapes.map((shape, i) => numbers(sizeOf(shape), -0.25, 1, i + 1));
  const call = (double: boolean) => () =>
    fn(
      ...operands.map((values, i) =>
        array(double ? Float64Array.from(values) : values).reshape([...(shapes[i] ?? [])]),
      ),
    );
  const got = await compute("webgpu", call(false));
  const want = await compute("cpu", call(!exact));
  let [scale, error] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    const [here, there] = [got[i] ?? Number.NaN, want[i] ?? Number.NaN];
    scale = Math.max(scale, Math.abs(there));
    const apart = Math.abs(here - there);
    // A NaN is the largest of errors.
    error = apart <= error ? error : apart;
  }
  if (got.length !== want.length) return { mark: "WRONG", text: `${got.length} results, not ${want.length}` };
  const results = `${want.length} result${want.length === 1 ? "" : "s"}`;
  if (exact)
    return { mark: error === 0 ? "ok" : "WRONG", text: `${results}, ${error === 0 ? "all the same" : "not the same"}` };
  const relative = error / scale;
  const text = `${relative.toExponential(1)} of the largest of ${results}`;
  if (relative <= BOUND) return { mark: "ok", text };
  return { mark: relative <= 1e-4 ? "HIGH" : "WRONG", text: `${text}; bound ${BOUND}` };
}

const product = (m: number, k: number, n: number, short = false): Case => ({
  name: `product ${m}x${k} by ${k}x${n}`,
  shapes: [
    [m, k],
    [k, n],
  ],
  fn: (a, b) => a.matmul(b),
  short,
});

const key = () => random.key(3);
const ODD = [[7, 1031, 3]];
/** A matrix with a large diagonal, so that it can be decomposed. */
const definite = (x: NDArray): NDArray =>
  np.add(x.matmul(x.T), np.multiply(np.eye(x.shape[0] ?? 0, { dtype: x.dtype as "float32" }), 4));

const CASES: readonly Case[] = [
  { name: "sum of all, 7x1031x3", shapes: ODD, fn: (x) => np.sum(x), short: true },
  ...[0, 1, 2].map((axis) => ({ name: `sum along axis ${axis}`, shapes: ODD, fn: (x: NDArray) => np.sum(x, axis) })),
  { name: "sum of 1,000,003", shapes: [[1_000_003]], fn: (x) => np.sum(x) },
  { name: "mean and variance", shapes: ODD, fn: (x) => np.stack([np.mean(x, 1), np.var(x, 1)]) },
  { name: "product along axis 2", shapes: ODD, fn: (x) => np.prod(x, 2) },
  { name: "largest along axis 1", shapes: ODD, fn: (x) => np.max(x, 1) },
  { name: "argmax along axis 1", shapes: ODD, fn: (x) => np.argmax(x, 1), exact: true },
  { name: "cumulative sum", shapes: ODD, fn: (x) => np.cumsum(x, 1) },
  { name: "sort", shapes: ODD, fn: (x) => np.sort(x, 1), exact: true },
  { name: "transposed copy", shapes: ODD, fn: (x) => np.transpose(x, [2, 0, 1]), exact: true },
  { name: "gather", shapes: ODD, fn: (x) => np.take(x, array([1030, 0, 17, 512], { dtype: "int32" }), 1), exact: true },
  product(1, 1031, 1),
  product(3, 5, 7),
  product(33, 129, 65, true),
  product(257, 1000, 5),
  product(200, 3, 300),
  product(128, 128, 128),
  product(5, 92160, 20, true),
  {
    name: "50 products 7x9 by 9x5",
    shapes: [
      [50, 7, 9],
      [50, 9, 5],
    ],
    fn: (a, b) => np.matmul(a, b),
  },
  { name: "a matrix by its transpose", shapes: [[77, 301]], fn: jit((a: NDArray) => a.matmul(a.T)) },
  {
    name: "convolution 3x3, strides 2",
    shapes: [
      [2, 3, 17, 19],
      [5, 3, 3, 3],
    ],
    fn: (x, w) => lax.convGeneralDilated(x, w, { windowStrides: [2, 2], padding: "SAME" }),
  },
  { name: "Cholesky of 33x33", shapes: [[33, 33]], fn: (x) => np.linalg.cholesky(definite(x)) },
  {
    name: "solve 33x33",
    shapes: [
      [33, 33],
      [33, 4],
    ],
    fn: (x, b) => np.linalg.solve(definite(x), b),
  },
  { name: "eigenvalues of 17x17", shapes: [[17, 17]], fn: (x) => np.linalg.eigvalsh(definite(x)) },
  { name: "random bits", shapes: [], fn: () => random.bits(key(), [1031]), exact: true, short: true },
  { name: "random permutation", shapes: [], fn: () => random.permutation(key(), 257), exact: true },
];

export const resultChecks = (): Check[] =>
  CASES.map((one) => ({
    section: "Reductions, products and other commands: beside the CPU in float64",
    name: one.name,
    short: one.short ?? false,
    run: () => check(one),
  }));
