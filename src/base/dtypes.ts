/** Element types: their sizes, host representations and JAX's promotion lattice. */
import { describe } from "./errors.ts";
import { typedArrayName } from "./plain.ts";

/** The element types of an array. `bool` is stored as one byte, 0 or 1. */
export type DType = "float32" | "float64" | "int32" | "uint32" | "bool";

/** Host storage of an array's elements. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** What a dtype stands for when a weakly typed number meets it. */
export type Category = "bool" | "integer" | "float";

interface DTypeInfo {
  readonly itemSize: number;
  readonly category: Category;
  readonly short: string;
  readonly storage: new (
    source: ArrayBuffer | number | ArrayLike<number>,
    byteOffset?: number,
    length?: number,
  ) => TypedArray;
}

const INFO: Readonly<Record<DType, DTypeInfo>> = {
  float32: { itemSize: 4, category: "float", short: "f32", storage: Float32Array },
  float64: { itemSize: 8, category: "float", short: "f64", storage: Float64Array },
  int32: { itemSize: 4, category: "integer", short: "i32", storage: Int32Array },
  uint32: { itemSize: 4, category: "integer", short: "u32", storage: Uint32Array },
  bool: { itemSize: 1, category: "bool", short: "bool", storage: Uint8Array },
};

/** Every dtype, in the order of the promotion lattice. */
export const DTYPES = /* @__PURE__ */ Object.keys(INFO) as readonly DType[];

export const itemSize = (dtype: DType): number => INFO[dtype].itemSize;
export const category = (dtype: DType): Category => INFO[dtype].category;
/** `f32`, `i32`, ...: the form used in printed programs and messages. */
export const shortName = (dtype: DType): string => INFO[dtype].short;
export const isFloat = (dtype: DType): boolean => INFO[dtype].category === "float";
export const isDType = (x: unknown): x is DType => typeof x === "string" && Object.hasOwn(INFO, x);

/** Throws unless `dtype` is one. */
export function checkDType(fn: string, dtype: unknown, name = "dtype"): asserts dtype is DType {
  if (isDType(dtype)) return;
  throw new TypeError(`${fn}: ${name} must be one of "${DTYPES.join('", "')}", got ${describe(dtype)}.`);
}

/** A zero-filled typed array of `size` elements. Throws on an unknown dtype. */
export function allocate(dtype: DType, size: number): TypedArray {
  checkDType("an array", dtype);
  return new INFO[dtype].storage(size);
}

/** The elements of `dtype` at a byte address of a buffer, without a copy. */
export function viewBuffer(dtype: DType, buffer: ArrayBufferLike, address: number, size: number): TypedArray {
  return new INFO[dtype].storage(buffer as ArrayBuffer, address, size);
}

/** The dtype that a typed array holds; `undefined` for the kinds we have no dtype for. */
export function dtypeOfTypedArray(data: unknown): DType | undefined {
  const name = typedArrayName(data);
  return name === undefined ? undefined : DTYPES.find((dtype) => INFO[dtype].storage.name === name);
}

/** Something with a dtype that may be weak: the type of a bare JavaScript number. */
export interface Typed {
  readonly dtype: DType;
  readonly weak: boolean;
}

const CATEGORIES: readonly Category[] = ["bool", "integer", "float"];
const rank = (dtype: DType): number => CATEGORIES.indexOf(INFO[dtype].category);

function promotePair(a: DType, b: DType): DType {
  if (a === b) return a;
  if (rank(a) !== rank(b)) return rank(a) > rank(b) ? a : b;
  return isFloat(a) ? "float64" : "int32";
}

/**
 * The dtype of an operation on operands of several types, by JAX's rules (`jnp.promote_types`): a float wins over an
 * integer over a bool, a weakly typed operand only decides when its category is higher than that of every strong one.
 * `int32` with `uint32` gives `int32`, as JAX does without 64-bit integers.
 */
export function promote(operands: readonly Typed[]): Typed {
  const strong = operands.filter((x) => !x.weak).map((x) => x.dtype);
  const weak = operands.filter((x) => x.weak).map((x) => x.dtype);
  const weakest = weak.length > 0 ? weak.reduce(promotePair) : undefined;
  if (strong.length === 0) return { dtype: weakest ?? "float32", weak: weakest !== undefined };
  const dtype = strong.reduce(promotePair);
  if (weakest !== undefined && rank(weakest) > rank(dtype)) return { dtype: weakest, weak: true };
  return { dtype, weak: false };
}
