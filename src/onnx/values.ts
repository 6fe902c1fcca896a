/** The inputs and outputs that a file declares. */
import type { DType } from "../base/dtypes.ts";
import type { ValueInfoProto } from "./model.ts";
import { dtypeOf, type FloatType, isFloatKind, kindOf, typeName } from "./types.ts";

/** An input or output: its name, the dtype that it has here, and its shape, of numbers, names and what isn't told. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  /** An axis whose size is free has a name, which stands for the same number everywhere, or `null`. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** The kinds of values that aren't tensors. */
const OTHERS = {
  sequenceType: "a sequence",
  mapType: "a map",
  sparseTensorType: "a sparse tensor",
  optionalType: "an optional value",
} as const;

/** What a file says of an input or output. */
export function valueInfo({ name = "", type = {} }: ValueInfoProto, what: string, float: FloatType): ValueInfo {
  for (const [key, other] of Object.entries(OTHERS)) {
    if (type[key as keyof typeof OTHERS]) {
      throw new Error(`onnx.load: the ${what} ${JSON.stringify(name)} is ${other}; only tensors can be read.`);
    }
  }
  const { elemType = 0, shape } = type.tensorType ?? {};
  const kind = kindOf(elemType);
  if (kind === undefined) {
    throw new Error(
      `onnx.load: the ${what} ${JSON.stringify(name)} is of type ${typeName(elemType)}, which can't be read.`,
    );
  }
  const axes = shape?.dim.map(({ dimValue, dimParam }) => {
    if (dimParam) return dimParam;
    return dimValue === undefined || dimValue < 0 ? null : dimValue;
  });
  return { name, dtype: dtypeOf(kind, float), shape: axes ?? null };
}

/** Whether all floats that a file takes are doubles: then it is computed in float64. */
export function takesDoubles(inputs: readonly ValueInfoProto[]): boolean {
  const kinds = inputs
    .map(({ type }) => kindOf(type?.tensorType?.elemType ?? 0))
    .filter((kind) => kind && isFloatKind(kind));
  return kinds.length > 0 && kinds.every((kind) => kind === "float64");
}
