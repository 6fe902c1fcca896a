/** How tests load TypeScript: what a file becomes, where that is kept, and when it is made again. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot, withProject } from "../support/command.ts";

const NAME = "sample-of-the-loader.ts";
const kept = join(projectRoot, "node_modules/.cache/typescript", `${NAME}.js`);

const loader = ["scripts/typescript.mjs", "scripts/typescript-hooks.mjs", "tsconfig.json"];
const files = Object.fromEntries(loader.map((path) => [path, readFileSync(join(projectRoot, path), "utf8")]));

/** What programs print, one after the other, in the place of one file of a project that has the loader. */
function outputs(programs: readonly string[], between: () => void = () => {}): string[] {
  rmSync(kept, { force: true });
  return withProject(files, (root) =>
    programs.map((program, i) => {
      if (i > 0) between();
      writeFileSync(join(root, NAME), program);
      const args = ["--import", "./scripts/typescript.mjs", NAME];
      const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
      return (stdout + stderr).trim();
    }),
  );
}

test("types go, what takes their fields as parameters stays, and no closure costs a call", () => {
  const program = `import type { Nothing } from "./nowhere.ts";
class Pair { constructor(readonly a: number, readonly b: number) {} }
const make = () => (x: number): number => x + 1;
const { a, b } = new Pair(1, 2) as Pair & Nothing;
console.log(a + b, make()(3), make().name === "", String(make));`;
  assert.equal(outputs([program]), ["3 4 true () => (x) => x + 1"]);
});

test("the library has all of its entries, each with the one copy of its sources", () => {
  const program = `import * as whole from "cotangent";
const names = Object.keys(whole).filter((name) => Object.prototype.toString.call(whole[name]) === "[object Module]");
const parts = await Promise.all(names.map((name) => import("cotangent/" + name)));
const other = names.filter((name, i) => whole[name] !== parts[i]);
const { loadNpy } = await import("cotangent/io");
console.log(names.length, other.join(), typeof loadNpy);`;
  const args = ["--import", "./scripts/typescript.mjs", "--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: "utf8" });
  assert.is(stdout.trim(), "13  function", stderr);
});

test("an error names the line of the source", () => {
  const program = `interface Gone {
  readonly x: number;
}

const fail = (): Gone => {
  throw new Error("here");
};
fail();`;
  assert.match(outputs([program])[0] as string, new RegExp(`${NAME}:6`));
});

test("the library's names are its sources", () => {
  const program = `for (const name of ["cotangent", "cotangent/io", "cotangent/onnx"]) {
  try { await import(name); } catch (error) { console.log(error.message.split("'")[1].split("/").slice(-3).join("/")); }
}`;
  assert.equal(outputs([program]), ["src/entry/node.ts\nsrc/entry/node-io.ts\nsrc/entry/node-onnx.ts"]);
});

test("what a file has become is read again, until the file changes", () => {
  const replace = (): void => {
    const text = readFileSync(kept, "utf8");
    assert.match(text, "one");
    writeFileSync(kept, text.replace("one", "kept"));
  };
  const [one, two] = ["one", "two"].map((word) => `const word: string = "${word}";\nconsole.log(word);`) as [
    string,
    string,
  ];
  assert.equal(outputs([one, one], replace), ["one", "kept"]);
  assert.equal(outputs([one, two], replace), ["one", "two"]);
});

test("what is kept in part is made again", () => {
  const program = `console.log("whole" as string);`;
  const cut = (): void => writeFileSync(kept, readFileSync(kept, "utf8").slice(0, -9));
  assert.equal(outputs([program, program], cut), ["whole", "whole"]);
  assert.ok(existsSync(kept));
});

test.after(() => rmSync(kept, { force: true }));
test.run();
