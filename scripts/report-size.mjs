// Prints the sizes of what is built and fails when a page would load more than the budget.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** The files that are loaded whole, and the most KB gzipped that each may have: close above what it holds today. */
const limits = {
  "cotangent.js": 189.5,
  "cotangent.webgpu.js": 43,
  "cotangent.io.js": 8.4,
  "cotangent.onnx.js": 31,
  "cotangent.files.js": 1.6,
  "cotangent.iife.js": 230.5,
  "kernels.wasm": 23.5,
  "kernels-relaxed.wasm": 2.5,
  "linalg.wasm": 6.6,
  "special.wasm": 9,
};
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`.padStart(11);

console.log(`${"file".padEnd(22)}${"raw".padStart(11)}${"gzip".padStart(11)}`);
for (const [name, limit] of Object.entries(limits)) {
  const bytes = readFileSync(`${dist}${name}`);
  const size = gzipSync(bytes, { level: 9 }).length;
  console.log(`${name.padEnd(22)}${kb(bytes.length)}${kb(size)}`);
  if (size <= limit * 1000) continue;
  process.exitCode = 1;
  console.error(`${name} is more than ${limit} KB gzipped`);
}
