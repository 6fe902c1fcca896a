/**
 * Random calls of all exports: engine's errors, hangs, rejections and changes of right calls are findings.
 *
 *     npm run fuzz -- [--seed 1] [--calls 100000] [--only 1234] [--trace]
 */
import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { fuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1e6) },
    calls: { type: "string", default: "100000" },
    only: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const calls = values.only === undefined ? Number(values.calls) : 1;
const first = Number(values.only ?? 0);

/** How much processor time a call may take before it counts as one that never ends. */
const HANG_SECONDS = 60;
const LABEL_BYTES = 2000;
const shared = new SharedArrayBuffer(8 + LABEL_BYTES);
const [head, label] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];

// A thread of its own, since this one can't look at the clock while a call runs.
const WATCHDOG = `
const { workerData: { shared, seconds, seed } } = require("node:worker_threads");
const [head, label] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
const used = () => Object.values(process.cpuUsage()).reduce((sum, microseconds) => sum + microseconds / 1e6, 0);
let [last, since] = [-1, used()];
setInterval(() => {
  if (head[0] !== last) [last, since] = [head[0], used()];
  else if (used() - since > seconds) {
    const text = Buffer.from(label.slice(0, head[1])).toString();
    require("node:fs").writeSync(2, "hangs (seed " + seed + "): " + text + "\\n");
    process.kill(process.pid, "SIGKILL");
  }
}, 500);`;
const watchdog = new Worker(WATCHDOG, { eval: true, workerData: { shared, seconds: HANG_SECONDS, seed } });
watchdog.unref();

const rejections: string[] = [];
process.on("unhandledRejection", (reason) => rejections.push(`unhandled rejection: ${reason}`));

function onCall(call: number, text: string): void {
  const bytes = Buffer.from(text).subarray(0, LABEL_BYTES);
  label.set(bytes);
  head[1] = bytes.length;
  Atomics.store(head, 0, call);
  if (values.trace) writeSync(1, `${text}\n`);
}

const { findings, refused } = fuzz({ seed, calls, first, onCall });
// Rejections are told of in a later turn.
await new Promise((resolve) => setTimeout(resolve, 100));
const all = [...findings, ...rejections];
for (const finding of all) console.log(finding);
console.log(`seed ${seed}: ${calls} calls, ${refused} refused, ${all.length} findings`);
process.exit(all.length > 0 ? 1 : 0);
