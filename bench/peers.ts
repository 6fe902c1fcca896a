/** The same kernels in other JavaScript libraries, each as fast as we could write it there with its own derivatives. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkAgreement } from "./support/agreement.ts";
import { type Outcome, runMethod, runProgram } from "./support/child.ts";
import { JOBS } from "./support/jobs.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, milliseconds, times } from "./support/table.ts";

const PEERS = [
  ["jax-js", "peers/jax-js.ts"],
  ["TensorFlow.js", "peers/tensorflow.ts"],
] as const;
/** How a kernel is written there is the question, not whether a large one is worth waiting for. */
const SECONDS = 45;

function install(): void {
  const folder = fileURLToPath(new URL("peers/", import.meta.url));
  if (existsSync(`${folder}node_modules`)) return;
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("bench: the other libraries could not be installed in bench/peers.");
}

function cellsOf(outcome: Outcome, ours: number): Cell[] {
  if ("unavailable" in outcome) return [`n/a: ${outcome.unavailable}`, null];
  const way = outcome.way ? ` (${outcome.way})` : "";
  return [`${milliseconds(outcome.timing.median)}${way}`, times(outcome.timing.median / ours)];
}

export const peers: Subject = (_, report) => {
  install();
  const rows: Cell[][] = [];
  const data: unknown[] = [];
  for (const [index, job] of JOBS.entries()) {
    const ours = runMethod(index, "AUTO");
    if ("unavailable" in ours) throw new Error(`bench: ${job.name}: ${ours.unavailable}`);
    const others = PEERS.map(([, program]) => runProgram(program, [String(index)], SECONDS));
    checkAgreement(
      job.name,
      [ours, ...others].flatMap((x) => ("unavailable" in x ? [] : [x.summary])),
    );
    const { median } = ours.timing;
    rows.push([job.name, milliseconds(median), ...others.flatMap((x) => cellsOf(x, median))]);
    const ratios = Object.fromEntries(
      PEERS.flatMap(([name], i) => {
        const other = others[i] as Outcome;
        return "unavailable" in other ? [] : [[name, other.timing.median / median]];
      }),
    );
    data.push({ job, ours, ratios, ...Object.fromEntries(PEERS.map(([name], i) => [name, others[i]])) });
    report((rows.at(-1) as Cell[]).join("  "));
  }
  const columns = ["job", "cotangent, auto", ...PEERS.flatMap(([name]) => [name, `${name} / cotangent`])];
  return { title: "Kernels in other JavaScript libraries: a warm call", columns, rows, data };
};
