/** The kernels of the benchmark on the GPU by every method, beside the processor and beside jax-js. */
import type { Rates } from "../../src/compile/cost.ts";
import { checkAgreement } from "../support/agreement.ts";
import { JOBS, type KernelJob } from "../support/jobs.ts";
import { type Cell, giga, milliseconds, percent, type Table, times } from "../support/table.ts";
import { type Budget, notRun } from "./budget.ts";
import { bundled, runLines } from "./lines.ts";
import { JAX_JS, jaxJsKernel, type PeerKernel } from "./peers.ts";
import type { GpuTiming } from "./timing.ts";

/** One method on the device. */
export interface GpuMethod {
  readonly kind: "gpu";
  readonly method: string;
  readonly firstSeconds: number;
  readonly timing: GpuTiming;
  /** The largest difference from the processor's kernel, as a part of its largest entry. */
  readonly error: number;
  readonly flops: number;
  readonly dispatches: number;
  readonly submits: number;
  readonly pipelines: number;
  readonly predicted: number;
}

/** One dispatch by itself, by the device's clock. */
export interface Dispatch {
  readonly label: string;
  readonly flops: number;
  readonly traffic: number;
  readonly seconds: number;
}

export type KernelLine =
  | GpuMethod
  | { readonly kind: "gpu"; readonly method: string; readonly unavailable: string }
  | { readonly kind: "expected"; readonly summary: readonly [number, number]; readonly firstSeconds: number }
  | { readonly kind: "profile"; readonly dispatches: readonly Dispatch[] }
  | { readonly kind: "cpu"; readonly threads: number; readonly seconds: number };

export interface KernelRow {
  readonly job: KernelJob;
  readonly lines: readonly KernelLine[];
  readonly ended: string | null;
  readonly peer: PeerKernel;
}

const TOLERANCE = 2e-4;
/** A job with all methods, and another library's: on a GPU, */
const JOB_SECONDS = 40;
const PEER_SECONDS = 20;
/** and each of the two where a processor stands in for it, but then only for the small jobs. */
const SLOW_SECONDS = 60;
/** A method. */
const METHOD_SECONDS = 6;

/** The small ones first: they fit in any budget, and show what a dispatch costs. */
const ORDER = [6, 7, 4, 5, 3, 0, 1, 2];
const SMALL = 2;

export const measuredBy = (row: KernelRow, method: string): GpuMethod | null =>
  row.lines.find((line): line is GpuMethod => line.kind === "gpu" && line.method === method && "timing" in line) ??
  null;

export function bestOf(row: KernelRow): GpuMethod | null {
  const all = row.lines.filter((line): line is GpuMethod => line.kind === "gpu" && "timing" in line);
  return all.sort((a, b) => a.timing.median - b.timing.median)[0] ?? null;
}

export async function measureKernels(
  rates: Rates,
  software: boolean,
  budget: Budget,
  report: (line: string) => void,
): Promise<readonly KernelRow[]> {
  const rows: KernelRow[] = [];
  for (const [done, index] of ORDER.entries()) {
    const job = JOBS[index] as KernelJob;
    // What is left is for all jobs to come, but a job may take twice its share.
    const share = (2 * budget.left) / (ORDER.length - done);
    const isSlow = software && done < SMALL;
    const seconds = Math.min(budget.left, isSlow ? SLOW_SECONDS : Math.min(JOB_SECONDS, share));
    const none = { lines: [], ended: notRun("no time is left") };
    const limit = Math.min(METHOD_SECONDS, seconds / 4);
    const args = [bundled("kernel-child.mjs"), String(index), String(limit), JSON.stringify(rates)];
    const ours = seconds < 3 ? none : await runLines<KernelLine>(process.execPath, args, seconds);
    const others = Math.min(isSlow ? SLOW_SECONDS : PEER_SECONDS, budget.left);
    const peer = others < 3 ? { unavailable: notRun("no time is left") } : await jaxJsKernel(index, others);
    const row = { job, lines: ours.lines, ended: ours.ended, peer };
    const expected = ours.lines.find((line) => line.kind === "expected");
    if (expected && "summary" in peer) checkAgreement(job.name, [expected.summary, peer.summary]);
    rows.push(row);
    const best = bestOf(row);
    report(
      `${job.name}: ${best ? `${milliseconds(best.timing.median)} (${best.method})` : notRun(ours.ended ?? "predicted to take too long")}; ${JAX_JS} ` +
        ("timing" in peer ? milliseconds(peer.timing.median) : peer.unavailable),
    );
  }
  // In the order of the other tables.
  return JOBS.flatMap((job) => rows.filter((row) => row.job === job));
}

/**
 * How many times longer jax-js takes: by the clock, or on a processor by the time that the process computes, which other programs on
 * the machine don't change.
 */
