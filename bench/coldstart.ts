/** From the start of a process to its first kernel. */
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { JOBS } from "./support/jobs.ts";
import { python, script } from "./support/python.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, mebibytes, milliseconds, range, times } from "./support/table.ts";
import { summarize } from "./support/timing.ts";

const CORES = availableParallelism();
const RUNS = 7;
const PYTHON_RUNS = 3;

interface Stages {
  readonly started: number;
  readonly loaded: number;
  readonly drawn: number;
  readonly computed: number;
  /** CPU time until then. */
  readonly cpu: number;
  readonly peakBytes: number;
}

/** What a program of bench/support/ prints as JSON, in a process of its own. */
function runNode<T>(name: string, ...args: string[]): T {
  const file = fileURLToPath(new URL(`support/${name}`, import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: ${name} failed:\n${stderr}`);
  return JSON.parse(stdout) as T;
}

const firstKernel = (threads: number): Stages => runNode("first-kernel.js", String(threads));

/** Seconds from the start of Python until it says that it has a kernel. */
function runPython(command: string): Promise<number> {
  return new Promise((done, fail) => {
    const start = performance.now();
    const child = spawn(command, [script, JSON.stringify(JOBS[0]), "--first"], { stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("first kernel")) done((performance.now() - start) / 1000);
    });
    child.on("error", fail);
    child.on("close", () => fail(new Error(`bench: ${command} failed:\n${text}`)));
  });
}

/** Runs a program so often, one after the other. */
async function repeat<T>(count: number, run: () => T | Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i++) results.push(await run());
  return results;
}

export const coldstart: Subject = async (_, report) => {
  const runs = await repeat(RUNS, () => firstKernel(1));
  const threaded = await repeat(RUNS, () => firstKernel(CORES));
  const stages: [string, (s: Stages) => number][] = [
    ["Node itself", (s) => s.started],
    ["loading the library", (s) => s.loaded - s.started],
    ["drawing inputs and parameters", (s) => s.drawn - s.loaded],
    ["tracing, compiling and computing the kernel", (s) => s.computed - s.drawn],
    ["process start to first kernel", (s) => s.computed],
  ];
  const measured = stages.map(([name, stage]) => ({ name, ...summarize(runs.map((s) => stage(s) / 1000)) }));
  const onAllCores = summarize(threaded.map((s) => s.computed / 1000));
  const total = Math.min((measured.at(-1) as { median: number }).median, onAllCores.median);
  measured.push({ name: `the same on ${CORES} threads`, ...onAllCores });
  let ratio: number | null = null;
  if (python) {
    const command = python;
    const seconds = await repeat(PYTHON_RUNS, () => runPython(command));
    const timing = summarize(seconds);
    ratio = timing.median / total;
    measured.push({ name: `the same in Python, all cores (${times(ratio)})`, ...timing });
  }
  const cpu = summarize(runs.map((s) => s.cpu / 1000));
  const unpacking = summarize(await repeat(RUNS, () => runNode<number>("unpack-child.js") / 1000));
  const peakBytes = Math.max(...runs.map((s) => s.peakBytes));
  const rows: Cell[][] = [
    ...measured.map((timing) => [timing.name, milliseconds(timing.median), range(timing)]),
    ["CPU time of the process until then", milliseconds(cpu.median), range(cpu)],
    ["CPU time of unpacking the kernels, as pages do", milliseconds(unpacking.median), range(unpacking)],
    ["peak memory of the process until then", mebibytes(peakBytes), null],
  ];
  for (const row of rows) report(row.join("  "));
  return {
    title: "Cold start: the docstring's CNN, 5 against 20, traced",
    columns: ["stage", "median", "fastest to slowest"],
    rows,
    data: [...measured, { cpu, unpacking, peakBytes, ratio }],
  };
};
