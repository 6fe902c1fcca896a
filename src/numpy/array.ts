/** Arrays from JavaScript data. */
import { type Arguments, namedArguments } from "../base/arguments.ts";
import { allocate, category, DTYPES, type DType, dtypeOfTypedArray, isDType, type TypedArray } from "../base/dtypes.ts";
import { describe, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { typedArrayName } from "../base/plain.ts";
import { checkShape, type Shape, sameShape, sizeOf } from "../base/shapes.ts";
import { type DeviceLike, deviceNamed, isConcrete, placed } from "../device/device.ts";
import { hostArray, NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { stacked } from "./join.ts";

/** Lists of numbers, of lists, and so on, all of one length at each depth; arrays in them are stacked. */
export type NestedList = readonly (ArrayLike | NestedList)[];

/** A typed array of a kind that has no dtype of its own; its elements become `dtype`. */
export type ForeignTypedArray = Int8Array | Uint8ClampedArray | Int16Array | Uint16Array;

/** What `np.array` makes arrays of: numbers, booleans, arrays, and nested lists of them. */
export type ArrayData = ArrayLike | NestedList | ForeignTypedArray;

/** Options of `np.array`. */
export interface ArrayOptions {
  /** The shape of the result; the data has as many elements in row-major order. */
  readonly shape?: Shape;
  readonly dtype?: DType;
  /** Where the array lives: "cpu", also called "wasm", or "webgpu" once that is open. */
  readonly device?: DeviceLike;
}

/** Stores numbers as elements of `dtype`; a number that an integer dtype can't hold is an error. */
function store(fn: string, values: ArrayLikeOfNumbers, dtype: DType): TypedArray {
  const storage = allocate(dtype, values.length);
  const kind = category(dtype);
  if (kind === "float") {
    storage.set(values);
  } else {
    for (let i = 0; i < values.length; i++) storage[i] = kind === "bool" ? Number(values[i] !== 0) : Number(values[i]);
    if (kind === "integer") checkStored(fn, values, storage, dtype);
  }
  return storage;
}

type ArrayLikeOfNumbers = { readonly length: number; readonly [i: number]: number };

/** `value(0)`, `value(1)`, ... */
export function sequence(fn: string, length: number, value: (i: number) => number, dtype: DType): NDArray {
  const storage = allocate(dtype, length);
  const kind = category(dtype);
  for (let i = 0; i < length; i++) {
    const x = value(i);
    storage[i] = kind === "bool" ? Number(x !== 0) : x;
    if (kind === "integer" && Math.trunc(x) !== storage[i]) refuseElement(fn, i, x, dtype);
  }
  return hostArray(storage, [length], dtype);
}

function checkStored(fn: string, values: ArrayLikeOfNumbers, storage: TypedArray, dtype: DType): void {
  for (let i = 0; i < values.length; i++) {
    if (Math.trunc(Number(values[i])) === storage[i]) continue;
    refuseElement(fn, i, values[i], dtype);
  }
}

function refuseElement(fn: string, i: number, value: unknown, dtype: DType): never {
  throw new TypeError(`${fn}: element ${i}, ${value}, does not fit into dtype "${dtype}".`);
}

/** The numbers of nested lists in row-major order, and their shape. */
class ListReader {
  readonly values: number[] = [];
  readonly shape: number[] = [];
  allBooleans = true;

  constructor(
    readonly fn: string,
    data: NestedList,
  ) {
    for (let level: unknown = data; Array.isArray(level); level = level[0]) this.shape.push(level.length);
    this.#read(data, 0, "data");
  }

  #read(item: unknown, depth: number, place: string): void {
    const size = this.shape[depth];
    if (size === undefined) {
      this.#readNumber(item, place);
    } else if (!Array.isArray(item) || item.length !== size) {
      const found = Array.isArray(item) ? `has ${item.length} element(s)` : `is ${describe(item)}`;
      throw new ShapeError(
        `${this.fn}: the lists are ragged: ${place} ${found}, where a list of ${size} is needed to make an array of ` +
          `shape ${formatShape(this.shape)}.`,
      );
    } else {
      for (let i = 0; i < size; i++) this.#read(item[i], depth + 1, `${place}[${i}]`);
    }
  }

  #readNumber(item: unknown, place: string): void {
    if (typeof item === "number") this.allBooleans = false;
    else if (Array.isArray(item)) {
      throw new ShapeError(`${this.fn}: the lists are ragged: ${place} is a list, where its neighbours are numbers.`);
    } else if (typeof item !== "boolean") {
      throw new TypeError(`${this.fn}: ${place} must be a number, a boolean or an array, got ${describe(item)}.`);
    }
    this.values.push(Number(item));
  }
}

/** As many levels of lists as NumPy's arrays have axes, at most: a list that holds itself would have no end. */
const MOST_LEVELS = 64;

function holdsArrays(fn: string, data: NestedList, level = 1): boolean {
  if (level > MOST_LEVELS) throw new ShapeError(`${fn}: the lists are nested more than ${MOST_LEVELS} levels deep.`);
  const isHeld = (x: unknown): boolean => x instanceof NDArray || ArrayBuffer.isView(x);
  return data.some((x) => isHeld(x) || (Array.isArray(x) && holdsArrays(fn, x, level + 1)));
}

