/** Dtypes and numbers as WGSL has them. */
import type { Buffer } from "../src/compile/program.ts";

export type DType = Buffer["dtype"];

/** The type of an element in memory: a bool, which WGSL cannot store, is a word. */
export type StorageType = "f32" | "i32" | "u32";

export function storageType(dtype: DType): StorageType {
  if (dtype === "float64") throw new Error("internal: float64 has passed checkSupported");
  return dtype === "float32" ? "f32" : dtype === "int32" ? "i32" : "u32";
}

/** The type of a value. */
export const valueType = (dtype: DType): StorageType | "bool" => (dtype === "bool" ? "bool" : storageType(dtype));

/** An element of a buffer's variable, as a value. */
export const load = (name: string, dtype: DType, index: string): string =>
  dtype === "bool" ? `(${name}[${index}] != 0u)` : `${name}[${index}]`;

/** A value as an element. */
export const stored = (dtype: DType, value: string): string => (dtype === "bool" ? `u32(${value})` : value);

/** The bits of a number in memory, as a signed word. */
export function bitsOf(value: number, dtype: DType): number {
  if (dtype === "bool") return value ? 1 : 0;
  if (dtype === "int32" || dtype === "uint32") return value | 0;
  return new Int32Array(Float32Array.of(value).buffer)[0] ?? 0;
}

/** A whole number as a literal. The least one is no literal of WGSL, only a sum of two. */
export const int = (n: number): string => (n === -(2 ** 31) ? "(-2147483647i - 1i)" : n < 0 ? `(${n}i)` : `${n}i`);
