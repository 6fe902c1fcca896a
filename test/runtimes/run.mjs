// Computes one kernel from the packed package in Node, Deno without any permission, Bun, workerd and Chromium, and compares
// them with Node's; deterministic, on one thread and on two, it must have the very bits.
// Installs the runtimes on the first run.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { inProject } from "../package/project.mjs";
import { findChromium, inIsolatedPage, inOfflinePage } from "./browser.mjs";
import { bin, here, install } from "./install.mjs";
import { runWorkerExample } from "./worker-example.mjs";
import { withWorkerd } from "./workerd.mjs";

/** Relative to the largest entry. Engines differ in multiply-add (relaxed SIMD), so results are close. */
const TOLERANCE = 1e-5;
const TIMEOUT_MS = 60_000;

install();
const noPrompt = ["--no-prompt", "--no-lock", "--no-config", "--node-modules-dir=manual"];
const programs = {
  node: [process.execPath],
  deno: [bin("deno"), "run", ...noPrompt],
  bun: [bin("bun")],
};
const strict = (threads) => ({ threads, deterministic: true });
const bits = (threads) => [`${threads} thread(s), deterministic`, strict(threads), threads];
const total = { passed: 0, failed: 0, skipped: 0 };

/** What is run: a name, how, the threads that there must be, and how far it may be from Node's. */
function listRuns(folder) {
  const print = async ([command, ...args]) => {
    const { stdout } = await promisify(execFile)(command, args, { cwd: folder, timeout: TIMEOUT_MS });
    return JSON.parse(stdout);
  };
  const inWorkerd = (file) => () =>
    withWorkerd(join(folder, file), async ({ url }) => {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(await response.text());
      return await response.json();
    });
  const runs = Object.entries(programs).flatMap(([runtime, command]) =>
    ["package by name", "subpaths", "minified module"].flatMap((entry) => {
      const run = (...args) => print([...command, "main.js", entry, ...args]);
      return [
        { name: `${runtime}, ${entry}`, run: () => run(), threads: 1, tolerance: TOLERANCE },
        ...[bits(1), bits(2)].map(([how, options, threads]) => ({
          name: `${runtime}, ${entry}, ${how}`,
          run: () => run(JSON.stringify(options)),
          threads,
          tolerance: 0,
        })),
      ];
    }),
  );
  const one = { threads: 1, tolerance: TOLERANCE };
  runs.push({ name: "workerd, in a request", run: inWorkerd("worker.js"), ...one });
  runs.push({ name: "workerd, subpaths", run: inWorkerd("worker-subpaths.js"), ...one });
  return [...runs, ...listPages(folder)];
}

/** The program of a page. */
const kernelProgram = (options) => ({
  imports: 'import * as cotangent from "cotangent"; import { computeKernel } from "./kernel.js";',
  outcome: `computeKernel(cotangent, ${JSON.stringify(options)})`,
});

/** The same in Chromium, where there is one. */
function listPages(folder) {
  const chromium = findChromium();
  if (chromium) {
    const page = (name, open, options, threads) => ({
      name: `chromium, ${name}`,
      run: () => open(chromium, folder, kernelProgram(options)),
      threads,
      tolerance: options ? 0 : TOLERANCE,
    });
    return [
      page("offline page", inOfflinePage, null, 1),
      page("offline page, deterministic, asked for two threads", inOfflinePage, strict(2), 1),
      page("isolated page, 2 threads, deterministic", inIsolatedPage, strict(2), 2),
    ];
  }
  if (process.env.CI) {
    console.log("FAIL chromium: there is none, and it could not be installed; set CHROME_PATH");
    total.failed++;
  } else {
    console.log("skip chromium: there is none; set CHROME_PATH, or run as root on a Debian machine, which installs it");
    total.skipped++;
  }
  return [];
}

const copies = ["kernel.js", "main.js", "worker.js", "worker-subpaths.js"].map((name) => join(here, name));
await inProject({ copies }, async (folder) => {
  const runs = listRuns(folder);
  const reference = "node, package by name, 1 thread(s), deterministic";
  const expected = await runs.find(({ name }) => name === reference).run();
  const largest = Math.max(...expected.values.map(Math.abs));
  if (!(largest > 0 && largest < Infinity)) throw new Error(`Node's kernel is no reference: largest entry ${largest}`);
  console.log(`node: kernel of shape [${expected.shape}], largest entry ${largest.toPrecision(6)}`);

  for (const { name, run, threads, tolerance } of runs) {
    try {
      const actual = await run();
      if (`${actual.shape}` !== `${expected.shape}`) throw new Error(`shape [${actual.shape}]`);
      if (actual.threads !== threads) throw new Error(`${actual.threads} thread(s) instead of ${threads}`);
      const difference = Math.max(...actual.values.map((value, i) => Math.abs(value - expected.values[i])));
      const close = difference <= tolerance * largest; // false for NaN
      console.log(`${close ? "ok  " : "FAIL"} ${name}: max abs difference from Node ${difference.toExponential(2)}`);
      total[close ? "passed" : "failed"]++;
    } catch (error) {
      console.log(`FAIL ${name}: ${error.stderr || error.message}`);
      total.failed++;
    }
  }
  await runWorkerExample(folder, total);
});
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
