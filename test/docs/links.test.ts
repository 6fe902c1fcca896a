/** What the pages name is there: files and headings in their links, commands in their text. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import * as cotangent from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { anchorsOf, linksOf, pages, root, textOf } from "./markdown.ts";

/** What is wrong with a link of a page, if anything. */
function complaint(page: string, link: string): string | undefined {
  const [path, anchor] = link.split("#") as [string, string?];
  const target = path === "" ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target)) return `${page}: there is no ${link}`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  return anchorsOf(textOf(relative(root, target))).includes(anchor) ? undefined : `${page}: no heading ${link}`;
}

test("every link leads to a file of the repository, and to a heading of it", () => {
  const complaints = pages().flatMap((page) => linksOf(textOf(page)).flatMap((link) => complaint(page, link) ?? []));
  assert.equal(complaints, []);
});

test("a link that leads nowhere is told, and one to a heading that is not there", () => {
  assert.match(String(complaint("docs/guides/recipes.md", "../nowhere.md")), "there is no ../nowhere.md");
  assert.match(String(complaint("README.md", "docs/webgpu.md#nothing")), "no heading docs/webgpu.md#nothing");
  assert.is(complaint("README.md", "docs/webgpu.md#reading-results"), undefined);
});

test("every file of the project that is named in code exists", () => {
  const named = pages().flatMap((page) =>
    [...textOf(page).matchAll(/`((?:docs|examples|test|src|gpu|assembly|scripts|bench)\/[\w./-]+)`/g)]
      .map((match) => match[1] as string)
      .filter((path) => !path.includes("/out/") && !path.includes("docs/api"))
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${page}: ${path}`),
  );
  assert.equal(named, []);
});

test("every function of a namespace that the README and the changelog name exists", () => {
  const library: Record<string, unknown> = { ...cotangent, np: cotangent.numpy };
  const find = (path: string): unknown =>
    path.split(".").reduce((found: unknown, name) => (found as Record<string, unknown> | undefined)?.[name], library);
  const named = ["README.md", "CHANGELOG.md"].flatMap((page) =>
    [...textOf(page).matchAll(/(?<![\w./])([a-z]\w+)((?:\.[a-zA-Z]\w*)+)/g)]
      .filter(([, namespace]) => typeof library[namespace as string] === "object")
      .map(([path]) => path),
  );
  assert.ok(named.length > 30);
  assert.equal(
    named.filter((path) => find(path) === undefined),
    [],
  );
});

test("every npm script that is named exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const missing = pages().flatMap((page) =>
    [...textOf(page).matchAll(/npm run ([a-z][a-z:]*)/g)]
      .filter(([, name]) => !((name as string) in scripts))
      .map(([command]) => `${page}: ${command}`),
  );
  assert.equal(missing, []);
});

test("the site holds every page for users, in an order of its own", () => {
  const { projectDocuments } = JSON.parse(readFileSync(join(root, "docs/typedoc.json"), "utf8")) as {
    projectDocuments: string[];
  };
  const held = projectDocuments.map((path) => relative(root, join(root, "docs", path)));
  assert.equal(
    pages("docs").filter((page) => !held.includes(page)),
    [],
  );
  assert.equal(
    held.filter((path) => !existsSync(join(root, path))),
    [],
  );
});

test.run();
