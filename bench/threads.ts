/** Networks of dense layers on one thread and on all cores, taking turns, beside JAX and what the cores could do at most. */
import { initThreads, type NDArray, nt } from "cotangent";
import { checkAgreement } from "./support/agreement.ts";
import { JOBS, type KernelJob, setUp } from "./support/jobs.ts";
import { python as hasPython, type PythonKernel, pythonKernel } from "./support/python.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, giga, milliseconds, percent, times } from "./support/table.ts";

/** Both take so many turns of so many calls each, of which the first ones warm up. */
const TURNS = 30;
const CALLS = 6;
const WARM_UP = 2;

const isDense = ({ layers, traceAxes }: KernelJob): boolean =>
  traceAxes.length === 0 && layers.every(([kind]) => kind !== "conv");

/**
 * Multiplications and additions of the structured kernel, layer by layer: of what goes into each layer, of its cotangents, and of
 * the products of both with those of the other examples, half of them where these are the same.
 */
function operationsOf({ layers, input, n1, n2 }: KernelJob): number {
  const widths = [
    input.reduce((a, b) => a * b),
    ...layers.flatMap(([kind, width]) => (kind === "dense" ? [width] : [])),
  ];
  const outputs = widths.at(-1)!;
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const pairs = (rows: number): number => (n2 === null ? (rows * n1 * (rows * n1 + 1)) / 2 : rows * n1 * rows * n2);
  const hidden = widths.slice(1, -1);
  const forwards = sum(hidden.map((width, i) => widths[i]! * width));
  const backwards = sum(hidden.slice(1).map((width, i) => outputs * hidden[i]! * width));
  const products = pairs(1) * sum(widths.slice(0, -1)) + pairs(outputs) * sum(hidden);
  return 2 * ((n1 + (n2 ?? 0)) * (forwards + backwards) + products);
}

/** The least seconds of a call on each number of threads, and the kernel. */
async function leastSeconds(
  call: () => NDArray,
  counts: readonly number[],
): Promise<{ seconds: number[]; kernel: NDArray }> {
  const seconds = counts.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, threads] of counts.entries()) {
      await initThreads({ threads });
      for (let n = 0; n < CALLS; n++) {
        const start = performance.now();
        call();
        if (n >= WARM_UP) seconds[i] = Math.min(seconds[i]!, (performance.now() - start) / 1000);
      }
    }
  }
  await initThreads({ threads: 1 });
  return { seconds, kernel: call() };
}

const fastest = (python: PythonKernel | null): number | null =>
  python && !("unavailable" in python) ? python.timing.fastest : null;

export const threads: Subject = async ({ cores, limit }, report) => {
  const rows: Cell[][] = [];
  const data: unknown[] = [];
  for (const job of JOBS.filter(isDense)) {
    const { f, x1, x2, params } = setUp(job);
    const implementation = nt.NtkImplementation.STRUCTURED_DERIVATIVES;
    const kernelFn = nt.empiricalNtkFn(f, { traceAxes: [], vmapAxes: 0, implementation });
    const { seconds, kernel } = await leastSeconds(() => kernelFn(x1, x2, params) as NDArray, [1, cores]);
    const [one, all] = seconds as [number, number];
    const python = pythonKernel(job);
    const entries = Array.from(kernel.dataSync());
    const mean = entries.reduce((sum, x) => sum + x, 0) / entries.length;
    checkAgreement(job.name, [[entries[0]!, mean], ...(python && "summary" in python ? [python.summary] : [])]);
    const operations = operationsOf(job);
    const bound = operations / (cores * limit.float32 * 1e9);
    const jax = fastest(python);
    const cells = [
      milliseconds(one),
      milliseconds(all),
      times(one / all),
      giga(operations),
      milliseconds(bound),
      percent(bound / all),
    ];
    rows.push([job.name, ...cells, ...(hasPython ? [jax === null ? "n/a" : milliseconds(jax)] : [])]);
    data.push({ job, one, all, cores, operations, bound, jax });
    report(rows.at(-1)!.join("  "));
  }
  const columns = ["job", "1 thread", `${cores} threads`, "times as fast", "GFLOP", "limit", "share of it"];
  return {
    title: `Dense networks on threads: the fastest call, and the limit of 128-bit vectors on ${cores} cores`,
    columns: [...columns, ...(hasPython ? ["JAX, all cores"] : [])],
    rows,
    data,
  };
};
