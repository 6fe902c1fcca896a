/** Compilation: a program in, a plan out. A plan is data: a list of commands with every address decided. */
import { SCRATCH_BYTES } from "../../assembly/opcodes.ts";
import type { Aval } from "../ir/aval.ts";
import { type Jaxpr, outputAvals } from "../ir/jaxpr.ts";
import type { HostArray } from "../ir/ndarray.ts";
import { encode } from "./encode.ts";
import { layOut } from "./layout.ts";
import { lower } from "./lower.ts";
import { simplify } from "./simplify.ts";
import type { Buffer } from "./steps.ts";

/** The kernels keep their own data below this address; the loader checks that they do. */
export const KERNEL_BYTES = 131072;

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
  /** The memory that a run needs in all: kernels, scratch, arena and commands. */
  readonly memoryBytes: number;
}

/** Plans a program. Its constants become the plan's first inputs. */
export function compile(program: Jaxpr): Plan {
  const jaxpr = simplify(program);
  const { steps, inputs, constants, outputs } = lower(jaxpr);
  const layout = layOut(steps, [...inputs, ...constants.keys()], outputs, ARENA);
  const commands = encode(steps, layout, SCRATCH);
  const located = (buffers: readonly Buffer[], avals: readonly Aval[]): PlannedArray[] =>
    buffers.map((buffer, i) => ({ address: layout.addressOf.get(buffer)!, aval: avals[i]! }));
  return {
    inputs: located(
      inputs,
      [...jaxpr.constVars, ...jaxpr.inputs].map((v) => v.aval),
    ),
    constants: [...constants].map(([buffer, array]) => ({ address: layout.addressOf.get(buffer)!, array })),
    outputs: located(outputs, outputAvals(jaxpr)),
    commands,
    commandsAddress: layout.end,
    memoryBytes: layout.end + commands.byteLength,
  };
}
