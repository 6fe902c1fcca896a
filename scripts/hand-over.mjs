// For a bundler's modules: WebGPU's part, which an `import()` loads, takes what it shares with the rest from an object that
// `initWebGPU` fills before, and imports none of the rest. A bundler that makes a single file of everything, as esbuild does,
// wraps whatever an `import()` can reach in functions that run on demand, and leaves nothing of it out; were that the compiler
// and half of `lax`, all programs would carry them whole, also those that never ask for WebGPU.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";

const root = join(import.meta.dirname, "..");
const folder = join(root, "src/device/webgpu");
const entry = join(folder, "init.ts");
const shared = join(folder, "shared.js");
const handOver = join(folder, "hand-over.js");
const isPart = (path) =>
  path !== entry && path !== handOver && [folder, join(root, "gpu")].some((home) => path.startsWith(`${home}/`));

/** What the files of the part import from others: the path of each name's file. */
function findShared() {
  const found = new Map();
  const files = [folder, join(root, "gpu")].flatMap((home) =>
    readdirSync(home, { recursive: true }).map((name) => join(home, name)),
  );
  for (const file of files.filter((path) => isPart(path) && path.endsWith(".ts"))) {
    for (const { moduleRequest, entries } of parseSync(file, readFileSync(file, "utf8")).module.staticImports) {
      const path = resolve(dirname(file), moduleRequest.value);
      if (isPart(path)) continue;
      for (const { importName, isType } of entries) {
        if (isType) continue;
        if (!importName.name || (found.get(importName.name) ?? path) !== path) {
          throw new Error(`${file} imports what can't be shared by a name of its own from ${path}`);
        }
        found.set(importName.name, path);
      }
    }
  }
  return found;
}

/** A module whose only function gives the part what it shares. */
function writeHandOver() {
  const found = findShared();
  const imports = [...found].map(([name, path]) => `import { ${name} } from "./${relative(folder, path)}";`);
  return `${imports.join("\n")}
import { shared } from "./shared.js";
export const handOver = () => Object.assign(shared, { ${[...found.keys()].join(", ")} });`;
}

export const handOverToWebGpu = {
  name: "hand-over",
  resolveId(id, importer) {
    if (!importer || !id.startsWith(".")) return null;
    const path = resolve(dirname(importer), id);
    if (path === shared || path === handOver) return path;
    return isPart(importer) && !isPart(path) ? shared : null;
  },
  load(id) {
    if (id === shared) return { code: "export const shared = {};", syntheticNamedExports: "shared" };
    return id === handOver ? writeHandOver() : null;
  },
  transform(code, id) {
    if (id !== entry) return null;
    const loading = 'import("./open.ts")';
    if (!code.includes(loading)) throw new Error(`${id} has no ${loading}`);
    return {
      code: `import { handOver } from "./hand-over.js";\n${code.replace(loading, `(handOver(), ${loading})`)}`,
      map: null,
    };
  },
};
