// Runs one uvu test file and writes its counts as JSON to file descriptor 3. Started by test/run.mjs.

import { writeSync } from "node:fs";
import { register } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { limitCpuTime } from "./cpu-limit.mjs";

const GRACE_MS = 10_000;

const counts = { passed: 0, failed: 0, skipped: 0 };
const problems = [];
let finished = false;
let shadow;

const describe = (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

// Written on exit, so that it also tells of what goes wrong between the last test and the end of the process.
process.on("exit", () => {
  if (!finished) problems.push("the process ended before its tests did");
  const { faults = [], ...verified } = globalThis.verified ?? {};
  for (const fault of new Set(faults)) problems.push(`the verifier: ${fault}`);
  writeSync(3, JSON.stringify({ ...counts, problems, verified, shadow }));
  process.exitCode = counts.failed || problems.length ? 1 : 0;
});
process.on("unhandledRejection", (reason) => problems.push(`unhandled rejection: ${describe(reason)}`));
process.on("uncaughtException", (error) => problems.push(`uncaught exception: ${describe(error)}`));

// uvu's own protocol for a runner: with UVU_DEFER, test.run() queues the suite instead of starting it.
globalThis.UVU_DEFER = 1;
globalThis.UVU_INDEX = 0;
globalThis.UVU_QUEUE = [[]];

if (process.env.CPU_SECONDS) limitCpuTime(Number(process.env.CPU_SECONDS));
if (process.env.VERIFY_PLANS) register("./verify/hooks.mjs", import.meta.url);

try {
  if (process.env.DEVICE === "reference") await import("../reference/install.ts");
  const replay = process.env.DEVICE === "shadow" && (await import("../webgpu/shadow/install.ts")).replay;
  await import(pathToFileURL(resolve(process.argv[2])).href);
  // uvu draws its progress on stdout, which says nothing once the counts are known; tests' own output stays.
  const write = process.stdout.write;
  const isProgress = (text) =>
    typeof text === "string" && /^(?:• |✘ | .+ {2}| {2}\(\d+ \/ \d+\)\n)$/.test(stripVTControlCharacters(text));
  process.stdout.write = (text, ...rest) => (isProgress(text) ? true : write.call(process.stdout, text, ...rest));

  for (const suite of globalThis.UVU_QUEUE[0]) {
    const [errors, ran, skipped, total] = await suite();
    counts.passed += ran;
    counts.failed += total - ran; // a hook that throws leaves tests that neither ran nor reported an error
    counts.skipped += skipped;
    if (typeof errors === "string") console.log(`\n${errors}`);
    else if (ran < total) console.log("a hook threw, or a test threw something that is not an Error");
  }
  if (counts.passed + counts.failed + counts.skipped === 0) {
    problems.push("no tests: is test.run() missing at the end?");
  }
  if (replay) {
    const { problems: found, ...report } = await replay();
    shadow = report;
    for (const problem of found) problems.push(`on the GPU: ${problem}`);
  }
} catch (error) {
  problems.push(`cannot be imported: ${describe(error)}`);
}
finished = true;

// The process should now end by itself; a library that keeps it alive would also keep a user's program alive.
setTimeout(() => {
  problems.push(`still alive ${GRACE_MS / 1000} s after its tests: ${process.getActiveResourcesInfo().join(", ")}`);
  process.exit(1);
}, GRACE_MS).unref();
