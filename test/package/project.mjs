// A folder as a user has it: the packed package, installed by its tarball.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Calls `use` with the path of such a folder, which has the files in `contents` and copies of those in `copies`. */
export async function inProject({ contents = {}, copies = [] }, use) {
  const folder = mkdtempSync(join(tmpdir(), "cotangent-project-"));
  const npm = (...args) => execFileSync("npm", [...args, "--silent"], { cwd: folder, encoding: "utf8" });
  try {
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    const tarball = npm("pack", root, "--ignore-scripts").trim();
    npm("install", `./${tarball}`, "--ignore-scripts", "--offline", "--no-audit", "--no-fund");
    for (const [name, text] of Object.entries(contents)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    for (const path of copies) copyFileSync(path, join(folder, basename(path)));
    return await use(folder, tarball);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
