// Packs the built package, installs it as a user would, imports it and type-checks a program that uses it.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsc = join(root, "node_modules/typescript/bin/tsc");
const folder = mkdtempSync(join(tmpdir(), "cotangent-package-"));
const npm = (...args) => execFileSync("npm", [...args, "--silent"], { cwd: folder, encoding: "utf8" });

function fail(message) {
  throw new Error(message);
}

/** The second line must be the only error: were the types missing or `any`, it would be another one or none. */
const program = `import { numpy as np } from "cotangent";
export const wrong: number = np;
`;

function typeCheck(moduleResolution, module) {
  const options = [
    "--noEmit",
    // A configuration in a folder above must not matter.
    "--ignoreConfig",
    "--strict",
    "--target",
    "es2022",
    "--module",
    module,
    "--moduleResolution",
    moduleResolution,
  ];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, "program.ts"], { cwd: folder, encoding: "utf8" });
  const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
  if (errors.length !== 1 || !errors[0].startsWith("program.ts(2,14): error TS2322")) fail(stdout || "no error at all");
}

const checks = {
  "holds what it should and nothing else": () => {
    const files = readdirSync(join(folder, "node_modules/cotangent")).sort();
    const expected = ["CHANGELOG.md", "LICENSE", "README.md", "dist", "package.json"];
    if (`${files}` !== `${expected}`) fail(`found ${files.join(", ")}`);
  },
  "imports no other package, which a bundler would look for": () => {
    const dist = join(folder, "node_modules/cotangent/dist");
    const texts = readdirSync(dist).flatMap((name) =>
      /\.js$/.test(name) ? [readFileSync(join(dist, name), "utf8")] : [],
    );
    const found = texts.flatMap((text) =>
      [...text.matchAll(/\bimport\(\s*["'](?!\.|node:)[^"']*/g)].map(([call]) => call),
    );
    if (found.length > 0) fail(`found ${found.join(", ")}`);
  },
  "can be imported by its name": () => {
    const script = 'import { numpy } from "cotangent"; if (!numpy) throw new Error("no numpy");';
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder, stdio: "pipe" });
  },
  "has types for nodenext": () => typeCheck("nodenext", "nodenext"),
  "has types for bundlers": () => typeCheck("bundler", "esnext"),
};

const total = { passed: 0, failed: 0 };
try {
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  writeFileSync(join(folder, "program.ts"), program);
  const tarball = npm("pack", root, "--ignore-scripts").trim();
  npm("install", `./${tarball}`, "--ignore-scripts");
  for (const [name, check] of Object.entries(checks)) {
    try {
      check();
      console.log(`ok   package ${name}`);
      total.passed++;
    } catch (error) {
      console.log(`FAIL package ${name}: ${error.stderr || error.message}`);
      total.failed++;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${total.passed} passed, ${total.failed} failed, 0 skipped`);
process.exitCode = total.failed ? 1 : 0;
