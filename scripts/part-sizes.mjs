// Prints what a page loads that uses a part of the package, as esbuild bundles it, and fails beyond the limits.
// `npm run test:bundlers` measures webpack and Vite, too.
//
//   node scripts/part-sizes.mjs [bundler ...]

import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkSizes } from "../test/bundlers/sizes.mjs";

const project = mkdtempSync(join(tmpdir(), "cotangent-sizes-"));
try {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(fileURLToPath(new URL("..", import.meta.url)), join(project, "node_modules/cotangent"), "junction");
  console.log();
  await checkSizes(project, process.argv.length > 2 ? process.argv.slice(2) : ["esbuild"]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}
