/** How long the first call of a kernel function takes by each method and by AUTO, and `costOf` after it. */

import { runProgram } from "./support/child.ts";
import { FIRST_CALL_JOBS, type FirstCallJob, METHODS } from "./support/first-call-jobs.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, milliseconds, range, times } from "./support/table.ts";
import { summarize, type Timing } from "./support/timing.ts";

const RUNS = 5;

/** What the child prints, in seconds of CPU time. */
interface Seconds {
  readonly first: number;
  readonly second: number;
  readonly cost: number;
}

type Summary = Readonly<Record<keyof Seconds, Omit<Timing, "cpu">>>;

/** Fresh processes, in turn by every method, so that what else the machine does meets all of them. */
function measure(job: number): Record<string, Summary> {
  const runs = Array.from({ length: RUNS }, () =>
    METHODS.map((name, method) => {
      const seconds = runProgram<Seconds>("support/first-call-child.ts", [String(job), String(method)]);
      if ("unavailable" in seconds) throw new Error(`bench: first-call: ${name}: ${seconds.unavailable}`);
      return seconds;
    }),
  );
  const summary = (method: number): Summary => {
    const of = (key: keyof Seconds) => summarize(runs.map((run) => run[method]![key]));
    return { first: of("first"), second: of("second"), cost: of("cost") };
  };
  return Object.fromEntries(METHODS.map((name, method) => [name, summary(method)]));
}

function rowsOf({ name }: FirstCallJob, found: Readonly<Record<string, Summary>>): Cell[][] {
  const best = Math.min(...METHODS.flatMap((m) => (m === "AUTO" ? [] : [found[m]!.first.median])));
  return METHODS.map((method): Cell[] => {
    const { first, second, cost } = found[method]!;
    return [
      `${name}, ${method}`,
      milliseconds(first.median),
      range(first),
      milliseconds(second.median),
      method === "AUTO" ? milliseconds(cost.median) : null,
      method === "AUTO" ? times(first.median / best) : null,
    ];
  });
}

export const firstCall: Subject = (_, report) => {
  const found = FIRST_CALL_JOBS.map((job, i) => {
    const methods = measure(i);
    const rows = rowsOf(job, methods);
    for (const row of rows) report(row.join("  "));
    return { name: job.name, rows, methods };
  });
  return {
    title: "First calls, CPU time in processes of their own",
    columns: ["kernel", "first call", "fastest to slowest", "second call", "then costOf", "AUTO by the best method"],
    rows: found.flatMap(({ rows }) => rows),
    data: found.map(({ name, methods }) => ({ name, methods })),
  };
};
