// Everything on WebGPU: its own tests, all other tests on its shadow, conformance, and other runtimes.
//
//   node test/webgpu/run.mjs [--subset] [step ...]
//
// The subset is what every change must pass, some minutes of it. Installs what it needs; without an adapter it fails.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { conformanceFamily, runSteps, total } from "../../scripts/test-all.mjs";
import { findChromium } from "../runtimes/browser.mjs";
import { install } from "../runtimes/install.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { subset: { type: "boolean", default: false } },
});

/** Files whose plans have most of the shaders that there are, */
const REPLAYED = [
  "lax/arg-and-product",
  "lax/arguments",
  "lax/elementwise",
  "lax/gather",
  "lax/indexing",
  "lax/linalg-derivatives",
  "numpy/",
  "stax/networks",
  "transform/control",
  "transform/vmapped-branches",
];
/** and those with the largest variety of plans. */
const VALIDATED = ["lax/conv.", "lax/dot", "nt/kernels", "transform/properties"];
/** All but those that test no plans, or what things cost on the processor. */
const ELSEWHERE = ["webgpu/", "tools/", "docs/", "gpu/", "kernels/", "nt/cost"].map((path) => `!test/${path}`);
const FAMILIES = ["operations", "random", "dropout", "models"];
const ALL_FAMILIES = ["operations", "functions", "networks", "random", "docstring", "dropout", "models"];

const texts = mkdtempSync(join(tmpdir(), "shaders-"));
process.env.SHADER_TEXTS = texts;
const node = process.execPath;
const tests = (...args) => [node, ["test/run.mjs", "--device", "webgpu", ...args]];
const choice = (files) => (options.subset ? files : ELSEWHERE);
const steps = [
  { name: "own tests", command: tests("test/webgpu/"), pattern: total },
  { name: "replay", command: tests(...choice(REPLAYED)), pattern: total },
  { name: "null backend", command: tests("--backend", "null", ...choice(VALIDATED)), pattern: total },
  {
    name: "conformance",
    command: [
      node,
      [
        "--import",
        "./scripts/typescript.mjs",
        "test/conformance/run.ts",
        "--device",
        "webgpu",
        ...(options.subset ? FAMILIES : ALL_FAMILIES),
      ],
    ],
    pattern: conformanceFamily,
  },
  {
    name: "runtimes",
    command: [node, ["test/webgpu/runtimes/run.mjs", ...(options.subset ? ["--subset"] : []), texts]],
    pattern: total,
  },
];

try {
  install();
  // It brings the adapter; what the machine has instead is named in the environment.
  findChromium();
  await runSteps(
    steps.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.startsWith(part))),
    root,
  );
} finally {
  rmSync(texts, { recursive: true });
}
