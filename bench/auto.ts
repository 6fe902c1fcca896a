/** Whether AUTO takes the fastest method: every method measured on many networks, against what is predicted of it. */
import { nt } from "cotangent";
import { AUTO_JOBS, type AutoJob, type KernelAxes } from "./support/auto-jobs.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, milliseconds, percent, type Table, times } from "./support/table.ts";

const METHODS = ["JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS", "STRUCTURED_DERIVATIVES"] as const;
type Method = (typeof METHODS)[number];

const OPTIONS: Readonly<Record<KernelAxes, nt.NtkOptions>> = {
  trace: { traceAxes: [-1] },
  diagonal: { traceAxes: [], diagonalAxes: [-1] },
  full: { traceAxes: [] },
};

/** Methods that are predicted to take longer than this, in seconds, aren't measured. */
const LONGEST = 5;
/** Methods take turns until each has been measured for so long, in seconds, but not more often than this. */
const [SPAN, ROUNDS] = [0.3, 30];
/** AUTO's choice is as good as the fastest method if it takes no longer than this. */
const TOLERANCE = 1.1;

interface Measured {
  readonly method: Method;
  readonly predicted: number;
  /** The fastest of the rounds; `null` for a method that wasn't measured. */
  readonly seconds: number | null;
}

/** CPU seconds of a call: other programs on the machine don't count. */
function cpuSeconds(call: () => unknown): number {
  const before = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function measure({ f, params, x1, x2, axes }: AutoJob): Measured[] {
  const options = { vmapAxes: 0, ...OPTIONS[axes] };
  const costs = nt.costOf(f as never, x1, x2, params, options);
  const tried = METHODS.filter((method) => costs[method]!.predictedSeconds < LONGEST).map((method) => {
    const kernelFn = nt.empiricalNtkFn(f as never, { ...options, implementation: nt.NtkImplementation[method] });
    const call = (): unknown => kernelFn(x1, x2, params);
    call();
    // Short calls are made several at a time, so that the clock's steps don't matter.
    const calls = Math.max(1, Math.ceil(0.01 / cpuSeconds(call)));
    const repeated = (): void => {
      for (let i = 0; i < calls; i++) call();
    };
    return { method, calls, repeated, best: Number.POSITIVE_INFINITY, spent: 0 };
  });
  for (let round = 0; round < ROUNDS && tried.some(({ spent }) => spent < SPAN); round++) {
    for (const one of tried) {
      if (one.spent >= SPAN) continue;
      const seconds = cpuSeconds(one.repeated);
      one.spent += seconds;
      one.best = Math.min(one.best, seconds / one.calls);
    }
  }
  return METHODS.map((method) => ({
    method,
    predicted: costs[method]!.predictedSeconds,
    seconds: tried.find((one) => one.method === method)?.best ?? null,
  }));
}

const fastestBy = (all: readonly Measured[], key: (x: Measured) => number): Measured =>
  all.reduce((a, b) => (key(b) < key(a) ? b : a));

const cell = ({ predicted, seconds }: Measured): Cell =>
  `${seconds === null ? "-" : milliseconds(seconds)} (${milliseconds(predicted)})`;

const NAMES: Readonly<Record<Method, string>> = {
  JACOBIAN_CONTRACTION: "Jacobian contraction",
  NTK_VECTOR_PRODUCTS: "vector products",
  STRUCTURED_DERIVATIVES: "structured",
};

export const auto: Subject = (_, report) => {
  const rows: Cell[][] = [];
  const data: unknown[] = [];
  let [good, lost] = [0, 0];
  for (const make of AUTO_JOBS) {
    const job = make();
    const all = measure(job);
    const chosen = fastestBy(all, ({ predicted }) => predicted);
    const best = fastestBy(all, ({ seconds }) => seconds ?? Number.POSITIVE_INFINITY);
    const ratio = (chosen.seconds ?? Number.POSITIVE_INFINITY) / (best.seconds as number);
    const hit = ratio <= TOLERANCE;
    good += Number(hit);
    lost += Math.log(ratio);
    rows.push([
      job.name,
      ...all.map(cell),
      NAMES[chosen.method],
      hit ? null : `${times(ratio)} of ${NAMES[best.method]}`,
    ]);
    data.push({ job: job.name, methods: all, chosen: chosen.method, best: best.method, ratio });
    report((rows.at(-1) as Cell[]).join("  "));
  }
  const share = `${good} of ${rows.length} (${percent(good / rows.length)})`;
  const mean = times(Math.exp(lost / rows.length));
  const columns = ["job", ...METHODS.map((m) => NAMES[m]), "AUTO takes", "missed by"];
  const table = (title: string, which: readonly Cell[][]): Table => ({ title, columns, rows: which, data: [] });
  return [
    {
      ...table(
        `AUTO: within 10% of the fastest method on ${share}, ${mean} of it on average; measured (predicted)`,
        rows,
      ),
      data,
    },
    table(
      "AUTO: the misses",
      rows.filter((row) => row.at(-1) !== null),
    ),
  ];
};
