// Builds what is missing or older than its sources: `kernels` (dist/kernels*.wasm) or `dist` (the whole package).

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const kernelSources = ["assembly", "asconfig.json", "scripts/build-kernels.mjs"];
const targets = {
  kernels: { script: "build:kernels", output: "dist/kernels-relaxed.wasm", sources: kernelSources },
  dist: {
    script: "build",
    output: "dist/node/tree.d.ts", // the build's last product
    sources: [
      ...kernelSources,
      "src",
      "gpu",
      "types",
      "rollup.config.js",
      "scripts/build-declarations.mjs",
      "scripts/write-subpaths.mjs",
      "tsconfig.json",
      "tsconfig.build.json",
      "package.json",
    ],
  },
};

/** The latest time of change of a file, or of anything in a folder (a removed file changes its folder). */
function changed(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => changed(join(path, name))));
}

const target = targets[process.argv[2]];
if (!target) throw new Error(`expected one of: ${Object.keys(targets).join(", ")}`);
const output = join(root, target.output);
const newest = Math.max(...target.sources.map((source) => changed(join(root, source))));
if (!existsSync(output) || statSync(output).mtimeMs < newest) {
  try {
    // npm's own path, so that this works where the shell knows no `npm`.
    const npm = process.env.npm_execpath;
    const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []];
    execFileSync(command, [...args, "run", "--silent", target.script], { cwd: root, stdio: "inherit" });
  } catch {
    process.exit(1);
  }
}
