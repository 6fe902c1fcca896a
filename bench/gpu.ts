// Measures a GPU and the library on it, and writes bench/results/gpu-<adapter>.md and .json.
//
//   npm run bench:gpu                    bundles it, and runs the bundle
//   node bench/out/gpu.mjs [seconds]     where it was bundled before, or brought to; 270 seconds if nothing is said
//
// See README.md in this folder.
import { spawnSync } from "node:child_process";
import { adapterEnvironment } from "../test/webgpu/environment.mjs";
import { type Found, findAdapter, open } from "./gpu/adapter.ts";
import { Budget } from "./gpu/budget.ts";
import { goals } from "./gpu/goals.ts";
import { kernelTables, measureKernels, profileTable, wrongKernels } from "./gpu/kernels.ts";
import { knownPeak } from "./gpu/known.ts";
import { describe, nameOf, write } from "./gpu/machine.ts";
import { findPython, jaxJsProducts, measurePython, pythonTable } from "./gpu/peers.ts";
import {
  measureProducts,
  productTable,
  SIZES,
  sweepSize,
  sweepTable,
  sweepTiles,
  wrongProducts,
} from "./gpu/products.ts";
import { measureBandwidths, measurePeak } from "./gpu/raw.ts";
import { formatTable, giga, milliseconds, type Table } from "./support/table.ts";

const SECONDS = 270;

/** Begins again with a software adapter, whose driver is looked for when a process begins. */
async function findOrRestart(): Promise<Found> {
  const found = await findAdapter();
  if (found) return found;
  const environment = adapterEnvironment() as Record<string, string>;
  if (Object.keys(environment).length === 0) {
    throw new Error(
      "bench: there is no WebGPU adapter. On Linux it needs the driver of the card and the Vulkan loader (libvulkan1).",
    );
  }
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    env: { ...process.env, ...environment },
    stdio: "inherit",
  });
  process.exit(status ?? 1);
}

const report = (line: string): void => console.error(`  ${line}`);
const found = await findOrRestart();
const budget = new Budget(Number(process.argv[2] ?? SECONDS));
const whole = budget.left;
const { software } = found;
const opened = await open(found);
const { info, own, device } = opened;
const { rates } = info;
if (!rates) throw new Error("bench: no rates");
const machine = describe(found, info);
console.log(`${machine.text}\n`);

const tables: Table[] = [];
const add = (...more: Table[]): void => {
  for (const table of more) console.log(formatTable(table));
  tables.push(...more);
  // What there is, should the rest not come to an end.
  write(machine, tables);
};

const measuredPeak = await measurePeak(device, software, budget.part(0.03 * whole));
const known = knownPeak(nameOf(info));
const peak = known ?? measuredPeak;
const bandwidths = await measureBandwidths(device, budget.part(0.05 * whole));
const limits = Object.entries(info.limits ?? {}).map(([name, value]) => [name, String(value)]);
add({
  title: "The adapter",
  columns: ["what", "measured"],
  rows: [
    ["a dispatch of nothing, awaited", milliseconds(rates.latency ?? 0)],
    ["a dispatch among others, run by run", milliseconds(1 / (rates.dispatch ?? 1))],
    ["float32 multiply-adds in registers", `${giga(measuredPeak)} GFLOP/s`],
    ["float32 peak by its data sheet", known ? `${giga(known)} GFLOP/s` : "not known; shares are of what was measured"],
    ["to the device", `${giga(bandwidths.up)} GB/s`],
    ["back", `${giga(bandwidths.down)} GB/s`],
    ["memory, copies by the driver", `${giga(bandwidths.memory)} GB/s read and written`],
    ["rates: products", `${giga(rates.contract)} GFLOP/s`],
    ["rates: elementwise", `${giga(rates.map)} G operations/s`],
    ["rates: memory", `${giga(rates.memory)} GB/s`],
    ["rates: transfer", `${giga(rates.transfer ?? 0)} GB/s`],
    ["workgroups that fill it", String(own.settings.fillGroups)],
    ["timestamps", opened.clock ? "yes" : "no"],
    ...limits,
    ["features", (info.features ?? []).join(", ")],
  ],
  data: [{ measuredPeak, known, bandwidths, rates, limits: info.limits, features: info.features }],
});

const products = await measureProducts(opened, budget.part((software ? 0.1 : 0.15) * whole), !software, report);
const sizes = SIZES.filter((n) => n >= 1024 || products.some((row) => row.n === n && row.rate));
const measuredSizes = sizes.filter((n) => n >= (software ? 0 : 1024));
const peer = await jaxJsProducts(measuredSizes, Math.min(20, 0.1 * whole));
add(productTable(products, peak, peer));

const sweepBudget = budget.part((software ? 0.1 : 0.2) * whole);
const sweep = await sweepTiles(opened, sweepSize(products, sweepBudget), !software, sweepBudget, report);
add(sweepTable(sweep));
for (const warning of sweep.warnings) console.log(`Warning: ${warning}\n`);
device.destroy();

// Python, where it has JAX with CUDA, is worth a third of what is left.
const python = await findPython();
const kernelShare = typeof python === "string" ? 1 : 0.67;
const kernels = await measureKernels(rates, software, budget.part(kernelShare * budget.left), report);
add(...kernelTables(kernels, software), profileTable(kernels));

const jax = await measurePython(
  python,
  sizes.filter((n) => n >= 1024),
  budget,
  report,
);
add(
  pythonTable(
    jax,
    sizes.filter((n) => n >= 1024),
  ),
);

tables.unshift(goals({ products, peak, peer, kernels, python: jax, software }));
console.log(formatTable(tables[0] as Table));
machine.notes.push(...sweep.warnings);
write(machine, tables);
report(`${(whole - budget.left).toFixed(0)} s in all`);
const wrong = [...wrongProducts(products), ...wrongKernels(kernels)];
for (const line of wrong) console.error(`bench: ${line}`);
process.exit(wrong.length > 0 ? 1 : 0);
