/** Kernels by loops, and networks to compute them of. */
import { jacrev, lax, type NDArray, numpy as np, nt, tree } from "cotangent";
import { indices, numbers, offsetOf } from "./arrays.ts";
import { randomArray } from "./properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;
export type Axes = number | readonly number[];
const { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES, AUTO } = nt.NtkImplementation;
export const METHODS = { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES, AUTO };

export const axesList = (axes: Axes, ndim: number): number[] =>
  (typeof axes === "number" ? [axes] : [...axes]).map((a) => (a < 0 ? a + ndim : a));

/** The interleaved, traced, diagonal product of `[...out1, q]` and `[...out2, q]`, summed over `q`, by loops. */
export function pairing(
  [shape1, a]: readonly [readonly number[], readonly number[][]],
  [shape2, b]: readonly [readonly number[], readonly number[][]],
  traceAxes: Axes,
  diagonalAxes: Axes,
): { shape: number[]; values: number[] } {
  const ndim = shape1.length;
  const [trace, diagonal] = [axesList(traceAxes, ndim), axesList(diagonalAxes, ndim)];
  const shape = shape1.flatMap((n, i) =>
    trace.includes(i) ? [] : diagonal.includes(i) ? [n] : [n, shape2[i] as number],
  );
  const traced = trace.map((i) => shape1[i] as number);
  const count = traced.reduce((x, y) => x * y, 1);
  const values = indices(shape).map((index) => {
    let sum = 0;
    for (const t of indices(traced)) {
      let next = 0;
      const [i, j] = [new Array<number>(ndim), new Array<number>(ndim)];
      for (let axis = 0; axis < ndim; axis++) {
        if (trace.includes(axis)) i[axis] = j[axis] = t[trace.indexOf(axis)] as number;
        else if (diagonal.includes(axis)) i[axis] = j[axis] = index[next++] as number;
        else [i[axis], j[axis]] = [index[next++] as number, index[next++] as number];
      }
      const [u, v] = [a[offsetOf(i, shape1)] as number[], b[offsetOf(j, shape2)] as number[]];
      for (let q = 0; q < u.length; q++) sum += (u[q] as number) * (v[q] as number);
    }
    return sum / count;
  });
  return { shape, values };
}

/** Rows of a Jacobian: for each output element its derivatives by all parameters, one after the other. */
export function rowsOf(f: Any, params: Any, x: Any): [readonly number[], number[][]][] {
  const outs = tree.leaves<NDArray>(f(params, x));
  return outs.map((out, k) => {
    const leaf = (p: Any): NDArray => tree.leaves<NDArray>(f(p, x))[k] as NDArray;
    const [given, def] = tree.flatten<NDArray>(params);
    const floats = given.filter((p) => p.dtype.startsWith("float"));
    const whole = (own: readonly NDArray[]): Any => {
      let next = 0;
      return tree.unflatten(
        def,
        given.map((p) => (floats.includes(p) ? own[next++] : p)),
      );
    };
    const blocks = tree.leaves<NDArray>(jacrev((own: Any) => leaf(whole(own)))(floats)).map(numbers);
    const size = out.size;
    const rows = Array.from({ length: size }, (_, r) =>
      blocks.flatMap((b) => b.slice((r * b.length) / size, ((r + 1) * b.length) / size)),
    );
    return [out.shape, rows];
  });
}

export const valuesOf = (x: NDArray): number[][] => numbers(x).map((v) => [v]);

export const dense = (w: NDArray, x: NDArray): NDArray => np.matmul(x, w);
export const mlp = (p: Any, x: NDArray): NDArray => dense(p[1].w, lax.tanh(np.add(dense(p[0].w, x), p[0].b)));
export const mlpParams = [
  { w: randomArray([3, 4], 1), b: randomArray([4], 2) },
  { w: randomArray([4, 2], 3), b: null },
];

export const convnet = (p: Any, x: NDArray): NDArray => {
  const conv = (y: NDArray, w: NDArray, stride: number): NDArray =>
    lax.convGeneralDilated(y, w, {
      windowStrides: [stride, stride],
      padding: "SAME",
      dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
    });
  const h = lax.tanh(np.add(conv(x, p.k1, 1), p.b));
  return dense(p.out, np.mean(conv(h, p.k2, 2), { axis: [1, 2] }));
};

/** Axes of batches of vectors: none, and each of both traced or taken diagonally. */
export const AXES = [
  { traceAxes: [] },
  { traceAxes: [-1] },
  { traceAxes: [], diagonalAxes: [-1] },
  { traceAxes: [], diagonalAxes: [0] },
  { traceAxes: [0] },
  { traceAxes: [-1], diagonalAxes: [0] },
];
