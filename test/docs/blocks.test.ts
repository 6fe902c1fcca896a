/** Every code block of every page is looked at by a test: run, compared with what makes it, or checked here. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Block, blocksOf, pages, root, textOf } from "./markdown.ts";
import { isOutput, isProgram } from "./programs.ts";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };

/** What a build makes, or a checkout lacks. */
const isMade = (path: string): boolean => /^(?:bench|examples)\/out\//.test(path);
const isThere = (path: string): boolean => isMade(path) || existsSync(join(root, path));

/** The commands that a block may hold, each with what must be true of what it names. */
const COMMANDS: readonly (readonly [RegExp, (name: string) => boolean])[] = [
  [/^npm run ([\w:]+)/, (name) => name in scripts],
  [/^npm (start|test)\b/, (name) => name in scripts],
  [/^npm (?:ci|install (?:cotangent|webgpu))$/, () => true],
  [/^(?:deno add npm:|bun add )cotangent$/, () => true],
  [/^(?:bench\/out\/node|node|npx tsx) (?:-\S+ )*([\w./-]+)/, isThere],
  [
    /^(?:xz -\w+|chmod \+x) (.*)/,
    (operands) => operands.split(/[ >]+/).every((word) => !word.includes("/") || isThere(word)),
  ],
];

/** Commands that nobody knows, or that name what isn't there. */
const badCommands = (text: string): string[] =>
  text
    .split("\n")
    .flatMap((line) => line.replace(/#.*/, "").split("&&"))
    .map((command) => command.trim().replace(/^[A-Z_]+=\S+ /, ""))
    .filter((command) => command !== "")
    .filter((command) => {
      const known = COMMANDS.find(([pattern]) => pattern.test(command));
      return !known?.[1](known[0].exec(command)?.[1] ?? "");
    });

/** The folders and files that a drawn tree names at its lines' beginnings. */
function missingInTree(text: string): string[] {
  const parents: string[] = [];
  return text.split("\n").flatMap((line) => {
    const [, indent, names] = /^( *)((?:[\w-]+(?:\/|\.ts)(?: +|$))+)/.exec(line) ?? [];
    if (indent === undefined || names === undefined) return [];
    parents.length = indent.length / 2;
    const paths = names
      .trim()
      .split(/ +/)
      .map((name) => [...parents, name].join("").replace(/\/$/, ""));
    parents.push(names.trim().split(/ +/).at(-1) as string);
    return paths.filter((path) => path !== "dist" && !existsSync(join(root, path)));
  });
}

/** The layers in a line `a > (b, c) > d` that are no folders of the sources. */
const unknownLayers = (text: string): string[] =>
  (text.match(/\w+/g) ?? []).filter(
    (name) => ![name, `${name}.ts`].some((path) => existsSync(join(root, "src", path))),
  );

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Headers are those of a page that a test opens in a browser. */
const served = ["test/runtimes/browser.mjs", "test/bundlers/run.mjs"].map(textOf).join("\n").toLowerCase();
const isServed = (headers: string): boolean =>
  headers
    .trim()
    .toLowerCase()
    .split("\n")
    .flatMap((line) => line.split(": "))
    .every((part) => served.includes(part));

/** What looks at a block; undefined if nothing does. */
function keeperOf(page: string, blocks: readonly Block[], i: number): string | undefined {
  const { language, source, text, line } = blocks[i] as Block;
  if (source !== "") return textOf(source).includes(text) ? source : undefined;
  if (isProgram(page, language) || isOutput(page, blocks, i)) return "its program";
  if (page === "docs/design.md" && textOf(page).split("\n")[line - 2]?.startsWith("<!-- made:"))
    return "design.test.ts";
  if (language === "sh") return badCommands(text).length === 0 ? "its commands" : undefined;
  if (language === "http") return isServed(text) ? "a page's test" : undefined;
  if (language === "json") return isJson(text) ? "JSON.parse" : undefined;
  if (page === "CONTRIBUTING.md" && language === "") {
    if (text.startsWith("entry > ")) return unknownLayers(text).length === 0 ? "its layers" : undefined;
    return missingInTree(text).length === 0 ? "its folders" : undefined;
  }
  return undefined;
}

test("every block has a keeper", () => {
  const kept = pages().flatMap((page) => {
    const blocks = blocksOf(textOf(page));
    return blocks.map((_, i) => [`${page}:${blocks[i]?.line}`, keeperOf(page, blocks, i)] as const);
  });
  assert.ok(kept.length > 30);
  assert.equal(
    kept.filter(([, keeper]) => keeper === undefined).map(([place]) => place),
    [],
  );
});

test("a block that nobody knows is told", () => {
  const keeper = (page: string, text: string): string | undefined => keeperOf(page, blocksOf(text), 0);
  assert.is(keeper("docs/accuracy.md", "```ts\nconst x = 1;\n```\n"), undefined);
  assert.is(keeper("README.md", "```\nno program stands above\n```\n"), undefined);
  assert.is(keeper("README.md", "```json\n{ a: 1 }\n```\n"), undefined);
  assert.is(keeper("README.md", "```ts src/index.ts\nexport const nothing = 1;\n```\n"), undefined);
  assert.is(keeper("README.md", "```ts\nconst x = 1;\n```\n"), "its program");
});

test("folders that aren't there are told", () => {
  assert.equal(missingInTree("src/\n  base/  what\n  nowhere/  lax/   what\n"), ["src/nowhere"]);
  assert.equal(unknownLayers("index > (nothing, nt)"), ["nothing"]);
});

test("commands that aren't there are told", () => {
  assert.equal(badCommands("npm run nothing # a comment\nnpm ci && npm start\ncurl x"), ["npm run nothing", "curl x"]);
});

test("every fence is closed, and every block has been read", () => {
  for (const page of pages()) {
    const fences = textOf(page).match(/^\s*```/gm)?.length ?? 0;
    assert.is(fences, 2 * blocksOf(textOf(page)).length, page);
  }
});

test.run();
