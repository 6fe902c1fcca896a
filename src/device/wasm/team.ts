/** The instance of the kernels that runs plans: on this thread alone, or on a team that `initThreads` has put together. */
import { Command, KERNEL_BYTES } from "../../../assembly/opcodes.ts";
import { noMore } from "../../base/errors.ts";
import type { KernelModule } from "../../ir/primitive.ts";
import { addKernels, instantiate, type KernelInstance, loadSources, reserve } from "./kernels.ts";
import type { NodeWorkers, Terminate } from "./worker.ts";

/** An instance of the kernels, and the workers that have its memory in common with it. */
export interface Team {
  readonly kernels: KernelInstance;
  /** How many threads run a plan, this one included. */
  readonly threads: number;
  readonly workers: readonly Terminate[];
  /** Starts as many workers anew; `null` where there are none. */
  readonly restart: (() => Promise<void>) | null;
}

/** What the entry and `initThreads` say, and when the last run began. */
export const state: {
  /** What there is of Node. */
  node: NodeWorkers | undefined;
  team: Team | undefined;
  /** Whether results must have the same bits on every engine. */
  deterministic: boolean;
  runStart: number;
} = { node: undefined, team: undefined, deterministic: false, runStart: 0 };

/** Tells what there is of Node. The entry file of each runtime calls it. */
export function setNodeWorkers(workers: NodeWorkers | undefined): void {
  state.node = workers;
}

/** The kernels that run plans now, alone or with workers. */
export function currentTeam(): Team {
  state.team ??= {
    kernels: instantiate(loadSources(state.deterministic), null),
    threads: 1,
    workers: [],
    restart: null,
  };
  return state.team;
}

/** Ends the workers. What comes next runs on one thread, in a new memory: a worker may still be writing to the old one. */
export function dismiss(): void {
  const workers = state.team?.workers ?? [];
  state.team = undefined;
  for (const terminate of workers) terminate();
}

/**
 * Gives the WebAssembly memory back that computations have used, which the engine then collects; the next computation
 * begins with a new one. The library does so by itself when a memory has been far larger than needed for 64 computations
 * in a row: call it after a large kernel where the room is needed at once.
 *
 * Worker threads that `initThreads` has started share the memory: they are started anew, and until the promise resolves
 * computations run on one thread.
 * @example const kernel = kernelFn(x1, x2, params); await releaseMemory();
 */
export async function releaseMemory(...rest: never[]): Promise<void> {
  noMore("releaseMemory", rest);
  const restart = state.team?.restart;
  dismiss();
  await restart?.();
}

/** Runs a list on `threads` threads of the team. */
export function execute({ kernels }: Team, list: number, threads: number): void {
  state.runStart = performance.now();
  try {
    kernels.execute(list, 0, threads);
  } catch (error) {
    // The workers are in the midst of the list.
    if (threads > 1) dismiss();
    throw error;
  }
}

/** Adds kernels of another module to every thread's, where they aren't yet: the workers read it from the memory. */
export function addToAll(team: Team, own: KernelModule): void {
  const { kernels, threads } = team;
  if (kernels.added.has(own)) return;
  const source = addKernels(kernels, own);
  if (threads === 1 || !(source instanceof Uint8Array)) return;
  const { memory } = kernels;
  const list = Int32Array.of(0, 0, Command.ADD, 4, KERNEL_BYTES + 64, source.length, Command.END, 2);
  reserve(memory, KERNEL_BYTES + 64 + source.length);
  new Int32Array(memory.buffer, KERNEL_BYTES).set(list);
  new Uint8Array(memory.buffer, KERNEL_BYTES + 64).set(source);
  execute(team, KERNEL_BYTES, threads);
}
