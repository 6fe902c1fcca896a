/** Arrays from shapes and numbers, and matrices with a given diagonal or triangle. */
import { type DType, isFloat } from "../base/dtypes.ts";
import { checkOptions, describe, formatShape, ShapeError } from "../base/errors.ts";
import { broadcastShapes, canonicalAxes, canonicalAxis, checkShape, range, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { sequence } from "./array.ts";
import { where } from "./logic.ts";
import { moveaxis } from "./movement.ts";
import { checkInteger, chosenDType } from "./operands.ts";
import { sum } from "./reductions.ts";

const zeroOf = (x: NDArray): NDArray => lax.full([], 0, x.dtype);

export interface DTypeOption {
  readonly dtype?: DType;
}

function checkedShape(fn: string, shape: Shape | number): Shape {
  const list = typeof shape === "number" ? [shape] : shape;
  checkShape(fn, list);
  return list;
}

function filled(fn: string, shape: Shape | number, value: number | boolean, dtype: DType | undefined, fallback: DType) {
  return lax.full(checkedShape(fn, shape), value, chosenDType(fn, dtype, fallback));
}

/** An array of zeros, `float32` unless `dtype` says otherwise. Source: `jax.numpy.zeros`. */
export function zeros(shape: Shape | number, options?: DTypeOption): NDArray {
  checkOptions("numpy.zeros", options, ["dtype"]);
  return filled("numpy.zeros", shape, 0, options?.dtype, "float32");
}

/** An array of ones, `float32` unless `dtype` says otherwise. Source: `jax.numpy.ones`. */
export function ones(shape: Shape | number, options?: DTypeOption): NDArray {
  checkOptions("numpy.ones", options, ["dtype"]);
  return filled("numpy.ones", shape, 1, options?.dtype, "float32");
}

/**
 * An array filled with one number, `float32` (`bool` for booleans) unless `dtype` says otherwise.
 * Source: `jax.numpy.full`.
 */
export function full(shape: Shape | number, fillValue: number | boolean, options?: DTypeOption): NDArray {
  const fn = "numpy.full";
  checkOptions(fn, options, ["dtype"]);
  return filled(
    fn,
    shape,
    checkFill(fn, fillValue),
    options?.dtype,
    typeof fillValue === "boolean" ? "bool" : "float32",
  );
}

function checkFill(fn: string, value: number | boolean): number | boolean {
  if (typeof value === "number" || typeof value === "boolean") return value;
  throw new TypeError(
    `${fn}: fillValue must be a number or a boolean, got ${describe(value)}; repeat arrays with broadcastTo.`,
  );
}

export interface LikeOptions extends DTypeOption {
  readonly shape?: Shape;
}

function filledLike(fn: string, x: ArrayLike, value: number | boolean, options: LikeOptions | undefined): NDArray {
  checkOptions(fn, options, ["dtype", "shape"]);
  const like = asArray(fn, x);
  return filled(fn, options?.shape ?? like.shape, value, options?.dtype, like.dtype);
}

/** Zeros of `x`'s shape and dtype. Source: `jax.numpy.zeros_like`. */
export const zerosLike = (x: ArrayLike, options?: LikeOptions): NDArray => filledLike("numpy.zerosLike", x, 0, options);
/** Ones of `x`'s shape and dtype. Source: `jax.numpy.ones_like`. */
export const onesLike = (x: ArrayLike, options?: LikeOptions): NDArray => filledLike("numpy.onesLike", x, 1, options);
/** `fillValue` in `x`'s shape and dtype. Source: `jax.numpy.full_like`. */
export const fullLike = (x: ArrayLike, fillValue: number | boolean, options?: LikeOptions): NDArray =>
  filledLike("numpy.fullLike", x, checkFill("numpy.fullLike", fillValue), options);

/** Whether `row + k` compares with `column` as `compare` says, for the last two axes of `shape`. */
function diagonalMask(shape: Shape, k: number, compare: (row: NDArray, column: NDArray) => NDArray): NDArray {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const row = lax.broadcastedIota("int32", [rows, columns], 0);
  const column = lax.broadcastedIota("int32", [rows, columns], 1);
  return compare(k === 0 ? row : lax.add(row, k), column);
}

export interface EyeOptions extends DTypeOption {
  /** The number of columns; that of the rows by default. */
  readonly M?: number;
  /** The diagonal that holds the ones: above the main one if positive, below it if negative. */
  readonly k?: number;
}

/** An `N` by `M` matrix with ones on the `k`-th diagonal. Source: `jax.numpy.eye`. */
export function eye(N: number, options?: EyeOptions): NDArray {
  const fn = "numpy.eye";
  checkOptions(fn, options, ["M", "k", "dtype"]);
  const shape = checkedShape(fn, [N, options?.M ?? N]);
  const mask = diagonalMask(shape, checkInteger(fn, "k", options?.k ?? 0), lax.eq);
  return lax.convertElementType(mask, chosenDType(fn, options?.dtype, "float32"));
}

/** The `n` by `n` identity matrix. Source: `jax.numpy.identity`. */
export function identity(n: number, options?: DTypeOption): NDArray {
  checkOptions("numpy.identity", options, ["dtype"]);
  return eye(n, options);
}

/**
 * `start`, `start + step`, ... below `stop`; `int32` if all arguments are whole numbers, else `float32`.
 * Source: `jax.numpy.arange`.
 * @example np.arange(3); np.arange(1, 7, 2); np.arange(3, { dtype: "float32" })
 */
export function arange(stop: number, options?: DTypeOption): NDArray;
export function arange(start: number, stop: number, options?: DTypeOption): NDArray;
export function arange(start: number, stop: number, step: number, options?: DTypeOption): NDArray;
export function arange(...args: (number | DTypeOption | undefined)[]): NDArray {
  const fn = "numpy.arange";
  const numbers = args.filter((x) => typeof x === "number");
  const options = args.slice(numbers.length)[0] as DTypeOption | undefined;
  checkOptions(fn, options, ["dtype"]);
  const [start, stop, step] = (numbers.length < 2 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1]) as [
    number,
    number,
    number,
  ];
  if (![start, stop, step].every(Number.isFinite) || step === 0) {
    throw new TypeError(
      `${fn}: start, stop and step must be finite numbers, step not 0; got ${args.map(describe).join(", ")}.`,
    );
  }
  const dtype = chosenDType(fn, options?.dtype, numbers.every(Number.isInteger) ? "int32" : "float32");
  return sequence(Math.max(0, Math.ceil((stop - start) / step)), (i) => start + i * step, dtype);
}

