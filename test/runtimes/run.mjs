// Computes one kernel from dist/ in Node, Deno, Bun, workerd and Chromium, and compares them with Node's; deterministic, on
// one thread and on two, it must have the very bits.
// Installs the runtimes on the first run.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findChromium, inIsolatedPage, inOfflinePage } from "./browser.mjs";
import { bin, here, install } from "./install.mjs";
import { withWorkerd } from "./workerd.mjs";

/** Relative to the largest entry. Engines differ in multiply-add (relaxed SIMD), so results are close. */
const TOLERANCE = 1e-5;
const TIMEOUT_MS = 60_000;

/** Runs a command that prints the kernel as JSON. */
async function print(command, ...args) {
  const { stdout } = await promisify(execFile)(command, args, { cwd: here, timeout: TIMEOUT_MS });
  return JSON.parse(stdout);
}

/** Asks a worker for the kernel. */
const inWorkerd = () =>
  withWorkerd(join(here, "worker.js"), async ({ url }) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  });

install();
const deno = [bin("deno"), "run", "-A", "--no-lock", "--no-config", "--node-modules-dir=manual", "main.js"];
const byName = "cotangent";
const defaultEntry = "../../dist/index.js";
/** Each as a function of `initThreads`' options. */
const commands = {
  "node, package by name": (...args) => print(process.execPath, "main.js", byName, ...args),
  "node, default entry": (...args) => print(process.execPath, "main.js", defaultEntry, ...args),
  "deno, package by name": (...args) => print(...deno, byName, ...args),
  "deno, default entry": (...args) => print(...deno, defaultEntry, ...args),
  "bun, package by name": (...args) => print(bin("bun"), "main.js", byName, ...args),
  "bun, default entry": (...args) => print(bin("bun"), "main.js", defaultEntry, ...args),
};
const strict = (threads) => ({ threads, deterministic: true });
const bits = (threads) => [`${threads} thread(s), deterministic`, strict(threads), threads];

/** What is run: a name, how, the threads that there must be, and how far it may be from Node's. */
const runs = Object.entries(commands).flatMap(([name, run]) => [
  { name, run: () => run(), threads: 1, tolerance: TOLERANCE },
  ...[bits(1), bits(2)].map(([how, options, threads]) => ({
    name: `${name}, ${how}`,
    run: () => run(JSON.stringify(options)),
    threads,
    tolerance: 0,
  })),
]);
runs.push({ name: "workerd, in a request", run: inWorkerd, threads: 1, tolerance: TOLERANCE });

const total = { passed: 0, failed: 0, skipped: 0 };
const chromium = findChromium();
if (chromium) {
  const page = (name, open, options, threads) =>
    runs.push({
      name: `chromium, ${name}`,
      run: () => open(chromium, options),
      threads,
      tolerance: options ? 0 : TOLERANCE,
    });
  page("offline page", inOfflinePage, null, 1);
  page("offline page, deterministic, asked for two threads", inOfflinePage, strict(2), 1);
  page("isolated page, 2 threads, deterministic", inIsolatedPage, strict(2), 2);
} else if (process.env.CI) {
  console.log("FAIL chromium: there is none, and it could not be installed; set CHROME_PATH");
  total.failed++;
} else {
  console.log("skip chromium: there is none; set CHROME_PATH, or run as root on a Debian machine, which installs it");
  total.skipped++;
}

const expected = await commands["node, package by name"](JSON.stringify(strict(1)));
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
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
