/** Joining arrays along axes. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import type { DType } from "../base/dtypes.ts";
import { formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { atleast1d, atleast2d, atleast3d } from "./movement.ts";
import { asArrays } from "./operands.ts";

/** The axis to join along, and the dtype of the result. */
export interface JoinOptions {
  /** 0 by default. */
  readonly axis?: number;
  readonly dtype?: DType;
}

/** Options of `np.concatenate`. */
export interface ConcatenateOptions extends Omit<JoinOptions, "axis"> {
  /** 0 by default; `null` flattens the arrays first. */
  readonly axis?: number | null;
}

/** A list of arrays, or one array of them along its first axis. */
export type ArrayList = readonly ArrayLike[] | NDArray;

const shapesOf = (arrays: readonly NDArray[]): string => arrays.map((x) => formatShape(x.shape)).join(", ");

function joinAlong(fn: string, arrays: readonly NDArray[], axis: number, dtype?: DType): NDArray {
  const first = entry(arrays, 0);
  const dimension = canonicalAxis(fn, axis, first.ndim);
  const fits = (x: NDArray): boolean =>
    x.ndim === first.ndim && x.shape.every((n, i) => i === dimension || n === first.shape[i]);
  if (!arrays.every(fits)) {
    throw new ShapeError(`${fn}: shapes ${shapesOf(arrays)} may differ in axis ${dimension} only.`);
  }
  const promoted = dtype ? arrays.map((x) => lax.convertElementType(x, dtype)) : promoteOperands(fn, arrays);
  return lax.concatenate(promoted, { dimension });
}

const flat = (x: NDArray): NDArray => lax.reshape(x, { newSizes: [x.size] });

function concatenated(fn: string, arrays: ArrayList, { axis = 0, dtype }: ConcatenateOptions): NDArray {
  const operands = asArrays(fn, arrays);
  return joinAlong(fn, axis === null ? operands.map(flat) : operands, axis ?? 0, dtype);
}

/**
 * Joins arrays along an existing axis (0 by default); `axis: null` flattens them first. Source: `jax.numpy.concatenate`.
 * @example np.concatenate([np.array([1, 2]), np.array([3])]) // [1, 2, 3]
 */
export function concatenate(
  arrays: ArrayList,
  ...args: Arguments<[axis: number | null, dtype: DType], ConcatenateOptions>
): NDArray {
  const fn = "numpy.concatenate";
  return concatenated(fn, arrays, namedArguments<ConcatenateOptions>(fn, ["axis", "dtype"], args));
}

/**
 * Joins arrays of one shape along a new axis (0 by default). Source: `jax.numpy.stack`.
 * @example np.stack([np.array([1, 2]), np.array([3, 4])]) // [[1, 2], [3, 4]]
 */
export function stack(arrays: ArrayList, ...args: Arguments<[axis: number], JoinOptions>): NDArray {
  const fn = "numpy.stack";
  return stacked(fn, arrays, namedArguments<JoinOptions>(fn, ["axis", "dtype"], args, 1));
}

export function stacked(fn: string, arrays: ArrayList, { axis: place = 0, dtype }: JoinOptions = {}): NDArray {
  const operands = asArrays(fn, arrays);
  const { shape, ndim } = entry(operands, 0);
  if (!operands.every((x) => sameShape(x.shape, shape))) {
    throw new ShapeError(`${fn}: arrays must have one shape, got ${shapesOf(operands)}.`);
  }
  const axis = canonicalAxis(fn, place, ndim + 1);
  const expanded = operands.map((x) => lax.expandDims(x, { axes: [axis] }));
  return joinAlong(fn, expanded, axis, dtype);
}

type StackOptions = Omit<JoinOptions, "axis">;

