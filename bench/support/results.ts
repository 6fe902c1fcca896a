/** Writes what was measured to `bench/results/`, in files named for the version of Node and, unless all were, the subjects. */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import { formatTable, type Table } from "./table.ts";

const folder = new URL("../results/", import.meta.url);

/** One line on what everything below was measured on. */
export function formatMachine(machine: Machine): string {
  const { cpu, cores, memoryGiB, platform, node, relaxed, threads, clockGHz, limit, load, date } = machine;
  const used = threads === 1 ? "one thread" : `${threads} threads`;
  return (
    `${date.slice(0, 16).replace("T", " ")} UTC; ${cpu}, ${cores} cores at ${clockGHz.toFixed(2)} GHz (measured), ` +
    `${memoryGiB} GiB; ${platform}, Node ${node}, ${relaxed ? "fused multiply-adds" : "no fused multiply-adds"}; ${used}; load before the run ${load.toFixed(1)}; ` +
    `limit of 128-bit vectors on one core ${limit.float32.toFixed(0)} GFLOP/s in float32, ` +
    `${limit.float64.toFixed(0)} in float64.`
  );
}

export function writeResults(machine: Machine, tables: readonly Table[], subjects: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const markdown = ["# Measurements", "", formatMachine(machine), "", ...tables.map(formatTable)].join("\n");
  const name = [`node-${machine.node.split(".")[0]}`, ...subjects].join("-");
  writeFileSync(new URL(`${name}.md`, folder), markdown);
  const json = { machine, tables: tables.map(({ title, data }) => ({ title, data })) };
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(json, null, 2)}\n`);
}
