/** Rearranging and repeating without arithmetic: reshapes, transpositions, broadcasts, reversals. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { describe, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import {
  type Axes,
  broadcastShapes,
  canonicalAxes,
  canonicalAxis,
  checkIntegers,
  checkShape,
  inserted,
  range,
  type Shape,
} from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import * as shapes from "../lax/shape.ts";
import { checkInteger } from "./operands.ts";

/** Options of `np.reshape` and `np.ravel`. */
export interface OrderOptions {
  /** The order that elements are read and placed in: the last index first (`"C"`, the default), or the first (`"F"`). */
  readonly order?: "C" | "F";
}

type OrderArguments = Arguments<[order: "C" | "F"], OrderOptions>;

/** A reshape in the order that the arguments name. */
function reshapeIn(fn: string, x: NDArray, sizes: Shape, args: OrderArguments): NDArray {
  const { order = "C" } = namedArguments<OrderOptions>(fn, ["order"], args);
  if (order !== "C" && order !== "F") throw new TypeError(`${fn}: order must be "C" or "F", got ${describe(order)}.`);
  const newSizes = shapes.inferSize(fn, sizes, x.shape);
  if (order === "C") return lax.reshape(x, { newSizes });
  return lax.transpose(lax.reshape(lax.transpose(x), { newSizes: newSizes.reverse() }));
}

/**
 * The elements, in row-major order, in another shape; one size may be -1, for what is left.
 * Source: `jax.numpy.reshape`.
 * @throws ShapeError when the numbers of elements differ.
 * @example np.reshape(x, [2, -1])
 */
export function reshape(x: ArrayLike, shape: Shape | number, ...args: OrderArguments): NDArray {
  const fn = "numpy.reshape";
  const sizes = typeof shape === "number" ? [shape] : shape;
  checkIntegers(fn, "shape", sizes);
  return reshapeIn(fn, asArray(fn, x), sizes, args);
}

/**
 * The elements, in row-major order, in one dimension. Source: `jax.numpy.ravel`.
 * @example np.ravel(np.array([[1, 2], [3, 4]])) // [1, 2, 3, 4]
 */
export function ravel(x: ArrayLike, ...args: OrderArguments): NDArray {
  const operand = asArray("numpy.ravel", x);
  return reshapeIn("numpy.ravel", operand, [operand.size], args);
}

type AxisArguments = Arguments<[axis: Axes], { readonly axis?: Axes }>;

/** The axes given as `axis` or `{ axis }`. */
function axisArgument(fn: string, args: readonly unknown[]): Axes | undefined {
  return namedArguments<{ axis: Axes }>(fn, ["axis"], args).axis;
}

/** Options of `np.transpose`. */
export interface TransposeOptions {
  readonly axes?: readonly number[] | null;
}

/**
 * Permutes the axes; reverses them when no order is given. Source: `jax.numpy.transpose`.
 * @example np.transpose(x, [0, 2, 1])
 */
export function transpose(
  x: ArrayLike,
  ...args: Arguments<[axes: readonly number[] | null], TransposeOptions>
): NDArray {
  const fn = "numpy.transpose";
  const operand = asArray(fn, x);
  const given = namedArguments<TransposeOptions>(fn, ["axes"], args).axes;
  if (given === undefined || given === null) return lax.transpose(operand);
  const permutation = canonicalAxes(fn, given, operand.ndim, "axes");
  if (permutation.length !== operand.ndim) {
    throw new ShapeError(
      `${fn}: axes ${show(given)} must name each of the ${operand.ndim} axes of shape ` +
        `${formatShape(operand.shape)} once.`,
    );
  }
  return lax.transpose(operand, { permutation });
}

/**
 * Exchanges two axes. Source: `jax.numpy.swapaxes`.
 * @example np.swapaxes(np.ones([2, 3, 4]), 0, 2) // shape [4, 3, 2]
 */
export function swapaxes(x: ArrayLike, axis1: number, axis2: number, ...rest: never[]): NDArray {
  const fn = "numpy.swapaxes";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  const a = canonicalAxis(fn, axis1, operand.ndim, "axis1");
  const b = canonicalAxis(fn, axis2, operand.ndim, "axis2");
  const permutation = range(operand.ndim).map((i) => (i === a ? b : i === b ? a : i));
  return lax.transpose(operand, { permutation });
}

