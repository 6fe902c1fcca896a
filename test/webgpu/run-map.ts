/** One instruction of an elementwise program on a device. */
import { GUARANTEED } from "../../gpu/kernel.ts";
import { mapKernels } from "../../gpu/map.ts";
import { allocate, type DType, type TypedArray } from "../../src/base/dtypes.ts";
import { type Buffer, type MapInstruction, whole } from "../../src/compile/program.ts";
import { resultDType } from "../../src/ir/map-ops.ts";
import { runKernels } from "./run-kernels.ts";

export interface Instruction {
  readonly op: MapInstruction["op"];
  readonly dtype: DType;
  readonly result?: DType;
  /** The operands' dtypes if they are not all `dtype`. */
  readonly inputs?: readonly DType[];
}

function stored(dtype: DType, values: ArrayLike<number>): TypedArray {
  const array = allocate(dtype, values.length);
  array.set(values);
  return array;
}

/** The instruction on the columns' elements. */
export async function runMap(
  device: GPUDevice,
  { op, dtype, result = resultDType(op, dtype, undefined), inputs }: Instruction,
  ...columns: ArrayLike<number>[]
): Promise<TypedArray> {
  const size = columns[0].length;
  const buffers = columns.map((_, i): Buffer => ({ dtype: inputs?.[i] ?? dtype, size }));
  const target: Buffer = { dtype: result, size };
  const kernels = mapKernels(
    {
      kind: "map",
      shape: [size],
      inputs: buffers.map((buffer) => whole(buffer, [size])),
      constants: [],
      instructions: [{ op, dtype, result, operands: columns.map((_, i) => i) }],
      outputs: [{ value: columns.length, buffer: target }],
    },
    GUARANTEED,
  );
  const contents = new Map(buffers.map((buffer, i) => [buffer, stored(buffer.dtype, columns[i])]));
  const [array] = await runKernels(device, kernels, contents, [target]);
  return array;
}