/** Joins the arrays, each with as many axes as `raise` gives it, along an axis that depends on how many the first has. */
const stackedBy = (name: string, raise: (x: NDArray) => NDArray, axis: (ndim: number) => number) => {
  const fn = `numpy.${name}`;
  return (arrays: ArrayList, ...args: Arguments<[dtype: DType], StackOptions>): NDArray => {
    const { dtype } = namedArguments<StackOptions>(fn, ["dtype"], args);
    const operands = asArrays(fn, arrays).map(raise);
    return joinAlong(fn, operands, axis(entry(operands, 0).ndim), dtype);
  };
};

/**
 * Joins along axis 0; vectors become rows. Source: `jax.numpy.vstack`.
 * @example np.vstack([np.array([1, 2]), np.array([3, 4])]) // [[1, 2], [3, 4]]
 */
export const vstack = /* @__PURE__ */ stackedBy(
  "vstack",
  (x) => atleast2d(x),
  () => 0,
);
/**
 * Joins along axis 1, vectors along axis 0. Source: `jax.numpy.hstack`.
 * @example np.hstack([np.array([1, 2]), np.array([3])]) // [1, 2, 3]
 */
export const hstack = /* @__PURE__ */ stackedBy(
  "hstack",
  (x) => atleast1d(x),
  (ndim) => (ndim === 1 ? 0 : 1),
);
/**
 * Joins along axis 2; vectors become rows of it, numbers too. Source: `jax.numpy.dstack`.
 * @example np.dstack([np.array([1, 2]), np.array([3, 4])]) // [[[1, 3], [2, 4]]]
 */
export const dstack = /* @__PURE__ */ stackedBy(
  "dstack",
  (x) => atleast3d(x),
  () => 2,
);

/**
 * Joins along axis 1; vectors become columns. Source: `jax.numpy.column_stack`.
 * @example np.columnStack([np.array([1, 2]), np.array([3, 4])]) // [[1, 3], [2, 4]]
 */
export function columnStack(arrays: ArrayList, ...rest: never[]): NDArray {
  const fn = "numpy.columnStack";
  noMore(fn, rest);
  const column = (x: NDArray): NDArray => (x.ndim < 2 ? lax.reshape(x, { newSizes: [x.size, 1] }) : x);
  return joinAlong(fn, asArrays(fn, arrays).map(column), 1);
}

/**
 * `values` behind the elements of `x`, both flattened, or along an axis. Source: `jax.numpy.append`.
 * @example np.append(np.array([1, 2]), 3) // [1, 2, 3]
 */
export function append(
  x: ArrayLike,
  values: ArrayLike,
  ...args: Arguments<[axis: number | null], Pick<ConcatenateOptions, "axis">>
): NDArray {
  const fn = "numpy.append";
  const { axis = null } = namedArguments<ConcatenateOptions>(fn, ["axis"], args);
  return concatenated(fn, [asArray(fn, x), asArray(fn, values, "values")], { axis });
}

/** Lists in lists of arrays. */
export type Blocks = ArrayLike | readonly Blocks[];

/**
 * One array of blocks: the innermost lists join along the last axis, those around them along the one before, and so on.
 * Source: `jax.numpy.block`.
 * @example np.block([[a, b], [c, d]])
 */
export function block(arrays: Blocks, ...rest: never[]): NDArray {
  const fn = "numpy.block";
  noMore(fn, rest);
  const depth = (x: Blocks): number => (Array.isArray(x) ? 1 + depth(x[0] ?? 0) : 0);
  const whole = depth(arrays);
  const join = (x: Blocks, axis: number): NDArray => {
    if (!Array.isArray(x)) {
      if (axis < 0) throw new ShapeError(`${fn}: the lists are nested to different depths.`);
      const array = asArray(fn, x, "a block");
      return lax.broadcastToRank(array, Math.max(array.ndim, whole));
    }
    if (axis === 0) throw new ShapeError(`${fn}: the lists are nested to different depths.`);
    const parts = Array.from(x, (part) => join(part, axis + 1));
    return concatenated(fn, parts, { axis });
  };
  return join(arrays, -whole);
}
