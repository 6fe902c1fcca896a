/**
 * The functions of `StructuredDerivativesTest` in neural-tangents' `tests/empirical_test.py` by their names there, which
 * are Python expressions over the parameters `p` and the input `x`. Some names differ from what their function computes;
 * the function counts. Complex ones have no counterpart here.
 */
import { lax, type NDArray, numpy as np } from "cotangent";
import { lookup } from "./library.ts";
import { Unavailable } from "./report.ts";

type Params = readonly [NDArray, NDArray, NDArray];
type Output = NDArray | number | null | readonly Output[];
type TestFunction = (p: Params, x: NDArray) => Output;

const { add, subtract: sub, multiply: mul, divide: div, matmul, negative: neg } = np;

const sizeOf = (x: NDArray): number => x.size;
const axesOf = (x: NDArray): number[] => x.shape.map((_, i) => i);
const reversedAxes = (x: NDArray): number[] => axesOf(x).reverse();
const reversedShape = (x: NDArray): number[] => [...x.shape].reverse();
const transpose = (x: NDArray): NDArray => lax.transpose(x);
const permuted = (x: NDArray, permutation: readonly number[]): NDArray => lax.transpose(x, { permutation });
const reshape = (x: NDArray, newSizes: readonly number[], dimensions?: readonly number[]): NDArray =>
  lax.reshape(x, dimensions ? { newSizes, dimensions } : { newSizes });
const concatenate = (xs: readonly NDArray[], dimension: number): NDArray => lax.concatenate(xs, { dimension });
const pad = (x: NDArray, ...paddingConfig: [number, number, number][]): NDArray =>
  lax.pad(x, np.ones([], { dtype: x.dtype }), { paddingConfig });
const padAs = (mode: string, x: NDArray, ...padWidth: [number, number][]): NDArray => {
  try {
    return np.pad(x, padWidth, { mode } as object);
  } catch (error) {
    throw /mode must be one of/.test(String(error)) ? new Unavailable(`numpy.pad has no mode "${mode}"`) : error;
  }
};
const rev = (x: NDArray, dimensions: readonly number[]): NDArray => lax.rev(x, { dimensions });
const prod = (x: NDArray): NDArray => lookup("numpy.prod")(x);
const square = (x: NDArray): NDArray => lax.integerPow(x, { exponent: 2 });
const powerOfAbs = ([p0, p1]: Params, x: NDArray): NDArray => np.power(np.abs(p0), add(p1, x));

/** `x[start:limit]` on the leading axes, with limits beyond the end cut. */
function sliced(x: NDArray, ...ranges: readonly [number, number][]): NDArray {
  const startIndices = x.shape.map((_, i) => ranges[i]?.[0] ?? 0);
  const limitIndices = x.shape.map((n, i) => Math.min(ranges[i]?.[1] ?? n, n));
  return lax.slice(x, { startIndices, limitIndices });
}

/** `x[i, j, ...]`; an index beyond the end means the last element, as in JAX. */
function indexed(x: NDArray, ...indices: readonly number[]): NDArray {
  if (indices.length > x.ndim) throw new RangeError(`too many indices for ${x.ndim} axes`);
  const ranges = indices.map((index, axis): [number, number] => {
    const n = x.shape[axis] as number;
    const i = Math.min(index < 0 ? index + n : index, n - 1);
    return [i, i + 1];
  });
  return reshape(sliced(x, ...ranges), x.shape.slice(indices.length));
}

/** `np.expand_dims(x, -1)`. */
const column = (x: NDArray): NDArray => reshape(x, [...x.shape, 1]);
/** `np.expand_dims(x, axis)`. */
const expanded = (x: NDArray, axis: number): NDArray => lax.expandDims(x, { axes: [axis] });
/** `[[1], [2], ...]` of as many rows as `x` has columns. */
const counts = (x: NDArray): NDArray => column(np.arange(1, (x.shape[1] as number) + 1));

