/** Elements as files store them, and as arrays hold them: a view of the file's bytes where that is possible, otherwise one copy. */
import { allocate, type DType, itemSize, type TypedArray, viewBuffer } from "../base/dtypes.ts";
import { Refusal } from "./refusal.ts";

/** What the elements of an array in a file can be. */
export type ElementKind =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64";

/** What a file's floats become: types that hold them exactly, or one type for all. */
export type FloatDType = "float32" | "float64" | undefined;

type Reader = (view: DataView, address: number, littleEndian: boolean) => number;

interface KindInfo {
  readonly size: number;
  /** What holds every element exactly, or, of 64-bit integers, those that fit. */
  readonly dtype: DType;
  readonly read: Reader;
}

const bits = new DataView(new ArrayBuffer(4));

/** The number of a float16's bits: subnormals, infinities and NaN included. */
function float16(word: number): number {
  const [exponent, fraction] = [(word >> 10) & 31, word & 1023];
  const sign = word & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
}

/** The number whose upper half these bits are. */
function bfloat16(word: number): number {
  bits.setUint32(0, word << 16);
  return bits.getFloat32(0);
}

/** Integers beyond 2^53 are rounded, and so out of the range of all that takes them. */
const KINDS: Readonly<Record<ElementKind, KindInfo>> = {
  bool: { size: 1, dtype: "bool", read: (view, at) => Number(view.getUint8(at) !== 0) },
  int8: { size: 1, dtype: "int32", read: (view, at) => view.getInt8(at) },
  uint8: { size: 1, dtype: "int32", read: (view, at) => view.getUint8(at) },
  int16: { size: 2, dtype: "int32", read: (view, at, little) => view.getInt16(at, little) },
  uint16: { size: 2, dtype: "int32", read: (view, at, little) => view.getUint16(at, little) },
  int32: { size: 4, dtype: "int32", read: (view, at, little) => view.getInt32(at, little) },
  uint32: { size: 4, dtype: "uint32", read: (view, at, little) => view.getUint32(at, little) },
  int64: { size: 8, dtype: "int32", read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  uint64: { size: 8, dtype: "int32", read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  float16: { size: 2, dtype: "float32", read: (view, at, little) => float16(view.getUint16(at, little)) },
  bfloat16: { size: 2, dtype: "float32", read: (view, at, little) => bfloat16(view.getUint16(at, little)) },
  float32: { size: 4, dtype: "float32", read: (view, at, little) => view.getFloat32(at, little) },
  float64: { size: 8, dtype: "float64", read: (view, at, little) => view.getFloat64(at, little) },
};

/** How many bytes an element takes in a file. */
export const kindSize = (kind: ElementKind): number => KINDS[kind].size;

/** The dtype of an array whose elements are of this kind in a file. */
export function dtypeOfKind(kind: ElementKind, float: FloatDType): DType {
  const { dtype } = KINDS[kind];
  return dtype === "float32" || dtype === "float64" ? (float ?? dtype) : dtype;
}

/** Typed arrays have the processor's order of bytes, which is the files' on all that JavaScript runs on but a few. */
const IS_LITTLE_ENDIAN = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ Uint16Array.of(1).buffer)[0] === 1;

/** How elements lie in a file, and what its floats become. */
export interface Layout {
  readonly float?: FloatDType;
  /** Whether the lowest byte of a number comes first, as it does by default. */
  readonly littleEndian?: boolean;
  /** Gives the place of each element in the file, one call after the other, where that isn't their order. */
  readonly order?: (() => number) | undefined;
}

/**
 * All elements in `bytes`.
 * @throws Refusal for an integer that int32 can't hold.
 */
export function elementsOf(
  kind: ElementKind,
  bytes: Uint8Array,
  layout: Layout = {},
): { readonly dtype: DType; readonly storage: TypedArray } {
  const dtype = dtypeOfKind(kind, layout.float);
  return { dtype, storage: viewOf(kind, dtype, bytes, layout) ?? copyOf(kind, dtype, bytes, layout) };
}

/** The bytes themselves as elements, where they are what the array would hold; aligned by a copy where that is all they lack. */
function viewOf(kind: ElementKind, dtype: DType, bytes: Uint8Array, layout: Layout): TypedArray | undefined {
  const { littleEndian = true, order } = layout;
  const size = kindSize(kind);
  const isSame = kind === dtype && !order && (size === 1 || littleEndian === IS_LITTLE_ENDIAN);
  if (!isSame || (dtype === "bool" && bytes.some((byte) => byte > 1))) return undefined;
  // Memory that threads share can change at any time.
  const isStable = bytes.buffer instanceof ArrayBuffer && bytes.byteOffset % size === 0;
  const own = isStable ? bytes : bytes.slice();
  return viewBuffer(dtype, own.buffer, own.byteOffset, own.byteLength / size);
}

function copyOf(kind: ElementKind, dtype: DType, bytes: Uint8Array, layout: Layout): TypedArray {
  const { littleEndian = true, order } = layout;
  const { size, read } = KINDS[kind];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storage = allocate(dtype, bytes.byteLength / size);
  for (let i = 0; i < storage.length; i++) {
    const address = size * (order ? order() : i);
    const value = read(view, address, littleEndian);
    storage[i] = value;
    if (dtype === "int32" && storage[i] !== value) {
      const all = exact(kind, view, address, littleEndian);
      throw new Refusal(`element ${i} of ${kind}, ${all}, doesn't fit into int32`);
    }
  }
  return storage;
}

/** A whole number with all of its digits. */
function exact(kind: ElementKind, view: DataView, address: number, littleEndian: boolean): bigint {
  return kind === "int64" ? view.getBigInt64(address, littleEndian) : view.getBigUint64(address, littleEndian);
}

/** Bytes in the order that files have. */
export function littleEndianBytes(storage: TypedArray, dtype: DType): Uint8Array {
  const bytes = new Uint8Array(storage.buffer, storage.byteOffset, storage.byteLength);
  if (IS_LITTLE_ENDIAN) return bytes;
  const size = itemSize(dtype);
  return bytes.map((_, i) => bytes[i - (i % size) + size - 1 - (i % size)] ?? 0);
}
