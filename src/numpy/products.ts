/** Products of vectors, matrices and tensors. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import { broadcastShapes, canonicalAxes, canonicalAxis, range, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { Binary } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { product } from "../lax/products/dot.ts";
import { dropBroadcastAxes, labelSizes, multiplyLabelled } from "../lax/products/labels.ts";
import { moveAxis } from "../lax/shape.ts";
import { promoteNumbersOnly } from "./operands.ts";
import { multiply, subtract } from "./ufuncs.ts";

/** A function of two arrays of one dtype, in which bools multiply by "and" and add by "or". */
const binaryProduct =
  (name: string, multiply: (fn: string, x: NDArray, y: NDArray) => NDArray): Binary =>
  (x: ArrayLike, y: ArrayLike, ...rest: unknown[]) => {
    const fn = `numpy.${name}`;
    noMore(fn, rest);
    return product(fn, promoteOperands(fn, [x, y], ["x", "y"]), (a, b) => multiply(fn, a, b));
  };

function mismatch(fn: string, x: NDArray, y: NDArray, rule: string): never {
  throw new ShapeError(`${fn}: shapes ${formatShape(x.shape)} and ${formatShape(y.shape)} don't fit: ${rule}.`);
}

/** The product of arrays summed over paired axes; the free axes of `x`, then those of `y` are left. */
function contractAxes(fn: string, x: NDArray, y: NDArray, xAxes: readonly number[], yAxes: readonly number[]): NDArray {
  const wrong = xAxes.findIndex((a, i) => x.shape[a] !== y.shape[entry(yAxes, i)]);
  if (wrong >= 0) {
    mismatch(fn, x, y, `axis ${xAxes[wrong]} of x and axis ${yAxes[wrong]} of y, summed over, must have one size`);
  }
  const xLabels = range(x.ndim);
  const yLabels = range(y.ndim).map((i) => xAxes[yAxes.indexOf(i)] ?? x.ndim + i);
  const out = [...xLabels, ...yLabels].filter((l) => !xAxes.includes(l));
  const sizes = [...x.shape, ...y.shape];
  return multiplyLabelled({ array: x, labels: xLabels }, { array: y, labels: yLabels }, out, sizes);
}

/**
 * The product of scalars; the inner product of vectors; else the sum over the last axis of `x` and the last but one of
 * `y` (the only one of a vector). Source: `jax.numpy.dot`.
 * @example np.dot(np.array([[1, 2], [3, 4]]), np.array([1, 1])) // [3, 7]
 */
export const dot = /* @__PURE__ */ binaryProduct("dot", (fn, a, b) => {
  if (a.ndim === 0 || b.ndim === 0) return multiply(a, b);
  return contractAxes(fn, a, b, [a.ndim - 1], [Math.max(0, b.ndim - 2)]);
});

/** Labels of a matrix's axes, and of the axis that is summed over; batch axes have the labels from `BATCH` on. */
const ROW = 0;
const COLUMN = 1;
const SUM = 2;
const BATCH = 3;

/** Labels of a matrix or a stack of them: batch axes counted from the last, then the matrix's own. */
const matrixLabels = (shape: Shape, own: readonly number[]): number[] => [
  ...range(shape.length - own.length, BATCH).reverse(),
  ...own,
];

/**
 * The matrix product over the last two axes; leading axes are batches and broadcast. A vector counts as a row on the left,
 * a column on the right, and that axis is left out of the result. Source: `jax.numpy.matmul`.
 * @throws ShapeError when the sizes don't fit or an operand is 0-dimensional.
 * @example np.matmul(np.ones([5, 2, 3]), np.ones([3, 4])) // shape [5, 2, 4]
 */
