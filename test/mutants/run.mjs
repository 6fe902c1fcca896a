// Makes one small fault in the sources after the other, in a copy of the project, and expects a named test to fail.
//
//   node test/mutants/run.mjs [filter ...]
//
// A filter is a part of the path of a mutant's source or test. The last line is `N passed, N failed, N skipped`: a mutant
// has passed when its test has failed. A source that can't be loaded any more is no test's merit, and a failure here, as are
// a text that isn't there (or is there twice) and a test that fails without any mutant. A test that doesn't end has failed
// only where the mutant's data say that it may come to that.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { readReports } from "../support/report.mjs";
import gpu from "./gpu.mjs";
import kernels from "./kernels.mjs";
import sources from "./sources.mjs";

/** Limits in seconds of processor time; one that waits without working is ended after CLOCK times as long. */
const [TIMEOUT, CLOCK] = [300, 5];
/** How many times as long as without a mutant a test may take, and what it is given in any case. */
const [SLOWER, LEAST] = [10, 60];
const root = fileURLToPath(new URL("../..", import.meta.url));
const filters = process.argv.slice(2);
const chosen = [...kernels, ...sources, ...gpu].filter(
  ([file, , , test]) => filters.length === 0 || filters.some((part) => file.includes(part) || test.includes(part)),
);

/** A copy of the project that may be spoilt, with the real one's node_modules. */
function copyProject() {
  const copy = mkdtempSync(join(tmpdir(), "cotangent-mutants-"));
  const left = ["node_modules", ".git", "dist", "results"];
  cpSync(root, copy, { recursive: true, filter: (path) => !left.includes(basename(path)) || path === root });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  return copy;
}

const { options: kernelOptions } = JSON.parse(readFileSync(join(root, "asconfig.json"), "utf8"));

/** Runs a test file: "passed", "failed", "endless" (no end in time), or what kept it from running. */
function runTest(folder, test, timeout = TIMEOUT) {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      ["--import", "./scripts/typescript.mjs", "test/support/run-files.mjs", test],
      {
        cwd: folder,
        env: { ...process.env, CPU_SECONDS: String(timeout) },
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    let report = null;
    child.stdout.setEncoding("utf8").on(
      "data",
      readReports((found) => (report = found)),
    );
    const timer = setTimeout(() => child.kill("SIGKILL"), CLOCK * 1000 * timeout);
    child.on("close", (_, signal) => {
      clearTimeout(timer);
      if (!report) return done(signal ? "endless" : "the process ended without a report");
      const { endless, passed, failed, problems } = report;
      if (endless) return done("endless");
      const unloaded = problems.find((problem) => problem.startsWith("cannot be imported"));
      if (unloaded) return done(unloaded.split("\n")[0]);
      done(failed + problems.length > 0 || passed === 0 ? "failed" : "passed");
    });
  });
}

/** Compiles the kernels, optimized: engines can't cope with what they are before. What the compiler has to say if it can't. */
async function buildKernels(folder) {
  writeFileSync(join(folder, "asconfig.json"), JSON.stringify({ options: kernelOptions }));
  const modules = [
    ["assembly/index.ts", "dist/kernels.wasm", "--exportTable"],
    ["assembly/linalg.ts", "dist/linalg.wasm"],
    ["assembly/special.ts", "dist/special.wasm", "--memoryBase", "65536"],
    ["assembly/relaxed.ts", "dist/kernels-relaxed.wasm", "--enable", "relaxed-simd"],
  ];
  for (const [source, output, ...options] of modules) {
    const { error, stderr } = await asc.main([
      source,
      "--config",
      "asconfig.json",
      "--baseDir",
      folder,
      "--outFile",
      output,
      ...options,
    ]);
    if (error) return `${error.message} ${stderr.toString().split("\n").slice(0, 3).join(" ")}`;
  }
  return null;
}

/** Puts the kernels without a mutant in their place. */
const restoreKernels = (folder) => cpSync(join(folder, "sound"), join(folder, "dist"), { recursive: true });

/** What a mutant's test does: "failed" is what it should. */
async function tryMutant(folder, [file, find, replace, test], timeout) {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  const places = source.split(find).length - 1;
  if (places !== 1) return `the text is there ${places} times`;
  const isKernel = file.startsWith("assembly/");
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    if (!isKernel) restoreKernels(folder);
    return (isKernel && (await buildKernels(folder))) || (await runTest(folder, test, timeout));
  } finally {
    writeFileSync(path, source);
  }
}

const counts = { passed: 0, failed: 0 };
const tell = (ok, text) => {
  counts[ok ? "passed" : "failed"]++;
  console.log(`${ok ? "ok  " : "FAIL"} ${text}`);
};
const shown = (text) => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);

const folder = copyProject();
const timeouts = {};
try {
  if (chosen.length === 0) tell(false, `no mutant matches ${filters.join(", ")}`);
  const tests = [...new Set(chosen.map((mutant) => mutant[3]))];
  const error = await buildKernels(folder);
  if (error) tell(false, `the kernels without a mutant: ${error}`);
  cpSync(join(folder, "dist"), join(folder, "sound"), { recursive: true });
  for (const test of tests) {
    const started = performance.now();
    const result = await runTest(folder, test);
    timeouts[test] = Math.max(LEAST, (SLOWER * (performance.now() - started)) / 1000);
    if (result === "passed") continue;
    tell(false, `${test} without a mutant: ${result}`);
    delete timeouts[test];
  }
  for (const mutant of chosen) {
    const started = performance.now();
    const [file, find, replace, test, mayBeEndless] = mutant;
    const result = test in timeouts ? await tryMutant(folder, mutant, timeouts[test]) : "its test fails without it";
    const killed = result === "failed" || (result === "endless" && mayBeEndless);
    const outcome = result === "failed" ? "" : result === "passed" ? ": SURVIVED" : `: ${result}`;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    tell(killed, `${file} ${shown(find)} -> ${shown(replace)}  ${test}${outcome}  (${seconds} s)`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, 0 skipped`);
process.exitCode = counts.failed ? 1 : 0;
