// Measures one kernel by one method in a process of its own, whose peak memory and first call are its own too.
//
//   tsx kernel-child.ts <number of the job> <name of the method> <number of threads>
//
// Prints JSON.

import { initThreads, type NDArray, nt, UnsupportedError } from "cotangent";
import { JOBS, type KernelJob, setUp } from "./jobs.ts";
import { time } from "./timing.ts";

const [index, method, threads] = process.argv.slice(2) as [string, keyof typeof nt.NtkImplementation, string];
if (threads !== "1") await initThreads({ threads: Number(threads) });
const job = JOBS[Number(index)] as KernelJob;
const { f, x1, x2, params } = setUp(job);

function measure() {
  const implementation = nt.NtkImplementation[method];
  const options = { traceAxes: job.traceAxes, vmapAxes: 0 };
  const kernelFn = nt.empiricalNtkFn(f, { ...options, implementation });
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const kernel = kernelFn(x1, x2, params) as NDArray;
  const firstSeconds = (performance.now() - start) / 1000;
  const grownBytes = process.resourceUsage().maxRSS * 1024 - before;
  const timing = time(() => kernelFn(x1, x2, params), { seconds: 1, limit: 15 });
  const entries = Array.from(kernel.dataSync());
  const mean = entries.reduce((sum, x) => sum + x, 0) / entries.length;
  const predictedBytes = method === "AUTO" ? null : nt.costOf(f, x1, x2, params, options)[method]!.peakMemory;
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { timing, firstSeconds, peakBytes, grownBytes, predictedBytes, summary: [entries[0], mean] };
}

try {
  console.log(JSON.stringify(measure()));
} catch (error) {
  if (!(error instanceof UnsupportedError || error instanceof RangeError)) throw error;
  console.log(JSON.stringify({ unavailable: error.message }));
}
