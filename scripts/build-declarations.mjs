// Writes dist/node/index.d.ts: the declarations of all that users can reach, in one file; and one for each subpath, which takes the
// whole's types from there, so that an array is the same class everywhere.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Beside the bundles for Node, so that an import of one of those finds them. */
const declarations = join(root, "dist/node");
/** From low to high: a subpath may know those before it. */
const subpaths = ["io", "onnx"];
const silent = { default: { logLevel: "none" } };

/** The declarations of each module, without what is marked as internal. */
function emit(folder) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", folder], {
    cwd: root,
    stdio: "inherit",
  });
}

/** One file of all that a module's exports reach. */
function rollUp(folder, module, name) {
  const compilerOptions = {
    target: "es2022",
    lib: ["es2022", "webworker"],
    module: "nodenext",
    moduleResolution: "nodenext",
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    types: [],
    skipLibCheck: true,
  };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      newlineKind: "lf",
      mainEntryPointFilePath: join(folder, module),
      compiler: { overrideTsconfig: { compilerOptions, include: [folder] } },
      dtsRollup: { enabled: true, untrimmedFilePath: join(declarations, `${name}.d.ts`) },
      messages: {
        compilerMessageReporting: { default: { logLevel: "error" } },
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
    packageJsonFullPath: join(root, "package.json"),
  });
  const quiet = (message) => {
    message.handled = message.logLevel !== "error";
  };
  if (!Extractor.invoke(config, { localBuild: true, messageCallback: quiet }).succeeded) {
    throw new Error(`the declarations of ${module} can't be rolled up`);
  }
}

/** Lets a file of declarations be what `change` makes of it. */
function rewrite(file, change) {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

/** `text` with each place of `pattern` replaced, of which there must be one at least. */
function replace(text, pattern, replacement) {
  if (!pattern.test(text)) throw new Error(`the declarations have no ${pattern}`);
  return text.replaceAll(pattern, replacement);
}

/** Comments of namespaces, and who is exported: the roll-up leaves out the former and takes a namespace's own for exports. */
function nameSpaces(text, folder) {
  const comments = {};
  for (const file of ["src/index.d.ts", "src/numpy/index.d.ts", "src/nn/index.d.ts", "src/scipy/index.d.ts"]) {
    const exported = readFileSync(join(folder, file), "utf8").matchAll(/(\/\*\* .* \*\/\n)export \* as (\w+) from/g);
    for (const [, comment, name] of exported) comments[name] = { comment, isTop: file === "src/index.d.ts" };
  }
  return text.replace(/^export declare namespace (\w+)/gm, (declaration, name) => {
    const { comment, isTop } = comments[name.replace(/_\d$/, "")] ?? {};
    if (!comment) throw new Error(`the namespace ${name} has no comment`);
    return comment + (isTop ? declaration : declaration.replace("export ", ""));
  });
}

/** What the roll-up can't do: merge the methods into the class, and keep the name of a type that TypeScript has one of, too. */
function finish(text) {
  const merged = replace(text, /^declare interface \w+Methods \{/gm, "export declare interface NDArray {");
  const alone = replace(
    merged,
    /^ +ArrayMethods,\n|^\/\*\*[^/]*\*\/\ndeclare interface ArrayMethods [^}]*\}\n\n/gm,
    "",
  );
  const named = replace(alone, /^export \{ ArrayLike_2 as ArrayLike \}\n/gm, "export { ArrayLike }\n");
  return replace(named, /\bArrayLike_2\b(?: as ArrayLike\b)?/g, "ArrayLike");
}

/** The names that a file of declarations exports. */
function exportedNames(name) {
  const text = readFileSync(join(declarations, `${name}.d.ts`), "utf8");
  const declared = text.matchAll(/^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const) (\w+)/gm);
  const listed = text.matchAll(/^export \{ (?:type )?(?:\w+ as )?(\w+) \}/gm);
  return new Set([...declared, ...listed].map(([, exported]) => exported));
}

/** Lets modules take what a file of declarations exports from a package of this name; what it doesn't export stays a copy. */
function takeFrom(entry, names, folders, modules) {
  const taken = (whole, list, path) => {
    if (!folders.test(path)) return whole;
    const all = list.split(",").map((name) => name.trim().replace(/^type /, ""));
    const line = (chosen, from) => (chosen.length > 0 ? `import type { ${chosen.join(", ")} } from "${from}";` : "");
    const isPublic = (name) => names.has(name);
    return (
      line(all.filter(isPublic), entry) +
      line(
        all.filter((name) => !isPublic(name)),
        path,
      )
    );
  };
  for (const file of modules) {
    rewrite(file, (text) => text.replace(/import (?:type )?\{ ([^}]*) \} from "([^"]*)";/g, taken));
  }
}

/** Makes a file of declarations a package: only what another package has isn't rolled up. */
function addPackage(folder, name) {
  const home = join(folder, "node_modules", packageOf(name));
  mkdirSync(home, { recursive: true });
  const types = relative(home, join(declarations, `${name}.d.ts`));
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: packageOf(name), version: "0.0.0", types }));
}

const packageOf = (name) => `entry-${name}`;

/** The declarations of a subpath, which knows the whole and the subpaths in `lower`. */
function declareSubpath(folder, name, lower) {
  const home = join(folder, "src", name);
  const modules = readdirSync(home, { recursive: true })
    .filter((file) => file.endsWith(".d.ts"))
    .map((file) => join(home, file));
  const own = [name, ...lower].join("|");
  takeFrom(packageOf("index"), exportedNames("index"), new RegExp(`^(\\.\\./)+(?!${own})\\w+/`), modules);
  for (const below of lower) {
    takeFrom(packageOf(below), exportedNames(below), new RegExp(`^(\\.\\./)+${below}/`), modules);
  }
  rollUp(folder, `src/${name}/index.d.ts`, name);
  // The ending is for Deno, which looks for no other.
  rewrite(join(declarations, `${name}.d.ts`), (text) => {
    return text.replace(/^import (?:type )?(\{.*\}) from 'entry-(\w+)';/gm, 'import type $1 from "./$2.d.ts";');
  });
}

/** Tells Deno and JSR, which read no package.json's `types`, where the types of a bundle are. */
function nameTypes(name) {
  const line = `/* @ts-self-types="./${name}.d.ts" */\n`;
  rewrite(join(declarations, `${name}.js`), (text) => (text.startsWith(line) ? text : line + text));
}

const folder = mkdtempSync(join(root, "dist/declarations-"));
try {
  emit(folder);
  rollUp(folder, "src/index.d.ts", "index");
  rewrite(join(declarations, "index.d.ts"), (text) => nameSpaces(finish(text), folder));
  addPackage(folder, "index");
  for (const [i, name] of subpaths.entries()) {
    declareSubpath(folder, name, subpaths.slice(0, i));
    addPackage(folder, name);
  }
  for (const name of ["index", ...subpaths]) nameTypes(name);
} finally {
  rmSync(folder, { recursive: true });
}
