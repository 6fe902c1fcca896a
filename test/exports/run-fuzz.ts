/**
 * Random calls of all exports: engine's errors, hangs, rejections and changes of right calls are findings.
 *
 *     npm run fuzz -- [--seed 1] [--calls 100000] [--only 1234] [--trace]
 */
import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { watchCalls } from "../support/watchdog.ts";
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

const watch = watchCalls(seed);
const rejections: string[] = [];
process.on("unhandledRejection", (reason) => rejections.push(`unhandled rejection: ${reason}`));

function onCall(call: number, text: string): void {
  watch(call, text);
  if (values.trace) writeSync(1, `${text}\n`);
}

const { findings, refused } = fuzz({ seed, calls, first, onCall });
// Rejections are told of in a later turn.
await new Promise((resolve) => setTimeout(resolve, 100));
const all = [...findings, ...rejections];
for (const finding of all) console.log(finding);
console.log(`seed ${seed}: ${calls} calls, ${refused} refused, ${all.length} findings`);
process.exit(all.length > 0 ? 1 : 0);
