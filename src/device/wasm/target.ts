/** What the WebAssembly kernels tell the compiler of themselves. */
import { KERNEL_BYTES, SCRATCH_BYTES, TILE_COLUMN_BYTES, TILE_ROWS } from "../../../assembly/opcodes.ts";
import { DTYPES, itemSize } from "../../base/dtypes.ts";
import { assign, type PlaceStep, type Step } from "../../compile/program.ts";
import type { Target } from "../../compile/target.ts";
import { withoutGaps } from "./repeated.ts";
import { halveSymmetric } from "./symmetric.ts";

/** Keeps a program's registers within what the kernels' interpreter has, with room for intermediates. */
const MAX_VALUES = 32;

/** An array put together by copies, over a fill. */
function inPieces({ target, fill, pieces }: PlaceStep): Step[] {
  const { dtype, size } = target;
  const whole = { kind: "array", dtype, buffer: target } as const;
  const filled =
    fill === null
      ? []
      : [
          assign(
            fill.kind === "constant" ? fill : { ...fill, view: { ...fill.view, shape: [size], strides: [0] } },
            target,
          ),
        ];
  return [
    ...filled,
    ...pieces.map(({ source, target: view }): Step => ({ kind: "copy", source, target: { ...whole, view } })),
  ];
}

export const wasmTarget: Target = {
  name: "cpu",
  itemSize: Object.fromEntries(DTYPES.map((dtype) => [dtype, itemSize(dtype)])),
  hasOwn: true,
  maxValues: MAX_VALUES,
  maxBuffers: Number.POSITIVE_INFINITY,
  // Every buffer begins on a cache line.
  alignment: 64,
  reservedBytes: KERNEL_BYTES + SCRATCH_BYTES,
  tile: (dtype) => [TILE_ROWS, TILE_COLUMN_BYTES / itemSize(dtype)],
  halves: true,
  refine: (step) => {
    if (step.kind === "place") return inPieces(step);
    if (step.kind === "contract") return halveSymmetric(step);
    return step.kind === "map" ? withoutGaps(step) : [step];
  },
};
