/** The README's code is run, so that it can't promise what doesn't work. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { NDArray } from "../../src/entry/node.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
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

test("every npm script that the documents name exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const contributing = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const named = [...`${readme}${contributing}`.matchAll(/npm run ([a-z][a-z:]*)/g)].map((m) => m[1]!);
  assert.ok(named.length > 0);
  const missing = named.filter((name) => !(name in scripts));
  assert.equal([...new Set(missing)], []);
});

test.run();
