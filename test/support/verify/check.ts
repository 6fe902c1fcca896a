/** The verifier of plans: what a lowered program, its layout and its commands must keep to, without running them. */

import { sizeOf } from "../../../src/base/shapes.ts";
import { arrange, bytesOf, type Layout } from "../../../src/compile/layout.ts";
import { type Buffer, innerSteps, type Program, readsOf, type Step, writesOf } from "../../../src/compile/program.ts";
import { encode } from "../../../src/device/wasm/encode.ts";
import type { WasmPlan } from "../../../src/device/wasm/plan.ts";
import { wasmTarget } from "../../../src/device/wasm/target.ts";
import type { Aval } from "../../../src/ir/aval.ts";
import { checkMemory } from "./memory.ts";
import { checkStep, type Report } from "./steps.ts";

/** Where arrays begin. */
export const ARENA = wasmTarget.reservedBytes;
const ALIGNMENT = 64;

/** A plan's steps and addresses once more: what its commands were written from. */
export interface Anatomy {
  readonly lowered: Program;
  readonly layout: Layout;
}

export const anatomyOf = (lowered: Program): Anatomy => ({ lowered, layout: arrange(lowered, wasmTarget) });

/** Every buffer of a lowered program. */
export function buffersOf({ steps, inputs, constants, outputs }: Program): Set<Buffer> {
  const touched = (list: readonly Step[]): Buffer[] =>
    list.flatMap((step) => [...readsOf(step), ...writesOf(step), ...innerSteps(step).flatMap(touched)]);
  return new Set([...inputs, ...constants.keys(), ...touched(steps), ...outputs]);
}

function checkAddresses(lowered: Program, { addressOf, end }: Layout, report: Report): void {
  for (const buffer of buffersOf(lowered)) {
    const address = addressOf.get(buffer);
    if (address === undefined) report(`a buffer of ${buffer.size} ${buffer.dtype} has no address`);
    else if (address % ALIGNMENT || address < ARENA || address + bytesOf(buffer, wasmTarget) > end) {
      report(`a buffer of ${buffer.size} ${buffer.dtype} lies at ${address}, and the arena from ${ARENA} to ${end}`);
    }
  }
}

function checkSteps(steps: readonly Step[], trips: number | null, report: Report): void {
  steps.forEach((step, i) => {
    const name = `step ${i} (${step.kind})`;
    checkStep(step, trips, (fault) => report(`${name}: ${fault}`));
    const inside = step.kind === "loop" ? step.trips : trips;
    for (const body of innerSteps(step)) checkSteps(body, inside, (fault) => report(`${name}, ${fault}`));
  });
}

/** The faults of a lowered program and its layout. */
export function faultsOf({ lowered, layout }: Anatomy): string[] {
  const faults: string[] = [];
  const report: Report = (fault) => faults.push(fault);
  checkSteps(lowered.steps, null, report);
  checkAddresses(lowered, layout, report);
  checkMemory(lowered, layout, report);
  return faults;
}

/** Where a plan differs from the program that it was made of. */
export function planFaults(plan: WasmPlan, avals: readonly Aval[], { lowered, layout }: Anatomy): string[] {
  const faults: string[] = [];
  const commands = encode(lowered.steps, layout.addressOf);
  if (Buffer.compare(Buffer.from(commands.buffer), Buffer.from(Int32Array.from(plan.commands).buffer)) !== 0) {
    faults.push("the commands are not those of the steps");
  }
  if (plan.commandsAddress < layout.end) faults.push("the commands lie among the arrays");
  if (plan.memoryBytes < plan.commandsAddress + 4 * plan.commands.length) faults.push("the commands have no room");
  const located = (name: string, addresses: readonly number[], buffers: readonly Buffer[]): void => {
    const right = buffers.map((buffer) => layout.addressOf.get(buffer));
    if (addresses.join() !== right.join()) faults.push(`${name} lie at ${addresses}, and their buffers at ${right}`);
  };
  const sized = (name: string, sizes: readonly number[], buffers: readonly Buffer[]): void => {
    const right = buffers.map(({ size }) => size);
    if (sizes.join() !== right.join()) faults.push(`${name} of ${sizes} elements in buffers of ${right}`);
  };
  const addresses = (list: readonly { address: number }[]): number[] => list.map(({ address }) => address);
  located("inputs", plan.inputs, lowered.inputs);
  located("constants", addresses(plan.constants), [...lowered.constants.keys()]);
  located("outputs", addresses(plan.outputs), lowered.outputs);
  sized(
    "outputs",
    avals.map(({ shape }) => sizeOf(shape)),
    lowered.outputs,
  );
  return faults;
}
