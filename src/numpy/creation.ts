/** Arrays from shapes and numbers, and matrices with a given diagonal or triangle. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { type DType, isFloat, itemSize, promote, type Typed } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import {
  broadcastShapes,
  canonicalAxes,
  canonicalAxis,
  checkCount,
  checkRoom,
  checkShape,
  MOST_AXES,
  range,
  type Shape,
  sameShape,
} from "../base/shapes.ts";
import { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { sequence } from "./array.ts";
import { where } from "./logic.ts";
import { moveaxis } from "./movement.ts";
import { checkInteger, filled } from "./operands.ts";
import { sums } from "./reducing.ts";

const zeroOf = (x: NDArray): NDArray => lax.full([], 0, x.dtype);

/** The dtype of what is made. */
export interface DTypeOption {
  readonly dtype?: DType;
}

function checkedShape(fn: string, shape: Shape | number): Shape {
  const list = typeof shape === "number" ? [shape] : shape;
  checkShape(fn, list);
  return list;
}

type DTypeArguments = Arguments<[dtype: DType], DTypeOption>;

const dtypeOf = (fn: string, args: DTypeArguments): DType =>
  namedArguments<DTypeOption>(fn, ["dtype"], args).dtype ?? "float32";

function constant(name: string, value: number) {
  const fn = `numpy.${name}`;
  return (shape: Shape | number, ...args: DTypeArguments): NDArray =>
    lax.full(checkedShape(fn, shape), value, dtypeOf(fn, args));
}

/**
 * An array of zeros, `float32` unless `dtype` says otherwise. Source: `jax.numpy.zeros`.
 * @example np.zeros([2]) // [0, 0]
 */
export const zeros = /* @__PURE__ */ constant("zeros", 0);
/**
 * An array of ones, `float32` unless `dtype` says otherwise. Source: `jax.numpy.ones`.
 * @example np.ones([2, 2]) // [[1, 1], [1, 1]]
 */
export const ones = /* @__PURE__ */ constant("ones", 1);
/** An array whose contents may be anything: zeros. Source: `jax.numpy.empty`. @example np.empty([2]) // shape [2] */
export const empty = /* @__PURE__ */ constant("empty", 0);

/** The fill value repeated to the shape. */
function repeated(fn: string, shape: Shape, value: ArrayLike, dtype: DType): NDArray {
  const fill = asArray(fn, value, "fillValue");
  if (fill.ndim === 0) return filled(fn, shape, value, dtype);
  if (sameShape(broadcastShapes(fn, [fill.shape, shape]), shape)) {
    return broadcastTo(lax.convertElementType(fill, dtype), shape);
  }
  throw new ShapeError(
    `${fn}: fillValue of shape ${formatShape(fill.shape)} cannot be broadcast to ${formatShape(shape)}.`,
  );
}

/**
 * An array filled with a number, or an array that is broadcast; `float32` for numbers, the fill value's dtype otherwise
 * (`bool` for booleans), unless `dtype` says otherwise. Source: `jax.numpy.full`.
 * @example np.full([2], 7) // [7, 7]
 */
export function full(shape: Shape | number, fillValue: ArrayLike, ...args: DTypeArguments): NDArray {
  const fn = "numpy.full";
  const own = typeof fillValue === "number" ? "float32" : asArray(fn, fillValue, "fillValue").dtype;
  const { dtype = own } = namedArguments<DTypeOption>(fn, ["dtype"], args);
  return repeated(fn, checkedShape(fn, shape), fillValue, dtype);
}

/** Options of `np.zerosLike` and its kind. */
export interface LikeOptions extends DTypeOption {
  readonly shape?: Shape | number;
}

type LikeArguments = Arguments<[dtype: DType, shape: Shape | number], LikeOptions>;

function filledLike(fn: string, x: ArrayLike, value: ArrayLike, args: LikeArguments): NDArray {
  const like = asArray(fn, x);
  const { dtype = like.dtype, shape = like.shape } = namedArguments<LikeOptions>(fn, ["dtype", "shape"], args);
  return repeated(fn, checkedShape(fn, shape), value, dtype);
}

/** Zeros of `x`'s shape and dtype. Source: `jax.numpy.zeros_like`. @example np.zerosLike(np.ones([2])) // [0, 0] */
export const zerosLike = (x: ArrayLike, ...args: LikeArguments): NDArray => filledLike("numpy.zerosLike", x, 0, args);
/** Ones of `x`'s shape and dtype. Source: `jax.numpy.ones_like`. @example np.onesLike(np.zeros([2])) // [1, 1] */
export const onesLike = (x: ArrayLike, ...args: LikeArguments): NDArray => filledLike("numpy.onesLike", x, 1, args);
/**
 * An array of `x`'s shape and dtype whose contents may be anything: zeros. Source: `jax.numpy.empty_like`.
 * @example np.emptyLike(np.ones([2, 3])) // shape [2, 3]
 */
