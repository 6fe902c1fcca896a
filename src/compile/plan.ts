/** Compilation: a program in, a plan out. A plan is data: a list of commands with every address decided. */
import { KERNEL_BYTES, SCRATCH_BYTES } from "../../assembly/opcodes.ts";
import type { Aval } from "../ir/aval.ts";
import { type Jaxpr, outputAvals } from "../ir/jaxpr.ts";
import type { HostArray } from "../ir/ndarray.ts";
import { encode } from "./encode.ts";
import { bytesOf, type Layout, layOut } from "./layout.ts";
import { type Lowered, lower } from "./lower.ts";
import { hasShared } from "./share.ts";
import { simplify } from "./simplify.ts";
import type { Buffer } from "./steps.ts";

export { FAILED, KERNEL_BYTES, SCRATCH_BYTES } from "../../assembly/opcodes.ts";

const SCRATCH = KERNEL_BYTES;
const ARENA = SCRATCH + SCRATCH_BYTES;

export interface PlannedArray {
  readonly address: number;
  readonly aval: Aval;
}

/** What one run does. Nothing in it changes, so one plan serves any number of runs. */
export interface Plan {
  /** Where the program's constants and inputs go, in this order. */
  readonly inputs: readonly PlannedArray[];
  /** Small arrays that belong to the plan. */
  readonly constants: readonly { readonly address: number; readonly array: HostArray }[];
  readonly outputs: readonly PlannedArray[];
  readonly commands: Int32Array;
  readonly commandsAddress: number;
  /** Whether there is work in it that is worth more threads than one. */
  readonly shared: boolean;
  /** The WebAssembly memory that a run on one thread needs in all: kernels, scratch, arena and commands. */
  readonly memoryBytes: number;
  /** What a run takes at its peak: that memory and the arrays that the outputs are copied to. */
  readonly peakBytes: number;
}

/** Addresses for all that a lowered program holds. */
const arrange = ({ steps, inputs, constants, outputs }: Lowered): Layout =>
  layOut(steps, [...inputs, ...constants.keys()], outputs, ARENA);

const outputBytes = ({ outputs }: Lowered): number => outputs.reduce((n, buffer) => n + bytesOf(buffer), 0);

/** What a run of a lowered program takes at its peak, but for its commands. */
export const peakBytes = (lowered: Lowered): number => arrange(lowered).end + outputBytes(lowered);

/** Plans a program. Its constants become the plan's first inputs. */
export function compile(program: Jaxpr): Plan {
  const jaxpr = simplify(program);
  const lowered = lower(jaxpr);
  const { steps, inputs, constants, outputs } = lowered;
  const layout = arrange(lowered);
  const commands = encode(steps, layout, SCRATCH);
  const memoryBytes = layout.end + commands.byteLength;
  const located = (buffers: readonly Buffer[], avals: readonly Aval[]): PlannedArray[] =>
    buffers.map((buffer, i) => ({ address: layout.addressOf.get(buffer)!, aval: avals[i]! }));
  return {
    inputs: located(
      inputs,
      [...jaxpr.constVars, ...jaxpr.inputs].map((v) => v.aval),
    ),
    constants: [...constants].map(([buffer, array]) => ({ address: layout.addressOf.get(buffer)!, array })),
    outputs: located(outputs, outputAvals(program)),
    commands,
    commandsAddress: layout.end,
    shared: hasShared(steps),
    memoryBytes,
    peakBytes: memoryBytes + outputBytes(lowered),
  };
}
