// WebGPU in Deno and in headless Chromium, from dist/.
//
//   node test/webgpu/runtimes/run.mjs [--subset] [folder with the texts of shaders]
//
// A kernel, all shaders and what is lost with a device; then conformance and random programs, in the subset less of
// them. Where there is no adapter it fails.

import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { findChromium } from "../../runtimes/browser.mjs";
import { bin, DENO_RUN, install } from "../../runtimes/install.mjs";
import { adapterEnvironment } from "../environment.mjs";
import { inPage } from "./chromium.mjs";
import { suiteInChromium, suiteInDeno } from "./suites.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const TOLERANCE = 2e-4;
const TIMEOUT_MS = 300_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { subset: { type: "boolean", default: false } },
});
const total = { passed: 0, failed: 0, skipped: 0 };

/** Throws unless what is claimed is so. */
function expect(isSo, claim) {
  if (!isSo) throw new Error(`it is not so that ${claim}`);
}

const near = (error, what) => expect(error <= TOLERANCE, `${what} is near the processor's: ${error}`);

/** Each text once, in one file. */
function gather(folder) {
  const files = folder ? readdirSync(folder).filter((name) => name.endsWith(".jsonl")) : [];
  const lines = files.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean));
  const byCode = new Map(lines.map((line) => [JSON.parse(line).code, line]));
  return [...byCode.values()].join("\n");
}

async function inDeno(folder) {
  const temporary = mkdtempSync(join(tmpdir(), "texts-"));
  try {
    const file = join(temporary, "texts.jsonl");
    writeFileSync(file, gather(folder));
    const args = [...DENO_RUN, join(here, "deno.js"), "../../../dist/cotangent.js", file];
    const env = { ...process.env, ...adapterEnvironment() };
    const { stdout } = await promisify(execFile)(bin("deno"), args, { env, timeout: TIMEOUT_MS });
    const { texts, pipelines, problems, error } = JSON.parse(stdout.trim().split("\n").at(-1));
    expect(problems.length === 0, `naga takes all texts: ${problems.slice(0, 3).join("\n")}`);
    near(error, "the MLP's kernel");
    return `${texts} texts, pipelines of ${pipelines.join("; ") || "none"}, a kernel within ${error.toExponential(1)}`;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

async function inChromium(executable) {
  const { outcome, said, requests } = await inPage(executable, true);
  near(outcome.error, "the CNN's kernel");
  near(outcome.recovered, "the kernel after the device's loss");
  for (const message of outcome.lost) {
    expect(
      /^DeviceError: .*the device is lost/.test(message),
      `a pending read says that the device is lost: ${message}`,
    );
  }
  expect(outcome.onProcessor > 0, "the processor computes after the loss");
  expect(said.length === 0, `the console is empty: ${said.join("\n")}`);
  expect(
    requests.filter((path) => path === "/dist/cotangent.webgpu.js").length === 1,
    `the part with WebGPU is loaded once: ${requests}`,
  );
  return `a kernel within ${outcome.error.toExponential(1)}, after a loss within ${outcome.recovered.toExponential(1)}`;
}

async function withoutAdapter(executable) {
  const { outcome, requests } = await inPage(executable, false);
  expect(/^DeviceError: initWebGPU: /.test(outcome.message), `initWebGPU says what is missing: ${outcome.message}`);
  expect(outcome.onProcessor > 0, "the processor computes");
  return `${outcome.message.slice(0, 60)}...; ${requests.includes("/dist/cotangent.webgpu.js") ? "with" : "without"} the part with WebGPU`;
}

install();
const chromium = findChromium();
const runs = {
  deno: () => inDeno(positionals[0]),
  chromium: () => inChromium(chromium),
  "chromium without an adapter": () => withoutAdapter(chromium),
  "suite in deno": () => suiteInDeno(options.subset, total),
  "suite in chromium": () => suiteInChromium(chromium, options.subset, total),
};
for (const [name, run] of Object.entries(runs)) {
  const started = performance.now();
  try {
    if (!chromium) throw new Error("there is no Chromium, which brings the adapter, too; set CHROME_PATH");
    const found = await run();
    console.log(`ok   ${name}: ${found} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    total.passed++;
  } catch (error) {
    console.log(`FAIL ${name}: ${error.stderr || error.message}`);
    total.failed++;
  }
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
