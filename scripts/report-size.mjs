// Prints the size of the built package and fails when a runtime would load more than the budget.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** What the build refuses to exceed: close above what the whole holds today. */
const LIMIT_KB = 159;
const GOAL_KB = 60;
const dist = fileURLToPath(new URL("../dist", import.meta.url));
/** What each condition of package.json's exports makes a runtime load. */
const runtimes = {
  node: ["node.js", "core.js", "kernels.wasm", "kernels-relaxed.wasm"],
  workerd: ["workerd.js", "core.js", "kernels.wasm", "kernels-relaxed.wasm"],
  default: ["index.js", "core.js"],
};

/** What is loaded only by the programs that ask for it, each with its own limit in KB. */
const onDemand = { "webgpu.js": 43 };

const sizes = {};
for (const name of readdirSync(dist)) {
  if (!/\.(js|wasm)$/.test(name)) continue;
  const bytes = readFileSync(join(dist, name));
  sizes[name] = { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`.padStart(11);
const row = (name, { raw, gzip }) => console.log(`${name.padEnd(14)}${kb(raw)}${kb(gzip)}`);

console.log(`${"file".padEnd(14)}${"raw".padStart(11)}${"gzip".padStart(11)}`);
for (const [name, size] of Object.entries(sizes)) row(name, size);
console.log();
let failed = false;
for (const [runtime, files] of Object.entries(runtimes)) {
  const total = { raw: 0, gzip: 0 };
  for (const file of files) {
    if (!existsSync(join(dist, file))) throw new Error(`dist/${file} is missing`);
    total.raw += sizes[file].raw;
    total.gzip += sizes[file].gzip;
  }
  row(`for ${runtime}`, total);
  if (total.gzip > LIMIT_KB * 1000) {
    failed = true;
    console.error(`${runtime} loads more than ${LIMIT_KB} KB gzip`);
  }
}
console.log(`(limit ${LIMIT_KB} KB gzip, goal ${GOAL_KB} KB)`);
for (const [name, limit] of Object.entries(onDemand)) {
  row(`${name} on demand`, sizes[name]);
  if (sizes[name].gzip <= limit * 1000) continue;
  failed = true;
  console.error(`${name} is more than ${limit} KB gzip`);
}
const unlisted = Object.keys(sizes).filter(
  (name) => name.endsWith(".js") && !Object.values(runtimes).flat().includes(name) && !(name in onDemand),
);
if (unlisted.length) {
  failed = true;
  console.error(`dist has files that no runtime is known to load: ${unlisted.join(", ")}`);
}
process.exitCode = failed ? 1 : 0;
