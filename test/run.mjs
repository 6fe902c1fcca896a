// Runs every test/**/*.test.ts, each in a process of its own, and ends with `N passed, N failed, N skipped`.
//
//   node test/run.mjs [filter ...] [--root folder] [--timeout seconds] [--verify] [--device reference|webgpu]
//
// The timeout is a file's processor time; one that waits without working is ended after CLOCK times as long.
// With --device reference programs run on the plain interpreter of test/reference/: only what knows no device can pass.
// With --device webgpu there must be an adapter (test/webgpu/environment.mjs), and test/webgpu/ runs, too.
// With --verify each plan that a test compiles is looked at, and run in spoilt memory (test/support/verify/).
// A filter is a part of a file's path. What uvu alone would let pass counts as a failure here: a file that cannot
// be imported, an unhandled rejection, a suite that never runs, a process that ends early or never, no file at all.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { adapterEnvironment } from "./webgpu/environment.mjs";

const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
    timeout: { type: "string", default: "300" },
    verify: { type: "boolean", default: false },
    device: { type: "string", default: "cpu" },
  },
});

const root = resolve(options.root);
const CLOCK = 5;
const harness = fileURLToPath(new URL("support/run-file.mjs", import.meta.url));
const tsx = import.meta.resolve("tsx");

function findTests(folder) {
  const elsewhere = options.device === "webgpu" ? ["node_modules", "runtimes"] : ["node_modules", "runtimes", "webgpu"];
  const skipped = (name) => elsewhere.includes(name) || name.startsWith(".");
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped(entry.name) ? [] : findTests(path);
      return entry.name.endsWith(".test.ts") ? [path] : [];
    });
}

/** Names of uvu suites that a file declares and never runs: uvu would drop their tests without a word. */
function suitesNeverRun(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const declared = [...code.matchAll(/\b(?:const|let|var)\s+(\w+)\s*=\s*suite\s*(?:<[^(]*>)?\(/g)].map((m) => m[1]);
  if (/^test(?:\.only|\.skip)?\(/m.test(code) && !declared.includes("test")) declared.push("test");
  return declared.filter((name) => !new RegExp(`\\b${name}\\.run\\(\\s*\\)`).test(code));
}

function runFile(file) {
  return new Promise((done) => {
    const started = performance.now();
    const child = spawn(process.execPath, ["--import", tsx, harness, file], {
      cwd: root,
      env: {
        FORCE_COLOR: process.stdout.isTTY ? "1" : "0",
        ...(options.verify ? { VERIFY_PLANS: "1" } : {}),
        ...process.env,
        ...(options.device === "webgpu" ? adapterEnvironment() : {}),
        CPU_SECONDS: options.timeout,
        DEVICE: options.device,
      },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    let output = "";
    let report = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.stdio[3].on("data", (chunk) => (report += chunk));
    let timedOut = false;
    const timer = setTimeout(
      () => {
        timedOut = true;
        child.kill("SIGKILL");
      },
      CLOCK * 1000 * options.timeout,
    );

    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const problems = [];
      const result = { passed: 0, failed: 0, skipped: 0 };
      if (report.includes('"endless"')) {
        problems.push(`still running after ${options.timeout} s of processor time`);
      } else if (report) {
        const { problems: reported, verified: seen, ...counts } = JSON.parse(report);
        Object.assign(result, counts);
        for (const [kind, count] of Object.entries(seen)) verified[kind] += count;
        problems.push(...reported);
      } else if (timedOut) {
        problems.push(`still waiting after ${CLOCK * options.timeout} s`);
      } else {
        problems.push(`the process ended (${signal ?? `exit code ${code}`}) without a report`);
      }
      for (const name of suitesNeverRun(readFileSync(file, "utf8"))) problems.push(`${name}.run() is never called`);
      if (problems.length === 0 && result.failed === 0 && code !== 0) problems.push(`exit code ${code}`);
      result.failed += problems.length;
      done({ ...result, problems, output, seconds: (performance.now() - started) / 1000 });
    });
  });
}

function print(file, { passed, failed, skipped, problems, output, seconds }) {
  const name = relative(root, file).split(sep).join("/");
  const counts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`].filter(Boolean);
  console.log(`${failed ? "FAIL" : "ok  "} ${name}  ${counts.join(", ")}  (${seconds.toFixed(1)} s)`);
  if (output.trim()) console.log(output.trimEnd().replace(/^/gm, "     "));
  for (const problem of problems) console.log(`     FAIL ${name}: ${problem}`);
}

const wanted = (file) => filters.length === 0 || filters.some((part) => relative(root, file).includes(part));
const files = findTests(join(root, "test")).filter(wanted);
const total = { passed: 0, failed: 0, skipped: 0 };
const verified = { plans: 0, runs: 0 };

if (files.length === 0) {
  console.log(`FAIL no test file${filters.length ? ` matches ${filters.join(", ")}` : ""}`);
  total.failed = 1;
}

const queue = files.values();
async function worker() {
  for (const file of queue) {
    const result = await runFile(file);
    print(file, result);
    for (const key of Object.keys(total)) total[key] += result[key];
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, worker));

if (options.verify) console.log(`\nverified ${verified.plans} plans and ${verified.runs} runs`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
