/**
 * Runs plans on the WebAssembly kernels. The memory is an arena that lives for one run: inputs are copied in, outputs
 * copied out, and nothing in it is ever owned by an array.
 */
import { viewBuffer } from "../base/dtypes.ts";
import { sizeOf } from "../base/shapes.ts";
import { type Plan, type PlannedArray, SCRATCH_BYTES } from "../compile/plan.ts";
import { HostArray, storageOf } from "../ir/ndarray.ts";
import { reserve } from "./kernels.ts";
import { currentTeam, execute } from "./threads.ts";

/** Computes a plan's outputs. `inputs` are the values of the program's constants and inputs, in this order. */
export function runPlan(plan: Plan, inputs: readonly HostArray[]): HostArray[] {
  const team = currentTeam();
  const threads = plan.shared ? team.threads : 1;
  const { memory } = team.kernels;
  // The other threads' scratch regions come last.
  const scratch = (plan.memoryBytes + 63) & -64;
  reserve(memory, threads > 1 ? scratch + (threads - 1) * SCRATCH_BYTES : plan.memoryBytes);
  const { buffer } = memory;
  const write = (address: number, array: HostArray): void =>
    viewBuffer(array.dtype, buffer, address, array.size).set(storageOf(array));
  plan.inputs.forEach(({ address }, i) => {
    write(address, inputs[i]!);
  });
  for (const { address, array } of plan.constants) write(address, array);
  const commands = new Int32Array(buffer, plan.commandsAddress, plan.commands.length);
  commands.set(plan.commands);
  commands[1] = scratch;
  execute(team, plan.commandsAddress, threads);
  return plan.outputs.map((output) => read(buffer, output));
}

function read(buffer: ArrayBuffer, { address, aval }: PlannedArray): HostArray {
  return new HostArray(viewBuffer(aval.dtype, buffer, address, sizeOf(aval.shape)).slice(), aval);
}
