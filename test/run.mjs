// Runs every test/**/*.test.ts, those of a folder in one process, and ends with `N passed, N failed, N skipped`.
//
//   node test/run.mjs [filter ...] [--root folder] [--timeout seconds] [--verify] [--device reference|webgpu]
//                     [--backend adapter|null]
//
// The timeout is a file's processor time; one that waits without working is ended by the clock, later. A file that needs a
// process of its own says why in a line that begins with `// Alone: `.
// With --device reference programs run on the plain interpreter of test/reference/: only what knows no device can pass.
// With --device webgpu there must be an adapter (test/webgpu/environment.mjs); test/webgpu/ runs, too, and all other files on
// a shadow of the GPU (test/webgpu/shadow/): one plan for each distinct shader is replayed there, or with --backend null
// every plan validated, which needs no adapter.
// With --verify each plan that a test compiles is looked at, and run in spoilt memory (test/support/verify/).
// A filter is a part of a file's path, one that begins with "!" of the paths that are left out. What uvu alone would let
// pass counts as a failure here: a file that cannot be imported, an unhandled rejection, a suite that never runs, a process that ends early or never, no file at all.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runBatch } from "./support/batch.mjs";
import { adapterEnvironment } from "./webgpu/environment.mjs";

const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
    timeout: { type: "string" },
    verify: { type: "boolean", default: false },
    device: { type: "string", default: "cpu" },
    backend: { type: "string", default: "adapter" },
  },
});

const root = resolve(options.root);
const onGpu = options.device === "webgpu";
// A software adapter works on the same processor.
const timeout = Number(options.timeout ?? (onGpu ? 1500 : 300));

const pathOf = (file) => relative(root, file).split(sep).join("/");

function findTests(folder) {
  const elsewhere = ["node_modules", "runtimes", ...(onGpu && options.backend !== "null" ? [] : ["webgpu"])];
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

/** The device of a file: those of WebGPU's own tests open it themselves. */
const deviceOf = (file) => (onGpu && !pathOf(file).startsWith("test/webgpu/") ? "shadow" : options.device);

const gpuEnvironment = () =>
  options.backend === "null" ? { GPU_BACKEND: "null" } : { ...adapterEnvironment(), SHADER_TEXTS: texts };

const environmentOf = (file) => ({
  FORCE_COLOR: process.stdout.isTTY ? "1" : "0",
  ...(options.verify ? { VERIFY_PLANS: "1" } : {}),
  ...(onGpu ? gpuEnvironment() : {}),
  DEVICE: deviceOf(file),
});

/** Files that say why they want a process of their own. */
const isAlone = (file) => /^\/\/ Alone: ./m.test(readFileSync(file, "utf8"));

/** The files of a folder share a process; the largest folders begin, so that no core waits for the last. */
function batchesOf(files) {
  const batches = new Map();
  for (const file of files) {
    const name = isAlone(file) ? file : dirname(file);
    batches.set(name, [...(batches.get(name) ?? []), file]);
  }
  const bytes = (batch) => batch.reduce((sum, file) => sum + statSync(file).size, 0);
  return [...batches.values()].sort((a, b) => bytes(b) - bytes(a));
}

/** What came of a file, with what its text tells. */
function judged(file, result) {
  const unrun = suitesNeverRun(readFileSync(file, "utf8")).map((name) => `${name}.run() is never called`);
  const problems = [...result.problems, ...unrun];
  return { ...result, problems, failed: result.failed + problems.length };
}

function print(file, { passed, failed, skipped, problems, output, shadow, seconds }) {
  const name = pathOf(file);
  const counts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`].filter(Boolean);
  console.log(`${failed ? "FAIL" : "ok  "} ${name}  ${counts.join(", ")}  (${seconds.toFixed(1)} s)`);
  if (shadow) console.log(`     ${shadow.line}`);
  if (output.trim()) console.log(output.trimEnd().replace(/^/gm, "     "));
  for (const problem of problems) console.log(`     FAIL ${name}: ${problem}`);
}

/** What the files on the shadow of a GPU have planned and replayed. */
function addShadow(file, { shadow, failed }) {
  if (!shadow) return;
  for (const [kind, count] of Object.entries(shadow.counts)) shadows[kind] = (shadows[kind] ?? 0) + count;
  if (shadow.counts.plans === 0 && failed === 0) idle.push(pathOf(file));
}

const [left, taken] = [true, false].map((isLeft) => filters.filter((part) => part.startsWith("!") === isLeft));
const isTaken = (path) => taken.length === 0 || taken.some((part) => path.includes(part));
const wanted = (file) => isTaken(pathOf(file)) && !left.some((part) => pathOf(file).includes(part.slice(1)));
const files = findTests(join(root, "test")).filter(wanted);
const total = { passed: 0, failed: 0, skipped: 0 };
const verified = { plans: 0, runs: 0 };
const shadows = {};
const idle = [];
const texts = process.env.SHADER_TEXTS ?? (onGpu ? mkdtempSync(join(tmpdir(), "shaders-")) : undefined);

if (files.length === 0) {
  console.log(`FAIL no test file${filters.length ? ` matches ${filters.join(", ")}` : ""}`);
  total.failed = 1;
}

function take(file, found) {
  const result = judged(file, found);
  print(file, result);
  addShadow(file, result);
  for (const key of Object.keys(total)) total[key] += result[key];
  for (const [kind, count] of Object.entries(result.verified ?? {})) verified[kind] += count;
}

const queue = batchesOf(files).values();
async function worker() {
  for (const batch of queue) await runBatch(batch, { root, timeout, environment: environmentOf(batch[0]) }, take);
}
await Promise.all(Array.from({ length: availableParallelism() }, worker));

if (options.verify) console.log(`\nverified ${verified.plans} plans and ${verified.runs} runs`);
const planned = Object.entries(shadows).map(([kind, count]) => `${count} ${kind}`);
if (planned.length > 0) console.log(`\non the shadow of the GPU: ${planned.join(", ")}`);
if (idle.length > 0) console.log(`nothing was planned in ${idle.join(", ")}`);
if (texts && !process.env.SHADER_TEXTS) rmSync(texts, { recursive: true });
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
