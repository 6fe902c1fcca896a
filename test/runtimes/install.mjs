// The runtimes that aren't the Node at hand: pinned in a package of their own, installed on the first run.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const bin = (name) => join(here, "node_modules/.bin", name);
/** How Deno runs a program that sees nothing of the project around it. */
export const DENO_RUN = ["run", "-A", "--no-lock", "--no-config", "--node-modules-dir=none"];

export function install() {
  const installed = join(here, "node_modules/.package-lock.json");
  const { devDependencies, optionalDependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  // The other Nodes are programs for this platform alone; npm leaves them out elsewhere.
  const hasNodes = process.platform === "linux" && process.arch === "x64";
  const pinned = { ...devDependencies, ...(hasNodes ? optionalDependencies : {}) };
  const current = existsSync(installed) ? JSON.parse(readFileSync(installed, "utf8")).packages : {};
  const complete = Object.entries(pinned).every(
    ([name, version]) => current[`node_modules/${name}`]?.version === version.split("@").at(-1),
  );
  if (!complete) {
    console.log("installing deno, bun, workerd, playwright-core, webgpu and other versions of Node ...");
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
  }
  // Makes the name "cotangent" resolve through package.json's exports, as it does for a user.
  const link = join(here, "node_modules/cotangent");
  rmSync(link, { force: true });
  symlinkSync(resolve(here, "../.."), link, "junction");
}
