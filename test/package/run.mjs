// Packs the built package, installs it as a user would, imports it and type-checks a program that uses it.

import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, tool } from "../bundlers/bundle.mjs";
import { inProject } from "./project.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsc = join(root, "node_modules/typescript/bin/tsc");

function fail(message) {
  throw new Error(message);
}

/** The second line must be the only error: were the types missing or `any`, it would be another one or none. */
const program = `import { numpy as np, type NDArray } from "cotangent";
export const wrong: number = np;
import { loadSafetensors } from "cotangent/io";
import "cotangent/onnx";
export const right: NDArray = (await loadSafetensors(new Uint8Array())).w;
`;

function typeCheck(folder, moduleResolution, module) {
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

/** What a program that throws leaves on a pipe. */
function failing(folder, text) {
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", text], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status === 0) fail("it should have failed");
  return stderr;
}

/** A module and all that it imports, in turn and on demand. */
function filesBehind(file, seen = new Set()) {
  if (seen.has(file)) return [];
  seen.add(file);
  if (!file.endsWith(".js")) return [file];
  const text = readFileSync(file, "utf8");
  const imports = text.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']*)["']/g);
  return [file, ...[...imports].flatMap(([, path]) => filesBehind(join(file, "..", path), seen))];
}

/** All files of the package's dist/ whose name ends so. */
function textsOf(folder, ending) {
  const dist = join(folder, "node_modules/cotangent/dist");
  const names = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(ending));
  return names.map((name) => readFileSync(join(dist, name), "utf8"));
}

const checks = {
  "holds what it should and nothing else": (folder) => {
    const files = readdirSync(join(folder, "node_modules/cotangent")).sort();
    const expected = ["CHANGELOG.md", "LICENSE", "README.md", "dist", "package.json"];
    if (`${files}` !== `${expected}`) fail(`found ${files.join(", ")}`);
  },
  "imports no other package, which a bundler would look for": (folder) => {
    const found = textsOf(folder, ".js").flatMap((text) =>
      [...text.matchAll(/\bimport\(\s*["'](?!\.|node:)[^"']*/g)].map(([call]) => call),
    );
    if (found.length > 0) fail(`found ${found.join(", ")}`);
  },
  "can be imported by its name": (folder) => {
    const script = 'import { numpy } from "cotangent"; if (!numpy) throw new Error("no numpy");';
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder, stdio: "pipe" });
  },
  "has subpaths that work alone, and whose arrays are the whole's": (folder) => {
    const script = `import { loadSafetensors, saveSafetensors } from "cotangent/io";
const { w } = await loadSafetensors(await saveSafetensors({ w: Float32Array.of(1, 2) }));
if (w.add(w).sum().item() !== 6) throw new Error("no kernels");
const { NDArray } = await import("cotangent");
if (!(w instanceof NDArray)) throw new Error("another class");`;
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder, stdio: "pipe" });
    const alone = 'import "cotangent/onnx"; import { numpy } from "cotangent"; numpy.ones([2]).add(1).dataSync();';
    execFileSync(process.execPath, ["--input-type=module", "--eval", alone], { cwd: folder, stdio: "pipe" });
  },
  "has each namespace as a subpath, too, with the same values": (folder) => {
    const index = readFileSync(join(root, "src/index.ts"), "utf8");
    const names = [...index.matchAll(/^export \* as (\w+)/gm)].map(([, name]) => name);
    const script = `import * as whole from "cotangent";
for (const name of ${JSON.stringify(names)}) {
  const alone = await import("cotangent/" + name);
  const [own, expected] = [alone, whole[name]].map((module) => Object.keys(module).sort());
  if (own.join() !== expected.join()) throw new Error(name + " has " + own);
  for (const key of own) if (!Object.is(alone[key], whole[name][key])) throw new Error(name + " has another " + key);
}`;
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder, stdio: "pipe" });
    if (names.length < 12) fail(`only ${names.length} namespaces`);
  },
  "costs nothing of its subpaths where they aren't imported": (folder) => {
    const dist = join(folder, "node_modules/cotangent/dist");
    for (const entry of ["modules/index.js", "modules/workerd.js", "node/index.js", "cotangent.js"]) {
      const own = filesBehind(join(dist, entry)).map((path) => path.slice(dist.length + 1));
      const found = own.filter((path) => /\b(?:io|onnx)\b|files\.js/.test(path));
      if (found.length > 0) fail(`${entry} imports ${found.join(", ")}`);
    }
    const whole = filesBehind(join(dist, "modules/io.js"));
    if (!whole.includes(join(dist, "modules/src/io/safetensors.js"))) fail("the files of a subpath aren't found");
  },
  "can be required by its name": (folder) => {
    const script = 'const { numpy } = require("cotangent"); if (!numpy) throw new Error("no numpy");';
    execFileSync(process.execPath, ["--input-type=commonjs", "--eval", script], { cwd: folder, stdio: "pipe" });
  },
  "says on a pipe what went wrong, with a stack that can be read": (folder) => {
    const text = failing(
      folder,
      `import { numpy as np } from "cotangent";
const mine = () => np.matmul(np.ones([2]), np.ones([3]));
mine();`,
    );
    if (text.length > 4000) fail(`${text.length} characters, which begin with ${text.slice(0, 300)}`);
    for (const part of [
      /^ShapeError: .*matmul.*\(2,\).*\(3,\)/m,
      /^ +at .*matmul \(file:.*\.js:\d+:\d+\)$/m,
      /^ +at mine /m,
    ]) {
      if (!part.test(text)) fail(`${part} isn't in ${text}`);
    }
  },
  "has classes under their names": (folder) => {
    const text = failing(
      folder,
      `import { inspect } from "node:util";
import * as all from "cotangent";
throw new all.ShapeError([all.NDArray, all.ShapeError, new all.ShapeError("x")].map((x) => inspect(x)).join(";"));`,
    );
    if (!/\[class NDArray\];\[class ShapeError .*\];ShapeError: x/.test(text)) fail(text);
  },
  "is as publint wants it": async (folder) => {
    const { publint } = await tool("publint");
    const { formatMessage } = await tool("publint", "src/utils.js");
    const { messages, pkg } = await publint({
      pkgDir: join(folder, "node_modules/cotangent"),
      strict: true,
      pack: false,
    });
    const said = messages.map((message) => formatMessage(message, pkg));
    if (said.length > 0) fail(said.join("\n"));
  },
  "has types for nodenext": (folder) => typeCheck(folder, "nodenext", "nodenext"),
  "has types for bundlers": (folder) => typeCheck(folder, "bundler", "esnext"),
};

const total = { passed: 0, failed: 0 };
install();
await inProject({ contents: { "program.ts": program } }, async (folder) => {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(folder);
      console.log(`ok   package ${name}`);
      total.passed++;
    } catch (error) {
      console.log(`FAIL package ${name}: ${error.stderr || error.message}`);
      total.failed++;
    }
  }
});
console.log(`\n${total.passed} passed, ${total.failed} failed, 0 skipped`);
process.exitCode = total.failed ? 1 : 0;
