/** A plan for the WebAssembly kernels: a list of commands with every address decided. */
import { arrange, outputBytes } from "../../compile/layout.ts";
import { type Buffer, innerSteps, type Program, type Step } from "../../compile/program.ts";
import type { Aval } from "../../ir/aval.ts";
import type { HostArray } from "../../ir/ndarray.ts";
import type { KernelModule } from "../../ir/primitive.ts";
import type { Plan } from "../device.ts";
import { encode } from "./encode.ts";
import { hasShared } from "./share.ts";
import { wasmTarget } from "./target.ts";

export interface PlannedArray {
  readonly address: number;
  readonly aval: Aval;
}

/** What one run does, as data. */
export interface WasmPlan extends Plan {
  /** Where the program's constants and inputs go, in this order. */
  readonly inputs: readonly number[];
  /** Small arrays that belong to the plan. */
  readonly constants: readonly { readonly address: number; readonly array: HostArray }[];
  readonly outputs: readonly PlannedArray[];
  readonly commands: Int32Array;
  readonly commandsAddress: number;
  /** The modules that hold kernels of it, beside those that hold most. */
  readonly modules: readonly KernelModule[];
  /** Whether there is work in it that is worth more threads than one. */
  readonly shared: boolean;
  /** The WebAssembly memory that a run on one thread needs in all: kernels, scratch, arena and commands. */
  readonly memoryBytes: number;
}

function modulesOf(steps: readonly Step[], found = new Set<KernelModule>()): Set<KernelModule> {
  for (const step of steps) {
    if ((step.kind === "kernel" || step.kind === "map") && step.module) found.add(step.module);
    for (const inner of innerSteps(step)) modulesOf(inner, found);
  }
  return found;
}

/** About the memory of a plan without its commands; see `device/compiled.ts`. */
const PLAN_BYTES = 1200;

/** Plans a program whose outputs have these shapes and dtypes. */
export function planProgram(program: Program, outputs: readonly Aval[]): WasmPlan {
  const { addressOf, end } = arrange(program, wasmTarget);
  const address = (buffer: Buffer): number => addressOf.get(buffer)!;
  const commands = encode(program.steps, addressOf);
  const constants = [...program.constants].map(([buffer, array]) => ({ address: address(buffer), array }));
  const memoryBytes = end + commands.byteLength;
  return {
    inputs: program.inputs.map(address),
    constants,
    outputs: program.outputs.map((buffer, i) => ({ address: address(buffer), aval: outputs[i]! })),
    commands,
    commandsAddress: end,
    modules: [...modulesOf(program.steps)],
    shared: hasShared(program.steps),
    memoryBytes,
    peakBytes: memoryBytes + outputBytes(program, wasmTarget),
    // The arena is one piece.
    largestBuffer: 0,
    bytes: PLAN_BYTES + commands.byteLength + constants.reduce((sum, { array }) => sum + array.size * 8, 0),
  };
}