/**
 * Moves axes to other places, keeping the order of the rest. Source: `jax.numpy.moveaxis`.
 * @example np.moveaxis(x, [0, 1], [-1, -2])
 */
export function moveaxis(
  x: ArrayLike,
  source: number | readonly number[],
  destination: number | readonly number[],
  ...more: never[]
): NDArray {
  const fn = "numpy.moveaxis";
  noMore(fn, more);
  const operand = asArray(fn, x);
  const from = canonicalAxes(fn, source, operand.ndim, "source");
  const to = canonicalAxes(fn, destination, operand.ndim, "destination");
  if (from.length !== to.length) {
    throw new ShapeError(`${fn}: source names ${from.length} axes and destination ${to.length}; they must agree.`);
  }
  const places = to.map((place, i) => [place, entry(from, i)] as const).sort(([a], [b]) => a - b);
  const rest = range(operand.ndim).filter((i) => !from.includes(i));
  const permutation = places.reduce((order, [place, axis]) => inserted(order, place, axis), rest);
  return lax.transpose(operand, { permutation });
}

/**
 * Inserts axes of size 1 at the given places of the result. Source: `jax.numpy.expand_dims`.
 * @example np.expandDims(x, -1); np.expandDims(x, [0, 2])
 */
export function expandDims(
  x: ArrayLike,
  ...args: Arguments<[axis: number | readonly number[]], { readonly axis: number | readonly number[] }>
): NDArray {
  const fn = "numpy.expandDims";
  const operand = asArray(fn, x);
  const given = axisArgument(fn, args);
  if (given === undefined || given === null) throw new TypeError(`${fn}: axis must be a number or a list of numbers.`);
  const list = typeof given === "number" ? [given] : given;
  const axes = canonicalAxes(fn, list, operand.ndim + list.length);
  return lax.expandDims(operand, { axes });
}

/**
 * Removes axes of size 1: the given ones, or all. Source: `jax.numpy.squeeze`.
 * @example np.squeeze(np.ones([1, 2, 1])) // shape [2]
 */
export function squeeze(x: ArrayLike, ...args: AxisArguments): NDArray {
  const fn = "numpy.squeeze";
  const operand = asArray(fn, x);
  const given = axisArgument(fn, args);
  if (given === undefined || given === null) return lax.squeeze(operand);
  const dimensions = canonicalAxes(fn, given, operand.ndim);
  const tooLarge = dimensions.find((a) => operand.shape[a] !== 1);
  if (tooLarge !== undefined) {
    throw new ShapeError(`${fn}: axis ${tooLarge} of shape ${formatShape(operand.shape)} doesn't have size 1.`);
  }
  return lax.squeeze(operand, { dimensions });
}

/**
 * Repeats along axes of size 1 and new leading axes until the shape is `shape`. Source: `jax.numpy.broadcast_to`.
 * @example np.broadcastTo(np.array([1, 2]), [2, 2]) // [[1, 2], [1, 2]]
 */
export function broadcastTo(x: ArrayLike, shape: Shape | number, ...rest: never[]): NDArray {
  const fn = "numpy.broadcastTo";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  const sizes = typeof shape === "number" ? [shape] : shape;
  checkShape(fn, sizes);
  const lead = sizes.length - operand.ndim;
  if (lead < 0 || operand.shape.some((n, i) => n !== 1 && n !== sizes[lead + i])) {
    throw new ShapeError(`${fn}: shape ${formatShape(operand.shape)} cannot be broadcast to ${formatShape(sizes)}.`);
  }
  return shapes.broadcastTo(operand, sizes);
}

/**
 * The arrays repeated to their common shape. Source: `jax.numpy.broadcast_arrays`.
 * @example np.broadcastArrays(np.array([1, 2]), 3) // [[1, 2], [3, 3]]
 */
export function broadcastArrays(...arrays: ArrayLike[]): NDArray[] {
  const fn = "numpy.broadcastArrays";
  const operands = arrays.map((x, i) => asArray(fn, x, `argument ${i + 1}`));
  const shape = broadcastShapes(
    fn,
    operands.map((x) => x.shape),
  );
  return operands.map((x) => shapes.broadcastTo(x, shape));
}

/**
 * Reverses the order of the elements along the given axes, or all. Source: `jax.numpy.flip`.
 * @example np.flip(np.array([1, 2, 3])) // [3, 2, 1]
 */
export const flip = (x: ArrayLike, ...args: AxisArguments): NDArray =>
  flipped("numpy.flip", x, axisArgument("numpy.flip", args));

