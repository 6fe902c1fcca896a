/** Sequences in logarithms, grids of coordinates, and indices of triangles. */
import { checkOptions, describe } from "../base/errors.ts";
import { range, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { astype } from "./array.ts";
import { type DTypeOption, type EyeOptions, type LinspaceOptions, linspace, ones, tril, triu } from "./creation.ts";
import { stack } from "./join.ts";
import { broadcastArrays, ravel } from "./movement.ts";
import { checkInteger, chosenDType } from "./operands.ts";
import { nonzero } from "./searching.ts";
import { floatPower } from "./ufuncs.ts";

export interface LogspaceOptions extends LinspaceOptions {
  /** 10 by default. */
  readonly base?: number;
}

/** `base` to the power of `num` evenly spaced numbers from `start` to `stop`. Source: `jax.numpy.logspace`. */
export function logspace(start: ArrayLike, stop: ArrayLike, num = 50, options?: LogspaceOptions): NDArray {
  const fn = "numpy.logspace";
  checkOptions(fn, options, ["endpoint", "dtype", "axis", "base"]);
  const { base = 10, dtype = "float32", ...spacing } = options ?? {};
  return astype(floatPower(base, linspace(start, stop, num, { ...spacing, dtype: "float64" })), dtype);
}

/** `num` numbers from `start` to `stop`, each the same multiple of the one before. Source: `jax.numpy.geomspace`. */
export function geomspace(start: number, stop: number, num = 50, options?: LinspaceOptions): NDArray {
  if (!(start * stop > 0)) {
    throw new TypeError(`numpy.geomspace: start and stop must have one sign and not be 0, got ${start} and ${stop}.`);
  }
  checkOptions("numpy.geomspace", options, ["endpoint", "dtype"]);
  const { dtype = "float32", ...spacing } = options ?? {};
  const sizes = logspace(Math.log2(Math.abs(start)), Math.log2(Math.abs(stop)), num, {
    ...spacing,
    base: 2,
    dtype: "float64",
  });
  return astype(lax.mul(sizes, Math.sign(start)), dtype);
}

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
export function meshgrid(vectors: readonly ArrayLike[], options?: MeshgridOptions): NDArray[] {
  const fn = "numpy.meshgrid";
  checkOptions(fn, options, ["indexing", "sparse"]);
  const { indexing = "xy", sparse = false } = options ?? {};
  if (!Array.isArray(vectors))
    throw new TypeError(`${fn}: vectors must be a list of arrays, got ${describe(vectors)}.`);
  if (indexing !== "xy" && indexing !== "ij") {
    throw new TypeError(`${fn}: indexing must be "xy" or "ij", got ${describe(indexing)}.`);
  }
  const place = (i: number): number => (indexing === "xy" && i < 2 && vectors.length > 1 ? 1 - i : i);
  const columns = vectors.map((v, i) =>
    lax.reshape(ravel(v), { newSizes: vectors.map((_, k) => (k === place(i) ? -1 : 1)) }),
  );
  return sparse ? columns : broadcastArrays(...columns);
}

/** The index of each element along each axis: the first axis of the result counts these. Source: `jax.numpy.indices`. */
export function indices(dimensions: Shape, options?: DTypeOption): NDArray {
  checkOptions("numpy.indices", options, ["dtype"]);
  const dtype = chosenDType("numpy.indices", options?.dtype, "int32");
  if (dimensions.length === 0) return lax.full([0], 0, dtype);
  return stack(range(dimensions.length).map((i) => lax.broadcastedIota(dtype, dimensions, i)));
}

/** Ones on and below the `k`-th diagonal. Source: `jax.numpy.tri`. */
export function tri(N: number, options?: EyeOptions): NDArray {
  checkOptions("numpy.tri", options, ["M", "k", "dtype"]);
  const { M = N, k = 0, dtype } = options ?? {};
  return tril(ones([N, M], dtype ? { dtype } : {}), { k });
}

const triangle =
  (name: string, cut: typeof tril) =>
  (n: number, options?: Omit<EyeOptions, "dtype">): NDArray[] => {
    const fn = `numpy.${name}`;
    checkOptions(fn, options, ["M", "k"]);
    return nonzero(cut(ones([checkInteger(fn, "n", n), options?.M ?? n]), { k: options?.k ?? 0 }));
  };

/** The rows and the columns of the elements on and below the `k`-th diagonal. Source: `jax.numpy.tril_indices`. */
export const trilIndices = /* @__PURE__ */ triangle("trilIndices", tril);
/** The rows and the columns of the elements on and above the `k`-th diagonal. Source: `jax.numpy.triu_indices`. */
export const triuIndices = /* @__PURE__ */ triangle("triuIndices", triu);
