/** Sequences in logarithms, grids of coordinates, and indices of triangles. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import type { DType } from "../base/dtypes.ts";
import { checkList, describe, show } from "../base/errors.ts";
import { mapEach } from "../base/lists.ts";
import { checkShape, range, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import {
  checkDiagonal,
  type DTypeOption,
  type EyeOptions,
  eyeArguments,
  type LinspaceOptions,
  spaced,
  tril,
  triu,
} from "./creation.ts";
import { stack } from "./join.ts";
import { broadcastArrays } from "./movement.ts";
import { fitting } from "./operands.ts";
import { nonzero } from "./searching.ts";
import { floatPower } from "./ufuncs.ts";

/** Options of `np.logspace`. */
export interface LogspaceOptions extends LinspaceOptions {
  /** 10 by default. */
  readonly base?: ArrayLike;
}

/**
 * `base` to the power of `num` evenly spaced numbers from `start` to `stop`. Source: `jax.numpy.logspace`.
 * @example np.logspace(0, 2, 3) // [1, 10, 100]
 */
export function logspace(
  start: ArrayLike,
  stop: ArrayLike,
  ...args: Arguments<[num: number, endpoint: boolean, base: ArrayLike], LogspaceOptions>
): NDArray {
  const fn = "numpy.logspace";
  const names = ["num", "endpoint", "base", "dtype", "axis"] as const;
  return powers(fn, start, stop, namedArguments<LogspaceOptions>(fn, names, args, 3));
}

/** In float64 on the way, so that the numbers have all digits of any dtype. */
function powers(fn: string, start: ArrayLike, stop: ArrayLike, options: LogspaceOptions): NDArray {
  const { base = 10, dtype = "float32", ...spacing } = options;
  const exponents = spaced(fn, start, stop, { ...spacing, dtype: "float64" });
  const [bases] = promoteToFloat(fn, [fitting(fn, "base", base, exponents)], ["base"]);
  return lax.convertElementType(floatPower(bases, exponents), dtype);
}

/**
 * `num` numbers from `start` to `stop`, each the same multiple of the one before. Source: `jax.numpy.geomspace`.
 * @example np.geomspace(1, 100, 3) // [1, 10, 100]
 */
export function geomspace(
  start: number,
  stop: number,
  ...args: Arguments<[num: number, endpoint: boolean], LinspaceOptions>
): NDArray {
  const fn = "numpy.geomspace";
  const options = namedArguments<LinspaceOptions>(fn, ["num", "endpoint", "dtype"], args, 2);
  if (typeof start !== "number" || typeof stop !== "number" || !(start * stop > 0)) {
    throw new TypeError(
      `${fn}: start and stop must be numbers of one sign and not 0, got ${show(start)} and ${show(stop)}.`,
    );
  }
  const { dtype = "float32", ...spacing } = options;
  const [first, last] = mapEach([start, stop], (x) => Math.log2(Math.abs(x)));
  const sizes = powers(fn, first, last, { ...spacing, base: 2, dtype: "float64" });
  return lax.convertElementType(lax.mul(sizes, Math.sign(start)), dtype);
}

/** Options of `np.meshgrid`. */
export interface MeshgridOptions {
  /** Whether the first two axes are exchanged, as in plots (`"xy"`, the default), or stand in order (`"ij"`). */
  readonly indexing?: "xy" | "ij";
  /** Whether the axes of the others keep size 1. */
  readonly sparse?: boolean;
}

/**
 * The coordinates of the points of a grid: an array for each vector. Source: `jax.numpy.meshgrid`.
 * @example const [x, y] = np.meshgrid([np.arange(3), np.arange(2)]) // both of shape [2, 3]
 */
export function meshgrid(vectors: readonly ArrayLike[], ...args: Arguments<[], MeshgridOptions>): NDArray[] {
  const fn = "numpy.meshgrid";
  const named = namedArguments<MeshgridOptions>(fn, ["indexing", "sparse"], args, 0);
  const { indexing = "xy", sparse = false } = named;
  checkList(fn, "vectors", vectors);
  if (indexing !== "xy" && indexing !== "ij") {
    throw new TypeError(`${fn}: indexing must be "xy" or "ij", got ${describe(indexing)}.`);
  }
  const place = (i: number): number => (indexing === "xy" && i < 2 && vectors.length > 1 ? 1 - i : i);
  const columns = Array.from(vectors, (v, i) => {
    const vector = asArray(fn, v, `vectors[${i}]`);
    return lax.reshape(vector, { newSizes: vectors.map((_, k) => (k === place(i) ? vector.size : 1)) });
  });
  return sparse ? columns : broadcastArrays(...columns);
}

/**
 * The index of each element along each axis: the first axis of the result counts these. Source: `jax.numpy.indices`.
 * @example np.indices([1, 2]) // [[[0, 0]], [[0, 1]]]
 */
export function indices(dimensions: Shape, ...args: Arguments<[dtype: DType], DTypeOption>): NDArray {
  const fn = "numpy.indices";
  const { dtype = "int32" } = namedArguments<DTypeOption>(fn, ["dtype"], args);
  checkShape(fn, dimensions);
  if (dtype === "bool") throw new TypeError(`${fn}: counts in numbers, got the dtype bool.`);
  if (dimensions.length === 0) return lax.full([0], 0, dtype);
  return stack(range(dimensions.length).map((i) => lax.broadcastedIota(dtype, dimensions, i)));
}

const clamped = (column: number, columns: number): number => Math.min(Math.max(column, 0), columns);

/** `inRow`: how many of a row's columns belong to it, whose diagonal is in column `diagonal`. */
const triangle =
  (name: string, cut: typeof tril, inRow: (diagonal: number, columns: number) => number) =>
  (n: number, ...args: Arguments<[k: number], Omit<EyeOptions, "dtype">>): NDArray[] => {
    const fn = `numpy.${name}`;
    const { k = 0, M = n } = namedArguments<EyeOptions>(fn, ["k", "M"], args);
    checkDiagonal(fn, k);
    const { shape } = eyeArguments(fn, n, [M, k]);
    const size = range(n).reduce((sum, i) => sum + inRow(i + k, M), 0);
    return nonzero(cut(lax.full(shape, true, "bool"), { k }), { size });
  };

/**
 * The rows and the columns of the elements on and below the `k`-th diagonal. Source: `jax.numpy.tril_indices`.
 * @example np.trilIndices(2) // [[0, 1, 1], [0, 0, 1]]
 */
export const trilIndices = /* @__PURE__ */ triangle("trilIndices", tril, (diagonal, columns) =>
  clamped(diagonal + 1, columns),
);
/**
 * The rows and the columns of the elements on and above the `k`-th diagonal. Source: `jax.numpy.triu_indices`.
 * @example np.triuIndices(2) // [[0, 0, 1], [0, 1, 1]]
 */
export const triuIndices = /* @__PURE__ */ triangle(
  "triuIndices",
  triu,
  (diagonal, columns) => columns - clamped(diagonal, columns),
);
