// Writes dist/index.d.ts: the declarations of all that users can reach, in one file.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = join(root, "dist/index.d.ts");
const silent = { default: { logLevel: "none" } };

/** The declarations of each module, without what is marked as internal. */
function emit(folder) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", folder], {
    cwd: root,
    stdio: "inherit",
  });
}

/** One file of them all, with what no export reaches left out. */
function rollUp(folder) {
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
      mainEntryPointFilePath: join(folder, "src/index.d.ts"),
      compiler: { overrideTsconfig: { compilerOptions, include: [folder] } },
      dtsRollup: { enabled: true, untrimmedFilePath: output },
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
    throw new Error("the declarations can't be rolled up");
  }
}

/** `text` with each place of `pattern` replaced, of which there must be one at least. */
function replace(text, pattern, replacement) {
  if (!pattern.test(text)) throw new Error(`${output} has no ${pattern}`);
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

/** Tells Deno and JSR, which read no package.json's `types`, where the types of a bundle are. */
function nameTypes(bundle) {
  const text = readFileSync(bundle, "utf8");
  const line = '/* @ts-self-types="../index.d.ts" */\n';
  if (!text.startsWith(line)) writeFileSync(bundle, line + text);
}

const folder = mkdtempSync(join(root, "dist/declarations-"));
try {
  emit(folder);
  rollUp(folder);
  writeFileSync(output, nameSpaces(finish(readFileSync(output, "utf8")), folder));
  nameTypes(join(root, "dist/node/index.js"));
} finally {
  rmSync(folder, { recursive: true });
}
