/** Rearranging and repeating without arithmetic: reshapes, transpositions, broadcasts, reversals. */
import { namedArguments } from "../base/arguments.ts";
import { checkOptions, describe, formatShape, ShapeError } from "../base/errors.ts";
import {
  type Axes,
  broadcastShapes,
  canonicalAxes,
  canonicalAxis,
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

/**
 * The elements, in row-major order, in another shape; one size may be -1, for what is left.
 * Source: `jax.numpy.reshape`.
 * @throws ShapeError when the numbers of elements differ.
 * @example np.reshape(x, [2, -1])
 */
export function reshape(x: ArrayLike, shape: Shape | number): NDArray {
  const sizes = typeof shape === "number" ? [shape] : shape;
  if (!Array.isArray(sizes)) {
    throw new TypeError(`numpy.reshape: shape must be a list of whole numbers, got ${describe(shape)}.`);
  }
  return lax.reshape(asArray("numpy.reshape", x), { newSizes: sizes });
}

/** The elements, in row-major order, in one dimension. Source: `jax.numpy.ravel`. */
export function ravel(x: ArrayLike): NDArray {
  const operand = asArray("numpy.ravel", x);
  return lax.reshape(operand, { newSizes: [operand.size] });
}

/** The axes given as `axis` or `{ axis }`. */
function axisArgument(fn: string, args: readonly unknown[]): Axes | undefined {
  return namedArguments<{ axis: Axes }>(fn, ["axis"], args).axis;
}

export interface TransposeOptions {
  readonly axes?: readonly number[] | null;
}

/**
 * Permutes the axes; reverses them when no order is given. Source: `jax.numpy.transpose`.
 * @example np.transpose(x, [0, 2, 1])
 */
export function transpose(x: ArrayLike, axes?: readonly number[] | null | TransposeOptions): NDArray {
  const fn = "numpy.transpose";
  const operand = asArray(fn, x);
  const given = namedArguments<TransposeOptions>(fn, ["axes"], [axes]).axes;
  if (given === undefined || given === null) return lax.transpose(operand);
  const permutation = canonicalAxes(fn, given, operand.ndim, "axes");
  if (permutation.length !== operand.ndim) {
    throw new ShapeError(
      `${fn}: axes [${given.join(", ")}] must name each of the ${operand.ndim} axes of shape ` +
        `${formatShape(operand.shape)} once.`,
    );
  }
  return lax.transpose(operand, { permutation });
}

/** Exchanges two axes. Source: `jax.numpy.swapaxes`. */
export function swapaxes(x: ArrayLike, axis1: number, axis2: number): NDArray {
  const fn = "numpy.swapaxes";
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
): NDArray {
  const fn = "numpy.moveaxis";
  const operand = asArray(fn, x);
  const from = canonicalAxes(fn, source, operand.ndim, "source");
  const to = canonicalAxes(fn, destination, operand.ndim, "destination");
  if (from.length !== to.length) {
    throw new ShapeError(`${fn}: source names ${from.length} axes and destination ${to.length}; they must agree.`);
  }
  const places = to.map((place, i) => [place, from[i] as number] as const).sort(([a], [b]) => a - b);
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
  axis: number | readonly number[] | { readonly axis: number | readonly number[] },
): NDArray {
  const fn = "numpy.expandDims";
  const operand = asArray(fn, x);
  const given = axisArgument(fn, [axis]);
  if (given === undefined || given === null) throw new TypeError(`${fn}: axis must be a number or a list of numbers.`);
  const list = typeof given === "number" ? [given] : given;
  const axes = canonicalAxes(fn, list, operand.ndim + list.length);
  return lax.expandDims(operand, { axes });
}

/** Removes axes of size 1: the given ones, or all. Source: `jax.numpy.squeeze`. */
export function squeeze(x: ArrayLike, axis?: Axes | { readonly axis?: Axes }): NDArray {
  const fn = "numpy.squeeze";
  const operand = asArray(fn, x);
  const given = axisArgument(fn, [axis]);
  if (given === undefined || given === null) return lax.squeeze(operand);
  const dimensions = canonicalAxes(fn, given, operand.ndim);
  const tooLarge = dimensions.find((a) => operand.shape[a] !== 1);
  if (tooLarge !== undefined) {
    throw new ShapeError(`${fn}: axis ${tooLarge} of shape ${formatShape(operand.shape)} doesn't have size 1.`);
  }
  return lax.squeeze(operand, { dimensions });
}

/** Repeats along axes of size 1 and new leading axes until the shape is `shape`. Source: `jax.numpy.broadcast_to`. */
export function broadcastTo(x: ArrayLike, shape: Shape): NDArray {
  const fn = "numpy.broadcastTo";
  const operand = asArray(fn, x);
  checkShape(fn, shape);
  const lead = shape.length - operand.ndim;
  if (lead < 0 || operand.shape.some((n, i) => n !== 1 && n !== shape[lead + i])) {
    throw new ShapeError(`${fn}: shape ${formatShape(operand.shape)} cannot be broadcast to ${formatShape(shape)}.`);
  }
  return shapes.broadcastTo(operand, shape);
}

/** The arrays repeated to their common shape. Source: `jax.numpy.broadcast_arrays`. */
export function broadcastArrays(...arrays: ArrayLike[]): NDArray[] {
  const fn = "numpy.broadcastArrays";
  const operands = arrays.map((x, i) => asArray(fn, x, `argument ${i + 1}`));
  const shape = broadcastShapes(
    fn,
    operands.map((x) => x.shape),
  );
  return operands.map((x) => shapes.broadcastTo(x, shape));
}

/** Reverses the order of the elements along the given axes, or all. Source: `jax.numpy.flip`. */
export function flip(x: ArrayLike, axis?: Axes | { readonly axis?: Axes }): NDArray {
  const fn = "numpy.flip";
  const operand = asArray(fn, x);
  return lax.rev(operand, { dimensions: canonicalAxes(fn, axisArgument(fn, [axis]), operand.ndim) });
}

export interface Rot90Options {
  /** How many quarter turns (1 by default). */
  readonly k?: number;
  /** The plane, turned from the first towards the second axis ([0, 1] by default). */
  readonly axes?: readonly [number, number];
}

/** Turns by quarter turns in the plane of two axes. Source: `jax.numpy.rot90`. */
export function rot90(x: ArrayLike, options?: Rot90Options): NDArray {
  const fn = "numpy.rot90";
  checkOptions(fn, options, ["k", "axes"]);
  const operand = asArray(fn, x);
  const [a, b] = canonicalAxes(fn, options?.axes ?? [0, 1], operand.ndim, "axes") as [number, number];
  const quarters = ((checkInteger(fn, "k", options?.k ?? 1) % 4) + 4) % 4;
  if (quarters === 0) return operand;
  if (quarters === 2) return flip(operand, [a, b]);
  return quarters === 1 ? swapaxes(flip(operand, b), a, b) : flip(swapaxes(operand, a, b), b);
}

/** The array with at least one dimension. Source: `jax.numpy.atleast_1d`. */
export function atleast1d(x: ArrayLike): NDArray {
  const operand = asArray("numpy.atleast1d", x);
  return operand.ndim >= 1 ? operand : lax.reshape(operand, { newSizes: [1] });
}

/** The array with at least two dimensions; new ones stand in front. Source: `jax.numpy.atleast_2d`. */
export function atleast2d(x: ArrayLike): NDArray {
  const operand = asArray("numpy.atleast2d", x);
  return operand.ndim >= 2 ? operand : lax.reshape(operand, { newSizes: [1, operand.size] });
}

/** The array with at least three dimensions; a matrix gets its new one at the end. Source: `jax.numpy.atleast_3d`. */
export function atleast3d(x: ArrayLike): NDArray {
  const operand = asArray("numpy.atleast3d", x);
  if (operand.ndim >= 3) return operand;
  return lax.reshape(operand, { newSizes: operand.ndim === 2 ? [...operand.shape, 1] : [1, operand.size, 1] });
}

/** Reverses the order of the columns, axis 1. Source: `jax.numpy.fliplr`. */
export const fliplr = (x: ArrayLike): NDArray => flip(x, 1);
/** Reverses the order of the rows, axis 0. Source: `jax.numpy.flipud`. */
export const flipud = (x: ArrayLike): NDArray => flip(x, 0);
/** Exchanges the last two axes. Source: `jax.numpy.matrix_transpose`. */
export const matrixTranspose = (x: ArrayLike): NDArray => swapaxes(x, -1, -2);
