/** Reading of safetensors files: an 8-byte header length, a JSON header, raw little-endian data. */
import type { TypedArray } from "../../src/base/dtypes.ts";

export type TensorType = "F32" | "F64" | "I32" | "U32" | "I64" | "BOOL";

/** A reference value: its type, shape and elements in row-major order. */
export interface Tensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** Integers of 64 bits as numbers, which those of reference values are without a loss. */
const asNumbers = (buffer: ArrayBuffer): Float64Array => Float64Array.from(new BigInt64Array(buffer), Number);

const STORAGE: Record<Exclude<TensorType, "I64">, new (buffer: ArrayBuffer) => TypedArray> = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U32: Uint32Array,
  BOOL: Uint8Array,
};

/** The tensors of a file by their names. Throws on a type it does not know and on data that does not fit its shape. */
export function readSafetensors(file: Uint8Array): Map<string, Tensor> {
  const headerLength = Number(new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength))) as Record<string, Entry>;
  const body = file.subarray(8 + headerLength);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    tensors.set(name, readTensor(name, entry, body));
  }
  return tensors;
}

function readTensor(name: string, { dtype, shape, data_offsets: [start, end] }: Entry, body: Uint8Array): Tensor {
  if (dtype === "I64") return { type: "I64", shape, data: asNumbers(new Uint8Array(body.subarray(start, end)).buffer) };
  const storage = STORAGE[dtype as keyof typeof STORAGE];
  if (storage === undefined) throw new TypeError(`safetensors: ${name} has the unknown type ${dtype}.`);
  const data = new storage(new Uint8Array(body.subarray(start, end)).buffer);
  const size = shape.reduce((a, b) => a * b, 1);
  if (data.length !== size) {
    throw new RangeError(`safetensors: ${name} of shape [${shape.join(", ")}] has ${data.length} elements.`);
  }
  return { type: dtype as keyof typeof STORAGE, shape, data };
}