export const matmul = /* @__PURE__ */ binaryProduct("matmul", (fn, a, b) => {
  if (a.ndim === 0 || b.ndim === 0) mismatch(fn, a, b, "both need at least one dimension; use multiply");
  if (a.shape.at(-1) !== b.shape.at(b.ndim === 1 ? -1 : -2)) {
    const place = b.ndim === 1 ? "size of y" : "second to last size of y";
    mismatch(
      fn,
      a,
      b,
      `the last size of x (${a.shape.at(-1)}) must equal the ${place} (${b.shape.at(b.ndim === 1 ? -1 : -2)})`,
    );
  }
  const batch = broadcastShapes(fn, [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const row = a.ndim > 1 ? [ROW] : [];
  const column = b.ndim > 1 ? [COLUMN] : [];
  const lhs = { array: a, labels: matrixLabels(a.shape, [...row, SUM]) };
  const rhs = { array: b, labels: matrixLabels(b.shape, [SUM, ...column]) };
  const sizes = labelSizes([lhs, rhs], () => mismatch(fn, a, b, "the batch axes must broadcast"));
  const out = [...matrixLabels(batch, []), ...row, ...column];
  return multiplyLabelled(dropBroadcastAxes(lhs, sizes), dropBroadcastAxes(rhs, sizes), out, sizes);
});

/** A number of axes, or `[axes of x, axes of y]`. */
export type TensordotAxes = number | readonly [number | readonly number[], number | readonly number[]];

/**
 * The product summed over the last `axes` axes of `x` and the first of `y` (2 by default), or over the given pairs.
 * Source: `jax.numpy.tensordot`.
 * @example np.tensordot(x, y, { axes: [[0, 2], [1, 0]] })
 */
export function tensordot(
  x: ArrayLike,
  y: ArrayLike,
  ...args: Arguments<[axes: TensordotAxes], { readonly axes?: TensordotAxes }>
): NDArray {
  const fn = "numpy.tensordot";
  const { axes = 2 } = namedArguments<{ axes: TensordotAxes }>(fn, ["axes"], args);
  return binaryProduct("tensordot", (_, a, b) => overAxes(fn, a, b, axes))(x, y);
}

function overAxes(fn: string, a: NDArray, b: NDArray, axes: TensordotAxes): NDArray {
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(a.ndim, b.ndim)) {
      mismatch(fn, a, b, `axes must be a whole number from 0 to ${Math.min(a.ndim, b.ndim)}, got ${axes}`);
    }
    return contractAxes(fn, a, b, range(axes, a.ndim - axes), range(axes));
  }
  if (!Array.isArray(axes) || axes.length !== 2 || Array.from(axes).includes(undefined)) {
    throw new TypeError(`${fn}: axes must be a number or [axes of x, axes of y], got ${describe(axes)}.`);
  }
  const xAxes = canonicalAxes(fn, axes[0], a.ndim, "axes[0]");
  const yAxes = canonicalAxes(fn, axes[1], b.ndim, "axes[1]");
  if (xAxes.length !== yAxes.length)
    mismatch(fn, a, b, `axes names ${xAxes.length} axes of x and ${yAxes.length} of y`);
  return contractAxes(fn, a, b, xAxes, yAxes);
}

/**
 * The product summed over the last axes of both. Source: `jax.numpy.inner`.
 * @example np.inner(np.array([1, 2]), np.array([3, 4])) // 11
 */
export const inner = /* @__PURE__ */ binaryProduct("inner", (fn, a, b) => {
  return a.ndim === 0 || b.ndim === 0 ? multiply(a, b) : contractAxes(fn, a, b, [a.ndim - 1], [b.ndim - 1]);
});

const flat = (x: NDArray): NDArray => lax.reshape(x, { newSizes: [x.size] });

/**
 * All products of an element of `x` and one of `y`, both flattened: a matrix. Source: `jax.numpy.outer`.
 * @example np.outer(np.array([1, 2]), np.array([3, 4])) // [[3, 4], [6, 8]]
 */
export const outer = /* @__PURE__ */ binaryProduct("outer", (fn, a, b) => {
  return contractAxes(fn, flat(a), flat(b), [], []);
});

/**
 * The inner product of the flattened arrays. Source: `jax.numpy.vdot`.
 * @example np.vdot(np.array([1, 2]), np.array([3, 4])) // 11
 */
export const vdot = /* @__PURE__ */ binaryProduct("vdot", (fn, a, b) => {
  if (a.size !== b.size) mismatch(fn, a, b, "they must have the same number of elements");
  return contractAxes(fn, flat(a), flat(b), [0], [0]);
});

/**
 * The Kronecker product: blocks of `y` scaled by the elements of `x`. Source: `jax.numpy.kron`.
 * @example np.kron(np.array([1, 2]), np.array([1, 1])) // [1, 1, 2, 2]
 */
export const kron = /* @__PURE__ */ binaryProduct("kron", (_, a, b) => {
  const ndim = Math.max(a.ndim, b.ndim);
  const padded = (s: Shape): number[] => [...range(ndim - s.length).map(() => 1), ...s];
  const [aShape, bShape] = [padded(a.shape), padded(b.shape)];
  const product = multiply(
    lax.reshape(a, { newSizes: aShape.flatMap((n) => [n, 1]) }),
    lax.reshape(b, { newSizes: bShape.flatMap((n) => [1, n]) }),
  );
  return lax.reshape(product, { newSizes: aShape.map((n, i) => n * entry(bShape, i)) });
});