/** Real numbers are their own real part and conjugate. */
const real = (x: NDArray): NDArray => x;
const imag = (x: NDArray): NDArray => np.zerosLike(x);
const complex = (): never => {
  throw new Unavailable("complex numbers do not exist");
};

const interleavedWithOnes = (shape: readonly number[]): number[] => shape.flatMap((n) => [n, 1]);

/** `lax.reshape` with and without a permutation before it: what `lax_reshape_1`, ... `lax_reshape_13` are. */
const RESHAPES: readonly ((p: Params) => NDArray)[] = [
  ([a]) => reshape(a, [1, sizeOf(a)], reversedAxes(a)),
  ([a]) => reshape(a, [sizeOf(a), 1, 1]),
  ([, b]) => reshape(b, [sizeOf(b)], axesOf(b)),
  ([, b]) => reshape(b, [1, sizeOf(b), 1], reversedAxes(b)),
  ([, , c]) => reshape(c, reversedShape(c), axesOf(c)),
  ([, , c]) => reshape(c, reversedShape(c), reversedAxes(c)),
  ([, , c]) => reshape(c, interleavedWithOnes(reversedShape(c)), axesOf(c)),
  ([, , c]) => reshape(c, [1, ...reversedShape(c), 1], reversedAxes(c)),
  ([, , c]) => reshape(c, c.shape, reversedAxes(c)),
  ([, , c]) => reshape(c, c.shape, axesOf(c)),
  ([, , c]) => reshape(c, [...c.shape, 1], axesOf(c)),
  ([, , c]) => reshape(c, [1, 1, ...c.shape], axesOf(c)),
  ([, , c]) => reshape(c, c.shape),
];
const reshaped = (n: number, p: Params): NDArray => (RESHAPES[n - 1] as (p: Params) => NDArray)(p);

/** `lax._reduce_window_sum`: sums over windows. */
const windowSum = (
  x: NDArray,
  windowDimensions: number[],
  windowStrides: number[],
  ...padding: [number, number][]
): NDArray => lookup("lax.reduceWindowSum")(x, { windowDimensions, windowStrides, padding });

const laxMap = (f: (x: NDArray) => NDArray, xs: NDArray): NDArray => lookup("lax.map")(f, xs);
const double = (x: NDArray): NDArray => mul(2, x);
const negatedHalf = (x: NDArray): NDArray => div(neg(x), 2);
const doubledRowsPlusOne = (x: NDArray): NDArray => laxMap((row) => add(laxMap(double, row), 1), x);

type Dims = readonly [readonly number[], readonly number[], readonly number[], readonly number[]];
/** Contracting dimensions of the left and right operand, batch dimensions of the left and right one. */
const DOTS: Readonly<Record<string, Dims>> = {
  dg1: [[], [], [], []],
  dg2: [[1], [0], [], []],
  dg3: [[0], [0], [], []],
  dg4: [[0, 1], [0, 1], [], []],
  dg5: [[1], [1], [0], [0]],
  dg6: [[], [], [0, 1], [0, 1]],
  dg7: [[], [], [1], [0]],
  dg8: [[0], [1], [1], [0]],
};
const dot = (lhs: NDArray, rhs: NDArray, [lc, rc, lb, rb]: Dims): NDArray =>
  lax.dotGeneral(lhs, rhs, { contractingDims: [lc, rc], batchDims: [lb, rb] });
const dotFunctions = Object.entries(DOTS).flatMap(([name, dims]): [string, TestFunction][] => [
  [`${name}-l`, ([a], x) => dot(a, x, dims)],
  [`${name}-r`, ([a], x) => dot(x, a, dims)],
  [`${name}-p`, ([a, b]) => dot(a, b, dims)],
]);

const stackedAndPermuted = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 1, 0],
  [2, 0, 1],
].map((axes): [string, TestFunction] => [
  `np.transpose(np.stack(p), (${axes.join(", ")}))`,
  (p) => permuted(np.stack(p), axes),
]);

