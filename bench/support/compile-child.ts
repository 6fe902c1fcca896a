// Compiles one job in a process of its own, again and again, and prints how long it takes. Called by bench/compilation.ts.
import { COMPILE_JOBS } from "./compile-jobs.ts";
import { summarize } from "./timing.ts";

const SECONDS = 3;
const FEWEST = 7;

/** CPU seconds of a call: other programs on the machine don't count. */
function cpuSeconds(call: () => unknown): number {
  const before = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const job = COMPILE_JOBS[Number(process.argv[2])];
if (!job) throw new Error(`bench: no compilation ${process.argv[2]}`);
const start = performance.now();
const times: number[] = [];
while (times.length < FEWEST || performance.now() - start < SECONDS * 1000) {
  const { whole, rest } = job.start();
  times.push(Math.max(0, cpuSeconds(whole) - cpuSeconds(rest)));
}
const { median, fastest, slowest, repetitions } = summarize(times.slice(1));
console.log(
  JSON.stringify({
    timing: { median, fastest, slowest, repetitions, cpu: median },
    firstSeconds: times[0],
    peakBytes: process.resourceUsage().maxRSS * 1024,
    summary: [0, 0],
  }),
);
