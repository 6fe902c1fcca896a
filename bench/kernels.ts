/** Empirical NTKs by every method, on one thread and by the fastest on all cores. */
import { availableParallelism } from "node:os";
import { nt } from "cotangent";
import { checkAgreement } from "./support/agreement.ts";
import { type Measured, type Outcome, runMethod } from "./support/child.ts";
import { JOBS, type KernelJob } from "./support/jobs.ts";
import { python as hasPython, type PythonKernel, pythonKernel } from "./support/python.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, mebibytes, milliseconds, type Table, times } from "./support/table.ts";

const METHODS = Object.keys(nt.NtkImplementation) as (keyof typeof nt.NtkImplementation)[];
const NAMES: Readonly<Record<string, string>> = {
  AUTO: "auto",
  JACOBIAN_CONTRACTION: "Jacobian contraction",
  NTK_VECTOR_PRODUCTS: "vector products",
  STRUCTURED_DERIVATIVES: "structured",
};

/** The numbers behind a row. */
export interface KernelData {
  readonly job: KernelJob;
  readonly methods: Readonly<Record<string, Outcome>>;
  readonly threads: number;
  readonly threaded: Outcome;
  readonly python: PythonKernel | null;
}

/** AUTO's choice runs once more on as many threads as the machine has cores. */
const CORES = availableParallelism();

export const isMeasured = (x: Outcome | PythonKernel): x is Measured => !("unavailable" in x);

/** The median; the CPU time beside it where the machine was too busy to give the process a whole core. */
function medianCell(x: Outcome): Cell {
  if (!isMeasured(x)) return "n/a";
  const { median, cpu } = x.timing;
  return cpu < 0.8 * median ? `${milliseconds(median)} (CPU ${milliseconds(cpu)})` : milliseconds(median);
}

function firstCell(x: Outcome): Cell {
  if (!isMeasured(x)) return "n/a";
  const predicted = x.predictedBytes === null ? "" : ` (${mebibytes(x.predictedBytes)})`;
  return `${milliseconds(x.firstSeconds)}, ${mebibytes(x.grownBytes)}${predicted}`;
}

function pythonCells(python: PythonKernel | null, outcomes: readonly Outcome[]): Cell[] {
  if (python === null) return ["n/a", null];
  const best = Math.min(...outcomes.filter(isMeasured).map((x) => x.timing.median));
  return "unavailable" in python
    ? ["n/a", null]
    : [
        `${milliseconds(python.timing.median)} (${python.way})`,
        Number.isFinite(best) ? times(python.timing.median / best) : null,
      ];
}

export const kernels: Subject = (_, report) => {
  const warm: Cell[][] = [];
  const first: Cell[][] = [];
  const data: KernelData[] = [];
  for (const [index, job] of JOBS.entries()) {
    const outcomes = METHODS.map((method) => runMethod(index, method));
    const threaded = runMethod(index, "AUTO", CORES);
    const python = pythonKernel(job);
    checkAgreement(
      job.name,
      [...outcomes, threaded, ...(python ? [python] : [])].flatMap((x) => ("unavailable" in x ? [] : [x.summary])),
    );
    warm.push([
      job.name,
      ...[...outcomes, threaded].map(medianCell),
      ...(hasPython ? pythonCells(python, [...outcomes, threaded]) : []),
    ]);
    first.push([job.name, ...outcomes.map(firstCell)]);
    const methods = Object.fromEntries(METHODS.map((m, i) => [m, outcomes[i] as Outcome]));
    data.push({ job, methods, threads: CORES, threaded, python });
    report((warm.at(-1) as Cell[]).join("  "));
  }
  const columns = ["job", ...METHODS.map((m) => NAMES[m] ?? m)];
  const pythonColumns = hasPython ? ["Python, all cores", "Python / best"] : [];
  const tables: Table[] = [
    {
      title: "Kernels: a warm call",
      columns: [...columns, `auto, ${CORES} threads`, ...pythonColumns],
      rows: warm,
      data,
    },
    {
      title: "Kernels: the first call, and by how much the process grows in it (predicted)",
      ...{ columns, rows: first, data: [] },
    },
  ];
  return tables;
};
