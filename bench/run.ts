// Measures the built package and writes bench/results/node-<version>.md and .json, of some subjects a file of their own.
//
//   npm run bench                       everything
//   npm run bench -- kernels coldstart  only these subjects
//
// COTANGENT_BENCH_PYTHON=<a Python with jax> times the same kernels there as well. See README.md in this folder.

import { auto } from "./auto.ts";
import { coldstart } from "./coldstart.ts";
import { compilation } from "./compilation.ts";
import { contractions } from "./contractions.ts";
import { convolutions } from "./convolutions.ts";
import { elementwise } from "./elementwise.ts";
import { firstCall } from "./first-call.ts";
import { goals } from "./goals.ts";
import { kernels } from "./kernels.ts";
import { linearAlgebra } from "./linalg.ts";
import { peers } from "./peers.ts";
import { recurrent } from "./recurrent.ts";
import { describeMachine } from "./support/machine.ts";
import { formatMachine, writeResults } from "./support/results.ts";
import type { Subject } from "./support/subject.ts";
import { formatTable, type Table } from "./support/table.ts";
import { threads } from "./threads.ts";

const subjects: Readonly<Record<string, Subject>> = {
  contractions,
  convolutions,
  elementwise,
  kernels,
  linalg: linearAlgebra,
  auto,
  peers,
  recurrent,
  threads,
  compilation,
  "first-call": firstCall,
  coldstart,
};

const isWhole = process.argv.length === 2;
const names = isWhole ? Object.keys(subjects) : process.argv.slice(2);
const unknown = names.filter((name) => !(name in subjects));
if (unknown.length > 0) {
  console.error(`bench: no subject ${unknown.join(", ")}; there are ${Object.keys(subjects).join(", ")}.`);
  process.exit(1);
}

const machine = describeMachine();
console.log(`${formatMachine(machine)}\n`);
const tables: Table[] = [];
const data: Record<string, unknown[]> = {};
for (const name of names) {
  // The lines show that something happens; they are no part of what is printed to a file.
  const measured = await (subjects[name] as Subject)(machine, (line) => console.error(`  ${line}`));
  for (const table of [measured].flat() as Table[]) {
    tables.push(table);
    console.log(formatTable(table));
    data[name] = [...(data[name] ?? []), ...table.data];
  }
}
if (isWhole) {
  tables.unshift(goals(machine, data));
  console.log(formatTable(tables[0] as Table));
}
writeResults(machine, tables, isWhole ? [] : names);
