/** Norms of vectors and matrices. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { formatShape, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { type Axes, canonicalAxes, range, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { svdvals } from "../lax/singular.ts";
import { expandDims, moveaxis } from "./movement.ts";
import { max, min, sum } from "./reductions.ts";

/** Options of `np.linalg.norm`. */
export interface NormOptions {
  /**
   * Of a vector: any number, infinite ones included. Of a matrix: `"fro"`, `"nuc"`, 1, 2, infinity, and these negative. By
   * default the root of the sum of squares.
   */
  readonly ord?: number | "fro" | "nuc" | null;
  /** One axis for norms of vectors, two for those of matrices; all by default. */
  readonly axis?: Axes;
  /** Whether the axes stay, with size 1. */
  readonly keepdims?: boolean;
}

/** The largest size; as in JAX 0 takes part, which halves the tangent where all are 0. */
const largest = (x: NDArray, options: { readonly axis: number; readonly keepdims: true }): NDArray =>
  max(x, { ...options, initial: 0 });

const euclidean = (x: NDArray, axis: readonly number[]): NDArray =>
  lax.sqrt(sum(lax.square(x), { axis, keepdims: true }));

function normAlong(x: NDArray, ord: number, axis: number): NDArray {
  const reduced = { axis, keepdims: true } as const;
  if (ord === 2) return euclidean(x, [axis]);
  if (ord === 0) return sum(lax.convertElementType(lax.ne(x, 0), x.dtype), reduced);
  const size = lax.abs(x);
  if (Math.abs(ord) === Number.POSITIVE_INFINITY) return (ord > 0 ? largest : min)(size, reduced);
  return ord === 1 ? sum(size, reduced) : lax.pow(sum(lax.pow(size, ord), reduced), 1 / ord);
}

/** The norms that singular values give, of the last two axes. */
function spectralNorm(x: NDArray, ord: number | string): NDArray {
  const s = svdvals(x);
  const reduce = ord === "nuc" ? sum : ord === 2 ? largest : min;
  return expandDims(reduce(s, { axis: -1, keepdims: true }), -1);
}

function matrixNormOf(x: NDArray, ord: unknown, axes: readonly [number, number]): NDArray | undefined {
  if (ord === "fro") return euclidean(x, axes);
  if (ord === "nuc" || Math.abs(ord as number) === 2) {
    return moveaxis(spectralNorm(moveaxis(x, axes, [-2, -1]), ord as number | string), [-2, -1], axes);
  }
  const size = Math.abs(ord as number);
  if (size !== 1 && size !== Number.POSITIVE_INFINITY) return undefined;
  const [rows, columns] = size === 1 ? axes : [axes[1], axes[0]];
  const sums = sum(lax.abs(x), { axis: rows, keepdims: true });
  return ((ord as number) > 0 ? largest : min)(sums, { axis: columns, keepdims: true });
}

/** Throws unless `ord` names a norm of some kind of array. */
export function checkOrd(fn: string, name: string, ord: unknown): void {
  if (ord === null || ord === "fro" || ord === "nuc" || (typeof ord === "number" && !Number.isNaN(ord))) return;
  throw new TypeError(`${fn}: ${name} must be a number, "fro", "nuc" or null, got ${show(ord)}.`);
}

/** What `norm` does, for any function's messages. */
export function normOf(fn: string, x: ArrayLike, { ord = null, axis = null, keepdims = false }: NormOptions): NDArray {
  checkOrd(fn, "ord", ord);
  const [a] = promoteToFloat(fn, [x]);
  const axes = canonicalAxes(fn, axis, a.ndim);
  let out: NDArray | undefined;
  if (ord === null && axis === null) out = euclidean(a, axes);
  else if (axes.length === 1 && typeof (ord ?? 2) === "number") {
    out = normAlong(a, (ord ?? 2) as number, entry(axes, 0));
  } else if (axes.length === 2) out = matrixNormOf(a, ord ?? "fro", axes as [number, number]);
  if (!out) {
    throw new TypeError(
      `${fn}: there is no norm with ord ${show(ord)} over ${axes.length} axes of shape ${formatShape(a.shape)}.`,
    );
  }
  return keepdims ? out : lax.squeeze(out, { dimensions: axes });
}

type NormArguments = Arguments<[ord: NormOptions["ord"], axis: Axes], NormOptions>;

/**
 * The norm of the vectors along one axis, of the matrices over two, or without `ord` of all elements.
 * Source: `jax.numpy.linalg.norm`.
 * @throws TypeError when there is no such norm.
 * @example np.linalg.norm(x, { axis: -1 }); np.linalg.norm(x, { ord: "nuc" })
 */
export function norm(x: ArrayLike, ...args: NormArguments): NDArray {
  const fn = "numpy.linalg.norm";
  return normOf(fn, x, namedArguments<NormOptions>(fn, ["ord", "axis", "keepdims"], args));
}

/** Options of `np.linalg.vectorNorm`. */
export interface VectorNormOptions extends Omit<NormOptions, "ord"> {
  /** Any number, infinite ones included: 2 by default. */
  readonly ord?: number;
}

/**
 * The norm of the vectors along an axis, or of the elements over several axes (all by default).
 * Source: `jax.numpy.linalg.vector_norm`.
 * @example np.linalg.vectorNorm(np.array([3, 4])) // 5
 */
export function vectorNorm(x: ArrayLike, ...args: Arguments<[], VectorNormOptions>): NDArray {
  const fn = "numpy.linalg.vectorNorm";
  const {
    ord = 2,
    axis = null,
    keepdims,
  } = namedArguments<VectorNormOptions>(fn, ["axis", "keepdims", "ord"], args, 0);
  if (typeof ord !== "number" || Number.isNaN(ord))
    throw new TypeError(`${fn}: ord must be a number, got ${show(ord)}.`);
  const [a] = promoteToFloat(fn, [x]);
  const axes = canonicalAxes(fn, axis, a.ndim);
  const kept = range(a.ndim).filter((i) => !axes.includes(i));
  const newSizes = [...kept.map((i) => entry(a.shape, i)), sizeOf(axes.map((i) => entry(a.shape, i)))];
  const rows = lax.reshape(lax.transpose(a, { permutation: [...kept, ...axes] }), { newSizes });
  const shape = a.shape.map((n, i) => (axes.includes(i) ? 1 : n)).filter((_, i) => keepdims || !axes.includes(i));
  return lax.reshape(normAlong(rows, ord, kept.length), { newSizes: shape });
}

/**
 * The norm of the matrices of the last two axes. Source: `jax.numpy.linalg.matrix_norm`.
 * @example np.linalg.matrixNorm(np.array([[1, 2], [2, 4]])) // 5
 */
export function matrixNorm(x: ArrayLike, ...args: Arguments<[], Omit<NormOptions, "axis">>): NDArray {
  const fn = "numpy.linalg.matrixNorm";
  const { ord = "fro", keepdims = false } = namedArguments<NormOptions>(fn, ["keepdims", "ord"], args, 0);
  return normOf(fn, x, { ord, keepdims, axis: [-2, -1] });
}
