// Bundles the benchmark for GPUs into bench/out/, with the binary of Dawn: what runs wherever there is Node, nothing else.
//
//   node bench/gpu/build.mjs [platform, as Dawn names its folders: linux-x64, darwin-universal, ...]

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { install } from "../../test/runtimes/install.mjs";

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const out = path("bench/out");

execFileSync(process.execPath, [path("scripts/ensure-built.mjs"), "kernels"], { stdio: "inherit" });
if (!existsSync(path("test/runtimes/node_modules/webgpu"))) install();
if (!existsSync(path("bench/peers/node_modules/@jax-js"))) {
  const npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
  execFileSync("npm", npm, { cwd: path("bench/peers"), stdio: "inherit", shell: process.platform === "win32" });
}

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: {
    gpu: path("bench/gpu.ts"),
    "kernel-child": path("bench/gpu/kernel-child.ts"),
    "jax-js": path("bench/peers/jax-js-webgpu.ts"),
  },
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // The names of functions are read where programs are printed.
  keepNames: true,
  // The package's own names dist/ as what must not be left out; this bundles the sources.
  ignoreAnnotations: true,
  tsconfig: path("tsconfig.json"),
  logLevel: "warning",
});

const platform = process.argv[2] ?? `${process.platform}-${process.platform === "darwin" ? "universal" : process.arch}`;
cpSync(path(`test/runtimes/node_modules/webgpu/dist/${platform}`), `${out}/dawn`, { recursive: true });
for (const name of ["kernels.wasm", "kernels-relaxed.wasm", "linalg.wasm", "special.wasm"])
  copyFileSync(path(`dist/${name}`), `${out}/${name}`);
cpSync(path("bench/python"), `${out}/python`, { recursive: true });