export interface LinspaceOptions extends DTypeOption {
  /** Whether `stop` is the last element (true by default). */
  readonly endpoint?: boolean;
  /** The axis of the result that the numbers stand along, the first by default. */
  readonly axis?: number;
}

/**
 * `num` evenly spaced numbers from `start` to `stop`, which broadcast; whole numbers for a dtype of integers are rounded down.
 * Source: `jax.numpy.linspace`.
 */
export function linspace(start: ArrayLike, stop: ArrayLike, num = 50, options?: LinspaceOptions): NDArray {
  const fn = "numpy.linspace";
  checkOptions(fn, options, ["endpoint", "dtype", "axis"]);
  if (!Number.isInteger(num) || num < 0) {
    throw new TypeError(`${fn}: num must be a whole number that isn't negative, got ${describe(num)}.`);
  }
  const { endpoint = true, axis = 0 } = options ?? {};
  const dtype = options?.dtype && chosenDType(fn, options.dtype, "float32");
  const like = dtype ? [lax.full([], 0, dtype)] : [];
  const [first, last] = promoteToFloat(fn, [start, stop, ...like], ["start", "stop", "dtype"]) as [NDArray, NDArray];
  const bounds = broadcastShapes(fn, [first.shape, last.shape]);
  const place = canonicalAxis(fn, axis, bounds.length + 1);
  const shape = [...bounds.slice(0, place), num, ...bounds.slice(place)];
  const broadcastDimensions = range(shape.length).filter((i) => i !== place);
  const along = (x: NDArray): NDArray => lax.broadcastInDim(broadcastTo(x, bounds), { shape, broadcastDimensions });
  const step = lax.div(lax.broadcastedIota(first.dtype, shape, place), Math.max(endpoint ? num - 1 : num, 1));
  const points = lax.add(lax.mul(along(first), lax.sub(1, step)), lax.mul(along(last), step));
  return dtype && !isFloat(dtype) ? lax.convertElementType(lax.floor(points), dtype) : points;
}

export interface DiagonalOptions {
  /** Which diagonal: above the main one if positive, below it if negative. */
  readonly k?: number;
}

