/** Loops over steps and over layers: gradients for training, and kernels by every method, on one thread. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { grad, jit, type NDArray, numpy as np, nt, tree } from "cotangent";
import { python } from "./support/python.ts";
import { RECURRENT_JOBS, type RecurrentJob, SIZES } from "./support/recurrent-jobs.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, mebibytes, milliseconds, times } from "./support/table.ts";

const REPETITIONS = 9;
/** A repetition makes calls for this long, the warm-up for three times as long. */
const SECONDS = 0.1;

type Kind = "gradient" | "kernel";

interface Measurement {
  /** CPU seconds of a call, a number for each repetition. */
  readonly seconds: readonly number[];
  /** The sum of the results' magnitudes. */
  readonly summary: number;
}

type Results = Readonly<Record<string, Readonly<Record<Kind, Measurement>>>>;

const least = ({ seconds }: Measurement): number => Math.min(...seconds);

/** CPU seconds of a call, as the Python program takes them. */
function cpuSeconds(call: () => unknown, seconds: number): number {
  const [before, began] = [process.cpuUsage(), performance.now()];
  let calls = 0;
  while (performance.now() - began < 1000 * seconds) {
    call();
    calls++;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / calls;
}

function measure(call: () => unknown): Measurement {
  const leaves = tree.leaves<NDArray>(call());
  cpuSeconds(call, 3 * SECONDS);
  return {
    seconds: Array.from({ length: REPETITIONS }, () => cpuSeconds(call, SECONDS)),
    summary: leaves.reduce((sum, x) => sum + np.sum(np.abs(x)).item(), 0),
  };
}

function pythonResults(): Results | null {
  if (!python) return null;
  const script = fileURLToPath(new URL("python/recurrent.py", import.meta.url));
  const { stdout, stderr, status, error } = spawnSync(python, [script, JSON.stringify(SIZES)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: ${python} failed:\n${error ?? stderr}`);
  return JSON.parse(stdout) as Results;
}

function check(name: string, ours: Measurement, theirs: Measurement | undefined): void {
  if (!theirs || Math.abs(ours.summary - theirs.summary) <= 1e-3 * theirs.summary) return;
  throw new Error(`bench: results for ${name} differ: ${ours.summary} and ${theirs.summary}.`);
}

interface Call {
  readonly name: string;
  readonly kind: Kind;
  readonly peakMemory: number | null;
  readonly call: () => unknown;
}

/** The gradient of a loss, and the kernel by every method. */
function callsOf({ name, f, params, x }: RecurrentJob): Call[] {
  const gradient = jit(grad((p: typeof params, inputs: NDArray) => np.sum(np.square(f(p, inputs)))));
  const options = { vmapAxes: 0, traceAxes: [] };
  const costs = nt.costOf(f, x, null, params, options);
  const kernels = Object.entries(costs).map(([method, { peakMemory }]): Call => {
    const implementation = nt.NtkImplementation[method as keyof typeof nt.NtkImplementation];
    const kernel = nt.empiricalNtkFn(f, { ...options, implementation });
    return { name: `${name}, kernel, ${method}`, kind: "kernel", peakMemory, call: () => kernel(x, null, params) };
  });
  return [
    { name: `${name}, gradient`, kind: "gradient", peakMemory: null, call: () => gradient(params, x) },
    ...kernels,
  ];
}

export const recurrent: Subject = (_, report) => {
  const theirs = pythonResults();
  const measured = RECURRENT_JOBS.flatMap((job) =>
    callsOf(job).map(({ name, kind, peakMemory, call }) => {
      const ours = measure(call);
      const jax = theirs?.[job.name]?.[kind];
      check(name, ours, jax);
      report(`${name}  ${milliseconds(least(ours))}`);
      return { name, peakMemory, ours, jax };
    }),
  );
  const { examples, features, units, steps, layers } = SIZES;
  return {
    title: `Recurrent networks, CPU time: ${examples} examples, ${units} units; ${steps} steps of ${features} features, or ${layers} layers`,
    columns: ["job", "CPU time", "predicted memory", "JAX, one thread", "JAX / ours"],
    rows: measured.map(({ name, peakMemory, ours, jax }): Cell[] => [
      name,
      milliseconds(least(ours)),
      peakMemory === null ? null : mebibytes(peakMemory),
      jax ? milliseconds(least(jax)) : null,
      jax ? times(least(jax) / least(ours)) : null,
    ]),
    data: measured,
  };
};
