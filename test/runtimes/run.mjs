// Computes one small kernel from dist/ in Node, Deno, Bun and workerd, and compares them with Node's.
// Installs the runtimes on the first run.

import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

/** Relative to the largest entry. Engines differ in multiply-add (relaxed SIMD), so results are close, not the same. */
const TOLERANCE = 1e-5;
const TIMEOUT_MS = 60_000;

const here = dirname(fileURLToPath(import.meta.url));
const bin = (name) => join(here, "node_modules/.bin", name);

function install() {
  const installed = join(here, "node_modules/.package-lock.json");
  const pinned = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).devDependencies;
  const current = existsSync(installed) ? JSON.parse(readFileSync(installed, "utf8")).packages : {};
  const complete = Object.entries(pinned).every(
    ([name, version]) => current[`node_modules/${name}`]?.version === version,
  );
  if (!complete) {
    console.log("installing deno, bun and workerd ...");
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
  }
  // Makes the name "cotangent" resolve through package.json's exports, as it does for a user.
  const link = join(here, "node_modules/cotangent");
  if (!existsSync(link)) symlinkSync(resolve(here, "../.."), link, "junction");
}

/** Runs a command that prints the kernel as JSON. */
async function print(command, ...args) {
  const { stdout } = await promisify(execFile)(command, args, { cwd: here, timeout: TIMEOUT_MS });
  return JSON.parse(stdout);
}

/** Bundles the worker as the tools for Workers do, serves it with workerd, and asks it for the kernel. */
async function inWorkerd() {
  const folder = mkdtempSync(join(tmpdir(), "cotangent-workerd-"));
  let server;
  try {
    const wasm = new Map();
    await build({
      entryPoints: [join(here, "worker.js")],
      outfile: join(folder, "worker.js"),
      bundle: true,
      format: "esm",
      target: "es2022",
      conditions: ["workerd", "worker", "browser"],
      logLevel: "silent",
      plugins: [
        {
          name: "wasm-modules",
          setup({ onResolve }) {
            onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
              wasm.set(basename(path), resolve(resolveDir, path));
              return { path: `./${basename(path)}`, external: true };
            });
          },
        },
      ],
    });
    if (wasm.size === 0) throw new Error("the bundle has no wasm module: is it the workerd entry?");
    for (const [name, path] of wasm) writeFileSync(join(folder, name), readFileSync(path));
    const modules = [...wasm.keys()].map((name) => `, (name = "${name}", wasm = embed "${name}")`).join("");
    const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")${modules}],
    compatibilityDate = "2025-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
    writeFileSync(join(folder, "config.capnp"), config);

    server = spawn(bin("workerd"), ["serve", "--control-fd=3", join(folder, "config.capnp")], {
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
    const port = await new Promise((done, fail) => {
      server.stdio[3].on("data", (line) => {
        const message = JSON.parse(line);
        if (message.event === "listen") done(message.port);
      });
      server.on("error", fail);
      server.on("exit", (code) => fail(new Error(`workerd ended with exit code ${code}`)));
    });
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  } finally {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

install();
const deno = [bin("deno"), "run", "-A", "--no-lock", "--no-config", "--node-modules-dir=manual", "main.js"];
const defaultEntry = "../../dist/index.js";
const runtimes = {
  "node, default entry": () => print(process.execPath, "main.js", defaultEntry),
  "deno, package by name": () => print(...deno),
  "deno, default entry": () => print(...deno, defaultEntry),
  "bun, package by name": () => print(bin("bun"), "main.js"),
  "bun, default entry": () => print(bin("bun"), "main.js", defaultEntry),
  "workerd, in a request": inWorkerd,
};

const expected = await print(process.execPath, "main.js");
const largest = Math.max(...expected.values.map(Math.abs));
if (!(largest > 0 && largest < Infinity)) throw new Error(`Node's kernel is no reference: largest entry ${largest}`);
console.log(`node: kernel of shape [${expected.shape}], largest entry ${largest.toPrecision(6)}`);

const total = { passed: 0, failed: 0 };
for (const [name, compute] of Object.entries(runtimes)) {
  try {
    const { shape, values } = await compute();
    if (`${shape}` !== `${expected.shape}`) throw new Error(`shape [${shape}]`);
    const difference = Math.max(...values.map((value, i) => Math.abs(value - expected.values[i])));
    const close = difference <= TOLERANCE * largest; // false for NaN
    console.log(`${close ? "ok  " : "FAIL"} ${name}: max abs difference from Node ${difference.toExponential(2)}`);
    total[close ? "passed" : "failed"]++;
  } catch (error) {
    console.log(`FAIL ${name}: ${error.stderr || error.message}`);
    total.failed++;
  }
}
console.log(`\n${total.passed} passed, ${total.failed} failed, 0 skipped`);
process.exitCode = total.failed ? 1 : 0;
