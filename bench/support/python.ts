/** The same kernels in Python with JAX, if the user has it. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { KernelJob } from "./jobs.ts";
import { summarize, type Timing } from "./timing.ts";

export const python = process.env.COTANGENT_BENCH_PYTHON;
export const script: string = fileURLToPath(new URL("../python/ntk.py", import.meta.url));
const SECONDS = 120;

export type PythonKernel =
  | {
      readonly timing: Omit<Timing, "cpu">;
      readonly firstSeconds: number;
      readonly summary: readonly [number, number];
      /** The fastest of several. */
      readonly way: string;
    }
  | { readonly unavailable: string };

/** Times a job in plain JAX, in a Python process of its own; `null` without Python. */
export function pythonKernel(job: KernelJob): PythonKernel | null {
  if (!python) return null;
  const result: SpawnSyncReturns<string> = spawnSync(python, [script, JSON.stringify(job)], {
    encoding: "utf8",
    timeout: SECONDS * 1000,
  });
  if (result.error && (result.error as NodeJS.ErrnoException).code === "ETIMEDOUT") {
    return { unavailable: `not done after ${SECONDS} s` };
  }
  if (result.status !== 0) throw new Error(`bench: ${python} failed:\n${result.error ?? result.stderr}`);
  const { seconds, firstSeconds, summary, way } = JSON.parse(result.stdout);
  return { timing: summarize(seconds), firstSeconds, summary, way };
}
