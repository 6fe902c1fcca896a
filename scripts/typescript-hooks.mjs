// TypeScript without its types, as esbuild makes it of a file; what it made is kept in node_modules/.cache/typescript/. tsx
// would keep each function's name besides, by a call for every closure, which takes a fifth of the tests' time.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules/.cache/typescript");
const settings = readFileSync(join(root, "tsconfig.json"), "utf8");
/** The files of the library's entries, by what its users write. */
const entries = new Map(
  [...settings.matchAll(/"(cotangent[^"]*)": \["\.\/([^"]*)"\]/g)].map(([, name, file]) => [name, file]),
);
const { version } = JSON.parse(readFileSync(join(root, "node_modules/esbuild/package.json"), "utf8"));

const hash = (...texts) => createHash("sha256").update(JSON.stringify(texts)).digest("hex");

async function translate(text, name) {
  // Where all is kept, no process of its has to begin.
  const { transform } = await import("esbuild");
  const options = { loader: "ts", sourcefile: name, sourcemap: "inline", sourcesContent: false };
  return (await transform(text, { ...options, tsconfigRaw: settings })).code;
}

/** What is kept in a file, if it ends with this line. */
function keptAt(place, seal) {
  try {
    const text = readFileSync(place, "utf8");
    return text.endsWith(seal) ? text : null;
  } catch {
    return null;
  }
}

/** Whole at once, since other processes read it meanwhile. */
function keep(place, text) {
  const draft = `${place}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  writeFileSync(draft, text);
  renameSync(draft, place);
}

/** A file as JavaScript. One of the project has one place among what is kept, where the last line says what it was made of. */
async function javaScriptOf(file) {
  const text = readFileSync(file, "utf8");
  const path = relative(root, file);
  if (path.startsWith(`..${sep}`)) return await translate(text, basename(file));
  const place = join(cache, `${path.split(sep).join("+")}.js`);
  const seal = `\n// ${hash(text, settings, version)}`;
  const kept = keptAt(place, seal);
  if (kept) return kept;
  const code = (await translate(text, basename(file))) + seal;
  keep(place, code);
  return code;
}

/** The entries of the library, which its users name: those that tsconfig.json has. */
export function resolve(specifier, context, next) {
  const named = /^cotangent(?:\/(\w+))?$/.exec(specifier);
  if (!named) return next(specifier, context);
  const file = entries.get(specifier) ?? entries.get("cotangent/*").replace("*", named[1]);
  return next(pathToFileURL(join(root, file)).href, context);
}

export async function load(url, context, next) {
  if (!url.startsWith("file:") || !new URL(url).pathname.endsWith(".ts")) return next(url, context);
  return { format: "module", source: await javaScriptOf(fileURLToPath(url)), shortCircuit: true };
}
