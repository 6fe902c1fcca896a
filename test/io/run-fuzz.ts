/**
 * Damaged files of all kinds that are loaded: engine's errors, hangs and much memory are findings.
 *
 *     npm run fuzz:files -- [--seed 1] [--count 10000] [--only 1234] [--kinds safetensors,npz]
 */
import { parseArgs } from "node:util";
import { fuzzFiles } from "../support/fuzz-files.ts";
import { watchCalls } from "../support/watchdog.ts";
import { KINDS, targetsOf } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1e6) },
    count: { type: "string", default: "10000" },
    only: { type: "string" },
    kinds: { type: "string", default: KINDS.join() },
  },
});
const seed = Number(values.seed);
const count = values.only === undefined ? Number(values.count) : 1;
const rejections: string[] = [];
process.on("unhandledRejection", (reason) => rejections.push(`unhandled rejection: ${reason}`));

const targets = await targetsOf(values.kinds.split(","));
const { findings, read } = await fuzzFiles(targets, {
  seed,
  count,
  first: Number(values.only ?? 0),
  onFile: watchCalls(seed),
});
// Rejections are told of in a later turn.
await new Promise((resolve) => setTimeout(resolve, 100));
const all = [...findings, ...rejections];
for (const finding of all) console.log(finding);
const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
console.log(
  `seed ${seed}: ${count} files of ${targets.length}, ${all.length} findings, ${read} as they should, ${peak} MiB in all`,
);
process.exit(all.length > 0 ? 1 : 0);
