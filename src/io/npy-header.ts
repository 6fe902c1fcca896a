/** The header of a .npy file: magic, version, length, and a Python dictionary with the elements' type, their order and the shape. */
import type { DType } from "../base/dtypes.ts";
import { sizeOf } from "../base/shapes.ts";
import { type ElementKind, kindSize } from "./elements.ts";
import { type Literal, parseLiteral } from "./literal.ts";
import { Refusal } from "./refusal.ts";

const MAGIC = "\x93NUMPY";
/** Enough bytes to know the header's length in every version. */
export const START_BYTES = 12;
/** Far beyond every header of an array. */
const MOST_HEADER_BYTES = 1 << 20;
const ALIGNMENT = 64;
const SHORT_PREFIX = 10;

/** Where the data begins, from the first bytes of a file. */
export function dataStart(what: string, start: Uint8Array): number {
  const magic = String.fromCharCode(...start.subarray(0, MAGIC.length));
  if (start.length < START_BYTES || magic !== MAGIC) {
    throw new Error(`${what} isn't a .npy file: it doesn't begin with "\\x93NUMPY" and a header.`);
  }
  const view = new DataView(start.buffer, start.byteOffset, START_BYTES);
  const version = view.getUint8(MAGIC.length);
  if (version < 1 || version > 3)
    throw new Error(`${what} has version ${version} of the .npy format, of 1 to 3 that there are.`);
  const isShort = version === 1;
  const length = isShort ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length < START_BYTES || length > MOST_HEADER_BYTES)
    throw new Error(`${what} claims a header of ${length} bytes.`);
  return length + (isShort ? SHORT_PREFIX : START_BYTES);
}

/** What a header says. */
export interface NpyHeader {
  readonly kind: ElementKind;
  readonly littleEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** How many bytes the elements take. */
  readonly size: number;
}

/**
 * The header, of all bytes before the data.
 * @throws Refusal for types that arrays can't hold: Python's objects, which are never read, texts, complex numbers, records.
 */
export function parseNpyHeader(what: string, bytes: Uint8Array): NpyHeader {
  const [version] = bytes.subarray(MAGIC.length);
  const encoded = bytes.subarray(version === 1 ? SHORT_PREFIX : START_BYTES);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(encoded);
  const header = parseLiteral(text);
  const fields = header instanceof Map ? (header as ReadonlyMap<Literal, Literal>) : undefined;
  const [descr, fortran, shape] = ["descr", "fortran_order", "shape"].map((name) => fields?.get(name));
  if (fields?.size !== 3 || descr === undefined || typeof fortran !== "boolean" || !isShape(shape)) {
    throw new Error(
      `${what} has a header that isn't a dictionary of descr, fortran_order and shape: ${JSON.stringify(text.trim().slice(0, 80))}.`,
    );
  }
  const { kind, littleEndian } = parseType(what, descr);
  const size = sizeOf(shape) * kindSize(kind);
  if (!Number.isSafeInteger(size))
    throw new Error(`${what} claims the shape (${shape.join(", ")}), which nothing can hold.`);
  return { kind, littleEndian, fortran, shape, size };
}

const isShape = (x: Literal | undefined): x is readonly number[] =>
  Array.isArray(x) && x.every((n) => Number.isSafeInteger(n) && n >= 0);

const NUMERIC: Readonly<Record<string, ElementKind>> = {
  b1: "bool",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};
const OTHERS: Readonly<Record<string, string>> = {
  O: "pickled Python objects, which are never read",
  U: "unicode strings",
  S: "strings of bytes",
  a: "strings of bytes",
  V: "raw bytes or records",
  c: "complex numbers",
  f: "floats of another size",
  M: "dates",
  m: "durations",
};

/** The kind that NumPy's name of a type means, such as `<f4`. */
function parseType(what: string, descr: Literal): Pick<NpyHeader, "kind" | "littleEndian"> {
  if (Array.isArray(descr)) throw new Refusal("records of several fields");
  const [, order, letter = "", size] = (typeof descr === "string" && /^([<>|=]?)([A-Za-z])(\d*)/.exec(descr)) || [];
  const kind = descr === `${order}${letter}${size}` ? NUMERIC[`${letter}${size}`] : undefined;
  if (kind !== undefined) return { kind, littleEndian: order !== ">" };
  if (Object.hasOwn(OTHERS, letter)) throw new Refusal(`${OTHERS[letter]}, ${descr}`);
  throw new Error(`${what} has elements of an unknown type, ${JSON.stringify(descr)}.`);
}

const DESCR: Readonly<Record<DType, string>> = {
  float32: "<f4",
  float64: "<f8",
  int32: "<i4",
  uint32: "<u4",
  bool: "|b1",
};

/** All bytes before the data. */
export function formatNpyHeader(dtype: DType, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const size = Math.ceil((SHORT_PREFIX + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(size);
  const characters = `${MAGIC}\x01\x00\x00\x00${text.padEnd(size - SHORT_PREFIX - 1)}\n`;
  for (let i = 0; i < size; i++) header[i] = characters.charCodeAt(i);
  new DataView(header.buffer).setUint16(8, size - SHORT_PREFIX, true);
  return header;
}
