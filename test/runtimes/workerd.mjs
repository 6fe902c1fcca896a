// A worker in workerd.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";
import { bin, here } from "./install.mjs";

/** Bundles a worker as the tools for Workers do: into a module and the wasm modules that it imports. Returns their names. */
async function bundle(entry, folder, needsWasm) {
  const wasm = new Map();
  await build({
    entryPoints: [entry],
    outfile: join(folder, "worker.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    tsconfigRaw: {}, // The repository's own points the name of the package to its sources.
    nodePaths: [join(here, "node_modules")],
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
  if (needsWasm && wasm.size === 0) throw new Error("the bundle has no wasm module: is it the workerd entry?");
  for (const [name, path] of wasm) writeFileSync(join(folder, name), readFileSync(path));
  return [...wasm.keys()];
}

const configOf = (wasm, flags, v8Flags) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")${wasm.map((name) => `, (name = "${name}", wasm = embed "${name}")`).join("")}],
    compatibilityDate = "2025-01-01",
    compatibilityFlags = ${JSON.stringify(flags)},
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  v8Flags = ${JSON.stringify(v8Flags)},
);
`;

/**
 * Serves the worker in the file `entry` while `use({ url, pid })` runs, and returns what that gives. `flags` are workerd's
 * own names for what it doesn't do by itself, `v8Flags` its engine's; `wasm` says whether the worker must have a wasm module.
 */
export async function withWorkerd(entry, use, { flags = [], v8Flags = [], wasm = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "cotangent-workerd-"));
  let server;
  try {
    writeFileSync(join(folder, "config.capnp"), configOf(await bundle(entry, folder, wasm), flags, v8Flags));
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
    return await use({ url: `http://127.0.0.1:${port}/`, pid: server.pid });
  } finally {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
