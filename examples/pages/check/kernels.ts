/** Kernels of small networks: the time with all compilations, later times, and the difference from the CPU's. */
import { devices } from "cotangent";
import { formatTime, median, seconds } from "../page.ts";
import { convolutional, DOCSTRING, dense, type Problem } from "../problem.ts";
import { compute, type Elements } from "./compute.ts";
import { type Check, type Finding, told } from "./report.ts";

const LATER_RUNS = 5;
/** Of the largest entry, as the conformance tests have it. */
const BOUND = 2e-4;
const LONG = 3;

async function timed(device: "cpu" | "webgpu", kernel: Problem["kernel"]): Promise<[elements: Elements, time: number]> {
  const start = performance.now();
  return [await compute(device, kernel), seconds(start)];
}

async function check(problem: Problem, work: number): Promise<Finding> {
  const rate = devices().find(({ name }) => name === "webgpu")?.rates?.contract ?? Number.POSITIVE_INFINITY;
  if (work / rate > LONG) return told(`left out: it would take about ${formatTime(work / rate)}`);
  const [got, first] = await timed("webgpu", problem.kernel);
  const later = { webgpu: [] as number[], cpu: [] as number[] };
  for (const device of ["webgpu", "cpu"] as const) {
    for (let i = 0; i < LATER_RUNS; i++) later[device].push((await timed(device, problem.again(i)))[1]);
  }
  const [want] = await timed("cpu", problem.kernel);
  const scale = Math.max(...Array.from(want, Math.abs));
  const error = Math.max(...Array.from(want, (x, i) => Math.abs(x - (got[i] ?? Number.NaN)))) / scale;
  return {
    mark: error <= BOUND ? "ok" : "WRONG",
    text:
      `first ${formatTime(first)}, later ${formatTime(median(later.webgpu))}, CPU ${formatTime(median(later.cpu))}; ` +
      `${error.toExponential(1)} of the largest of ${want.length} entries apart`,
  };
}

export function kernelChecks(): Check[] {
  const section = "Kernels: WebGPU's first and later call, the CPU's, and their difference";
  const small = { side: 8, channels: 8, test: 8, train: 8 };
  return [
    { section, name: "MLP 64-128-128-10, 16 inputs", short: true, run: () => check(dense(128, 16), 1.5e7) },
    { section, name: "CNN 8x8x3, 8 channels, 8 x 8", run: () => check(convolutional(small), 2e7) },
    { section, name: "docstring CNN, 5 x 20", run: () => check(convolutional(DOCSTRING), 1.04e10) },
  ];
}
