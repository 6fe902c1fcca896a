/** Arrays from NumPy's .npy files and to them. */
import { formatShape, noMore } from "../base/errors.ts";
import { hostArray, type NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { elementsOf, type FloatDType } from "./elements.ts";
import { dataStart, formatNpyHeader, parseNpyHeader, START_BYTES } from "./npy-header.ts";
import { checked, type NpyOptions } from "./options.ts";
import { type ByteReader, readerOf } from "./reader.ts";
import { Refusal } from "./refusal.ts";
import { joined, type SavedArray, savedArray } from "./saved.ts";
import { readBytes, type Source } from "./source.ts";

/** The array of a .npy file of `size` bytes; `what` is what errors call it. Its header is looked at before its data is taken. */
export async function readNpy(what: string, reader: ByteReader, size: number, float: FloatDType): Promise<NDArray> {
  const begin = await reader.take(START_BYTES);
  const start = dataStart(what, begin);
  if (start > size) throw new Error(`${what} ends inside of its header, after ${size} bytes of ${start}.`);
  const header = new Uint8Array(start);
  header.set(begin);
  header.set(await reader.take(start - START_BYTES), START_BYTES);
  const { kind, littleEndian, fortran, shape, size: needed } = parseNpyHeader(what, header);
  if (start + needed !== size) {
    throw new Error(
      `${what} has ${size - start} bytes of data, where ${kind} of shape ${formatShape(shape)} needs ${needed}.`,
    );
  }
  const bytes = await reader.take(needed);
  if (bytes.length < needed) throw new Error(`${what} ends after ${bytes.length} bytes of data, of ${needed}.`);
  const order = fortran ? fortranOrder(shape) : undefined;
  const { dtype, storage } = elementsOf(kind, bytes, { float, littleEndian, order });
  return hostArray(storage, shape, dtype);
}

/** Where the elements in row-major order, one call after the other, lie in Fortran's order; `undefined` where both are the same. */
function fortranOrder(shape: readonly number[]): (() => number) | undefined {
  if (shape.filter((n) => n !== 1).length < 2) return undefined;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  let place = 0;
  return () => {
    const found = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [stride = 0, size = 0, i = 0] = [strides[axis], shape[axis], index[axis]];
      place += stride;
      if (i + 1 < size) {
        index[axis] = i + 1;
        break;
      }
      place -= stride * size;
      index[axis] = 0;
    }
    return found;
  };
}

/**
 * The array of a .npy file, of any version, order and order of bytes. float16 becomes float32, and all integers but uint32 int32.
 * Where it can, the array stands on the file's bytes, which mustn't be written to afterwards; otherwise it is one copy.
 * Source: `numpy.load`.
 * @throws Error that says what is wrong with a bad file, before memory is taken for what it claims; for pickled objects, which
 * are never read, texts and all else that is no number; and for 64-bit integers beyond int32.
 * @example
 * const x = await io.loadNpy(await io.saveNpy(np.ones([2, 3])));
 * x.shape // [2, 3]
 */
export async function loadNpy(source: Source, options?: NpyOptions, ...rest: never[]): Promise<NDArray> {
  const fn = "io.loadNpy";
  noMore(fn, rest);
  const { dtype } = checked(fn, options, ["dtype"]);
  const bytes = await readBytes(fn, source);
  try {
    return await readNpy(`${fn}: the file`, readerOf(bytes), bytes.length, dtype);
  } catch (error) {
    throw error instanceof Refusal ? new Error(`${fn}: can't read the array: ${error.message}.`) : error;
  }
}

/** The two parts of a .npy file. */
export const npyParts = ({ dtype, shape, bytes }: SavedArray): [header: Uint8Array, data: Uint8Array] => [
  formatNpyHeader(dtype, shape),
  bytes,
];

/**
 * An array as the bytes of a .npy file. Source: `numpy.save`.
 * @example (await io.saveNpy(np.ones([2]))).length // 136
 */
export async function saveNpy(x: ArrayLike, ...rest: never[]): Promise<Uint8Array> {
  const fn = "io.saveNpy";
  noMore(fn, rest);
  return joined(npyParts(await savedArray(fn, x, "x")));
}
