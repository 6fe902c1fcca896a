// Test files that share a process, as long as it lives: after one that ends it, the next has a new one.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readReports } from "./report.mjs";

/** A file that waits without working is ended after so many times its processor time. */
const CLOCK = 10;
const harness = fileURLToPath(new URL("run-files.mjs", import.meta.url));
const typescript = new URL("../../scripts/typescript.mjs", import.meta.url).href;

const nothing = { passed: 0, failed: 0, skipped: 0, problems: [] };

/** What came of a file whose process told nothing of it. */
function untold({ code, signal, timedOut, timeout }) {
  const problem = timedOut
    ? `still waiting after ${CLOCK * timeout} s`
    : `the process ended (${signal ?? `exit code ${code}`}) without a report`;
  return { ...nothing, problems: [problem] };
}

const told = (report, timeout) =>
  report.endless ? { ...nothing, problems: [`still running after ${timeout} s of processor time`] } : report;

/** One process: gives what came of the files, the last one being that which has ended it, if any has. */
function runProcess(files, { root, timeout, environment }, onResult) {
  return new Promise((done) => {
    const child = spawn(process.execPath, ["--import", typescript, harness, ...files], {
      cwd: root,
      env: { ...process.env, ...environment, CPU_SECONDS: timeout },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let results = 0;
    let isLast = false;
    let started = performance.now();
    let timedOut = false;
    let errors = "";
    const kill = () => {
      timedOut = true;
      child.kill("SIGKILL");
    };
    let timer = setTimeout(kill, CLOCK * 1000 * timeout);
    const tell = (file, result, output) => {
      clearTimeout(timer);
      const seconds = (performance.now() - started) / 1000;
      started = performance.now();
      timer = setTimeout(kill, CLOCK * 1000 * timeout);
      onResult(file, { ...result, output, seconds });
    };
    const read = readReports((report, output) => {
      isLast = report.isLast;
      tell(files[results++], told(report, timeout), output);
    });
    child.stdout.setEncoding("utf8").on("data", read);
    // Only what the engine says comes this way, and what goes wrong while no test runs.
    child.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
    child.on("close", (code, signal) => {
      const isCut = results < files.length && !isLast;
      if (isCut) tell(files[results++], untold({ code, signal, timedOut, timeout }), errors);
      else if (code) tell(files[results - 1], { ...nothing, problems: [`exit code ${code}, after its tests`] }, errors);
      clearTimeout(timer);
      done(results);
    });
  });
}

/** Runs files one after the other, calling `onResult(file, result)` for each. */
export async function runBatch(files, options, onResult) {
  for (let rest = files; rest.length > 0; ) rest = rest.slice(await runProcess(rest, options, onResult));
}