function matrix(fn: string, x: ArrayLike): NDArray {
  const operand = asArray(fn, x);
  if (operand.ndim >= 2) return operand;
  throw new ShapeError(`${fn}: x must have at least 2 dimensions, got shape ${formatShape(operand.shape)}.`);
}

function diagonalOption(fn: string, options: DiagonalOptions | undefined): number {
  checkOptions(fn, options, ["k"]);
  return checkInteger(fn, "k", options?.k ?? 0);
}

/** `x` with zeros above the `k`-th diagonal of the last two axes. Source: `jax.numpy.tril`. */
export function tril(x: ArrayLike, options?: DiagonalOptions): NDArray {
  const operand = matrix("numpy.tril", x);
  return where(diagonalMask(operand.shape, diagonalOption("numpy.tril", options), lax.ge), operand, zeroOf(operand));
}

/** `x` with zeros below the `k`-th diagonal of the last two axes. Source: `jax.numpy.triu`. */
export function triu(x: ArrayLike, options?: DiagonalOptions): NDArray {
  const operand = matrix("numpy.triu", x);
  return where(diagonalMask(operand.shape, diagonalOption("numpy.triu", options), lax.le), operand, zeroOf(operand));
}

export interface DiagonalAxes {
  readonly offset?: number;
  readonly axis1?: number;
  readonly axis2?: number;
}

/** The diagonal of the last two axes: every `columns + 1`-th element of the flattened matrix. */
function lastDiagonal(x: NDArray, offset: number): NDArray {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const lead = x.shape.slice(0, -2);
  const length = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
  if (length === 0) return lax.full([...lead, 0], 0, x.dtype);
  const start = offset >= 0 ? offset : -offset * columns;
  return lax.slice(lax.reshape(x, { newSizes: [...lead, rows * columns] }), {
    startIndices: [...lead.map(() => 0), start],
    limitIndices: [...lead, start + (length - 1) * (columns + 1) + 1],
    strides: [...lead.map(() => 1), columns + 1],
  });
}

function diagonalOf(fn: string, x: ArrayLike, options: DiagonalAxes | undefined): NDArray {
  checkOptions(fn, options, ["offset", "axis1", "axis2"]);
  const operand = matrix(fn, x);
  const axes = canonicalAxes(fn, [options?.axis1 ?? 0, options?.axis2 ?? 1], operand.ndim, "axis1, axis2");
  return lastDiagonal(moveaxis(operand, axes, [-2, -1]), checkInteger(fn, "offset", options?.offset ?? 0));
}

/** The elements whose indices along `axis1` and `axis2` agree, as the last axis. Source: `jax.numpy.diagonal`. */
export const diagonal = (x: ArrayLike, options?: DiagonalAxes): NDArray => diagonalOf("numpy.diagonal", x, options);

/** The sum of the diagonal. Source: `jax.numpy.trace`. */
export const trace = (x: ArrayLike, options?: DiagonalAxes): NDArray =>
  sum(diagonalOf("numpy.trace", x, options), { axis: -1 });

/** The matrix with a vector on its `k`-th diagonal, or the `k`-th diagonal of a matrix. Source: `jax.numpy.diag`. */
export function diag(x: ArrayLike, options?: DiagonalOptions): NDArray {
  const fn = "numpy.diag";
  const k = diagonalOption(fn, options);
  const operand = asArray(fn, x);
  if (operand.ndim === 2) return lastDiagonal(operand, k);
  if (operand.ndim !== 1) {
    throw new ShapeError(`${fn}: x must have 1 or 2 dimensions, got shape ${formatShape(operand.shape)}.`);
  }
  const length = operand.size;
  const n = length + Math.abs(k);
  if (length === 0) return lax.full([n, n], 0, operand.dtype);
  const low = k >= 0 ? k : -k * n;
  const high = n * n - low - ((length - 1) * (n + 1) + 1);
  return lax.reshape(lax.pad(operand, zeroOf(operand), { paddingConfig: [[low, high, n]] }), {
    newSizes: [n, n],
  });
}

/** An array whose contents may be anything: zeros. Source: `jax.numpy.empty`. */
export const empty: typeof zeros = zeros;
/** An array of `x`'s shape and dtype whose contents may be anything: zeros. Source: `jax.numpy.empty_like`. */
export const emptyLike: typeof zerosLike = zerosLike;
