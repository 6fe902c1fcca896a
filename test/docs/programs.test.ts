/**
 * The blocks of the README and the guides are programs: their types have no mistake, and they do what the page says. That
 * of docs/webgpu.md runs where an adapter is, in test/webgpu/guide.test.ts.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertPrinted, keep, runKept } from "./claims.ts";
import { codeOf, keptProgram, type Program, programs, webgpuProgram, withFolder } from "./programs.ts";

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");

test("their types have no mistake", async () => {
  await withFolder(async (folder) => {
    for (const program of [webgpuProgram, ...programs].filter(({ language }) => language === "ts")) {
      writeFileSync(join(folder, program.name), codeOf(program));
    }
    const config = { extends: "../tsconfig.json", include: ["*.ts", "../../types"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    try {
      execFileSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
    } catch (error) {
      assert.unreachable((error as { stdout: string }).stdout);
    }
  });
});

for (const program of programs) {
  test(`${program.name} runs, with the values, shapes and output that it says`, async () => {
    await withFolder(async (folder) => {
      const file = join(folder, program.name);
      writeFileSync(file, keptProgram(program));
      const { outputs, claims } = await runKept(() => import(pathToFileURL(file).href));
      program.outputs.forEach((wanted, i) => {
        if (wanted !== undefined) assertPrinted(outputs[i] as string, wanted, `${program.name}, block ${i}`);
      });
      assert.ok(claims >= 2 || program.outputs.some(Boolean), "a page says what its program computes");
    });
  });
}

test("what isn't as the comment says is told", () => {
  assert.throws(() => keep.value([1, 2], [1, 3], "x; // [1, 3]"), /^it is \[1,2\]: x; \/\/ \[1, 3\]$/);
  assert.throws(() => keep.shape({ shape: [2] }, [3], "x; // (3)"), /it is \[2\]/);
  assert.throws(() => keep.error(() => 1, "TypeError: ...", "f(); // TypeError: ..."), /no error: f/);
  assert.throws(() => assertPrinted("a 1.5\n", "a 1.6\n", "page"), /page prints\na 1.5\nand not\na 1.6/);
});

test("comments of all kinds become claims", () => {
  const claimsOf = (line: string): string => keptProgram({ blocks: [{ text: line }] } as unknown as Program);
  assert.match(claimsOf("const x = f(); // (2, 3)"), "keep.shape(x, [2,3], ");
  assert.match(claimsOf("const [a, b] = f(); // (), (4)"), /keep.shape\(a, \[\], .* keep.shape\(b, \[4\], /);
  assert.match(claimsOf("const n = f(); // 3"), "keep.value(n, 3, ");
  assert.match(claimsOf("console.log(f(1)); // { a: [1] }"), "keep.value(f(1), { a: [1] }, ");
  assert.match(claimsOf("f(x); // ShapeError: add: ..."), 'keep.error(() => f(x), "ShapeError: add: ...", ');
  assert.not.match(claimsOf("  const x = f(); // 1"), /keep\\.(?!begin)/);
  assert.not.match(claimsOf("const x = f(); // prose"), /keep\.(?!begin)/);
});

test.run();
