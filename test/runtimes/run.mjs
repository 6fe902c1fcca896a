// Computes one kernel from dist/ in Node, Deno, Bun, workerd and Chromium, and compares them with Node's; deterministic, on
// one thread and on two, it must have the very bits.
// Installs the runtimes on the first run.

import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { findChromium, inIsolatedPage, inOfflinePage } from "./browser.mjs";

/** Relative to the largest entry. Engines differ in multiply-add (relaxed SIMD), so results are close. */
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
    console.log("installing deno, bun, workerd and playwright-core ...");
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
const byName = "cotangent";
const defaultEntry = "../../dist/index.js";
/** Each as a function of `initThreads`' options. */
const commands = {
  "node, package by name": (...args) => print(process.execPath, "main.js", byName, ...args),
  "node, default entry": (...args) => print(process.execPath, "main.js", defaultEntry, ...args),
  "deno, package by name": (...args) => print(...deno, byName, ...args),
  "deno, default entry": (...args) => print(...deno, defaultEntry, ...args),
  "bun, package by name": (...args) => print(bin("bun"), "main.js", byName, ...args),
  "bun, default entry": (...args) => print(bin("bun"), "main.js", defaultEntry, ...args),
};
const strict = (threads) => ({ threads, deterministic: true });
const bits = (threads) => [`${threads} thread(s), deterministic`, strict(threads), threads];

/** What is run: a name, how, the threads that there must be, and how far it may be from Node's. */
const runs = Object.entries(commands).flatMap(([name, run]) => [
  { name, run: () => run(), threads: 1, tolerance: TOLERANCE },
  ...[bits(1), bits(2)].map(([how, options, threads]) => ({
    name: `${name}, ${how}`,
    run: () => run(JSON.stringify(options)),
    threads,
    tolerance: 0,
  })),
]);
runs.push({ name: "workerd, in a request", run: inWorkerd, threads: 1, tolerance: TOLERANCE });

const total = { passed: 0, failed: 0, skipped: 0 };
const chromium = findChromium();
if (chromium) {
  const page = (name, open, options, threads) =>
    runs.push({
      name: `chromium, ${name}`,
      run: () => open(chromium, options),
      threads,
      tolerance: options ? 0 : TOLERANCE,
    });
  page("offline page", inOfflinePage, null, 1);
  page("offline page, deterministic, asked for two threads", inOfflinePage, strict(2), 1);
  page("isolated page, 2 threads, deterministic", inIsolatedPage, strict(2), 2);
} else if (process.env.CI) {
  console.log("FAIL chromium: there is none, and it could not be installed; set CHROME_PATH");
  total.failed++;
} else {
  console.log("skip chromium: there is none; set CHROME_PATH, or run as root on a Debian machine, which installs it");
  total.skipped++;
}

const expected = await commands["node, package by name"](JSON.stringify(strict(1)));
const largest = Math.max(...expected.values.map(Math.abs));
if (!(largest > 0 && largest < Infinity)) throw new Error(`Node's kernel is no reference: largest entry ${largest}`);
console.log(`node: kernel of shape [${expected.shape}], largest entry ${largest.toPrecision(6)}`);

for (const { name, run, threads, tolerance } of runs) {
  try {
    const actual = await run();
    if (`${actual.shape}` !== `${expected.shape}`) throw new Error(`shape [${actual.shape}]`);
    if (actual.threads !== threads) throw new Error(`${actual.threads} thread(s) instead of ${threads}`);
    const difference = Math.max(...actual.values.map((value, i) => Math.abs(value - expected.values[i])));
    const close = difference <= tolerance * largest; // false for NaN
    console.log(`${close ? "ok  " : "FAIL"} ${name}: max abs difference from Node ${difference.toExponential(2)}`);
    total[close ? "passed" : "failed"]++;
  } catch (error) {
    console.log(`FAIL ${name}: ${error.stderr || error.message}`);
    total.failed++;
  }
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
