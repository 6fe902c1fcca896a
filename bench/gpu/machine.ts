/** What was measured on, and the files that tell. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import type { DeviceInfo } from "cotangent";
import library from "../../package.json" with { type: "json" };
import runtimes from "../../test/runtimes/package.json" with { type: "json" };
import peers from "../peers/package.json" with { type: "json" };
import { formatTable, type Table } from "../support/table.ts";
import type { Found } from "./adapter.ts";

const folder = new URL("../results/", import.meta.url);

export interface GpuMachine {
  readonly file: string;
  readonly text: string;
  /** What stands above the tables. */
  readonly notes: string[];
}

/** The adapter's own name, or its family's. */
export const nameOf = ({ description, architecture, vendor }: DeviceInfo): string =>
  description || architecture || vendor || "unknown";

function driver(): string {
  const { stdout, status } = spawnSync(
    "nvidia-smi",
    ["--query-gpu=driver_version,clocks.max.sm", "--format=csv,noheader"],
    {
      encoding: "utf8",
    },
  );
  return status === 0 ? `, driver and highest clock ${stdout.trim().split("\n")[0]}` : "";
}

export function describe({ software, info: adapter }: Found, info: DeviceInfo): GpuMachine {
  const name = software ? `software ${adapter.architecture || adapter.description}` : nameOf(info);
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  const kind = [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(", ");
  const text =
    `${date} UTC; ${kind}${software ? "" : driver()}; Dawn ${runtimes.devDependencies.webgpu}, Node ${process.versions.node}, ` +
    `cotangent ${library.version}, jax-js ${peers.devDependencies["@jax-js/jax"]}; ${cpus()[0]?.model.trim() ?? "unknown"}, ` +
    `${availableParallelism()} cores, load before the run ${(loadavg()[0] as number).toFixed(1)}.`;
  const notes = software
    ? [
        "**A processor that stands in for a GPU. No number below is a GPU's speed**: they show that the benchmark runs, counts, and " +
          "which library has less to do on the same adapter.",
      ]
    : [];
  return { file: `gpu-${slug}`, text, notes };
}

export function write({ file, text, notes }: GpuMachine, tables: readonly Table[]): void {
  mkdirSync(folder, { recursive: true });
  const above = ["# Measurements on a GPU", "", text, "", ...notes.flatMap((note) => [note, ""])];
  writeFileSync(new URL(`${file}.md`, folder), [...above, ...tables.map(formatTable)].join("\n"));
  const json = { machine: text, notes, tables: tables.map(({ title, data }) => ({ title, data })) };
  writeFileSync(new URL(`${file}.json`, folder), `${JSON.stringify(json, null, 2)}\n`);
}
