/** How long asynchronous calls take. */
import { summarize, type Timing } from "../support/timing.ts";

export const now = (): number => performance.now() / 1000;

/** The CPU time is that of the process: where a processor stands in for a GPU, it is what the work takes. */
export type GpuTiming = Timing;

/** Calls after which all of a plan's kernels are compiled for good, in the background. */
const WARM_UP = 4;
const PAUSE = 0.3;
const FEWEST = 3;

export const sleep = (seconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1000 * seconds);
  });

async function secondsOf(call: () => Promise<unknown>): Promise<number> {
  const start = now();
  await call();
  return now() - start;
}

/**
 * Times a call that was made before: warm, at least three times and for `seconds`, or as often as fits `limit`, at least
 * once.
 */
export async function timeAsync(call: () => Promise<unknown>, seconds: number, limit: number): Promise<GpuTiming> {
  const start = now();
  const times = [await secondsOf(call)];
  while (times.length < WARM_UP && now() - start < limit / 4) times.push(await secondsOf(call));
  if (times.length === WARM_UP) {
    await sleep(PAUSE);
    times.length = 0;
  }
  const earlier = times.length;
  const begin = now();
  const cpuBefore = process.cpuUsage();
  while (now() - start < limit && (times.length < FEWEST || now() - begin < seconds)) times.push(await secondsOf(call));
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpu = (user + system) / 1e6 / Math.max(1, times.length - earlier);
  return { ...summarize(times), cpu };
}
