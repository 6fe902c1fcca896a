// Conformance and random programs in Deno and in headless Chromium, counted family by family.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bin, DENO_RUN } from "../../runtimes/install.mjs";
import { adapterEnvironment } from "../environment.mjs";
import { bundle, chosen, DATA, DIST } from "./bundle.mjs";
import { suiteInPage } from "./chromium.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Adds what came of the families to the total, as each of them ends; those that are left to the whole are skips. */
class Tally {
  #families = 0;

  constructor(runtime, total) {
    this.runtime = runtime;
    this.total = total;
  }

  add({ lines, passed, failed, skipped, dispatches, seconds }) {
    this.#families++;
    for (const line of lines) console.log(`     ${this.runtime}: ${line}`);
    console.log(`     ${this.runtime}: ${dispatches} dispatches, ${seconds.toFixed(1)} s`);
    this.total.passed += passed;
    this.total.skipped += skipped;
    // Whatever passed without the device is no proof of it.
    this.total.failed += failed + (dispatches === 0 ? 1 : 0);
  }

  leave(families) {
    if (families.length === 0) return;
    console.log(`     ${this.runtime}: SKIP ${families.join(", ")}: not in the subset`);
    this.total.skipped += families.length;
  }

  close(count) {
    if (this.#families !== count) throw new Error(`of ${count} families only ${this.#families} have ended`);
    return `${count} families`;
  }
}

export async function suiteInDeno(isSubset, total) {
  const tally = new Tally("deno", total);
  const folder = mkdtempSync(join(tmpdir(), "suite-"));
  try {
    const [suite, map] = [join(folder, "suite.js"), join(folder, "imports.json")];
    writeFileSync(suite, await bundle());
    const entries = { cotangent: "index", "cotangent/io": "io", "cotangent/onnx": "onnx" };
    const imports = Object.entries(entries).map(([name, file]) => [name, new URL(`node/${file}.js`, DIST)]);
    writeFileSync(map, JSON.stringify({ imports: Object.fromEntries(imports) }));
    const { wanted, left } = chosen("deno", isSubset);
    const program = [`--import-map=${map}`, join(here, "deno-suite.js"), pathToFileURL(suite).href];
    const child = spawn(bin("deno"), [...DENO_RUN, ...program, JSON.stringify({ ...wanted, data: DATA })], {
      env: { ...process.env, ...adapterEnvironment() },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((done) => child.on("close", done));
    createInterface({ input: child.stdout }).on("line", (line) => tally.add(JSON.parse(line)));
    const code = await ended;
    tally.leave(left);
    if (code !== 0) throw new Error(`Deno ended with exit code ${code}`);
    return tally.close(Object.keys(wanted.families).length + 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function suiteInChromium(executable, isSubset, total) {
  const tally = new Tally("chromium", total);
  const { wanted, left } = chosen("chromium", isSubset);
  await suiteInPage(executable, await bundle(), wanted, (outcome) => tally.add(outcome));
  tally.leave(left);
  return tally.close(Object.keys(wanted.families).length + 1);
}
