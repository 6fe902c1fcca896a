// The same tests, conformance families and programs from the packed package in every runtime, in deterministic mode, where
// each result must have the very bits. Installs the runtimes on the first run.
//
//   node test/everywhere/run.mjs [runtime ...]

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inProject } from "../package/project.mjs";
import { install } from "../runtimes/install.mjs";
import { bundle } from "./bundle.mjs";
import { differing, summaryOf } from "./compare.mjs";
import { listRuntimes } from "./runtimes.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** How many tests and how many results there must be at least, and how many of what differs is named. */
const [LEAST, SHOWN] = [300, 5];

const total = { passed: 0, failed: 0, skipped: 0 };

function fail(problem) {
  console.log(`FAIL ${problem}`);
  total.failed++;
}

/** Adds what came of a runtime to the total. */
function count(name, { counts, digests }, seconds) {
  for (const [kind, { passed, problems }] of Object.entries(counts)) {
    total.passed += passed;
    for (const problem of problems) fail(`${name}: ${problem}`);
    if (passed < (kind === "tests" ? LEAST : 1)) fail(`${name}: only ${passed} ${kind} passed`);
  }
  const parts = Object.entries(counts).map(([kind, { passed }]) => `${passed} ${kind}`);
  console.log(`     ${name}: ${parts.join(", ")}, ${seconds.toFixed(1)} s`);
  const results = Object.keys(digests).length;
  if (results < LEAST) fail(`${name}: only ${results} results were read`);
  return `${results} results, digest ${summaryOf(digests)}`;
}

async function compareRuntimes(runtimes, folder) {
  let reference = null;
  for (const { name, run, missing } of runtimes) {
    if (missing) {
      console.log(`skip ${name}: ${missing}`);
      total.skipped++;
      continue;
    }
    const started = performance.now();
    try {
      const outcome = await run(folder);
      const line = count(name, outcome, (performance.now() - started) / 1000);
      reference ??= { name, digests: outcome.digests };
      const others = differing(outcome.digests, reference.digests);
      if (others.length === 0) {
        console.log(`ok   ${name}: ${line}`);
        total.passed++;
      } else {
        const some = `${others.slice(0, SHOWN).join("; ")}${others.length > SHOWN ? "; ..." : ""}`;
        fail(`${name}: ${line}; ${others.length} have other bits than in ${reference.name}: ${some}`);
      }
    } catch (error) {
      fail(`${name}: ${error.stderr || error.stack}`);
    }
  }
}

install();
const wanted = process.argv.slice(2);
const runtimes = listRuntimes().filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.startsWith(part)),
);
const copies = ["main.js", "worker.js"].map((name) => join(here, name));
const contents = { "suite.js": await bundle() };
await inProject({ contents, copies }, (folder) => compareRuntimes(runtimes, folder));
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
