/**
 * What decides whether the body of a loop or branch runs: its dispatches take their grids from memory, where a gate has
 * written either the grids or zeros. So nothing waits until the host knows a condition.
 */
import type { Buffer } from "../src/compile/program.ts";
import type { Kernel } from "./kernel.ts";

/** The numbers: whether the gate is opened anew (else it stays closed once it is), whether `word` counts, what opens it. */
const CODE = `@group(0) @binding(0) var<storage, read> outer: array<u32>;
@group(0) @binding(1) var<storage, read> word: array<u32>;
@group(0) @binding(2) var<storage, read> grids: array<u32>;
@group(0) @binding(3) var<storage, read_write> chosen: array<u32>;
@group(0) @binding(4) var<storage, read_write> alive: array<u32>;
@group(0) @binding(5) var<uniform> numbers: array<vec4<u32>, 16>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32) {
  let stays = numbers[0].x == 1u || alive[0] != 0u;
  let open = stays && outer[0] != 0u && (numbers[0].y == 0u || word[0] == numbers[0].z);
  for (var i = thread; i < arrayLength(&grids); i += 64u) { chosen[i] = select(0u, grids[i], open); }
  workgroupBarrier();
  storageBarrier();
  if (thread == 0u) { alive[0] = u32(open); }
}
`;

export interface Gate {
  /** Three words for each dispatch behind the gate: its grid, */
  readonly grids: Buffer;
  /** and its grid or zeros. */
  readonly chosen: Buffer;
  /** 1 while it is open. */
  readonly alive: Buffer;
}

/**
 * Sets a gate: open where `outer` is 1 and, if a word is given, where this has the value. One that isn't opened anew never
 * opens again.
 */
export function gateKernel(
  { grids, chosen, alive }: Gate,
  outer: Buffer,
  word: { readonly buffer: Buffer; readonly value: number } | null,
  anew: boolean,
): Kernel {
  const read = [outer, word?.buffer ?? outer, grids].map((buffer) => ({ buffer, access: "read" }) as const);
  const written = [chosen, alive].map((buffer) => ({ buffer, access: "write" }) as const);
  return {
    label: "gate",
    code: CODE,
    words: [Number(anew), Number(word !== null), word?.value ?? 0],
    bindings: [...read, ...written],
    grid: [1, 1, 1],
    flops: 0,
    traffic: 0,
  };
}
