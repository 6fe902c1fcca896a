// The runtimes, each of which runs the suite in a folder that has the packed package: `run` gives what came of it, and where
// a runtime can't be had here, `missing` says why.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { findChromium, inOfflinePage } from "../runtimes/browser.mjs";
import { bin, here } from "../runtimes/install.mjs";
import { withWorkerd } from "../runtimes/workerd.mjs";

const TIMEOUT_MS = 600_000;
const LONGEST = 1 << 26;

/** The suite from a command line. */
const printed =
  (command, ...args) =>
  async (folder) => {
    const options = { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: LONGEST };
    const { stdout } = await promisify(execFile)(command, [...args, "main.js"], options);
    return JSON.parse(stdout);
  };

/** A Node of this version: the one at hand, or one that npm has installed. */
function nodeOf(major) {
  const name = `node ${major}`;
  if (process.versions.node.startsWith(`${major}.`)) return { name, run: printed(process.execPath) };
  const path = join(here, `node_modules/node${major}/bin/node`);
  return existsSync(path)
    ? { name, run: printed(path) }
    : { name, missing: "it isn't the Node at hand, beside which npm installs 22 and 24, on Linux on x64" };
}

async function inWorkerd(folder) {
  return await withWorkerd(join(folder, "worker.js"), async ({ url }) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  });
}

// From the page's load on, for which the driver waits no longer than a minute.
const LOADED = 'new Promise((done) => addEventListener("load", done))';
const PAGE = { imports: 'import { run } from "./suite.js";', outcome: `${LOADED}.then(run)` };

/** All of them; the first is what the others are compared with. */
export function listRuntimes() {
  const chromium = findChromium();
  // No permission of any kind, and no question for one.
  const deno = ["run", "--no-prompt", "--no-lock", "--no-config", "--node-modules-dir=manual"];
  return [
    ...[20, 22, 24].map(nodeOf),
    { name: "deno", run: printed(bin("deno"), ...deno) },
    { name: "bun", run: printed(bin("bun")) },
    { name: "workerd", run: inWorkerd },
    chromium
      ? { name: "chromium", run: (folder) => inOfflinePage(chromium, folder, PAGE) }
      : { name: "chromium", missing: "there is none; set CHROME_PATH, or run as root on a Debian machine" },
  ];
}
