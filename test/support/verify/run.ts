/** Runs of plans in memory that was spoiled before: what a run doesn't write it must not read, nor write beyond its own. */

import { KERNEL_BYTES, SCRATCH_BYTES } from "../../../assembly/opcodes.ts";
import { isFloat } from "../../../src/base/dtypes.ts";
import { bytesOf } from "../../../src/compile/layout.ts";
import type { Buffer } from "../../../src/compile/program.ts";
import { encode } from "../../../src/device/wasm/encode.ts";
import { reserve } from "../../../src/device/wasm/kernels.ts";
import type { WasmPlan } from "../../../src/device/wasm/plan.ts";
import { wasmTarget } from "../../../src/device/wasm/target.ts";
import { currentTeam } from "../../../src/device/wasm/team.ts";
import type { HostArray } from "../../../src/ir/ndarray.ts";
import { type Anatomy, ARENA, buffersOf } from "./check.ts";

export type RunPlan = (plan: WasmPlan, inputs: readonly HostArray[]) => HostArray[];

/** What memory holds before a run. Every bit set: NaN in every float dtype, -1, and no bool; then other numbers. */
const SPOILT = [0xff, 0x43] as const;
const CANARY = 0xa5;
const CANARY_BYTES = 4096;
/** Bytes between two arrays that lie apart. */
const GUARD = 64;
/** Plans that would need more when nothing shares its place are run as they are only. */
const SPREAD_LIMIT = 1 << 28;

const align = (n: number): number => Math.ceil(n / 64) * 64;

/** A plan of the same steps with a place of its own for every buffer, and guards between. */
export function spread(plan: WasmPlan, { lowered }: Anatomy): { plan: WasmPlan; guards: number[] } | undefined {
  const addressOf = new Map<Buffer, number>();
  const guards: number[] = [];
  let end = ARENA;
  for (const buffer of buffersOf(lowered)) {
    addressOf.set(buffer, end);
    end += bytesOf(buffer, wasmTarget);
    guards.push(end);
    end = align(end + GUARD);
  }
  if (end > SPREAD_LIMIT) return undefined;
  const at = <T extends { readonly address: number }>(list: readonly T[], buffers: Iterable<Buffer>): T[] => {
    const order = [...buffers];
    return list.map((entry, i) => ({ ...entry, address: addressOf.get(order[i]) as number }));
  };
  const commands = encode(lowered.steps, addressOf);
  const own: WasmPlan = {
    ...plan,
    inputs: lowered.inputs.map((buffer) => addressOf.get(buffer) as number),
    constants: at(plan.constants, lowered.constants.keys()),
    outputs: at(plan.outputs, lowered.outputs),
    commands,
    commandsAddress: end,
    memoryBytes: end + commands.byteLength,
  };
  return { plan: own, guards };
}

/** The bits of a result, but for those that tell one NaN from another. */
function bitsOf(array: HostArray): ArrayLike<number> {
  const storage = array.dataSync();
  return isFloat(array.dtype) ? storage.map((x) => (Number.isNaN(x) ? Number.NaN : x)) : storage;
}

function sameBits(x: HostArray, y: HostArray): boolean {
  const [a, b] = [bitsOf(x), bitsOf(y)];
  return a.length === b.length && Array.prototype.every.call(a, (value, i) => Object.is(value, b[i]));
}

/** Runs a plan behind spoilt memory and in front of a canary. */
function runSpoilt(
  run: RunPlan,
  plan: WasmPlan,
  inputs: readonly HostArray[],
  spoilt: number,
  guards: number[],
  faults: string[],
) {
  const { kernels, threads } = currentTeam();
  const { memory } = kernels;
  const end = align(plan.memoryBytes) + (plan.shared ? (threads - 1) * SCRATCH_BYTES : 0);
  reserve(memory, end + CANARY_BYTES);
  new Uint8Array(memory.buffer, KERNEL_BYTES, end - KERNEL_BYTES).fill(spoilt);
  new Uint8Array(memory.buffer, end, CANARY_BYTES).fill(CANARY);
  const outputs = run(plan, inputs);
  const bytes = new Uint8Array(memory.buffer);
  if (!bytes.subarray(end, end + CANARY_BYTES).every((byte) => byte === CANARY))
    faults.push("writes beyond its memory");
  const commands = new Int32Array(memory.buffer, plan.commandsAddress, plan.commands.length);
  if (!commands.every((word, i) => i === 1 || word === plan.commands[i])) faults.push("writes over its own commands");
  for (const guard of guards) {
    if (!bytes.subarray(guard, guard + GUARD).every((byte) => byte === spoilt)) {
      faults.push(`writes beyond an array's end at ${guard}`);
    }
  }
  return outputs;
}

/**
 * A run in spoilt memory, and once more with all arrays apart, which must give the same: what one array's bytes would do
 * to another shows as a difference.
 */
export function verifiedRun(run: RunPlan, plan: WasmPlan, anatomy: Anatomy | undefined, inputs: readonly HostArray[]) {
  const faults: string[] = [];
  const outputs = runSpoilt(run, plan, inputs, SPOILT[0], [], faults);
  const apart = anatomy && spread(plan, anatomy);
  if (apart) {
    const others = runSpoilt(run, apart.plan, inputs, SPOILT[1], apart.guards, faults);
    outputs.forEach((output, i) => {
      if (!sameBits(output, others[i]))
        faults.push(`output ${i} depends on where arrays lie, or on what was there before`);
    });
  }
  return { outputs, faults };
}