function fromList(fn: string, data: NestedList, dtype: DType | undefined): NDArray {
  if (holdsArrays(fn, data)) {
    const rows = stacked(
      fn,
      Array.from(data, (x) => (Array.isArray(x) ? fromList(fn, x, dtype) : (x as ArrayLike))),
    );
    return dtype === undefined ? rows : lax.convertElementType(rows, dtype);
  }
  const { values, shape, allBooleans } = new ListReader(fn, data);
  const chosen = dtype ?? (allBooleans && values.length > 0 ? "bool" : "float32");
  return hostArray(store(fn, values, chosen), shape, chosen);
}

function fromTypedArray(fn: string, data: TypedArray | ForeignTypedArray, dtype: DType | undefined): NDArray {
  const own = dtypeOfTypedArray(data);
  const chosen = dtype ?? own;
  if (chosen === undefined || typeof data[0] === "bigint") {
    throw new TypeError(`${fn}: ${data.constructor.name} has no dtype of its own; convert it, or give a dtype.`);
  }
  if (dtype === undefined && own === "bool" && data.some((v: number) => v > 1)) {
    throw new TypeError(`${fn}: a Uint8Array holds bools (0 or 1) unless a dtype is given; got other values.`);
  }
  return hostArray(store(fn, data, chosen), [data.length], chosen);
}

/** What `array` does, for any function's messages. */
export function fromData(fn: string, data: unknown, dtype: DType | undefined): NDArray {
  if (data instanceof NDArray) return dtype === undefined ? data : lax.convertElementType(data, dtype);
  if (Array.isArray(data)) return fromList(fn, data, dtype);
  if (typedArrayName(data) !== undefined) return fromTypedArray(fn, data as TypedArray, dtype);
  if (typeof data === "number" || typeof data === "boolean") {
    const chosen = dtype ?? (typeof data === "boolean" ? "bool" : "float32");
    return hostArray(store(fn, [Number(data)], chosen), [], chosen);
  }
  throw new TypeError(
    `${fn}: data must be a number, nested lists of numbers, a typed array or an array, got ${describe(data)}.`,
  );
}

/**
 * An array of the given data, which is copied. The dtype is `float32`, `bool` for booleans, and that of typed arrays
 * (`Float64Array`: `float64`, `Uint8Array`: `bool`) and arrays. Source: `jax.numpy.array`.
 * @throws ShapeError for ragged lists, and when `shape` has another number of elements than the data.
 * @throws TypeError for anything that isn't a number, and numbers that `dtype` cannot hold.
 * @throws UnsupportedError for a `device` that isn't there, and for `float64` on WebGPU.
 * @example
 * np.array([[1, 2], [3, 4]])
 * np.array(new Float64Array(6), { shape: [2, 3] })
 * np.array([1, 2], { device: "webgpu" })
 */
export function array(data: ArrayData, ...args: Arguments<[dtype: DType], ArrayOptions>): NDArray {
  const fn = "numpy.array";
  const { dtype, shape, device } = namedArguments<ArrayOptions>(fn, ["dtype", "shape", "device"], args, 1);
  const result = shaped(fn, fromData(fn, data, dtype), shape);
  if (device === undefined) return result;
  const chosen = deviceNamed(fn, device);
  // Inside of a trace the program's arrays decide.
  return isConcrete(result) ? placed(fn, result, chosen) : result;
}

function shaped(fn: string, result: NDArray, shape: Shape | undefined): NDArray {
  if (shape === undefined) return result;
  checkShape(fn, shape);
  if (sizeOf(shape) !== result.size) {
    throw new ShapeError(
      `${fn}: shape ${formatShape(shape)} has ${sizeOf(shape)} elements, the data of shape ` +
        `${formatShape(result.shape)} has ${result.size}.`,
    );
  }
  return sameShape(shape, result.shape) ? result : lax.reshape(result, { newSizes: shape });
}

/**
 * The same as `array` of the data alone; an array is returned as it is. Source: `jax.numpy.asarray`.
 * @example np.asarray([1, 2]) // [1, 2]
 */
export function asarray(data: ArrayData, ...args: Arguments<[dtype: DType], { readonly dtype?: DType }>): NDArray {
  const fn = "numpy.asarray";
  return fromData(fn, data, namedArguments<{ dtype: DType }>(fn, ["dtype"], args).dtype);
}

/**
 * The array with its elements converted: floats to integers by truncation, anything to bool by `x != 0`.
 * Source: `jax.numpy.astype`.
 * @example np.astype(np.array([1.5, 2.5]), "int32") // [1, 2]
 */
export function astype(x: ArrayLike, dtype: DType, ...rest: never[]): NDArray {
  const fn = "numpy.astype";
  noMore(fn, rest);
  if (!isDType(dtype)) throw new TypeError(`${fn}: dtype must be one of ${DTYPES.join(", ")}, got ${show(dtype)}.`);
  return lax.convertElementType(asArray(fn, x), dtype);
}
