/** docs/design.md shows what the code does, and names files that there are. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { design, document } from "./design.ts";

const text = readFileSync(document, "utf8");
const root = new URL("../../", import.meta.url);

test("the made sections are those of the code; npm run docs:design writes them anew", () => {
  assert.fixture(design(text), text);
});

test("every file that is named exists", () => {
  const named = [...text.matchAll(/`((?:src|gpu|assembly|test)\/[^`\s]+)`/g)].map(([, path]) => path as string);
  assert.equal(
    named.filter((path) => !existsSync(new URL(path, root))),
    [],
  );
});

test("every folder of the library and of the kernels has its place in the reading order", () => {
  const folders = ["src", "gpu", "assembly"].flatMap((folder) =>
    readdirSync(new URL(folder, root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`),
  );
  assert.equal(
    folders.filter((folder) => !text.includes(`\n### \`${folder}\`\n`)),
    [],
  );
});

test.run();