export const emptyLike = (x: ArrayLike, ...args: LikeArguments): NDArray => filledLike("numpy.emptyLike", x, 0, args);
/**
 * `fillValue`, a number or an array that is broadcast, in `x`'s shape and dtype. Source: `jax.numpy.full_like`.
 * @example np.fullLike(np.ones([2]), 7) // [7, 7]
 */
export const fullLike = (x: ArrayLike, fillValue: ArrayLike, ...args: LikeArguments): NDArray =>
  filledLike("numpy.fullLike", x, fillValue, args);

/** Whether `row + k` compares with `column` as `compare` says, for the last two axes of `shape`. */
function diagonalMask(shape: Shape, k: number, compare: (row: NDArray, column: NDArray) => NDArray): NDArray {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const row = lax.broadcastedIota("int32", [rows, columns], 0);
  const column = lax.broadcastedIota("int32", [rows, columns], 1);
  return compare(k === 0 ? row : lax.add(row, k), column);
}

/** Options of `np.eye`. */
export interface EyeOptions extends DTypeOption {
  /** The number of columns; that of the rows by default. */
  readonly M?: number;
  /** The diagonal that holds the ones: above the main one if positive, below it if negative. */
  readonly k?: number;
}

type EyeArguments = Arguments<[M: number, k: number, dtype: DType], EyeOptions>;

/** The arguments of `eye` and its like. */
export function eyeArguments(fn: string, N: number, args: EyeArguments) {
  const { M = N, k = 0, dtype = "float32" } = namedArguments<EyeOptions>(fn, ["M", "k", "dtype"], args);
  return { shape: checkedShape(fn, [N, M]), k: checkDiagonal(fn, k), dtype };
}

/** The number of a diagonal, which is compared with places: an int32. */
export function checkDiagonal(fn: string, k: unknown): number {
  if (Math.abs(checkInteger(fn, "k", k)) < 2 ** 31) return k as number;
  throw new RangeError(`${fn}: k must be an int32, got ${describe(k)}.`);
}

/**
 * An `N` by `M` matrix with ones on the `k`-th diagonal. Source: `jax.numpy.eye`.
 * @example np.eye(2) // [[1, 0], [0, 1]]
 */
export function eye(N: number, ...args: EyeArguments): NDArray {
  const { shape, k, dtype } = eyeArguments("numpy.eye", N, args);
  return lax.convertElementType(diagonalMask(shape, k, lax.eq), dtype);
}

/** The `n` by `n` identity matrix. Source: `jax.numpy.identity`. @example np.identity(2) // [[1, 0], [0, 1]] */
export function identity(n: number, ...args: DTypeArguments): NDArray {
  const fn = "numpy.identity";
  return lax.convertElementType(diagonalMask(checkedShape(fn, [n, n]), 0, lax.eq), dtypeOf(fn, args));
}

/** Ones on and below the `k`-th diagonal. Source: `jax.numpy.tri`. @example np.tri(2) // [[1, 0], [1, 1]] */
export function tri(N: number, ...args: EyeArguments): NDArray {
  const { shape, k, dtype } = eyeArguments("numpy.tri", N, args);
  return lax.convertElementType(diagonalMask(shape, k, lax.ge), dtype);
}

/** A number, which may be given as an array whose value is known. */
function numberOf(fn: string, name: string, x: unknown): number {
  const value = x instanceof NDArray && x.size === 1 ? x.item() : x;
  if (Number.isFinite(value)) return value as number;
  throw new TypeError(`${fn}: ${name} must be a finite number, got ${describe(x)}.`);
}

/** Whole numbers count as integers, however large, so that one that doesn't fit is an error. */
const typeOf = (x: unknown): Typed => ({ dtype: Number.isInteger(x) ? "int32" : "float32", weak: true });

type Bound = number | NDArray;

/**
 * `start`, `start + step`, ... below `stop`; of the dtype that the arguments promote to: `int32` if all are whole numbers,
 * else `float32`. Source: `jax.numpy.arange`.
 * @example np.arange(3); np.arange(1, 7, 2); np.arange(3, { dtype: "float32" })
 */
