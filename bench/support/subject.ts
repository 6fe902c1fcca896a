/** A subject of the benchmark. */
import type { Machine } from "./machine.ts";
import { type Cell, giga, percent, type Table, TIMING_COLUMNS, timingCells } from "./table.ts";
import { time } from "./timing.ts";

type Tables = Table | readonly Table[];

/** Measures and returns one table or several; `report` gets a line for each job as soon as it is done. */
export type Subject = (machine: Machine, report: (line: string) => void) => Tables | Promise<Tables>;

/** A call and the work that it does. */
export interface Job {
  readonly name: string;
  readonly call: () => unknown;
  /** Floating point operations, or elements of the largest array. */
  readonly work: number;
  /** Decides how many floating point operations the machine could do. */
  readonly dtype?: "float32" | "float64";
}

/** Times jobs and says how much of their work is done in a second. */
export function measureJobs(title: string, unit: "flops" | "elements", jobs: readonly (() => Job)[]): Subject {
  const rateColumns = unit === "flops" ? ["GFLOP/s", "of limit"] : ["G elements/s"];
  return (machine, report) => {
    const rows: Cell[][] = [];
    const data: unknown[] = [];
    for (const make of jobs) {
      const { name, call, work, dtype = "float32" } = make();
      const timing = time(call);
      const rate = work / timing.median;
      const limitShare = rate / 1e9 / machine.limit[dtype];
      const cells = [name, ...timingCells(timing), giga(rate), ...(unit === "flops" ? [percent(limitShare)] : [])];
      rows.push(cells);
      data.push({ name, dtype, [unit]: work, ...timing, ...(unit === "flops" ? { limitShare } : {}) });
      report(cells.join("  "));
    }
    return { title, columns: ["job", ...TIMING_COLUMNS, ...rateColumns], rows, data };
  };
}
