// Compiles programs against the declarations in the packed package, library checks included, with each compiler that they must
// suit, both ways of resolving modules, with and without a page's types; and asks attw how runtimes and compilers find them.
// The compilers are pinned in a package of their own, installed on the first run.

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bin, install as installRuntimes } from "../runtimes/install.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const installed = join(here, "node_modules");
const npm = (folder, ...args) => execFileSync("npm", [...args, "--loglevel=error"], { cwd: folder, encoding: "utf8" });
const pinned = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).devDependencies;
const compilers = Object.keys(pinned).filter((name) => name.startsWith("typescript"));

/** Each compiler sees every value of both choices once. */
const settings = {
  "nodenext without DOM types": { module: "nodenext", moduleResolution: "nodenext", lib: ["es2022"] },
  "bundler with DOM types": { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom"] },
};

function install() {
  const complete = Object.entries(pinned).every(([name, version]) => {
    const file = join(installed, name, "package.json");
    return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version === version.replace(/.*@/, "");
  });
  if (!complete) npm(here, "ci", "--no-audit", "--no-fund");
}

/** What is compiled: what `npm run check` compiles against the sources, and the README's tour. */
function writePrograms(folder) {
  const types = join(root, "test/types");
  for (const name of readdirSync(types)) copyFileSync(join(types, name), join(folder, name.replace("-d.ts", ".ts")));
  const [, tour] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"));
  writeFileSync(join(folder, "tour.ts"), tour);
  writeFileSync(join(folder, "console.d.ts"), "declare var console: { log(...data: unknown[]): void };\n");
}

function compile(folder, compiler, { lib, ...resolution }) {
  const compilerOptions = {
    ...resolution,
    lib,
    target: "es2022",
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    // The tests' own files import each other by their names.
    allowImportingTsExtensions: true,
  };
  const exclude = lib.includes("dom") ? ["console.d.ts"] : [];
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"], exclude }));
  const tsc = join(installed, compiler, "bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", "."], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stdout);
}

/** What is wrong with the comments is told, and how many of their examples were run. */
function readComments(folder) {
  // "cotangent" is what is installed beside the file.
  copyFileSync(join(here, "examples.mjs"), join(folder, "examples.mjs"));
  copyFileSync(join(here, "same.mjs"), join(folder, "same.mjs"));
  const args = [join(here, "comments.mjs"), folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stdout + stderr);
  console.log(stdout.trimEnd());
}

function askAttw(folder, tarball) {
  const attw = join(installed, "@arethetypeswrong/cli/dist/index.js");
  const args = [attw, join(folder, tarball), "--profile", "esm-only", "--no-color", "--no-emoji"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stdout + stderr);
}

/** What JSR would refuse, such as types that it can't read without a compiler; from the folder that is published. */
function rehearsePublishing() {
  const args = ["publish", "--dry-run", "--allow-dirty"];
  const env = { ...process.env, NO_COLOR: "1", DENO_NO_PROMPT: "1" };
  const { status, stdout, stderr } = spawnSync(bin("deno"), args, { cwd: root, encoding: "utf8", env });
  if (status !== 0) throw new Error(stdout + stderr);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (!stderr.includes(`@cotangent/cotangent@${version}`))
    throw new Error(`another version than ${version}:\n${stderr}`);
  // The only one that Node alone takes, and none of which JSR rewrites.
  const warnings = stderr.match(/warning\[.*\n.*\n.*/g) ?? [];
  if (warnings.length > 1 || !/unanalyzable-dynamic-import/.test(warnings[0] ?? "unanalyzable-dynamic-import")) {
    throw new Error(stderr);
  }
}

install();
const folder = mkdtempSync(join(here, "program-"));
const total = { passed: 0, failed: 0 };
function check(name, run) {
  try {
    run();
    console.log(`ok   declarations ${name}`);
    total.passed++;
  } catch (error) {
    console.log(`FAIL declarations ${name}: ${error.message}`);
    total.failed++;
  }
}
try {
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const tarball = npm(folder, "pack", root, "--ignore-scripts").trim();
  npm(folder, "install", `./${tarball}`, "--ignore-scripts", "--no-audit", "--no-fund");
  writePrograms(folder);
  for (const compiler of compilers) {
    for (const [name, options] of Object.entries(settings)) {
      check(`in ${pinned[compiler].slice(4)}, ${name}`, () => compile(folder, compiler, options));
    }
  }
  check("with comments whose examples give what they say", () => readComments(folder));
  installRuntimes();
  check("published to JSR, in rehearsal", rehearsePublishing);
  check("found as attw expects", () => askAttw(folder, tarball));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${total.passed} passed, ${total.failed} failed, 0 skipped`);
process.exitCode = total.failed ? 1 : 0;