function flipped(fn: string, x: ArrayLike, axis: Axes | undefined): NDArray {
  const operand = asArray(fn, x);
  return lax.rev(operand, { dimensions: canonicalAxes(fn, axis, operand.ndim) });
}

/** Options of `np.rot90`. */
export interface Rot90Options {
  /** How many quarter turns (1 by default). */
  readonly k?: number;
  /** The plane, turned from the first towards the second axis ([0, 1] by default). */
  readonly axes?: readonly [number, number];
}

/**
 * Turns by quarter turns in the plane of two axes. Source: `jax.numpy.rot90`.
 * @example np.rot90(np.array([[1, 2], [3, 4]])) // [[2, 4], [1, 3]]
 */
export function rot90(
  x: ArrayLike,
  ...args: Arguments<[k: number, axes: readonly [number, number]], Rot90Options>
): NDArray {
  const fn = "numpy.rot90";
  const { k = 1, axes = [0, 1] } = namedArguments<Rot90Options>(fn, ["k", "axes"], args);
  const operand = asArray(fn, x);
  const plane = canonicalAxes(fn, axes, operand.ndim, "axes");
  if (plane.length !== 2) throw new TypeError(`${fn}: axes must be two axes, got ${show(axes)}.`);
  const [a, b] = plane as [number, number];
  const quarters = ((checkInteger(fn, "k", k) % 4) + 4) % 4;
  if (quarters === 0) return operand;
  if (quarters === 2) return flip(operand, [a, b]);
  return quarters === 1 ? swapaxes(flip(operand, b), a, b) : flip(swapaxes(operand, a, b), b);
}

/** The array with at least one dimension. Source: `jax.numpy.atleast_1d`. @example np.atleast1d(3) // [3] */
export function atleast1d(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("numpy.atleast1d", rest);
  const operand = asArray("numpy.atleast1d", x);
  return operand.ndim >= 1 ? operand : lax.reshape(operand, { newSizes: [1] });
}

/**
 * The array with at least two dimensions; new ones stand in front. Source: `jax.numpy.atleast_2d`.
 * @example np.atleast2d(np.array([1, 2])) // [[1, 2]]
 */
export function atleast2d(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("numpy.atleast2d", rest);
  const operand = asArray("numpy.atleast2d", x);
  return operand.ndim >= 2 ? operand : lax.reshape(operand, { newSizes: [1, operand.size] });
}

/**
 * The array with at least three dimensions; a matrix gets its new one at the end. Source: `jax.numpy.atleast_3d`.
 * @example np.atleast3d(np.ones([2, 3])) // shape [2, 3, 1]
 */
export function atleast3d(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("numpy.atleast3d", rest);
  const operand = asArray("numpy.atleast3d", x);
  if (operand.ndim >= 3) return operand;
  return lax.reshape(operand, { newSizes: operand.ndim === 2 ? [...operand.shape, 1] : [1, operand.size, 1] });
}

const flipAlong =
  (name: string, axis: number) =>
  (x: ArrayLike, ...rest: never[]): NDArray => {
    const fn = `numpy.${name}`;
    noMore(fn, rest);
    return flipped(fn, x, axis);
  };
/**
 * Reverses the order of the columns, axis 1. Source: `jax.numpy.fliplr`.
 * @example np.fliplr(np.array([[1, 2], [3, 4]])) // [[2, 1], [4, 3]]
 */
export const fliplr = /* @__PURE__ */ flipAlong("fliplr", 1);
/**
 * Reverses the order of the rows, axis 0. Source: `jax.numpy.flipud`.
 * @example np.flipud(np.array([[1, 2], [3, 4]])) // [[3, 4], [1, 2]]
 */
export const flipud = /* @__PURE__ */ flipAlong("flipud", 0);

/**
 * Exchanges the last two axes. Source: `jax.numpy.matrix_transpose`.
 * @example np.matrixTranspose(np.array([[1, 2], [3, 4]])) // [[1, 3], [2, 4]]
 */
export function matrixTranspose(x: ArrayLike, ...rest: never[]): NDArray {
  const fn = "numpy.matrixTranspose";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  if (operand.ndim >= 2) return swapaxes(operand, -1, -2);
  throw new ShapeError(`${fn}: x must have at least 2 dimensions, got shape ${formatShape(operand.shape)}.`);
}
