/** The tensors of a file as arrays: a view of its bytes where that is possible, otherwise one copy. */
import { allocate, type TypedArray } from "../base/dtypes.ts";
import { formatShape } from "../base/errors.ts";
import { MOST_AXES, sizeOf } from "../base/shapes.ts";
import { type ElementKind, elementsOf, kindSize } from "../io/elements.ts";
import { hostArray, type NDArray } from "../ir/ndarray.ts";
import type { TensorProto } from "./model.ts";
import { dtypeOf, type FloatType, isFloatKind, kindOf, typeName } from "./types.ts";

/** A tensor's array and, where integers don't fit into int32, all of them as they are; the array has the nearest ones. */
export interface Constant {
  readonly array: NDArray;
  readonly wide?: readonly number[];
}

/** The tensor as errors name it. */
export const tensorName = ({ name }: TensorProto): string =>
  name ? `the tensor "${name}"` : "a tensor without a name";

/** How a tensor's elements lie in the file. */
export function tensorKind(tensor: TensorProto): ElementKind {
  const kind = kindOf(tensor.dataType ?? 0);
  if (kind !== undefined) return kind;
  return fail(tensor, `its elements are of type ${typeName(tensor.dataType ?? 0)}, which can't be read`);
}

/** Whether the elements are floats of a type that can be read. */
export function isFloatTensor({ dataType }: TensorProto): boolean {
  const kind = kindOf(dataType ?? 0);
  return kind !== undefined && isFloatKind(kind);
}

/** How many bytes the elements take in a file. */
export function tensorBytes(tensor: TensorProto): number {
  const { dims } = tensor;
  if (dims.length > MOST_AXES || dims.some((n) => n < 0)) fail(tensor, `its shape is ${formatShape(dims)}`);
  return sizeOf(dims) * kindSize(tensorKind(tensor));
}

/** The array of a tensor, whose bytes are `external` where they lie in another file. */
export function readTensor(tensor: TensorProto, float: FloatType, external?: Uint8Array): Constant {
  const kind = tensorKind(tensor);
  const bytes = external ?? tensor.rawData;
  const size = tensorBytes(tensor);
  if (bytes === undefined || (bytes.byteLength === 0 && size > 0)) return fromNumbers(tensor, kind, float);
  if (bytes.byteLength !== size) {
    fail(tensor, `${formatShape(tensor.dims)} of ${kind} needs ${size} bytes, there are ${bytes.byteLength}`);
  }
  if (kind === "int64" || kind === "uint64") return integers(tensor, wideIntegers(bytes, kind));
  if (kind === "uint32") return integers(tensor, [...elementsOf(kind, bytes).storage]);
  return made(tensor, elementsOf(kind, bytes, { float }).storage, float);
}

/** Integers of 64 bits as numbers; those beyond 2^53 are rounded. */
function wideIntegers(bytes: Uint8Array, kind: "int64" | "uint64"): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 8 }, (_, i) => {
    const high = kind === "int64" ? view.getInt32(8 * i + 4, true) : view.getUint32(8 * i + 4, true);
    return high * 2 ** 32 + view.getUint32(8 * i, true);
  });
}

/** The array of a tensor whose elements stand in the file as numbers. */
function fromNumbers(tensor: TensorProto, kind: ElementKind, float: FloatType): Constant {
  const numbers = numbersOf(tensor, kind);
  const size = sizeOf(tensor.dims);
  if (numbers.length !== size) {
    fail(tensor, `${formatShape(tensor.dims)} needs ${size} elements, there are ${numbers.length}`);
  }
  if (kind === "float16" || kind === "bfloat16") return fromHalves(tensor, kind, numbers, float);
  if (!isFloatKind(kind) && kind !== "bool") return integers(tensor, numbers);
  const storage = allocate(dtypeOf(kind, float), size);
  for (const [i, x] of numbers.entries()) storage[i] = kind === "bool" ? Number(x !== 0) : x;
  return made(tensor, storage, float);
}

/** The list that the standard has for elements of a kind. */
function numbersOf(tensor: TensorProto, kind: ElementKind): readonly number[] {
  if (kind === "float32") return tensor.floatData;
  if (kind === "float64") return tensor.doubleData;
  if (kind === "int64") return tensor.int64Data;
  if (kind === "uint32") return tensor.uint64Data;
  if (kind === "uint64") return tensor.uint64Data.map((x) => (x < 0 ? x + 2 ** 64 : x));
  return tensor.int32Data;
}

/** Floats of 16 bits, each as the number of its bits. */
function fromHalves(tensor: TensorProto, kind: ElementKind, words: readonly number[], float: FloatType): Constant {
  const bytes = new Uint8Array(2 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint16(2 * i, word, true);
  return made(tensor, elementsOf(kind, bytes, { float }).storage, float);
}

const [LEAST, MOST] = [-(2 ** 31), 2 ** 31 - 1];

function integers(tensor: TensorProto, numbers: readonly number[]): Constant {
  const isWide = numbers.some((x) => x < LEAST || x > MOST);
  const storage = Int32Array.from(numbers, isWide ? (x) => Math.min(Math.max(x, LEAST), MOST) : undefined);
  const array = hostArray(storage, tensor.dims, "int32");
  return isWide ? { array, wide: numbers } : { array };
}

const made = (tensor: TensorProto, storage: TypedArray, float: FloatType): Constant => ({
  array: hostArray(storage, tensor.dims, dtypeOf(tensorKind(tensor), float)),
});

function fail(tensor: TensorProto, reason: string): never {
  throw new Error(`onnx.load: ${tensorName(tensor)}: ${reason}.`);
}
