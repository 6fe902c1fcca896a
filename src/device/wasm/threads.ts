/** Puts a team of threads together: this one, and workers where the runtime has them. */

import { FAILED } from "../../../assembly/opcodes.ts";
import { checkOptions, describe } from "../../base/errors.ts";
import { instantiate, loadSources, type Wait } from "./kernels.ts";
import { dismiss, state, type Team } from "./team.ts";
import { startWorker, type Terminate } from "./worker.ts";

/**
 * How long this thread waits for another: so many milliseconds, and so many times as long as the run has taken. All slices
 * of a step are about equal, so that a thread which takes longer is gone.
 */
export const patience = { milliseconds: 10_000, factor: 10 };

/** One start after the other, whoever asks. */
let starting: Promise<unknown> = Promise.resolve();

/** Calls `begin` when no start is under way. */
function queue<Result>(begin: () => Promise<Result>): Promise<Result> {
  const result = starting.then(begin);
  starting = result.catch(() => {});
  return result;
}

/** How this thread waits. A page's main thread must not sleep, and looks again and again. */
function waitFor(memory: WebAssembly.Memory): Wait {
  return (address, value) => {
    const words = new Int32Array(memory.buffer);
    let allowed = patience.milliseconds + patience.factor * (performance.now() - state.runStart);
    let sleeps = true;
    let before = performance.now();
    while (Atomics.load(words, address >> 2) === value) {
      const now = performance.now();
      // A machine that was suspended meanwhile has not waited.
      allowed -= Math.min(now - before, 100);
      before = now;
      if (allowed < 0 || Atomics.load(words, FAILED >> 2)) {
        throw new Error("cotangent: a worker thread has failed; what comes next runs on one thread.");
      }
      if (!sleeps) continue;
      try {
        Atomics.wait(words, address >> 2, value, 20);
      } catch {
        sleeps = false;
      }
    }
  };
}

/** The cores that this process may use. */
const cores = (): number => state.node?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;

/** Whether memory can be shared here: not in Workers that are given a compiled module, nor in pages that are not isolated. */
const canShare = (kernels: unknown): kernels is Uint8Array<ArrayBuffer> =>
  kernels instanceof Uint8Array &&
  typeof SharedArrayBuffer === "function" &&
  (state.node !== undefined || (typeof Worker === "function" && globalThis.crossOriginIsolated !== false));

async function start(threads: number, strict: boolean): Promise<number> {
  if (threads === (state.team?.threads ?? 1) && strict === state.deterministic) return threads;
  dismiss();
  state.deterministic = strict;
  const sources = loadSources(strict);
  if (threads === 1 || !canShare(sources.kernels)) return 1;
  const kernels = instantiate(sources, waitFor);
  const { module, relaxed, memory } = kernels;
  const workers: Terminate[] = [];
  const restart = async (): Promise<void> => {
    await queue(() => start(threads, state.deterministic));
  };
  const mine: Team = { kernels, threads, workers, restart };
  const lose = (): void => {
    if (state.team === mine) dismiss();
  };
  const started = await Promise.allSettled(
    Array.from({ length: threads - 1 }, async (_, i) => {
      workers.push(await startWorker({ module, relaxed, memory, thread: i + 1, threads }, state.node, lose));
    }),
  );
  const failed = started.find((result) => result.status === "rejected");
  if (failed) {
    for (const terminate of workers) terminate();
    throw failed.reason;
  }
  state.team = mine;
  return threads;
}

/**
 * Starts worker threads, with which every later computation shares its work, and resolves to the number of threads in use.
 *
 * Without this call there is one. Results have the same bits whatever the number. Threads are there in Node, Deno, Bun and
 * cross-origin-isolated pages; elsewhere (other pages, Cloudflare-style Workers) it resolves to 1, and nothing changes.
 * Workers keep no program from ending. If one fails, the computation in progress throws, and later ones run on one thread.
 *
 * @param options `threads`: how many, the calling one included; by default one for each core. 1 ends the workers.
 * `deterministic`: whether results have the same bits on every runtime too, for which products do without the fused
 * multiply-adds that most engines offer and some processors do in one step; by default as it is, at first false.
 * @throws TypeError if `threads` is no positive integer; Error if the runtime has workers and refuses to start one, for
 * instance because of a page's security policy (`worker-src blob:` is needed).
 *
 * @example
 * ```ts
 * await initThreads(); // as many as the machine has cores
 * const kernel = nt.empiricalNtkFn(f)(x1, x2, params); // on all of them
 * ```
 */
export function initThreads(options: { threads?: number; deterministic?: boolean } = {}): Promise<number> {
  return queue(async () => {
    const given = checkOptions("initThreads", options, ["threads", "deterministic"]);
    const { threads = cores(), deterministic: strict = state.deterministic } = given;
    if (!Number.isInteger(threads) || threads < 1) {
      throw new TypeError(`initThreads: threads must be a positive integer, got ${describe(threads)}.`);
    }
    return start(threads, strict);
  });
}
