/** How long it takes until a program can run: tracing, transforming, planning; and how that grows with a network's depth. */
import { type Measured, type Outcome, runProgram } from "./support/child.ts";
import { COMPILE_JOBS, DEPTHS, METHODS } from "./support/compile-jobs.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, milliseconds, range, type Table } from "./support/table.ts";

const measured = (x: Outcome): Measured => {
  if ("unavailable" in x) throw new Error(`bench: compilation: ${x.unavailable}`);
  return x;
};

export const compilation: Subject = (_, report) => {
  const outcomes = COMPILE_JOBS.map((job, i) => {
    const outcome = measured(runProgram("support/compile-child.ts", [String(i)]));
    report(`${job.name}  ${milliseconds(outcome.timing.median)}`);
    return { job, ...outcome };
  });
  const rows = outcomes
    .filter(({ job }) => job.depth === undefined)
    .map(({ job, firstSeconds, timing }): Cell[] => [
      job.name,
      milliseconds(firstSeconds),
      milliseconds(timing.median),
      range(timing),
      job.goal === undefined ? null : `${job.goal} ms`,
    ]);
  const data = outcomes.map(({ job: { name, depth }, firstSeconds, timing }) => ({
    name,
    depth,
    firstSeconds,
    ...timing,
  }));
  const names = Object.keys(METHODS);
  const medianOf = (depth: number, method: string): number =>
    outcomes.find(({ job }) => job.depth === depth && job.name.endsWith(method))!.timing.median;
  const depths = DEPTHS.map((depth): Cell[] => [
    String(depth),
    ...names.flatMap((method) => [
      milliseconds(medianOf(depth, method)),
      milliseconds(medianOf(depth, method) / depth),
    ]),
  ]);
  const tables: Table[] = [
    {
      title: "Compilation, CPU time",
      columns: ["job", "first in a process", "median of later ones", "fastest to slowest", "goal"],
      rows,
      data,
    },
    {
      title: "Compilation by depth: the kernel of an MLP, CPU time",
      columns: ["layers", ...names.flatMap((name) => [name, "a layer"])],
      rows: depths,
      data: [],
    },
  ];
  return tables;
};
