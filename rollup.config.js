// Three forms of one library: a plain bundle for Node, Deno and Bun; its modules one by one for bundlers; and for pages
// without a bundler one minified module and one classic script.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import terser from "@rollup/plugin-terser";
import esbuild from "rollup-plugin-esbuild";

const kernels = ["kernels", "kernels-relaxed"];
const bytesOf = (name) => readFileSync(`dist/${name}.wasm`);

/**
 * Bytes as ASCII that compresses well, as servers and packages are, because it keeps the bytes' repetitions: 1.5 KB less than
 * hexadecimal, 7 KB less than base64. The most frequent bytes are one character each, from "#" to "~" without "\\"; the
 * others are two, of which the first is a space or "!". `bytes` lists the bytes in this order, with 0 at the gaps.
 * All files have the first one's code.
 */
function asText(files) {
  const count = new Array(256).fill(0);
  for (const byte of files[0]) count[byte]++;
  const ranked = [...count.keys()].sort((a, b) => count[b] - count[a]);
  const bytes = [];
  const codes = [];
  for (const prefix of ["", " ", "!"]) {
    for (let code = 35; code < 127; code++) {
      const byte = code === 92 ? undefined : ranked.shift();
      bytes.push(byte ?? 0);
      if (byte !== undefined) codes[byte] = prefix + String.fromCharCode(code);
    }
  }
  return { texts: files.map((data) => Array.from(data, (byte) => codes[byte]).join("")), bytes };
}

/** A module that exports `names` and their values. */
const constants = (names) =>
  Object.entries(names)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join("\n");

/** Gives the bytes to the entries that embed them, and leaves a Worker's static import as it is. */
const kernelBytes = {
  name: "kernel-bytes",
  resolveId(id) {
    const embedded = /^virtual:(kernels-\w+)$/.exec(id);
    if (embedded) return `${import.meta.dirname}/src/entry/${embedded[1]}.js`;
    const file = /\/(kernels[\w-]*\.wasm)$/.exec(id);
    return file && { id: `../${file[1]}`, external: "absolute" };
  },
  load(id) {
    const named = (texts) => Object.fromEntries(kernels.map((name, i) => [name, texts[i]]));
    if (id.endsWith("/kernels-text.js")) {
      const { texts, bytes } = asText(kernels.map(bytesOf));
      return constants({ texts: named(texts), bytes });
    }
    // Node's own entry reads files where it runs unbuilt; built, it must work in any place that a bundler puts it.
    if (id.endsWith("/src/entry/node-kernels.ts")) {
      const texts = kernels.map((name) => bytesOf(name).toString("base64"));
      return `import { Buffer } from "node:buffer";
${constants({ texts: named(texts) })}
export const loadKernels = (file) => new Uint8Array(Buffer.from(texts[file], "base64"));`;
    }
    return null;
  },
};

/** Removes what an earlier build left, except for the kernels, which are built before. */
const cleanDist = {
  name: "clean-dist",
  buildStart() {
    for (const name of readdirSync("dist")) {
      if (!name.endsWith(".wasm")) rmSync(`dist/${name}`, { recursive: true });
    }
  },
};

const plugins = [kernelBytes, esbuild({ target: "es2022", tsconfig: "tsconfig.json", legalComments: "none" })];
const common = {
  external: /^node:/,
  // A circular import or an unresolved name is a mistake here, never a matter of taste.
  onLog(level, log, handler) {
    if (level === "warn") handler("error", log);
    else handler(level, log);
  },
};
const minify = (module) =>
  terser({ module, ecma: 2020, compress: { passes: 2, pure_getters: true, unsafe_arrows: true } });

/** One readable file, so that stacks can be read and it starts fast, and beside it what only `initWebGPU` loads. */
const node = {
  ...common,
  input: "src/entry/node.ts",
  plugins: [cleanDist, ...plugins],
  output: {
    dir: "dist/node",
    entryFileNames: "index.js",
    chunkFileNames: ({ isDynamicEntry }) => (isDynamicEntry ? "webgpu.js" : "cotangent.js"),
  },
};

/** Modules as they are written, of which a bundler takes what a program uses. */
const modules = {
  ...common,
  input: { index: "src/entry/default.ts", workerd: "src/entry/workerd.ts" },
  plugins,
  // An import that serves no name would be a warning of every bundler, since package.json says that only entries act.
  treeshake: { moduleSideEffects: (id) => id.includes("/src/entry/") },
  output: {
    dir: "dist/modules",
    preserveModules: true,
    preserveModulesRoot: ".",
    hoistTransitiveImports: false,
  },
};

/** For pages without a bundler. What can't load a second file, as a script of a page from a file, has WebGPU inside. */
const pages = {
  ...common,
  input: "src/entry/default.ts",
  plugins,
  preserveEntrySignatures: "allow-extension",
  output: [
    {
      dir: "dist",
      entryFileNames: "cotangent.js",
      chunkFileNames: "cotangent.webgpu.js",
      plugins: [minify(true)],
    },
    {
      file: "dist/cotangent.iife.js",
      format: "iife",
      name: "cotangent",
      inlineDynamicImports: true,
      plugins: [minify(false)],
    },
  ],
};

export default [node, modules, pages];
