/** The README's code is run, so that it can't promise what doesn't work. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { NDArray } from "../../src/entry/node.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsx = import.meta.resolve("tsx");
const readme = readFileSync(join(root, "README.md"), "utf8");

test("the tour runs, and its arrays have the shapes that its comments say", async () => {
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1]!);
  assert.is(blocks.length, 1);
  const [tour] = blocks as [string];
  const names = [...tour.matchAll(/^const (?:\[[^\]]*\]|(\w+))/gm)].flatMap((m) => m[1] ?? []);
  const claimed = [...tour.matchAll(/^const (\w+) = .*\/\/ +\(([\d, ]+)\)/gm)];
  assert.ok(claimed.length >= 4, "the tour's comments give shapes");
  // Beside the tests, so that "cotangent" means the sources.
  const folder = mkdtempSync(join(root, "test", "readme-"));
  try {
    const file = join(folder, "tour.ts");
    writeFileSync(file, `${tour}\nexport { ${names.join(", ")} };\n`);
    const values = (await import(pathToFileURL(file).href)) as Record<string, NDArray>;
    for (const [, name, shape] of claimed) {
      assert.equal(
        values[name!]!.shape,
        shape!
          .split(",")
          .filter((n) => n.trim() !== "")
          .map(Number),
        name,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the first program prints what stands below it", () => {
  const [, program, printed] = /```js\n([\s\S]*?)```\n\n```\n([\s\S]*?)```/.exec(readme) as unknown as string[];
  const file = join(mkdtempSync(join(root, "test", "readme-")), "first.mjs");
  try {
    writeFileSync(file, program as string);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", tsx, file], { encoding: "utf8" });
    assert.is(status, 0, stderr);
    const shapeOf = (text: string): string => text.replaceAll(/-?[\d.]+/g, "n").replaceAll(/ +/g, " ");
    const numbersOf = (text: string): number[] => text.match(/-?[\d.]+/g)?.map(Number) ?? [];
    assert.is(shapeOf(stdout), shapeOf(printed as string));
    numbersOf(printed as string).forEach((wanted, i) => {
      assert.ok(Math.abs(wanted - (numbersOf(stdout)[i] as number)) <= 1e-3, `${wanted} in ${stdout}`);
    });
  } finally {
    rmSync(dirname(file), { recursive: true });
  }
});

test("every file that the README names exists", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((m) => m[1] as string);
  assert.ok(links.length > 5);
  assert.equal(
    links.filter((path) => !existsSync(join(root, path))),
    [],
  );
});

test("every npm script that the documents name exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const contributing = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const named = [...`${readme}${contributing}`.matchAll(/npm run ([a-z][a-z:]*)/g)].map((m) => m[1]!);
  assert.ok(named.length > 0);
  const missing = named.filter((name) => !(name in scripts));
  assert.equal([...new Set(missing)], []);
});

test.run();
