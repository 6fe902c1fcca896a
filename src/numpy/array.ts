/** Arrays from JavaScript data. */
import { allocate, category, type DType, dtypeOfTypedArray, type TypedArray } from "../base/dtypes.ts";
import { checkOptions, describe, formatShape, ShapeError } from "../base/errors.ts";
import { checkShape, type Shape, sameShape, sizeOf } from "../base/shapes.ts";
import { hostArray, NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { stack } from "./join.ts";
import { chosenDType } from "./operands.ts";

/** Lists of numbers, of lists, and so on, all of one length at each depth; arrays in them are stacked. */
export type NestedList = readonly (ArrayLike | NestedList)[];

/** A typed array of a kind that has no dtype of its own; its elements become `dtype`. */
export type ForeignTypedArray = Int8Array | Uint8ClampedArray | Int16Array | Uint16Array;

export type ArrayData = ArrayLike | NestedList | ForeignTypedArray;

export interface ArrayOptions {
  /** The shape of the result; the data has as many elements in row-major order. */
  readonly shape?: Shape;
  readonly dtype?: DType;
  /** Where the array lives: "cpu", also called "wasm". */
  readonly device?: string;
}

const DEVICES = ["cpu", "wasm"];

function checkDevice(device: string | undefined): void {
  if (device === undefined || DEVICES.includes(device)) return;
  throw new TypeError(
    `numpy.array: there is no device ${describe(device)}; there are "cpu" and its other name "wasm".`,
  );
}

/** Stores numbers as elements of `dtype`; a number that an integer dtype can't hold is an error. */
function store(values: ArrayLikeOfNumbers, dtype: DType): TypedArray {
  const storage = allocate(dtype, values.length);
  const kind = category(dtype);
  if (kind === "float") {
    storage.set(values);
  } else {
    for (let i = 0; i < values.length; i++)
      storage[i] = kind === "bool" ? Number(values[i] !== 0) : (values[i] as number);
    if (kind === "integer") checkStored(values, storage, dtype);
  }
  return storage;
}

type ArrayLikeOfNumbers = { readonly length: number; readonly [i: number]: number };

/** `value(0)`, `value(1)`, ... */
export function sequence(length: number, value: (i: number) => number, dtype: DType): NDArray {
  return hostArray(
    store(
      Array.from({ length }, (_, i) => value(i)),
      dtype,
    ),
    [length],
    dtype,
  );
}

function checkStored(values: ArrayLikeOfNumbers, storage: TypedArray, dtype: DType): void {
  for (let i = 0; i < values.length; i++) {
    if (Math.trunc(values[i] as number) === storage[i]) continue;
    throw new TypeError(`numpy.array: element ${i}, ${values[i]}, does not fit into dtype "${dtype}".`);
  }
}

/** The numbers of nested lists in row-major order, and their shape. */
class ListReader {
  readonly values: number[] = [];
  readonly shape: number[] = [];
  allBooleans = true;

  constructor(data: NestedList) {
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
        `numpy.array: the lists are ragged: ${place} ${found}, where a list of ${size} is needed to make an array of ` +
          `shape ${formatShape(this.shape)}.`,
      );
    } else {
      for (let i = 0; i < size; i++) this.#read(item[i], depth + 1, `${place}[${i}]`);
    }
  }

  #readNumber(item: unknown, place: string): void {
    if (typeof item === "number") this.allBooleans = false;
    else if (Array.isArray(item)) {
      throw new ShapeError(`numpy.array: the lists are ragged: ${place} is a list, where its neighbours are numbers.`);
    } else if (typeof item !== "boolean") {
      throw new TypeError(`numpy.array: ${place} must be a number, a boolean or an array, got ${describe(item)}.`);
    }
    this.values.push(Number(item));
  }
}

const holdsArrays = (data: NestedList): boolean =>
  data.some((x) => x instanceof NDArray || ArrayBuffer.isView(x) || (Array.isArray(x) && holdsArrays(x)));

function fromList(data: NestedList, dtype: DType | undefined): NDArray {
  if (holdsArrays(data)) {
    const rows = stack(data.map((x) => (Array.isArray(x) ? fromList(x, dtype) : (x as ArrayLike))));
    return dtype === undefined ? rows : lax.convertElementType(rows, dtype);
  }
  const { values, shape, allBooleans } = new ListReader(data);
  const chosen = dtype ?? (allBooleans && values.length > 0 ? "bool" : "float32");
  return hostArray(store(values, chosen), shape, chosen);
}

function fromTypedArray(data: TypedArray | ForeignTypedArray, dtype: DType | undefined): NDArray {
  const own = dtypeOfTypedArray(data);
  const chosen = dtype ?? own;
  if (chosen === undefined || typeof data[0] === "bigint") {
    throw new TypeError(`numpy.array: ${data.constructor.name} has no dtype of its own; convert it, or give a dtype.`);
  }
  if (dtype === undefined && own === "bool" && data.some((v: number) => v > 1)) {
    throw new TypeError("numpy.array: a Uint8Array holds bools (0 or 1) unless a dtype is given; got other values.");
  }
  return hostArray(store(data, chosen), [data.length], chosen);
}

function fromData(data: unknown, dtype: DType | undefined): NDArray {
  if (data instanceof NDArray) return dtype === undefined ? data : lax.convertElementType(data, dtype);
  if (Array.isArray(data)) return fromList(data, dtype);
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) return fromTypedArray(data as TypedArray, dtype);
  if (typeof data === "number" || typeof data === "boolean") {
    const chosen = dtype ?? (typeof data === "boolean" ? "bool" : "float32");
    return hostArray(store([Number(data)], chosen), [], chosen);
  }
  throw new TypeError(
    `numpy.array: data must be a number, nested lists of numbers, a typed array or an array, got ${describe(data)}.`,
  );
}

/**
 * An array of the given data, which is copied. The dtype is `float32`, `bool` for booleans, and that of typed arrays
 * (`Float64Array`: `float64`, `Uint8Array`: `bool`) and arrays. Source: `jax.numpy.array`.
 * @throws ShapeError for ragged lists, and when `shape` has another number of elements than the data.
 * @throws TypeError for anything that isn't a number, and numbers that `dtype` cannot hold.
 * @example np.array([[1, 2], [3, 4]]); np.array(new Float64Array(6), { shape: [2, 3] })
 */
export function array(data: ArrayData, options?: ArrayOptions): NDArray {
  const fn = "numpy.array";
  checkOptions(fn, options, ["shape", "dtype", "device"]);
  checkDevice(options?.device);
  const dtype = options?.dtype === undefined ? undefined : chosenDType(fn, options.dtype, "float32");
  const result = fromData(data, dtype);
  const shape = options?.shape;
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

/** The same as `array` of the data alone; an array is returned as it is. Source: `jax.numpy.asarray`. */
export function asarray(data: ArrayData, options?: { readonly dtype?: DType }): NDArray {
  checkOptions("numpy.asarray", options, ["dtype"]);
  return array(data, options);
}

/**
 * The array with its elements converted: floats to integers by truncation, anything to bool by `x != 0`.
 * Source: `jax.numpy.astype`.
 */
export function astype(x: ArrayLike, dtype: DType): NDArray {
  return lax.convertElementType(x, chosenDType("numpy.astype", dtype, "float32"));
}
