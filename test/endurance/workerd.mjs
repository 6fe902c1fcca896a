// Requests to a worker in workerd, 16 at a time, of changing shapes, one of them large: the isolate's memory as
// the worker sees it and the process's as the system does. Every answer is compared with Node's.
//
//     node test/endurance/workerd.mjs [--requests 1000]

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { install } from "../runtimes/install.mjs";
import { withWorkerd } from "../runtimes/workerd.mjs";

install();
// Imported only now, since the name of the package is linked by `install`.
const { jobOf } = await import("./job.mjs");

const { values } = parseArgs({ options: { requests: { type: "string", default: "1000" } } });
const [REQUESTS, AT_ONCE, LARGE] = [Number(values.requests), 16, 500];
const MIB = 2 ** 20;
/** Engines differ in multiply-add, and so do sums. */
const TOLERANCE = 1e-4;

const shapeOf = (i) => (i === LARGE ? [900, 64] : [1 + (i % 23), 1 + (i % 41)]);
const residentBytes = (pid) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
const mib = (bytes) => (bytes / MIB).toFixed(1).padStart(8);

await withWorkerd(
  fileURLToPath(new URL("worker.mjs", import.meta.url)),
  async ({ url, pid }) => {
    let [next, done, largest] = [0, 0, 0];
    const wrong = [];
    const start = performance.now();
    async function client() {
      while (next < REQUESTS) {
        const i = next++;
        const [examples, features] = shapeOf(i);
        const response = await fetch(`${url}?examples=${examples}&features=${features}`);
        if (!response.ok) throw new Error(await response.text());
        const { value, wasm } = await response.json();
        const expected = await jobOf(examples, features);
        if (!(Math.abs(value - expected) <= TOLERANCE * Math.abs(expected)))
          wrong.push(`${examples} x ${features}: ${value}`);
        largest = Math.max(largest, wasm.bytes);
        done++;
        if (done % 100 === 0 || i === LARGE) {
          const at = i === LARGE ? "the large one" : `${String(done).padStart(4)} answers `;
          console.log(
            `${at}  wasm ${mib(wasm.bytes)} in ${wasm.count}  rss ${mib(residentBytes(pid))} MiB  ` +
              `${((performance.now() - start) / 1000).toFixed(1)} s`,
          );
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    console.log(`largest wasm ${mib(largest)} MiB, ${wrong.length} wrong answers of ${REQUESTS}`);
    for (const line of wrong) console.log(line);
    process.exitCode = wrong.length > 0 ? 1 : 0;
  },
  { flags: ["enable_weak_ref"] },
);
