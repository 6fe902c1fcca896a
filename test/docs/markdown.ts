/** The project's pages as tests read them: code blocks, headings, links. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A fenced block: behind its fence stands its language and, where it is a part of a file, that; `line` is the fence's. */
export interface Block {
  readonly language: string;
  readonly source: string;
  readonly text: string;
  readonly line: number;
}

const SKIPPED = new Set(["node_modules", "dist", "out", "api"]);

/** The paths of all Markdown files, from the project's root. */
export function pages(folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : pages(path);
    return path.endsWith(".md") ? [path] : [];
  });
}

export const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\S*) *([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] as string,
    source: match[2] as string,
    text: match[3] as string,
    line: text.slice(0, match.index).split("\n").length,
  }));
}

/** Without its code, in which brackets are no links and `#` no headings. */
const proseOf = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "``");

/** The targets of links and images that are in the repository. */
export const linksOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map((match) => match[1] as string);

/** What can follow `#` in a link to the page, as GitHub and typedoc make it of headings. */
export const anchorsOf = (text: string): string[] =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ +(.*)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
