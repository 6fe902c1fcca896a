/** The element types of ONNX by their numbers: their names, how their elements lie in a file, and what reads them here. */
import type { DType } from "../base/dtypes.ts";
import type { ElementKind } from "../io/elements.ts";

/** What the file's floats are read as. */
export type FloatType = "float32" | "float64";

interface ElementType {
  readonly name: string;
  /** Those without one can't be read. */
  readonly kind?: ElementKind;
}

const same = (kind: ElementKind): ElementType => ({ name: kind, kind });

const TYPES: Readonly<Record<number, ElementType>> = {
  1: { name: "float", kind: "float32" },
  2: same("uint8"),
  3: same("int8"),
  4: same("uint16"),
  5: same("int16"),
  6: same("int32"),
  7: same("int64"),
  8: { name: "string" },
  9: same("bool"),
  10: same("float16"),
  11: { name: "double", kind: "float64" },
  12: same("uint32"),
  13: same("uint64"),
  14: { name: "complex64" },
  15: { name: "complex128" },
  16: same("bfloat16"),
  17: { name: "float8e4m3fn" },
  18: { name: "float8e4m3fnuz" },
  19: { name: "float8e5m2" },
  20: { name: "float8e5m2fnuz" },
  21: { name: "uint4" },
  22: { name: "int4" },
  23: { name: "float4e2m1" },
};

const typeOf = (number: number): ElementType =>
  (Object.hasOwn(TYPES, number) ? TYPES[number] : undefined) ?? { name: `number ${number}` };

/** The name that the standard gives a type. */
export const typeName = (number: number): string => typeOf(number).name;

/** How elements of a type lie in a file; `undefined` for those that can't be read. */
export const kindOf = (number: number): ElementKind | undefined => typeOf(number).kind;

export const isFloatKind = (kind: ElementKind): boolean => kind.includes("float");

/** The dtype of arrays whose elements are of a kind in the file. */
export function dtypeOf(kind: ElementKind, float: FloatType): DType {
  if (isFloatKind(kind)) return float;
  return kind === "bool" ? "bool" : "int32";
}
