/** A kernel for each instruction and dtype. */
import type { Kernel, Settings } from "../../gpu/kernel.ts";
import { mapKernels } from "../../gpu/map.ts";
import type { Buffer, MapInstruction } from "../../src/compile/program.ts";
import { MAP_OPS, type MapOp, resultDType } from "../../src/ir/map-ops.ts";

const DTYPES = ["float32", "int32", "uint32", "bool"] as const;

/** The kernel of one instruction over transposed inputs; none where it isn't one on this dtype. */
function kernelsOfOne(instruction: Omit<MapInstruction, "operands">, arity: number, settings: Settings): Kernel[] {
  const { op, dtype, result } = instruction;
  const buffers = Array.from(
    { length: arity },
    (_, i): Buffer => ({ dtype: op === "SELECT" && i === 0 ? "bool" : dtype, size: 12 }),
  );
  const view = { offset: 0, shape: [3, 4], strides: [1, 3] };
  try {
    return mapKernels(
      {
        kind: "map",
        shape: [3, 4],
        inputs: buffers.map((buffer) => ({ kind: "array", dtype: buffer.dtype, buffer, view })),
        constants: [],
        instructions: [{ ...instruction, operands: buffers.map((_, i) => i) }],
        outputs: [{ value: arity, buffer: { dtype: result, size: 12 } }],
      },
      settings,
    );
  } catch (error) {
    if (error instanceof Error && /is no operation on/.test(error.message)) return [];
    throw error;
  }
}

export interface Named {
  readonly op: MapOp;
  readonly kernel: Kernel;
}

export function kernelsOfAll(settings: Settings): Named[] {
  return (Object.keys(MAP_OPS) as MapOp[]).flatMap((op) => {
    const { arity, result: kind } = MAP_OPS[op];
    return DTYPES.flatMap((dtype) =>
      (kind === "named" ? DTYPES : [undefined])
        // Bools have no bits that another dtype could take.
        .filter((named) => op !== "MOVE" || named === dtype || (named !== "bool" && dtype !== "bool"))
        .flatMap((named) => kernelsOfOne({ op, dtype, result: resultDType(op, dtype, named) }, arity, settings))
        .map((kernel) => ({ op, kernel })),
    );
  });
}