/** Every function by its name. */
export const FUNCTIONS: Readonly<Record<string, TestFunction>> = {
  "[p[0]**(p[1] + x), p[2] * x + p[0]]": (p, x) => [powerOfAbs(p, x), add(mul(p[2], x), p[0])],
  "[p[0]**(p[1] + x), p[2] / x + p[0]]": (p, x) => [powerOfAbs(p, x), add(div(p[2], x), p[0])],
  "[p[0] * p[1] * p[2] + (p[0] @ p[1].T) @ (p[2].T @ p[1]) @ x]": ([a, b, c], x) => [
    add(mul(mul(a, b), c), matmul(matmul(matmul(a, transpose(b)), matmul(transpose(c), b)), x)),
  ],
  "[p[0] / (p[1] * p[2]) + (p[0] @ p[1].T) @ (p[2].T @ p[1]) @ x]": ([a, b, c], x) => [
    add(div(a, mul(b, c)), matmul(matmul(matmul(a, transpose(b)), matmul(transpose(c), b)), x)),
  ],

  x: (_, x) => x,
  "(x, x)": (_, x) => [x, x],
  "(x, (x, p))": (p, x) => [x, [x, p]],
  "[np.eye(1)]": () => [np.eye(1)],
  "x**2": (_, x) => square(x),
  "x @ x.T": (_, x) => matmul(x, transpose(x)),
  p: (p) => p,
  "p[0] * p[1]": ([a, b]) => mul(a, b),
  "p[0] + p[1]": ([a, b]) => add(a, b),
  "p[0] + p[1].T": ([a, b]) => add(a, transpose(b)),
  "p[0] + p[1] + p[2]": ([a, b, c]) => add(add(a, b), c),
  "p[0] + p[0].T": ([a]) => add(a, transpose(a)),
  "p[0] + p[0]": ([a]) => add(a, a),
  "p[2] * x + p[2] / x": ([, , c], x) => add(mul(c, x), div(c, x)),
  "-p[0] + 2 * p[1] - p[2] * 3": ([a, b]) => add(neg(a), b),
  "-p[0] + 2 / p[1] - p[2] / 3": ([a, b, c]) => sub(add(neg(a), div(2, b)), div(c, 3)),

  "np.prod(p[2])": ([, , c]) => prod(c),
  "sum(p)": () => 0,
  "prod(p)": () => 1,
  "sum(p)_typed": (_, x) => np.zeros([], { dtype: x.dtype }),
  "prod(p)_typed": (_, x) => np.ones([], { dtype: x.dtype }),
  "x + p[0]": ([a], x) => add(x, a),
  "x - p[1]": ([, b], x) => sub(x, b),
  "-p[0]": ([a]) => neg(a),
  "np.squeeze(np.expand_dims(p[0], 0))": ([a]) => np.squeeze(expanded(a, 0)),
  "p[1]**2": ([, b]) => square(b),
  "p[1] * p[1]": ([, b]) => mul(b, b),
  "p[1] / p[1]": ([, b]) => div(b, b),
  "p[1] * p[0]": ([a, b]) => mul(b, a),
  "p[1] / p[0]": ([a, b]) => div(b, a),

  "p[1] * np.expand_dims(np.arange(p[1].shape[1]))": ([, b]) => mul(b, counts(b)),
  "p[1] * np.expand_dims(p[0][0])": ([a, b]) => mul(b, column(indexed(a, 0))),
  "p[1] / np.expand_dims(np.arange(p[1].shape[1]))": ([, b]) => div(b, counts(b)),
  "p[1] / np.expand_dims(p[0][0])": ([a, b]) => div(b, column(indexed(a, 0))),

  "[p[0], p[1], p[0] / p[1], 2 * p[0], -p[1] + p[0]]": ([a, b]) => [a, b, div(a, b), mul(2, a), add(neg(b), a)],
  "[np.sum(p[0], axis=0), np.sum(p[0], axis=1)]": ([a]) => [np.sum(a, { axis: 0 }), np.sum(a, { axis: 1 })],
  "[np.sum(p[0], axis=0, keepdims=True), np.sum(p[0], axis=1, keepdims=True)]": ([a]) => [
    np.sum(a, { axis: 0, keepdims: true }),
    np.sum(a, { axis: 1, keepdims: true }),
  ],
  "[p[0], np.sum(p[0], axis=0, keepdims=True), np.sum(p[0], axis=1, keepdims=True)]": ([a]) => [
    a,
    np.sum(a, { axis: 0, keepdims: true }),
    np.sum(a, { axis: 1, keepdims: true }),
  ],
  "[p[0], p[0].T]": ([a]) => [a, transpose(a)],
  "[p[0], p[0]]": ([a]) => [a, a],

  "[p[0].reshape((-1,), p[0].reshape((-1,))]": ([a]) => [reshape(a, [-1]), reshape(a, [-1])],
  "[p[0].reshape((2, -1)), p[0].reshape((-1, 2))]": ([a]) => [reshape(a, [2, -1]), reshape(a, [-1, 2])],
  "[p[0].reshape((2, -1)), p[0].reshape((-1, 2)), p[0].T.reshape((2, -1)), p[0].T.reshape((-1, 2))]": ([a]) => [
    reshape(a, [2, -1]),
    reshape(a, [-1, 2]),
    reshape(transpose(a), [2, -1]),
    reshape(transpose(a), [-1, 2]),
  ],
  "[p[0], p[0].T, p[0].reshape((-1,))]": ([a]) => [a, transpose(a), reshape(a, [-1])],
  "[p[0], p[0].T, p[0].reshape((-1,)), p[0].reshape((-1, 1))": ([a]) => [
    a,
    transpose(a),
    reshape(a, [-1]),
    reshape(a, [-1, 1]),
  ],
  "[p[0], p[0].T, p[0].reshape((-1,)), 2 * p[0].reshape((-1, 1)), -p[0].reshape((1, -1))": ([a]) => [
    a,
    transpose(a),
    reshape(a, [-1]),
    mul(2, reshape(a, [-1, 1])),
    neg(reshape(a, [1, -1])),
  ],

  "p[0] @ p[0]": ([a]) => matmul(a, a),
  "p[0] @ p[1]": ([a, b]) => matmul(a, b),
  "p[0] @ p[1] @ p[2]": ([a, b, c]) => matmul(matmul(a, b), c),
  "p[0].T @ p[0]": ([a]) => matmul(transpose(a), a),
  "p[1].T @ p[0]": ([a, b]) => matmul(transpose(b), a),
  "p[2] @ p[0] @ p[1]": ([a, b, c]) => matmul(matmul(c, a), b),
  "(p[0] @ p[1], p[0])": ([a, b]) => [matmul(a, b), a],
  "(p[0] @ p[1], p[1])": ([a, b]) => [matmul(a, b), b],
  "(p[0] @ p[1], p[1].T)": ([a, b]) => [matmul(a, b), transpose(b)],
  "(p[0] @ p[1], p[0].T)": ([a, b]) => [matmul(a, b), transpose(a)],

  "np.sum(p[0])": ([a]) => np.sum(a),
  "np.sum(p[0], axis=1, keepdims=True)": ([a]) => np.sum(a, { axis: 1, keepdims: true }),
  "np.sum(p[1], axis=0, keepdims=False)": ([, b]) => np.sum(b, { axis: 0, keepdims: false }),
  "np.sum(p[0] @ p[0])": ([a]) => np.sum(matmul(a, a)),
  "np.sum(p[2] * p[1])": ([, b, c]) => np.sum(mul(c, b)),
  "np.sum(p[1] * p[1])": ([, b]) => np.sum(mul(b, b)),
  "np.sum(p[2] / p[1])": ([, b, c]) => np.sum(div(c, b)),
  "np.sum(p[1] / p[1])": ([, b]) => np.sum(div(b, b)),

  "np.zeros((2, 4))": () => np.zeros([2, 4]),
  "np.zeros((2, 4))_typed": (_, x) => np.zeros([2, 4], { dtype: x.dtype }),
  "np.ones((1, 2))": () => np.ones([1, 2]),

  "p[2]": ([, , c]) => c,
  "[p[1], p[0], p[2]]": ([a, b, c]) => [b, a, c],

  "np.real(p[2])": ([, , c]) => real(c),
  "np.real(x)": (_, x) => real(x),
  "np.imag(p[2])": ([, , c]) => imag(c),
  "np.imag(x)": (_, x) => imag(x),
  "np.abs(np.real(p[2]) + np.imag(p[2])) @ np.imag(p[0])": ([a, , c]) => matmul(np.abs(add(real(c), imag(c))), imag(a)),
  "[np.real(p[1]), np.imag(p[0]), np.abs(-p[2])],": ([a, b, c]) => [real(b), imag(a), np.abs(neg(c))],
  "lax.complex(p[0], p[1])": complex,
  "lax.conj(p[0])": complex,
  "lax.conj(p[0]) @ lax.conj(p[1])": complex,
  "lax.complex(x, p[1]) * lax.complex(p[0], p[2])": complex,

  long: ([a, b, c], x) => [
    matmul(a, add(b, matmul(a, div(b, a)))),
    [c, indexed(x, 1)],
    mul(sliced(x, [1, 2]), sub(x, 1)),
    mul(indexed(x, 1), reshape(sliced(c, [0, 1], [0, 1]), [1, ...c.shape.slice(2)])),
    np.ones([], { dtype: x.dtype }),
  ],

  reshape: ([a, b, c]) => [
    matmul(reshape(a, [1, -1]), reshape(b, [-1, 1])),
    reshape(sliced(c, [0, 2], [0, 3]), [3, 2]),
  ],
  "p[0].reshape((-1,)).reshape((3, 3)).T": ([a]) => transpose(reshape(reshape(a, [-1]), [3, 3])),
  lax_reshape_all: (p) => RESHAPES.map((f) => f(p)),
  lax_reshape_1_2: (p) => [mul(reshaped(1, p), prod(p[0])), mul(reshaped(2, p), np.sum(p[0]))],
  lax_reshape_3_4: (p) => [add(reshaped(3, p), np.sum(p[1])), sub(reshaped(4, p), np.sum(p[1]))],
  lax_reshape_12_13: (p) => [sub(mul(reshaped(12, p), np.sum(p[1])), 3), add(add(reshaped(13, p), np.sum(p[0])), 1)],
  lax_reshape_1_10_11: (p) => [
    add(reshaped(1, p), np.sum(p[2])),
    mul(reshaped(10, p), np.sum(p[0])),
    sub(add(reshaped(11, p), np.sum(p[1])), 1),
  ],
  lax_reshape_4_5_6: (p) => [reshaped(4, p), reshaped(5, p), reshaped(6, p)],
  lax_reshape_5_6: (p) => [reshaped(5, p), reshaped(6, p)],
  ...Object.fromEntries(RESHAPES.map((f, i): [string, TestFunction] => [`lax_reshape_${i + 1}`, f])),

  rev: ([a, b, c]) => [rev(a, [0]), rev(b, [1]), rev(c, [0, 1])],
  rev2: ([a, b, c]) => sub(mul(rev(a, [0]), rev(b, [1])), square(rev(c, [0, 1]))),

  "np.squeeze(p[0]) * np.squeeze(p[1])": ([a, b]) => mul(np.squeeze(a), np.squeeze(b)),

  pad_1: ([a]) => pad(a, [0, 0, 0], [0, 1, 2]),
  pad_np_const: ([a]) => padAs("constant", a, [0, 0], [1, 2]),
  pad_np_wrap: ([a]) => padAs("wrap", a, [2, 3], [0, 0]),
  pad_np_max: ([a]) => padAs("maximum", a, [0, 0], [1, 0]),
  pad_2: ([, b]) => pad(b, [0, 0, 0], [0, 0, 0]),
  pad_3: ([, , c]) => pad(c, [1, 0, 2], [0, 1, 0]),
  pad_4: ([a]) => add(pad(a, [0, 0, 0], [0, 1, 2]), transpose(pad(a, [0, 1, 2], [0, 0, 0]))),

  "lax.concatenate([p[0], p[0]], 0)": ([a]) => concatenate([a, a], 0),
  "lax.concatenate([p[0], p[0]], 1)": ([a]) => concatenate([a, a], 1),
  "lax.concatenate([p[0], p[1]], 0)": ([a, b]) => concatenate([a, b], 0),
  "lax.concatenate([p[0], p[1]], 1)": ([a, b]) => concatenate([a, b], 1),
  "lax.concatenate([p[0], p[0].T], 0)": ([a]) => concatenate([a, transpose(a)], 0),
  "lax.concatenate([p[0], p[0].T], 1)": ([a]) => concatenate([a, transpose(a)], 1),
  "lax.concatenate([p[0], p[1], p[0].T], 1)": ([a, b]) => concatenate([a, b, transpose(a)], 1),
  "lax.concatenate([p[0], p[1], p[0].T], 0)": ([a, b]) => concatenate([a, b, transpose(a)], 0),
  "lax.concatenate(p, 0)": (p) => concatenate(p, 0),
  "lax.concatenate(p, 1)": (p) => concatenate(p, 1),
  "(lax.concatenate([p[0], x], 1) @ lax.concatenate([p[1], p[2]], 0))**2": ([a, b, c], x) =>
    square(matmul(concatenate([a, x], 1), concatenate([b, c], 0))),

  ...Object.fromEntries(stackedAndPermuted),
  transpose_3: (p) => permuted(expanded(np.stack(p, { axis: 1 }), 0), [2, 0, 3, 1]),
  transpose_4: (p) => permuted(expanded(np.stack(p, { axis: 1 }), 1), [0, 2, 1, 3]),
  transpose_5: (p) => permuted(expanded(np.stack(p, { axis: 2 }), 2), [0, 1, 2, 3]),
  transpose_6: (p) => permuted(expanded(np.stack(p, { axis: 2 }), 0), [1, 0, 3, 2]),

  "lax._reduce_window_sum_1": ([a]) => windowSum(a, [1, 2], [1, 1], [0, 0], [0, 1]),
  "lax._reduce_window_sum_2": ([a]) => windowSum(a, [1, 1], [1, 1], [0, 0], [0, 0]),
  "lax._reduce_window_sum_3": ([a]) => windowSum(a, [2, 1], [1, 2], [0, 0], [0, 2]),
  "lax._reduce_window_sum_4": ([a]) => windowSum(a, [2, 2], [1, 1], [2, 3], [0, 0]),
  "lax._reduce_window_sum_5": ([a]) => windowSum(a, [1, 1], [2, 1], [0, 0], [1, 0]),

  ...Object.fromEntries(dotFunctions),

  "p[1] * p[0][1, 0]": ([a, b]) => mul(b, indexed(a, 1, 0)),
  "p[1] / p[0][0, -1]": ([a, b]) => div(b, indexed(a, 1, -1)),

  "lax.map_1": ([a, b]) => mul(laxMap(double, a), np.sum(b)),
  "lax.map_2": ([a]) =>
    mul(
      laxMap((row) => add(double(row), 1), a),
      np.sum(a),
    ),
  "lax.map_3": ([a]) => mul(np.sum(laxMap(negatedHalf, a)), a),
  "lax.map_4": ([a]) => mul(laxMap(negatedHalf, a), laxMap(double, a)),
  "lax.map_5": ([a, b]) => [doubledRowsPlusOne(a), b],
  "lax.map_6": ([a]) => [doubledRowsPlusOne(a), a],
};
