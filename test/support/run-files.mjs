// Runs uvu test files, one after the other in this process, and prints a report of each (report.mjs).
//
//   node --import ./scripts/typescript.mjs test/support/run-files.mjs file ...
//
// The files share the library, which is loaded and made fast by the engine once; each has the process to itself meanwhile.

import { writeSync } from "node:fs";
import { register } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { limitCpuTime } from "./cpu-limit.mjs";
import { printed } from "./report.mjs";

const GRACE_MS = 10_000;
const POLL_MS = 5;

const describe = (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

const fresh = () => ({ counts: { passed: 0, failed: 0, skipped: 0 }, problems: [], shadow: undefined });
let current = null;
let idle = [];

const verified = () => globalThis.verified ?? { plans: 0, runs: 0, faults: [] };
const before = { plans: 0, runs: 0 };

/** What a file came to, the verifier's part of it being what is new since the file before. */
function report(isLast = false) {
  const { counts, problems, shadow } = current;
  const { plans, runs, faults } = verified();
  for (const fault of new Set(faults.splice(0))) problems.push(`the verifier: ${fault}`);
  const seen = { plans: plans - before.plans, runs: runs - before.runs };
  Object.assign(before, { plans, runs });
  if (process.exitCode) problems.push(`exit code ${process.exitCode}`);
  process.exitCode = 0;
  writeSync(1, printed({ ...counts, problems, verified: seen, shadow, isLast }));
  current = null;
}

process.on("exit", () => {
  if (!current) return;
  current.problems.push("the process ended before its tests did");
  report(true);
});
/** Where no file runs any more the process fails, which test/support/batch.mjs counts. */
function blame(problem) {
  if (current) current.problems.push(problem);
  else {
    writeSync(2, `${problem}\n`);
    process.exitCode = 1;
  }
}
process.on("unhandledRejection", (reason) => blame(`unhandled rejection: ${describe(reason)}`));
process.on("uncaughtException", (error) => blame(`uncaught exception: ${describe(error)}`));

// uvu's own protocol for a runner: with UVU_DEFER, set before it is loaded, test.run() queues the suite.
globalThis.UVU_DEFER = 1;
globalThis.UVU_INDEX = 0;
globalThis.UVU_QUEUE = [[]];
const { test } = await import("uvu");

// What a file says on stderr belongs among what it says on stdout. uvu's progress says nothing once the counts are known.
const write = process.stdout.write.bind(process.stdout);
const isProgress = (text) =>
  typeof text === "string" && /^(?:• |✘ | .+ {2}| {2}\(\d+ \/ \d+\)\n)$/.test(stripVTControlCharacters(text));
process.stdout.write = (text, ...rest) => (isProgress(text) ? true : write(text, ...rest));
process.stderr.write = write;

async function runSuite(suite) {
  const { counts } = current;
  const [errors, ran, skipped, total] = await suite();
  counts.passed += ran;
  counts.failed += total - ran; // a hook that throws leaves tests that neither ran nor reported an error
  counts.skipped += skipped;
  if (typeof errors === "string") console.log(`\n${errors}`);
  else if (ran < total) console.log("a hook threw, or a test threw something that is not an Error");
}

/** What keeps this process alive, but for what did so before. */
function alive() {
  const left = [...idle];
  return process.getActiveResourcesInfo().filter((name) => {
    const place = left.indexOf(name);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

/** Waits until what a file has begun has ended; a library that keeps a process alive would keep a user's program alive. */
async function settle() {
  const end = performance.now() + GRACE_MS;
  do {
    await new Promise((done) => setTimeout(done, POLL_MS));
    if (alive().length === 0) return;
  } while (performance.now() < end);
  current.problems.push(`still alive ${GRACE_MS / 1000} s after its tests: ${alive().join(", ")}`);
}

async function runFile(file) {
  current = fresh();
  idle = process.getActiveResourcesInfo();
  // Files share uvu's `test`: what the file before has left there without running it is dropped.
  test.run();
  globalThis.UVU_QUEUE = [[]];
  try {
    await import(pathToFileURL(resolve(file)).href);
    for (const suite of globalThis.UVU_QUEUE[0]) await runSuite(suite);
    const { passed, failed, skipped } = current.counts;
    if (passed + failed + skipped === 0) current.problems.push("no tests: is test.run() missing at the end?");
    if (replay) {
      const { problems, ...found } = await replay();
      current.shadow = found;
      for (const problem of problems) current.problems.push(`on the GPU: ${problem}`);
    }
  } catch (error) {
    current.problems.push(`cannot be imported: ${describe(error)}`);
  }
  await settle();
  report();
}

const limit =
  process.env.CPU_SECONDS && limitCpuTime(Number(process.env.CPU_SECONDS), printed({ endless: true, isLast: true }));
if (process.env.VERIFY_PLANS) register("./verify/hooks.mjs", import.meta.url);
if (process.env.DEVICE === "reference") await import("../reference/install.ts");
const replay = process.env.DEVICE === "shadow" && (await import("../webgpu/shadow/install.ts")).replay;

for (const file of process.argv.slice(2)) {
  if (limit) limit();
  await runFile(file);
}

// Whoever keeps this process alive has been told of above.
setTimeout(() => process.exit(), GRACE_MS).unref();