export function ratioOf(row: KernelRow, software: boolean): number | null {
  const { peer } = row;
  const auto = measuredBy(row, "AUTO");
  if (!auto || "unavailable" in peer) return null;
  const key = software ? "cpu" : "median";
  return peer.timing[key] / auto.timing[key];
}

export function kernelTables(rows: readonly KernelRow[], software: boolean): Table[] {
  const timeOf = ({ median, cpu }: GpuTiming): string =>
    software ? `${milliseconds(median)} (CPU ${milliseconds(cpu)})` : milliseconds(median);
  const methods = ["AUTO", "JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS", "STRUCTURED_DERIVATIVES"];
  const cell = (row: KernelRow, method: string, text: (measured: GpuMethod) => string): Cell => {
    const line = row.lines.find((one) => one.kind === "gpu" && one.method === method);
    if (line && "timing" in line) return `${text(line as GpuMethod)}${line.error > TOLERANCE ? " WRONG" : ""}`;
    return line && "unavailable" in line
      ? notRun(line.unavailable.slice(0, 60))
      : notRun(row.ended ?? "no time is left");
  };
  const cpu = (row: KernelRow): string => {
    const lines = row.lines.flatMap((line) => (line.kind === "cpu" ? [line] : []));
    if (lines.length === 0) return notRun(row.ended ?? "no time is left");
    return lines.map(({ threads, seconds }) => `${milliseconds(seconds)} on ${threads}`).join(", ");
  };
  const peer = (row: KernelRow): Cell[] => {
    if ("unavailable" in row.peer) return [notRun(row.peer.unavailable), null];
    const { timing, way } = row.peer;
    const ratio = ratioOf(row, software);
    return [`${timeOf(timing)}, ${way}`, ratio === null ? null : times(ratio)];
  };
  return [
    {
      title: "Kernels: a warm call, read by the host",
      columns: [
        "job",
        ...methods.map((m) => m.toLowerCase().replaceAll("_", " ")),
        "processor, by threads",
        JAX_JS,
        `${JAX_JS} / auto${software ? ", CPU time" : ""}`,
      ],
      rows: rows.map((row) => [
        row.job.name,
        ...methods.map((m) => cell(row, m, ({ timing }) => timeOf(timing))),
        cpu(row),
        ...peer(row),
      ]),
      data: rows,
    },
    {
      title:
        "Kernels: the first call; GFLOP/s warm; dispatches in submissions, pipelines; the error against the processor",
      columns: ["job", ...methods.map((m) => m.toLowerCase().replaceAll("_", " ")), `${JAX_JS}, first call`],
      rows: rows.map((row) => [
        row.job.name,
        ...methods.map((m) =>
          cell(row, m, ({ firstSeconds, flops, timing, dispatches, submits, pipelines, error }) => {
            const rate = giga(flops / timing.median);
            return `${milliseconds(firstSeconds)}; ${rate}; ${dispatches} in ${submits}, ${pipelines}; ${error.toExponential(0)}`;
          }),
        ),
        "unavailable" in row.peer ? notRun(row.peer.unavailable) : milliseconds(row.peer.firstSeconds),
      ]),
      data: [],
    },
  ];
}

/** So many dispatches of a kernel are shown. */
const SHOWN = 4;

/** Where the time of AUTO's kernels goes on the device; nothing where it has no timestamps. */
export function profileTable(rows: readonly KernelRow[]): Table {
  const profiles = rows.flatMap(({ job, lines }) =>
    lines.flatMap((line) => (line.kind === "profile" ? [{ job: job.name, dispatches: line.dispatches }] : [])),
  );
  return {
    title: "The dispatches of auto that take the longest, each timed by itself",
    columns: ["job", "dispatch", "time", "of all", "GFLOP/s", "GB/s"],
    rows: profiles.flatMap(({ job, dispatches }) => {
      const all = dispatches.reduce((sum, { seconds }) => sum + seconds, 0);
      const longest = [...dispatches].sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN);
      return longest.map(({ label, flops, traffic, seconds }, i): Cell[] => [
        i === 0 ? `${job}: ${dispatches.length} take ${milliseconds(all)}` : "",
        label,
        milliseconds(seconds),
        percent(seconds / all),
        giga(flops / seconds),
        giga(traffic / seconds),
      ]);
    }),
    data: profiles,
  };
}

export const wrongKernels = (rows: readonly KernelRow[]): string[] =>
  rows.flatMap(({ job, lines }) =>
    lines.flatMap((line) =>
      line.kind === "gpu" && "error" in line && line.error > TOLERANCE
        ? [`${job.name} by ${line.method} is off by ${line.error.toExponential(1)}`]
        : [],
    ),
  );