export function arange(stop: Bound, options?: DTypeOption): NDArray;
export function arange(start: Bound, stop: Bound, options?: DTypeOption): NDArray;
export function arange(start: Bound, stop: Bound, step: Bound, options?: DTypeOption): NDArray;
export function arange(start: Bound, stop: Bound, step: Bound, dtype: DType): NDArray;
export function arange(...args: unknown[]): NDArray {
  const fn = "numpy.arange";
  const count = args.findIndex((x) => typeof x === "string" || isPlainObject(x));
  const numbers = (count < 0 ? args : args.slice(0, count)).slice(0, 3);
  const { dtype } = namedArguments<DTypeOption>(fn, ["dtype"], args.slice(numbers.length));
  const one = numbers[1] === undefined;
  const start = one ? 0 : numberOf(fn, "start", numbers[0]);
  const stop = numberOf(fn, "stop", numbers[one ? 0 : 1]);
  const step = numberOf(fn, "step", numbers[2] ?? 1);
  if (step === 0) throw new TypeError(`${fn}: start, stop and step must be finite numbers, step not 0.`);
  const given = numbers.flatMap((x): Typed[] => (x instanceof NDArray ? [x.aval] : x === undefined ? [] : [typeOf(x)]));
  const length = Math.max(0, Math.ceil((stop - start) / step));
  checkRoom(fn, [length], 8);
  return sequence(fn, length, (i) => start + i * step, dtype ?? promote(given).dtype);
}

/** Options of `np.linspace`. */
export interface LinspaceOptions extends DTypeOption {
  /** How many numbers, 50 by default. */
  readonly num?: number;
  /** Whether `stop` is the last element (true by default). */
  readonly endpoint?: boolean;
  /** The axis of the result that the numbers stand along, the first by default. */
  readonly axis?: number;
}

type LinspaceArguments = Arguments<[num: number, endpoint: boolean], LinspaceOptions>;

/**
 * `num` evenly spaced numbers from `start` to `stop`, which broadcast; whole numbers for a dtype of integers are rounded down.
 * Source: `jax.numpy.linspace`.
 * @example np.linspace(0, 1, 5); np.linspace(0, 1, { num: 5, endpoint: false })
 */
export function linspace(start: ArrayLike, stop: ArrayLike, ...args: LinspaceArguments): NDArray {
  const fn = "numpy.linspace";
  const names = ["num", "endpoint", "dtype", "axis"] as const;
  return spaced(fn, start, stop, namedArguments<LinspaceOptions>(fn, names, args, 2));
}

/** What `linspace` does, for any function's messages. */
export function spaced(fn: string, start: ArrayLike, stop: ArrayLike, options: LinspaceOptions): NDArray {
  const { num = 50, endpoint = true, dtype, axis = 0 } = options;
  const like = dtype ? [lax.full([], 0, dtype)] : [];
  const [first, last] = promoteToFloat(fn, [start, stop, ...like], ["start", "stop", "dtype"]);
  const bounds = broadcastShapes(fn, [first.shape, last.shape]);
  const place = canonicalAxis(fn, axis, bounds.length + 1);
  const shape = [...bounds.slice(0, place), num, ...bounds.slice(place)];
  checkRoom(fn, shape, itemSize(first.dtype));
  const broadcastDimensions = range(shape.length).filter((i) => i !== place);
  const along = (x: NDArray): NDArray => lax.broadcastInDim(broadcastTo(x, bounds), { shape, broadcastDimensions });
  const step = lax.div(lax.broadcastedIota(first.dtype, shape, place), Math.max(endpoint ? num - 1 : num, 1));
  const points = lax.add(lax.mul(along(first), lax.sub(1, step)), lax.mul(along(last), step));
  return dtype && !isFloat(dtype) ? lax.convertElementType(lax.floor(points), dtype) : points;
}

/** Options of `np.diagonal` and `np.trace`. */
export interface DiagonalOptions {
  /** Which diagonal: above the main one if positive, below it if negative. */
  readonly k?: number;
}

function matrix(fn: string, x: ArrayLike): NDArray {
  const operand = asArray(fn, x);
  if (operand.ndim >= 2) return operand;
  throw new ShapeError(`${fn}: x must have at least 2 dimensions, got shape ${formatShape(operand.shape)}.`);
}

type DiagonalArguments = Arguments<[k: number], DiagonalOptions>;

const diagonalOption = (fn: string, args: DiagonalArguments): number =>
  checkDiagonal(fn, namedArguments<DiagonalOptions>(fn, ["k"], args).k ?? 0);

const triangular = (name: string, compare: typeof lax.ge) => {
  const fn = `numpy.${name}`;
  return (x: ArrayLike, ...args: DiagonalArguments): NDArray => {
    const operand = matrix(fn, x);
    return where(diagonalMask(operand.shape, diagonalOption(fn, args), compare), operand, zeroOf(operand));
  };
};
/**
 * `x` with zeros above the `k`-th diagonal of the last two axes. Source: `jax.numpy.tril`.
 * @example np.tril(np.ones([2, 2])) // [[1, 0], [1, 1]]
 */
