/** Measurements in processes of their own, so that the first call and the peak memory are theirs alone. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Timing } from "./timing.ts";

export interface Measured {
  readonly timing: Timing;
  readonly firstSeconds: number;
  readonly peakBytes: number;
  /** By how much the process grew in the first call, and what was predicted of it; `null` for AUTO. */
  readonly grownBytes: number;
  readonly predictedBytes: number | null;
  /** The kernel's first entry and mean. */
  readonly summary: readonly [number, number];
  /** How another library did it, where there are several ways. */
  readonly way?: string;
}
export interface Unavailable {
  readonly unavailable: string;
}
export type Outcome = Measured | Unavailable;

const CHILD_SECONDS = 120;
const bench = new URL("../", import.meta.url);
const file = (path: string): string => fileURLToPath(new URL(path, bench));

/** Runs a TypeScript program of this folder and reads the outcome that it prints. */
export function runProgram<Result = Measured>(
  program: string,
  args: readonly string[],
  seconds = CHILD_SECONDS,
): Result | Unavailable {
  // Not by tsx's own command, whose child would go on when it is killed, and disturb what comes next.
  const { stdout, stderr, status, error } = spawnSync(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), file(program), ...args],
    {
      encoding: "utf8",
      timeout: seconds * 1000,
      killSignal: "SIGKILL",
      env: { ...process.env, TSX_TSCONFIG_PATH: file("tsconfig.json") },
    },
  );
  if (error && (error as NodeJS.ErrnoException).code === "ETIMEDOUT")
    return { unavailable: `not done after ${seconds} s` };
  if (status !== 0) throw new Error(`bench: ${program} ${args.join(" ")} failed:\n${stderr}`);
  return JSON.parse(stdout) as Result;
}

/** One of our methods, by name, on the job with this number. */
export const runMethod = (index: number, method: string, threads = 1): Outcome =>
  runProgram("support/kernel-child.ts", [String(index), method, String(threads)]);
