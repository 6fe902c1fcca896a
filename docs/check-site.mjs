// The built site holds every page in its navigation, and its links lead somewhere, to a heading where they name one.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));
const site = join(here, "api");
const pages = readdirSync(site, { recursive: true }).filter((path) => path.endsWith(".html"));
const texts = new Map(pages.map((path) => [join(site, path), readFileSync(join(site, path), "utf8")]));

/** What the elements of a page are called. */
const names = new Map([...texts].map(([path, text]) => [path, new Set([...text.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]))]));

function complaint(page, href) {
  const [path, anchor] = decodeURIComponent(href.replaceAll("&amp;", "&")).split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(target)) return `${relative(site, page)}: ${href} isn't there`;
  const isNamed = !anchor || !names.has(target) || names.get(target).has(anchor);
  return isNamed ? undefined : `${relative(site, page)}: nothing is called ${href}`;
}

const broken = [...texts].flatMap(([page, text]) =>
  [...text.matchAll(/<a [^>]*href="(?!https?:|mailto:)([^"]*)"/g)].flatMap(([, href]) => complaint(page, href) ?? []),
);

const [, packed] = /"([^"]+)"/.exec(readFileSync(join(site, "assets/navigation.js"), "utf8"));
const navigation = inflateSync(Buffer.from(packed, "base64")).toString();
const { projectDocuments } = JSON.parse(readFileSync(join(here, "typedoc.json"), "utf8"));
const headingOf = (path) => /^# (.*)$/m.exec(readFileSync(join(here, path), "utf8"))[1];
const missing = projectDocuments
  .map(headingOf)
  .filter((heading) => !navigation.includes(JSON.stringify(heading)))
  .map((heading) => `the navigation lacks ${heading}`);

const complaints = [...new Set([...broken, ...missing])];
console.log([...complaints, `${pages.length} pages, ${complaints.length} broken links or missing pages`].join("\n"));
process.exitCode = complaints.length === 0 ? 0 : 1;
