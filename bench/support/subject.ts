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
  /** Floating point operations, and the dtype that decides how many the machine could do. */
  readonly flops?: number;
  readonly dtype?: "float32" | "float64";
  /** Elements of the largest array. */
  readonly elements?: number;
}

/** Times jobs that are judged by floating point operations or by elements a second. */
export function measureJobs(title: string, jobs: readonly (() => Job)[]): Subject {
  return (machine, report) => {
    const rows: Cell[][] = [];
    const data: unknown[] = [];
    for (const make of jobs) {
      const { name, call, flops, dtype = "float32", elements } = make();
      const timing = time(call);
      const rate = (flops ?? elements ?? 0) / timing.median;
      const share = flops === undefined ? null : rate / 1e9 / machine.limit[dtype];
      const cells = [name, ...timingCells(timing), giga(rate), ...(share === null ? [] : [percent(share)])];
      rows.push(cells);
      data.push({ name, dtype, flops, elements, ...timing, limitShare: share });
      report(cells.join("  "));
    }
    const byFlops = jobs.length > 0 && (rows[0]?.length ?? 0) === TIMING_COLUMNS.length + 3;
    const rates = byFlops ? ["GFLOP/s", "of limit"] : ["G elements/s"];
    return { title, columns: ["job", ...TIMING_COLUMNS, ...rates], rows, data };
  };
}
