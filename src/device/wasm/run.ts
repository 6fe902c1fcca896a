/**
 * Runs plans on the WebAssembly kernels. The memory is an arena that lives for one run: inputs are copied in, outputs
 * copied out, and nothing in it is ever owned by an array.
 */
import { SCRATCH_BYTES } from "../../../assembly/opcodes.ts";
import { viewBuffer } from "../../base/dtypes.ts";
import { sizeOf } from "../../base/shapes.ts";
import { HostArray, storageOf } from "../../ir/ndarray.ts";
import { reserve } from "./kernels.ts";
import type { PlannedArray, WasmPlan } from "./plan.ts";
import { addToAll, currentTeam, execute, releaseMemory } from "./team.ts";

/** Computes a plan's outputs. `inputs` are the values of the program's constants and inputs, in this order. */
export function runPlan(plan: WasmPlan, inputs: readonly HostArray[]): HostArray[] {
  const team = currentTeam();
  const threads = plan.shared ? team.threads : 1;
  const { memory } = team.kernels;
  // The other threads' scratch regions come last.
  const scratch = Math.ceil(plan.memoryBytes / 64) * 64;
  const bytes = threads > 1 ? scratch + (threads - 1) * SCRATCH_BYTES : plan.memoryBytes;
  reserve(memory, bytes);
  for (const module of plan.modules) addToAll(team, module);
  const { buffer } = memory;
  fillIn(plan, inputs, buffer);
  const commands = new Int32Array(buffer, plan.commandsAddress, plan.commands.length);
  commands.set(plan.commands);
  commands[1] = scratch;
  execute(team, plan.commandsAddress, threads);
  const outputs = plan.outputs.map((output) => read(buffer, output));
  if (isIdle(buffer.byteLength, bytes)) releaseMemory().catch(() => {});
  return outputs;
}

/** Writes what a run begins with. */
export function fillIn(plan: WasmPlan, inputs: readonly HostArray[], buffer: ArrayBuffer): void {
  const write = (address: number, array: HostArray): void =>
    viewBuffer(array.dtype, buffer, address, array.size).set(storageOf(array));
  plan.inputs.forEach((address, i) => {
    write(address, inputs[i]!);
  });
  for (const { address, array } of plan.constants) write(address, array);
}

/** Memory below this is never worth giving back. */
const SMALL = 2 ** 25;
/** So many runs in a row that need less than a quarter of the memory show that what needed it is over. */
const RUNS = 64;
let smallRuns = 0;

/** Whether a memory of `size` bytes has been far larger than needed for a while; the last run needed `used`. */
function isIdle(size: number, used: number): boolean {
  smallRuns = size > SMALL && used < size / 4 ? smallRuns + 1 : 0;
  if (smallRuns < RUNS) return false;
  smallRuns = 0;
  return true;
}

function read(buffer: ArrayBuffer, { address, aval }: PlannedArray): HostArray {
  return new HostArray(viewBuffer(aval.dtype, buffer, address, sizeOf(aval.shape)).slice(), aval);
}
