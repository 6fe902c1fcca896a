/** How long a call takes. */

export interface Timing {
  /** Seconds of one call: median, fastest and slowest repetition. */
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  readonly repetitions: number;
  /** CPU time of one call, the mean. Much less than the median means that the machine was busy with something else. */
  readonly cpu: number;
}

export interface TimingOptions {
  /** Repetitions stop after this many seconds, but not before the seventh. */
  readonly seconds?: number;
  /** Repetitions stop after this many seconds even before the seventh, but not before the third. */
  readonly limit?: number;
}

const REPETITIONS = 7;
const FEWEST = 3;
/** A repetition of a short call makes it so often that the clock's resolution and one interruption don't matter. */
const SHORTEST = 0.01;
/** The engine compiles a kernel anew once it has run for a while. */
const WARM_UP = 0.3;

const now = (): number => performance.now() / 1000;

function secondsOf(call: () => unknown, calls: number): number {
  const start = now();
  for (let i = 0; i < calls; i++) call();
  return now() - start;
}

/** Calls until the engine has had time to optimise, and tells how many calls make one repetition. */
function warmUp(call: () => unknown): number {
  const start = now();
  let calls = 1;
  let seconds = secondsOf(call, calls);
  while (now() - start < WARM_UP || seconds < SHORTEST) {
    if (seconds < SHORTEST) calls *= 2;
    seconds = secondsOf(call, calls);
  }
  return calls;
}

/** Times a call. */
export function time(call: () => unknown, { seconds = 1, limit = 30 }: TimingOptions = {}): Timing {
  const calls = warmUp(call);
  const cpuBefore = process.cpuUsage();
  const start = now();
  const times: number[] = [];
  while (times.length < FEWEST || (now() - start < limit && (times.length < REPETITIONS || now() - start < seconds))) {
    times.push(secondsOf(call, calls) / calls);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ...summarize(times), cpu: (user + system) / 1e6 / (calls * times.length) };
}

/** The median and the spread of times in seconds. */
export function summarize(times: readonly number[]): Omit<Timing, "cpu"> {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
  return {
    median,
    fastest: sorted[0] as number,
    slowest: sorted.at(-1) as number,
    repetitions: sorted.length,
  };
}
