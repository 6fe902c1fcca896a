/** The verifier of plans: what a lowered program, its layout and its commands must keep to, without running them. */

import { sizeOf } from "../../../src/base/shapes.ts";
import { encode } from "../../../src/compile/encode.ts";
import { bytesOf, type Layout, layOut } from "../../../src/compile/layout.ts";
import { type Lowered, lower } from "../../../src/compile/lower.ts";
import { KERNEL_BYTES, type Plan, SCRATCH_BYTES } from "../../../src/compile/plan.ts";
import { simplify } from "../../../src/compile/simplify.ts";
import { type Buffer, innerSteps, readsOf, type Step, writesOf } from "../../../src/compile/steps.ts";
import { type Jaxpr, outputAvals } from "../../../src/ir/jaxpr.ts";
import { checkMemory } from "./memory.ts";
import { checkStep, type Report } from "./steps.ts";

/** Where arrays begin. */
export const ARENA = KERNEL_BYTES + SCRATCH_BYTES;
const ALIGNMENT = 64;

/** A plan's steps and addresses once more: what its commands were written from. */
export interface Anatomy {
  readonly lowered: Lowered;
  readonly layout: Layout;
}

export function anatomyOf(program: Jaxpr): Anatomy {
  const lowered = lower(simplify(program));
  const given = [...lowered.inputs, ...lowered.constants.keys()];
  return { lowered, layout: layOut(lowered.steps, given, lowered.outputs, ARENA) };
}

/** Every buffer of a lowered program. */
export function buffersOf({ steps, inputs, constants, outputs }: Lowered): Set<Buffer> {
  const touched = (list: readonly Step[]): Buffer[] =>
    list.flatMap((step) => [...readsOf(step), ...writesOf(step), ...innerSteps(step).flatMap(touched)]);
  return new Set([...inputs, ...constants.keys(), ...touched(steps), ...outputs]);
}

function checkAddresses(lowered: Lowered, { addressOf, end }: Layout, report: Report): void {
  for (const buffer of buffersOf(lowered)) {
    const address = addressOf.get(buffer);
    if (address === undefined) report(`a buffer of ${buffer.size} ${buffer.dtype} has no address`);
    else if (address % ALIGNMENT || address < ARENA || address + bytesOf(buffer) > end) {
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
export function planFaults(plan: Plan, program: Jaxpr, { lowered, layout }: Anatomy): string[] {
  const faults: string[] = [];
  const commands = encode(lowered.steps, layout, KERNEL_BYTES);
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
  located("inputs", addresses(plan.inputs), lowered.inputs);
  located("constants", addresses(plan.constants), [...lowered.constants.keys()]);
  located("outputs", addresses(plan.outputs), lowered.outputs);
  const given = [...program.constVars, ...program.inputs].map((v) => sizeOf(v.aval.shape));
  sized("inputs", given, lowered.inputs);
  sized(
    "outputs",
    outputAvals(program).map(({ shape }) => sizeOf(shape)),
    lowered.outputs,
  );
  return faults;
}