interface VectorOptions {
  /** The last by default. */
  readonly axis?: number;
}

/**
 * The vector product over an axis (the last by default) of size 3; the others broadcast. Source: `jax.numpy.cross`.
 * @example np.cross(np.array([1, 0, 0]), np.array([0, 1, 0])) // [0, 0, 1]
 */
export function cross(x: ArrayLike, y: ArrayLike, ...args: Arguments<[], VectorOptions>): NDArray {
  const fn = "numpy.cross";
  const { axis = -1 } = namedArguments<VectorOptions>(fn, ["axis"], args, 0);
  const [a, b] = promoteNumbersOnly(fn, [x, y], ["x", "y"]);
  const places = mapEach([a, b], (v) => canonicalAxis(fn, axis, v.ndim));
  if (a.shape[places[0]] !== 3 || b.shape[places[1]] !== 3) mismatch(fn, a, b, `axis ${axis} of both must have size 3`);
  const turned = (v: NDArray, place: number, by: number): NDArray =>
    lax.concatenate([lax.sliceInDim(v, by, 3, place), lax.sliceInDim(v, 0, by, place)], { dimension: place });
  const part = (i: number, j: number): NDArray => multiply(turned(a, places[0], i), turned(b, places[1], j));
  return subtract(part(1, 2), part(2, 1));
}

/** The labels of the last axes of both operands, and of those that are kept. */
const labelled = (name: string, left: readonly number[], right: readonly number[], kept: readonly number[]): Binary =>
  binaryProduct(name, (fn, a, b) => {
    const [missing, least] = a.ndim < left.length ? ["x", left.length] : ["y", right.length];
    if (a.ndim < left.length || b.ndim < right.length) mismatch(fn, a, b, `${missing} needs ${least} dimension(s)`);
    const lhs = { array: a, labels: matrixLabels(a.shape, left) };
    const rhs = { array: b, labels: matrixLabels(b.shape, right) };
    const at = (labels: readonly number[], shape: Shape): number | undefined =>
      shape[shape.length - labels.length + labels.indexOf(SUM)];
    if (at(left, a.shape) !== at(right, b.shape)) {
      mismatch(fn, a, b, `the sizes summed over, ${at(left, a.shape)} and ${at(right, b.shape)}, must be equal`);
    }
    const batch = broadcastShapes(fn, [
      a.shape.slice(0, a.ndim - left.length),
      b.shape.slice(0, b.ndim - right.length),
    ]);
    const sizes = labelSizes([lhs, rhs], () => mismatch(fn, a, b, "the batch axes must broadcast"));
    const out = [...matrixLabels(batch, []), ...kept];
    return multiplyLabelled(dropBroadcastAxes(lhs, sizes), dropBroadcastAxes(rhs, sizes), out, sizes);
  });

const lastInner = /* @__PURE__ */ labelled("vecdot", [SUM], [SUM], []);

/**
 * The inner products of the vectors along an axis, the last by default. Source: `jax.numpy.vecdot`.
 * @example np.vecdot(np.array([1, 2]), np.array([3, 4])) // 11
 */
export function vecdot(x: ArrayLike, y: ArrayLike, ...args: Arguments<[], VectorOptions>): NDArray {
  const fn = "numpy.vecdot";
  const { axis = -1 } = namedArguments<VectorOptions>(fn, ["axis"], args, 0);
  const toLast = (v: NDArray): NDArray => moveAxis(v, canonicalAxis(fn, axis, v.ndim), v.ndim - 1);
  return lastInner(toLast(asArray(fn, x)), toLast(asArray(fn, y, "y")));
}
/**
 * Matrices times vectors: over the last axes of both. Source: `jax.numpy.matvec`.
 * @example np.matvec(np.array([[1, 2], [3, 4]]), np.array([1, 1])) // [3, 7]
 */
export const matvec: Binary = /* @__PURE__ */ labelled("matvec", [ROW, SUM], [SUM], [ROW]);
/**
 * Vectors times matrices: over the last axis of `x`, the last but one of `y`. Source: `jax.numpy.vecmat`.
 * @example np.vecmat(np.array([1, 1]), np.array([[1, 2], [3, 4]])) // [4, 6]
 */
export const vecmat: Binary = /* @__PURE__ */ labelled("vecmat", [SUM], [SUM, COLUMN], [COLUMN]);
