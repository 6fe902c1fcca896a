/** The guides' blocks are one program for each page: its types have no mistake, and its arrays the shapes that it says. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { NDArray } from "../../src/entry/node.ts";

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "docs/guides");
const pages = readdirSync(folder).filter((name) => name.endsWith(".md"));

const textOf = (page: string): string => readFileSync(join(folder, page), "utf8");
const programOf = (page: string): string =>
  [...textOf(page).matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1]).join("\n");

/** `const name = ...; // (5, 1), (5, 5)`: the names of a line, and the shapes that its comment gives. */
function claims(program: string): [name: string, shape: number[]][] {
  return program.split("\n").flatMap((line) => {
    const [, names, comment] = /^const (\w+|[[{][^=]*[\]}]) = .*\/\/ +(\(.*)$/.exec(line) ?? [];
    if (names === undefined || comment === undefined) return [];
    const shapes = [...comment.matchAll(/\(([\d, ]*)\)/g)].map(([, sizes]) => (sizes?.match(/\d+/g) ?? []).map(Number));
    const list = [...names.matchAll(/\w+/g)].map(([name]) => name);
    return shapes.map((shape, i) => [list[list.length - shapes.length + i] as string, shape] as [string, number[]]);
  });
}

/** Calls a function with a folder in which "cotangent" means the sources. */
async function withPrograms(fn: (own: string) => Promise<void>): Promise<void> {
  const own = mkdtempSync(join(root, "test", "guides-"));
  try {
    for (const page of pages) {
      const program = programOf(page);
      const names = [...new Set(claims(program).map(([name]) => name))];
      writeFileSync(join(own, `${page}.ts`), `${program}\nexport { ${names.join(", ")} };\n`);
    }
    await fn(own);
  } finally {
    rmSync(own, { recursive: true });
  }
}

test("there are guides, and each says the shapes of what it computes", () => {
  assert.ok(pages.length >= 3);
  for (const page of pages) assert.ok(claims(programOf(page)).length >= 3, page);
});

test("their types have no mistake", async () => {
  await withPrograms(async (own) => {
    writeFileSync(
      join(own, "tsconfig.json"),
      JSON.stringify({ extends: "../tsconfig.json", include: ["*.ts", "../../types"] }),
    );
    try {
      execFileSync(process.execPath, [tsc, "-p", own], { encoding: "utf8" });
    } catch (error) {
      assert.unreachable((error as { stdout: string }).stdout);
    }
  });
});

test("they run, and their arrays have the shapes that they say", async () => {
  await withPrograms(async (own) => {
    for (const page of pages) {
      const values = (await import(pathToFileURL(join(own, `${page}.ts`)).href)) as Record<string, NDArray>;
      for (const [name, shape] of claims(programOf(page))) assert.equal(values[name]?.shape, shape, `${page}: ${name}`);
    }
  });
});

test("every file that they name exists", () => {
  const named = pages.flatMap((page) => [
    ...[...textOf(page).matchAll(/`((?:docs|examples|test)\/[^`\s]+)`/g)].map((m) => join(root, m[1] as string)),
    ...[...textOf(page).matchAll(/\]\(([\w./-]+)\)/g)].map((m) => join(folder, m[1] as string)),
  ]);
  assert.equal(
    named.filter((path) => !existsSync(path)),
    [],
  );
});

test.run();
