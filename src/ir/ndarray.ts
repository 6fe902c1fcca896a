/** Arrays as users hold them: a shape, a dtype and (on the host) an ordinary typed array. */

import { COPY, MARK } from "../base/copies.ts";
import { allocate, type DType, itemSize, type TypedArray } from "../base/dtypes.ts";
import { formatShape, noMore } from "../base/errors.ts";
import { type Shape, sizeOf } from "../base/shapes.ts";
import { type Aval, frozenAval, makeAval } from "./aval.ts";
import { formatElements } from "./format.ts";

/** Nested lists of numbers (booleans for `bool` arrays), as `toArray` gives them. */
export type NestedNumbers = number | boolean | NestedNumbers[];

/**
 * An immutable n-dimensional array. What a function under a transformation receives is an `NDArray` too, whose contents
 * aren't known yet. Arithmetic methods (`x.add(y)`, `x.sum({axis})`, ...) are those of the `numpy` namespace.
 */
export abstract class NDArray {
  /** @internal */
  abstract readonly aval: Aval;

  /**
   * The size of each axis; `[]` for an array without dimensions.
   * @example np.ones([2, 3]).shape // [2, 3]
   */
  get shape(): Shape {
    return this.aval.shape;
  }
  /**
   * What the elements are.
   * @example np.ones([2, 3]).dtype // "float32"
   */
  get dtype(): DType {
    return this.aval.dtype;
  }
  /**
   * How many axes there are.
   * @example np.ones([2, 3]).ndim // 2
   */
  get ndim(): number {
    return this.aval.shape.length;
  }
  /**
   * How many elements there are.
   * @example np.ones([2, 3]).size // 6
   */
  get size(): number {
    return sizeOf(this.aval.shape);
  }
  /**
   * How many bytes an element takes.
   * @example np.ones([2, 3]).itemsize // 4
   */
  get itemsize(): number {
    return itemSize(this.aval.dtype);
  }
  /**
   * How many bytes the elements take.
   * @example np.ones([2, 3]).nbytes // 24
   */
  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /**
   * A copy of the elements in row-major order: a `Float32Array` of float32, a `Uint8Array` of bools, and so on. Works on every
   * device. On a GPU it waits for what is computed, and the array is in the host's memory from then on.
   * @throws DeviceError when the device is lost, has no room, or the array was destroyed.
   * @example await np.ones([2]).data() // Float32Array.of(1, 1)
   */
  abstract data(...rest: never[]): Promise<TypedArray>;

  /**
   * A copy of the elements in row-major order, at once.
   * @throws UnsupportedError for an array that lives on a GPU and hasn't been read: await `data()`.
   * @example np.ones([2]).dataSync() // Float32Array.of(1, 1)
   */
  abstract dataSync(...rest: never[]): TypedArray;

  /**
   * Gives back the memory that the array has on a device, at once; it can't be used any more. Arrays in the host's memory,
   * and all others in time, are collected by the JavaScript engine.
   * @example np.ones([2]).destroy() // undefined
   */
  destroy(...rest: never[]): void {
    noMore("NDArray.destroy", rest);
  }

  /**
   * The elements as nested lists, of booleans for bools; a number for an array without dimensions.
   * @example np.array([[1, 2], [3, 4]]).toArray() // [[1, 2], [3, 4]]
   */
  toArray(...rest: never[]): NestedNumbers {
    noMore("NDArray.toArray", rest);
    const data = this.dataSync();
    return nest(data, this.shape, 0, { next: 0 }, this.dtype === "bool");
  }

  /**
   * The only element of an array of size 1.
   * @throws TypeError for any other size.
   * @example np.sum(np.ones([2, 3])).item() // 6
   */
  item(...rest: never[]): number {
    noMore("NDArray.item", rest);
    if (this.size !== 1) {
      throw new TypeError(`item: needs an array with one element, got shape ${formatShape(this.shape)}.`);
    }
    return this.dataSync()[0]!;
  }

  /**
   * The element of an array that has one, as in `x > 0`, and the text in `${x}`.
   * @throws TypeError for any other array, since JavaScript's operators and `Math` know only numbers.
   * @example np.array(3) > 2 // true
   */
  [Symbol.toPrimitive](hint: string): number | string {
    if (hint === "string") return this.toString();
    if (this.size === 1) return this.item();
    throw new TypeError(
      `an array of shape ${formatShape(this.shape)} is used as a number: JavaScript's operators and Math don't know arrays. ` +
        "Instead of x + y, x * 2, Math.sin(x) write x.add(y), x.mul(2), np.sin(x); instead of x > 0 as a condition " +
        "np.any(x.greater(0)).item() or np.all(...).item(); for text String(x).",
    );
  }

  /**
   * What `JSON.stringify` writes: the elements as nested lists, of which NaN and infinities become `null`. See `toArray`.
   * @example JSON.stringify({ x: np.array([1, 2]) }) // "{\"x\":[1,2]}"
   */
  toJSON(): NestedNumbers {
    return this.toArray();
  }

  /** What `Object.prototype.toString` calls an array. */
  get [Symbol.toStringTag](): string {
    return "NDArray";
  }

  /**
   * The elements as NumPy prints them, of large arrays the first and last ones.
   * @example String(np.array([1, 2])) // "NDArray float32(2,) [1, 2]"
   */
  abstract toString(): string;

  /** @internal */
  get [MARK](): object {
    return COPY;
  }

  /** What Node, Deno and Bun print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows, such as Deno's. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

function nest(data: TypedArray, shape: Shape, axis: number, cursor: { next: number }, bool: boolean): NestedNumbers {
  if (axis === shape.length) {
    const value = data[cursor.next++]!;
    return bool ? value !== 0 : value;
  }
  return Array.from({ length: shape[axis]! }, () => nest(data, shape, axis + 1, cursor, bool));
}

/** The elements themselves, not a copy: shared by whoever holds the array, and never written to. */
export let storageOf: (x: HostArray) => TypedArray;

/** An array whose elements are at hand. They are private, since plans and results of other calls may stand on them. */
export class HostArray extends NDArray {
  readonly #storage: TypedArray;
  readonly aval: Aval;

  static {
    storageOf = (x) => x.#storage;
  }

  constructor(storage: TypedArray, aval: Aval) {
    super();
    this.#storage = storage;
    this.aval = frozenAval(aval);
  }

  override async data(...rest: never[]): Promise<TypedArray> {
    noMore("NDArray.data", rest);
    return this.dataSync();
  }

  override dataSync(...rest: never[]): TypedArray {
    noMore("NDArray.dataSync", rest);
    return this.#storage.slice();
  }

  override toString(): string {
    const elements = formatElements(this.#storage, this.shape, this.dtype);
    return `NDArray ${this.dtype}${formatShape(this.shape)}${elements.includes("\n") ? "\n" : " "}${elements}`;
  }
}

/** An array over existing storage; the caller gives the storage away. */
export const hostArray = (storage: TypedArray, shape: Shape, dtype: DType, weak = false): HostArray =>
  new HostArray(storage, makeAval(shape, dtype, weak));

/** A 0-dimensional array: what a number in an expression becomes. */
export function scalar(value: number | boolean, dtype: DType, weak = false): HostArray {
  const storage = allocate(dtype, 1);
  storage[0] = dtype === "bool" ? Number(Boolean(value)) : Number(value);
  return hostArray(storage, [], dtype, weak);
}
