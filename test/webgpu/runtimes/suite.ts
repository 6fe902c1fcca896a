/** Conformance and random programs on the WebGPU of the runtime that loads this. */
import { initWebGPU } from "cotangent";
import type { Source } from "../../conformance/data.ts";
import { runFamily } from "../../conformance/families.ts";
import { Report } from "../../conformance/report.ts";
import { runPrograms } from "../programs.ts";

/** What is to be run. */
export interface Wanted {
  /** The address of the reference values, and the names of their files. */
  readonly data: string;
  readonly files: readonly string[];
  /** Of each family one in so many cases. */
  readonly families: Readonly<Record<string, number>>;
  /** How many random programs. */
  readonly programs: number;
}

/** What came of one family. */
export interface Outcome {
  readonly lines: readonly string[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly dispatches: number;
  readonly seconds: number;
}

const fetched = ({ data, files }: Wanted): Source => ({
  place: data,
  files,
  async read(file) {
    const response = await fetch(new URL(file, data));
    if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
});

/** Counts what is really sent to the device, whatever the library says of it. */
function countDispatches(): () => number {
  let count = 0;
  const { prototype } = GPUComputePassEncoder;
  for (const name of ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"] as const) {
    const dispatch = prototype[name] as (...args: unknown[]) => undefined;
    prototype[name] = function (this: GPUComputePassEncoder, ...args: unknown[]): undefined {
      count++;
      dispatch.apply(this, args);
    };
  }
  return () => count;
}

/** Runs the families one after the other, and tells of each when it has ended. */
export async function runSuite(wanted: Wanted, tell: (outcome: Outcome) => void): Promise<void> {
  const dispatches = countDispatches();
  await initWebGPU();
  const lacks = { precision: "float64", reason: "WebGPU has none" };
  const source = fetched(wanted);
  const outcomeOf = async (report: Report, run: () => Promise<void>): Promise<void> => {
    const [before, started] = [dispatches(), performance.now()];
    await run();
    const { passed, failed, skipped } = report;
    const seconds = (performance.now() - started) / 1000;
    tell({ lines: report.lines(), passed, failed, skipped, dispatches: dispatches() - before, seconds });
  };
  for (const [name, every] of Object.entries(wanted.families)) {
    const report = new Report(name, lacks, every);
    await outcomeOf(report, () => runFamily(report, source));
  }
  const report = new Report("programs");
  await outcomeOf(report, () => runPrograms(report, wanted.programs));
}