export const tril = /* @__PURE__ */ triangular("tril", lax.ge);
/**
 * `x` with zeros below the `k`-th diagonal of the last two axes. Source: `jax.numpy.triu`.
 * @example np.triu(np.ones([2, 2])) // [[1, 1], [0, 1]]
 */
export const triu = /* @__PURE__ */ triangular("triu", lax.le);

/** The axes that a matrix's rows and columns lie on. */
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

type DiagonalAxesArguments = Arguments<[offset: number, axis1: number, axis2: number], DiagonalAxes>;

/** The diagonal of the two axes, as the last axis. */
export function diagonalOf(fn: string, x: ArrayLike, { offset = 0, axis1 = 0, axis2 = 1 }: DiagonalAxes): NDArray {
  const operand = matrix(fn, x);
  const axes = canonicalAxes(fn, [axis1, axis2], operand.ndim, "axis1, axis2");
  return lastDiagonal(moveaxis(operand, axes, [-2, -1]), offset);
}

/**
 * The elements whose indices along `axis1` and `axis2` agree, as the last axis. Source: `jax.numpy.diagonal`.
 * @example np.diagonal(np.array([[1, 2], [3, 4]])) // [1, 4]
 */
export function diagonal(x: ArrayLike, ...args: DiagonalAxesArguments): NDArray {
  const fn = "numpy.diagonal";
  return diagonalOf(fn, x, namedArguments<DiagonalAxes>(fn, ["offset", "axis1", "axis2"], args));
}

/**
 * The sum of the diagonal. Source: `jax.numpy.trace`.
 * @example np.trace(np.array([[1, 2], [3, 4]])) // 5
 */
export function trace(
  x: ArrayLike,
  ...args: Arguments<[offset: number, axis1: number, axis2: number, dtype: DType], DiagonalAxes & DTypeOption>
): NDArray {
  const fn = "numpy.trace";
  const names = ["offset", "axis1", "axis2", "dtype"] as const;
  const { dtype, ...axes } = namedArguments<DiagonalAxes & DTypeOption>(fn, names, args);
  return sums(fn, diagonalOf(fn, x, axes), { axis: -1, ...(dtype && { dtype }) });
}

/**
 * The matrix with a vector on its `k`-th diagonal, or the `k`-th diagonal of a matrix. Source: `jax.numpy.diag`.
 * @example np.diag(np.array([1, 2])) // [[1, 0], [0, 2]]
 */
export function diag(x: ArrayLike, ...args: DiagonalArguments): NDArray {
  const fn = "numpy.diag";
  const k = diagonalOption(fn, args);
  const operand = asArray(fn, x);
  if (operand.ndim === 2) return lastDiagonal(operand, k);
  if (operand.ndim === 1) return onDiagonal(fn, operand, k);
  throw new ShapeError(`${fn}: x must have 1 or 2 dimensions, got shape ${formatShape(operand.shape)}.`);
}

/**
 * The matrix with the flattened array on its `k`-th diagonal. Source: `jax.numpy.diagflat`.
 * @example np.diagflat(np.array([1, 2])) // [[1, 0], [0, 2]]
 */
export function diagflat(x: ArrayLike, ...args: DiagonalArguments): NDArray {
  const fn = "numpy.diagflat";
  const operand = asArray(fn, x);
  return onDiagonal(fn, lax.reshape(operand, { newSizes: [operand.size] }), diagonalOption(fn, args));
}

/**
 * The indices of the main diagonal of an array with `ndim` axes of size `n`. Source: `jax.numpy.diag_indices`.
 * @example np.diagIndices(2) // [[0, 1], [0, 1]]
 */
export function diagIndices(n: number, ...args: Arguments<[ndim: number], { readonly ndim?: number }>): NDArray[] {
  const fn = "numpy.diagIndices";
  const { ndim = 2 } = namedArguments<{ ndim: number }>(fn, ["ndim"], args);
  checkCount(fn, "n", n);
  checkRoom(fn, [n], 4);
  if (ndim > MOST_AXES) throw new RangeError(`${fn}: ndim must be at most ${MOST_AXES}, got ${ndim}.`);
  return range(ndim).map(() => lax.iota("int32", n));
}

function onDiagonal(fn: string, operand: NDArray, k: number): NDArray {
  const length = operand.size;
  const n = length + Math.abs(k);
  checkRoom(fn, [n, n], itemSize(operand.dtype));
  if (length === 0) return lax.full([n, n], 0, operand.dtype);
  const low = k >= 0 ? k : -k * n;
  const high = n * n - low - ((length - 1) * (n + 1) + 1);
  return lax.reshape(lax.pad(operand, zeroOf(operand), { paddingConfig: [[low, high, n]] }), {
    newSizes: [n, n],
  });
}
