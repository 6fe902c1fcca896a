// One kernel of jobs.ts on the GPU by every method, and on the processor: in a process of its own, which can be stopped.
//
//   node kernel-child.mjs <number of the job> <seconds for a method> <the adapter's rates as JSON>
//
// Prints a line of JSON for each.
import { availableParallelism } from "node:os";
import { initThreads, type NDArray, nt, withDevice } from "cotangent";
import type { Kernel } from "../../gpu/kernel.ts";
import type { WebGpu } from "../../src/device/webgpu/device.ts";
import type { WebGpuPlan } from "../../src/device/webgpu/plan.ts";
import { JOBS, type KernelJob, setUp } from "../support/jobs.ts";
import { summarize, time } from "../support/timing.ts";
import { findAdapter, open } from "./adapter.ts";
import type { KernelLine } from "./kernels.ts";
import type { PassClock } from "./pass-clock.ts";
import { now, timeAsync } from "./timing.ts";

const [index, limitText, ratesText] = process.argv.slice(2) as [string, string, string];
const limit = Number(limitText);
const job = JOBS[Number(index)] as KernelJob;
const { f, x1, x2, params } = setUp(job);
const options = { traceAxes: job.traceAxes, vmapAxes: 0 };
type Method = keyof typeof nt.NtkImplementation;

const print = (line: KernelLine): void => console.log(JSON.stringify(line));
const found = await findAdapter();
if (!found) throw new Error("no adapter");
await open(found, JSON.parse(ratesText));

const start = now();
const kernelFn = nt.empiricalNtkFn(f, options);
const onCpu = (): NDArray => withDevice("cpu", () => kernelFn(x1, x2, params)) as NDArray;
const expected = onCpu().dataSync() as Float32Array;
const firstSeconds = now() - start;
const mean = expected.reduce((sum, x) => sum + x, 0) / expected.length;
print({ kind: "expected", summary: [expected[0] as number, mean], firstSeconds });

const costs = withDevice("webgpu", () => nt.costOf(f, x1, x2, params, options));
const predictions = Object.fromEntries(
  Object.entries(costs).map(([name, cost]) => [name, cost?.predictedSeconds ?? 0]),
);

/** The largest difference as a part of the largest entry. */
function errorOf(got: Float32Array): number {
  let [worst, largest] = [0, 0];
  for (const [i, want] of expected.entries()) {
    const difference = Math.abs((got[i] as number) - want);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(want));
  }
  return got.length === expected.length ? worst / largest : Number.POSITIVE_INFINITY;
}

const PROFILES = 5;

/** Times each dispatch of a call by itself. */
async function profile(own: WebGpu, clock: PassClock, kernels: readonly Kernel[], call: () => Promise<unknown>) {
  const { recorder } = own.session;
  const pass = recorder.pass.bind(recorder);
  recorder.pass = () => {
    recorder.flush();
    return pass();
  };
  const found: (readonly number[])[] = [];
  for (let i = 0; i < PROFILES; i++) {
    const times = await clock.each(() => call().then(() => {}));
    // Loops run their dispatches more than once.
    if (times?.length === kernels.length) found.push(times);
  }
  recorder.pass = pass;
  if (found.length === 0) return;
  const dispatches = kernels.map(({ label, flops, traffic }, i) => {
    const { median } = summarize(found.map((times) => times[i] as number));
    return { label, flops, traffic, seconds: median };
  });
  print({ kind: "profile", dispatches });
}

async function measure(method: Method): Promise<KernelLine> {
  const predicted = method === "AUTO" ? Math.min(...Object.values(predictions)) : predictions[method];
  if (predicted === undefined) return { kind: "gpu", method, unavailable: "the method can't serve" };
  if (predicted > limit) {
    return { kind: "gpu", method, unavailable: `predicted to take ${predicted.toFixed(0)} s` };
  }
  // Each method compiles all of its kernels.
  const { own, clock } = await open(found as NonNullable<typeof found>, JSON.parse(ratesText));
  const plans: WebGpuPlan[] = [];
  const run = own.run.bind(own);
  own.run = (plan, arrays) => {
    plans.push(plan);
    return run(plan, arrays);
  };
  const kernelFn = nt.empiricalNtkFn(f, { ...options, implementation: nt.NtkImplementation[method] });
  const call = async (): Promise<Float32Array> => {
    const kernel = withDevice("webgpu", () => kernelFn(x1, x2, params)) as NDArray;
    const data = (await kernel.data()) as Float32Array;
    kernel.destroy();
    return data;
  };
  const { counts } = own.session.recorder;
  let before = { ...counts };
  const begin = now();
  const error = errorOf(await call());
  const first = now() - begin;
  // What a call takes when nothing is new, if there is time for one more.
  if (first < limit) {
    before = { ...counts };
    plans.length = 0;
    await call();
  }
  const kernels = plans.flatMap(({ dispatches }) => dispatches).map(({ kernel }) => kernel);
  const flops = kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
  const dispatches = counts.dispatches - before.dispatches;
  const submits = counts.submits - before.submits;
  const timing = await timeAsync(call, found?.software ? 2 : 0.5, limit);
  const { count: pipelines } = own.session.pipelines;
  if (method === "AUTO" && clock && timing.median < limit / PROFILES) await profile(own, clock, kernels, call);
  return { kind: "gpu", method, firstSeconds: first, timing, error, flops, dispatches, submits, pipelines, predicted };
}

for (const method of ["AUTO", ...Object.keys(nt.NtkImplementation).filter((name) => name !== "AUTO")] as Method[]) {
  try {
    print(await measure(method));
  } catch (error) {
    print({ kind: "gpu", method, unavailable: error instanceof Error ? error.message : String(error) });
  }
}

const timeOnCpu = (): number => time(onCpu, { seconds: 0.3, limit: 2 }).median;
print({ kind: "cpu", threads: 1, seconds: timeOnCpu() });
const threads = availableParallelism();
if (threads > 1) {
  await initThreads({ threads });
  print({ kind: "cpu", threads, seconds: timeOnCpu() });
}
// Threads and a device keep a process.
process.exit(0);
