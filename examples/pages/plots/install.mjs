// Installs what the pages draw with: pinned in a package of its own, at the first build or check.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const read = (path) => JSON.parse(readFileSync(join(here, path), "utf8"));
const isCurrent = ([name, version]) => {
  const file = `node_modules/${name}/package.json`;
  return existsSync(join(here, file)) && read(file).version === version;
};

if (!Object.entries(read("package.json").devDependencies).every(isCurrent)) {
  console.log("installing what the pages draw with ...");
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
}
