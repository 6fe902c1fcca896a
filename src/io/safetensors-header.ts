/** The header of a safetensors file: 8 bytes of length, JSON, and the places of the tensors in the bytes behind it. */
import { formatShape } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import { sizeOf } from "../base/shapes.ts";
import { type ElementKind, kindSize } from "./elements.ts";

/** The names of types in safetensors, of those that arrays can hold. */
const KIND_OF_TYPE: Readonly<Record<string, ElementKind>> = {
  BOOL: "bool",
  I8: "int8",
  U8: "uint8",
  I16: "int16",
  U16: "uint16",
  I32: "int32",
  U32: "uint32",
  I64: "int64",
  U64: "uint64",
  F16: "float16",
  BF16: "bfloat16",
  F32: "float32",
  F64: "float64",
};

/** The bits of an element of the types that are known and that arrays can't hold. */
const OTHER_TYPES: Readonly<Record<string, number>> = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E4M3: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2: 8,
  F8_E5M2FNUZ: 8,
  F8_E8M0: 8,
  C64: 64,
};

/** What elements of a type are; `undefined` where arrays can't hold them, or there is no such type. */
export const kindOfType = (type: string): ElementKind | undefined =>
  Object.hasOwn(KIND_OF_TYPE, type) ? KIND_OF_TYPE[type] : undefined;

/** A tensor's place in the file. */
export interface TensorInfo {
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export const LENGTH_BYTES = 8;
/** What Python's reader takes at most. */
const MOST_HEADER_BYTES = 100_000_000;
/** With which JSON begins. */
const BRACE = 0x7b;

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The tensors of a file and its metadata. Each byte behind the header must be of one tensor. */
export function parseSafetensors(fn: string, file: Uint8Array): Safetensors {
  const [header, body] = split(fn, file);
  const { __metadata__: metadata = {}, ...entries } = parseHeader(fn, header);
  const isText = isPlainObject(metadata) && Object.values(metadata).every((value) => typeof value === "string");
  if (!isText) throw new Error(`${fn}: the header's __metadata__ isn't an object of texts.`);
  const places = Object.entries(entries).map(([name, entry]) => placeOf(fn, name, entry));
  checkCover(fn, places, body.length);
  const tensors = places.map(({ name, type, shape, begin, end }): [string, TensorInfo] => {
    return [name, { type, shape, bytes: body.subarray(begin, end) }];
  });
  return { tensors: new Map(tensors), metadata: metadata as Record<string, string> };
}

function split(fn: string, file: Uint8Array): [header: Uint8Array, body: Uint8Array] {
  if (file.length < LENGTH_BYTES) {
    throw new Error(
      `${fn}: the file has ${file.length} bytes, too few for the header's length; it is cut or no safetensors file.`,
    );
  }
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > MOST_HEADER_BYTES || Number(length) > file.length - LENGTH_BYTES) {
    const what =
      file[0] === BRACE
        ? "JSON, such as the index of a checkpoint in several files, which the option shards gives"
        : "cut or no safetensors file";
    throw new Error(`${fn}: the header's length, ${length} bytes, is beyond the file's ${file.length}; it is ${what}.`);
  }
  const begin = LENGTH_BYTES + Number(length);
  return [file.subarray(LENGTH_BYTES, begin), file.subarray(begin)];
}

function parseHeader(fn: string, header: Uint8Array): Record<string, unknown> {
  const fail = (reason: string): never => {
    throw new Error(`${fn}: the header isn't an object in JSON: ${reason}`);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch (error) {
    fail((error as Error).message);
  }
  return isPlainObject(parsed) ? parsed : fail("it is something else.");
}

interface Place extends Omit<TensorInfo, "bytes"> {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
const areCounts = (x: unknown): x is number[] => Array.isArray(x) && x.every(isCount);

function placeOf(fn: string, name: string, entry: unknown): Place {
  const fail = (reason: string): never => {
    throw new Error(`${fn}: the header's entry of tensor "${name}": ${reason}.`);
  };
  if (!isPlainObject(entry)) return fail("it isn't an object");
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string") return fail("dtype isn't a text");
  if (!areCounts(shape)) return fail("shape isn't a list of sizes");
  if (!areCounts(offsets) || offsets.length !== 2) return fail("data_offsets aren't two places");
  const [begin, end] = offsets as [number, number];
  const bits = bitsOf(dtype);
  if (bits === undefined) return fail(`there is no dtype ${JSON.stringify(dtype)}`);
  const needed = (sizeOf(shape) * bits) / 8;
  if (!Number.isSafeInteger(needed) || needed !== end - begin) {
    return fail(
      `shape ${formatShape(shape)} of ${dtype} needs ${needed} bytes, data_offsets ${begin} to ${end} have ${end - begin}`,
    );
  }
  return { name, type: dtype, shape, begin, end };
}

function bitsOf(type: string): number | undefined {
  const kind = kindOfType(type);
  if (kind !== undefined) return 8 * kindSize(kind);
  return Object.hasOwn(OTHER_TYPES, type) ? OTHER_TYPES[type] : undefined;
}

/** Throws unless the tensors lie one behind the other, from the first byte to the last. */
function checkCover(fn: string, places: readonly Place[], length: number): void {
  let covered = 0;
  for (const { name, begin, end } of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (end > length) {
      throw new Error(
        `${fn}: tensor "${name}" ends at byte ${end} of the data, of which the file has ${length}; it is cut.`,
      );
    }
    if (begin < covered) throw new Error(`${fn}: tensor "${name}" begins at byte ${begin}, inside of another one.`);
    if (begin > covered)
      throw new Error(`${fn}: bytes ${covered} to ${begin}, before tensor "${name}", are of no tensor.`);
    covered = end;
  }
  if (covered < length) throw new Error(`${fn}: ${length - covered} bytes behind the last tensor are of none.`);
}
