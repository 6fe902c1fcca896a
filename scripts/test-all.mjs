// Runs every check and test of the project and ends with one total, `N passed, N failed, N skipped`.
//
//   node scripts/test-all.mjs [step ...]
//
// A step passes or fails as a whole, unless it prints counts; then those are added up. A step that exits with an
// error counts as at least one failure, and one that should print counts and doesn't has failed.

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const countsPattern = String.raw`(\d+) passed, (\d+) failed, (\d+) skipped`;
export const total = new RegExp(`^${countsPattern}$`);
export const conformanceFamily = new RegExp(`^conformance [^:]+: ${countsPattern}$`);

/** Sums the counts in the lines that `pattern` matches; null if there are none. */
export function sumCounts(lines, pattern) {
  const matches = lines.map((line) => pattern.exec(line)).filter(Boolean);
  if (matches.length === 0) return null;
  const column = (i) => matches.reduce((sum, match) => sum + Number(match[i]), 0);
  return { passed: column(1), failed: column(2), skipped: column(3) };
}

/** What a step adds to the total, from its exit code and, where it has a pattern for them, its printed counts. */
export function countStep({ pattern }, code, lines) {
  const single = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  if (!pattern) return single;
  const counts = sumCounts(lines, pattern);
  if (!counts) return { passed: 0, failed: 1, skipped: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

const format = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Runs a command, giving its lines to `print`; a total becomes "name: total", so that only the last line is one. */
function run(name, command, args, cwd, print) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
    const lines = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      print(total.test(line) ? `${name}: ${line}` : line);
    });
    child.on("error", (error) => {
      console.error(`${name}: ${error.message}`);
      done({ code: 1, lines });
    });
    child.on("close", (code) => done({ code: code ?? 1, lines }));
  });
}

/** Runs a step and gives its counts and the line that sums it up. */
async function runStep(step, root, print) {
  const started = performance.now();
  const { code, lines } = await run(step.name, ...step.command, root, print);
  const counts = countStep(step, code, lines);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return { counts, line: `${counts.failed ? "FAIL" : "ok  "} ${step.name}: ${format(counts)} (${seconds} s)` };
}

/** Runs a step beside others; its lines are printed together, when all of them have ended. */
async function runBeside(step, root) {
  const lines = [];
  const result = await runStep(step, root, (line) => lines.push(line));
  return { ...result, name: step.name, lines };
}

/**
 * Runs steps one after the other, prints what each came to, and the total as the last line. Those that are `beside` the others
 * work on one core only: they are a row of their own, which begins at the first of them, and nothing waits for it.
 */
export async function runSteps(steps, root) {
  const results = [];
  const row = [];
  let beside = Promise.resolve();
  for (const step of steps) {
    console.log(`\n== ${[step.name, step.about].filter(Boolean).join(": ")}`);
    if (step.beside) beside = beside.then(async () => row.push(await runBeside(step, root)));
    else results.push(await runStep(step, root, console.log));
  }
  await beside;
  for (const { name, lines, ...result } of row) {
    console.log(`\n== ${name}, which ran beside the others\n${lines.join("\n")}`);
    results.push(result);
  }
  const sum = { passed: 0, failed: steps.length ? 0 : 1, skipped: 0 };
  for (const { counts } of results) for (const key of Object.keys(sum)) sum[key] += counts[key];
  console.log(`\n${results.map(({ line }) => line).join("\n")}\n\n${format(sum)}`);
  process.exitCode = sum.failed ? 1 : 0;
}

/** The steps whose names begin as one of `wanted` says, or all; and what they need first, which no two may install at once. */
export function chosen(steps, wanted) {
  const isWanted = ({ name }) => wanted.length === 0 || wanted.some((part) => name.startsWith(part));
  const needsTools = steps.some((step) => step.needsTools && isWanted(step));
  return steps.filter((step) => isWanted(step) || (step.isTools && needsTools));
}

async function main() {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const node = process.execPath;
  const bin = (name) => join(root, "node_modules", name);
  const tsx = bin("tsx/dist/cli.mjs");
  const npm = process.env.npm_execpath;
  const script = (name) => (npm ? [node, [npm, "run", "--silent", name]] : ["npm", ["run", "--silent", name]]);
  const examples = existsSync(join(root, "examples"))
    ? readdirSync(join(root, "examples")).filter((name) => /(?<!\.d)\.ts$/.test(name))
    : [];

  /** A step that is a program of ours, and prints what passed, failed and was skipped. */
  const suite = (name, about, ...args) => ({ name, about, command: [node, args], pattern: total });

  /** What works on one core, beside the steps that follow. */
  const besides = [
    {
      ...suite(
        "conformance",
        "reference values of JAX and others; 3 minutes",
        "--import",
        "./scripts/typescript.mjs",
        "test/conformance/run.ts",
      ),
      pattern: conformanceFamily,
    },
    {
      ...suite("bundlers", "one program through each, its size, and pages; 2 minutes", "test/bundlers/run.mjs"),
      needsTools: true,
    },
    { ...suite("pages", "the examples' pages; 1 minute", "test/runtimes/pages.mjs"), needsTools: true },
    suite(
      "declarations",
      "types in four compilers, comments and their examples; 1 minute",
      "test/declarations/run.mjs",
    ),
    { name: "docs", about: "the site of guides and reference, and its links; half a minute", command: script("docs") },
    suite("package", "what is packed, installed as users do; a few seconds", "test/package/run.mjs"),
    ...examples.map((file) => ({
      name: `example ${file}`,
      about: "some seconds",
      command: [node, [tsx, "--tsconfig", "examples/tsconfig.json", `examples/${file}`]],
    })),
  ].map((step) => ({ ...step, about: `${step.about}, beside the next steps`, beside: true }));
  const elsewhere = [
    suite("runtimes", "Deno, Bun, workerd, Chromium; half a minute", "test/runtimes/run.mjs"),
    suite(
      "everywhere",
      "the same tests, conformance cases and programs in every runtime, bit by bit; 3 minutes",
      "test/everywhere/run.mjs",
    ),
    suite(
      "webgpu",
      "a subset on a software adapter, in Node, Deno and Chromium; 5 minutes",
      "test/webgpu/run.mjs",
      "--subset",
    ),
  ].map((step) => ({ ...step, needsTools: true }));

  const steps = [
    { name: "check", about: "types, lint, format, imports; 10 seconds", command: script("check") },
    {
      name: "build",
      about: "dist/, unless it is as new as the sources; 2 minutes",
      command: [node, ["scripts/ensure-built.mjs", "dist"]],
    },
    {
      name: "tools",
      about: "runtimes, bundlers and Chromium, unless they are there; half a minute",
      command: [node, ["scripts/install-tools.mjs"]],
      isTools: true,
    },
    suite("unit", "every test on the processor; 4 minutes", "test/run.mjs"),
    ...besides,
    ...elsewhere,
  ];
  await runSteps(chosen(steps, process.argv.slice(2)), root);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
