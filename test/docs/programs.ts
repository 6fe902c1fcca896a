/** The programs that the blocks of a page are, and what the page says of their values. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Block, blocksOf, pages, root, textOf } from "./markdown.ts";

/** The languages whose blocks are one program each page: `ts` is checked by its types too, of `html` the scripts run. */
export const LANGUAGES = ["ts", "js", "html"] as const;
type Language = (typeof LANGUAGES)[number];

export interface Program {
  readonly name: string;
  readonly language: Language;
  readonly blocks: readonly Block[];
  /** By block: what stands below as its output. */
  readonly outputs: readonly (string | undefined)[];
}

/** The pages whose blocks run on the processor; docs/design.md is made from the code. */
const isProgramPage = (page: string): boolean => page === "README.md" || page.startsWith("docs/guides/");
const ON_WEBGPU = "docs/webgpu.md";

/** Whether the blocks of a page are programs of these languages. */
export const isProgram = (page: string, language: string): boolean =>
  page === ON_WEBGPU ? language === "ts" : isProgramPage(page) && LANGUAGES.some((name) => name === language);

/** A block without a language directly below a program's is what that prints. */
export function isOutput(page: string, blocks: readonly Block[], i: number): boolean {
  const [above, block] = [blocks[i - 1], blocks[i]];
  if (!above || block?.language !== "" || !isProgramPage(page) || !isProgram(page, above.language)) return false;
  return block.line === above.line + above.text.split("\n").length + 2;
}

/** The scripts of a page, with the library where they load it. */
function scriptOf(block: Block): Block {
  if (block.language !== "html") return block;
  const scripts = [...block.text.matchAll(/^ *<script([^>]*)>([\s\S]*?)<\/script>/gm)].map(([, attributes, code]) =>
    /src="[^"]*\/cotangent(\.iife\.js)?"/.test(attributes as string)
      ? 'import * as cotangent from "cotangent";'
      : (code as string).replace(/from "[^"]*\/cotangent\.js"/, 'from "cotangent"').replaceAll(/^ +/gm, ""),
  );
  return { ...block, text: scripts.join("\n") };
}

function programOf(page: string, language: Language): Program {
  const all = blocksOf(textOf(page));
  const own = all.flatMap((block, i) => (block.language === language && block.source === "" ? [i] : []));
  return {
    name: `${page.replaceAll(/\W/g, "-")}.${language === "html" ? "html.js" : language}`,
    language,
    blocks: own.map((i) => scriptOf(all[i] as Block)),
    outputs: own.map((i) => (isOutput(page, all, i + 1) ? all[i + 1]?.text : undefined)),
  };
}

export const programs: readonly Program[] = pages()
  .filter(isProgramPage)
  .flatMap((page) => LANGUAGES.map((language) => programOf(page, language)))
  .filter(({ blocks }) => blocks.length > 0);

/** What runs on an adapter: test/webgpu/guide.test.ts. */
export const webgpuProgram: Program = programOf(ON_WEBGPU, "ts");

export const codeOf = ({ blocks }: Program): string => blocks.map(({ text }) => text).join("\n");

/** What a comment can promise: a literal, or the names and messages of errors. */
const VALUE =
  /^(?:const (\w+)(?:: [\w[\]]+)? = )?(.+); +\/\/ ((?:[["`\d-]|\{ \w+:|true\b|false\b|null\b|undefined\b|NaN\b).*)$/;
const ERROR = /^(?! )(.+); +\/\/ (\w*Error: .*)$/;
const SHAPES = /^(?! )(?:const (\w+|[[{][^=]*[\]}])(?:: [\w[\]]+)? = )?(.+); +\/\/ +(\([\d, ]*\).*)$/;

/** `const { mean, covariance } = ...; // (5, 1), (5, 5)`: the last names of a pattern have the shapes. */
function shapeClaims(line: string, names: string | undefined, code: string, comment: string): string {
  const shapes = [...comment.matchAll(/\(([\d, ]*)\)/g)].map(([, sizes]) => sizes?.match(/\d+/g) ?? []);
  const list = names === undefined ? [code] : [...names.matchAll(/\w+\b(?!:)/g)].map(([name]) => name);
  const claims = shapes.map((shape, i) => {
    const value = list[list.length - shapes.length + i];
    return `keep.shape(${value}, [${shape}], ${JSON.stringify(line)});`;
  });
  return claims.join(" ");
}

/** A line, and behind it calls that hold it to its comment. */
function kept(line: string): string {
  const [shaped, names, made, shapes] = SHAPES.exec(line) ?? [];
  if (shaped !== undefined) return `${line}\n${shapeClaims(line, names, made as string, shapes as string)}`;
  const [failing, thrower, message] = ERROR.exec(line) ?? [];
  if (failing !== undefined)
    return `keep.error(() => ${thrower}, ${JSON.stringify(message)}, ${JSON.stringify(line)});`;
  const [valued, name, code, wanted] = VALUE.exec(line) ?? [];
  if (valued === undefined) return line;
  const [, logged] = /^console\.log\((.*)\)$/.exec(code as string) ?? [];
  const claim = `keep.value(${name ?? logged ?? code}, ${wanted}, ${JSON.stringify(line)});`;
  return name === undefined ? claim : `${line}\n${claim}`;
}

/** The program with calls of `keep` (claims.ts) in it, for a folder beside test/docs. */
export const keptProgram = ({ blocks }: Program): string =>
  [
    'import { keep } from "../docs/claims.ts";',
    ...blocks.map(({ text }, i) => `keep.begin(${i});\n${text.split("\n").map(kept).join("\n")}`),
    `keep.begin(${blocks.length});`,
  ].join("\n");

/** Calls a function with a folder in which "cotangent" means the sources. */
export async function withFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(root, "test", "programs-"));
  try {
    await fn(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
