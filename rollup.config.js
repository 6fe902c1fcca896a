// Three forms of one library: a plain bundle for Node, Deno and Bun; its modules one by one for bundlers; and for pages
// without a bundler one minified module and one classic script.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import terser from "@rollup/plugin-terser";
import esbuild from "rollup-plugin-esbuild";
import { handOverToWebGpu } from "./scripts/hand-over.mjs";
import { pack } from "./scripts/pack.mjs";

const kernels = ["kernels", "kernels-relaxed"];
/** The modules that only some programs carry. */
const added = ["linalg", "special"];
const bytesOf = (name) => readFileSync(`dist/${name}.wasm`);

/** A module that exports `names` and their values. */
const constants = (names) =>
  Object.entries(names)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join("\n");

/** Gives the bytes to the entries that embed them, and leaves a Worker's static import as it is. */
const kernelBytes = {
  name: "kernel-bytes",
  resolveId(id) {
    if (id === "virtual:packed-kernels") return `${import.meta.dirname}/src/entry/packed-kernels.js`;
    const file = /\/dist\/([\w-]+\.wasm)$/.exec(id);
    return file && { id: `../${file[1]}`, external: "absolute" };
  },
  load(id) {
    const ofEach = (value) => Object.fromEntries(kernels.map((name) => [name, value(bytesOf(name))]));
    if (id.endsWith("/src/entry/packed-kernels.js")) {
      // A variable that changes is one that minifiers leave where it is: in front of all code, whose text compresses worse
      // around 33 KB of another kind.
      return `let text = ${JSON.stringify(pack(Buffer.concat(kernels.map(bytesOf))))};
export function takeText() {
  const taken = text;
  text = "";
  return taken;
}
${constants({ program: bytesOf("unpack").toString("base64"), sizes: ofEach((bytes) => bytes.length) })}`;
    }
    // Node's own entry reads files where it runs unbuilt; built, it must work in any place that a bundler puts it.
    if (id.endsWith("/src/entry/node-kernels.ts")) {
      const texts = Object.fromEntries([...kernels, ...added].map((name) => [name, bytesOf(name).toString("base64")]));
      return `import { Buffer } from "node:buffer";
${constants({ texts })}
export const loadKernels = (file) => new Uint8Array(Buffer.from(texts[file.name ?? file], "base64"));`;
    }
    return null;
  },
};

/** Puts the modules that only some programs need beside the code that needs them, so that nothing else brings them along. */
const addedBytes = {
  name: "added-bytes",
  load(id) {
    const name = added.find((it) => id.endsWith(`/src/lax/${it}-module.ts`));
    if (!name) return null;
    const bytes = bytesOf(name);
    return `${constants({ text: pack(bytes) })}
export const ${name}Module = { name: "${name}", text, size: ${bytes.length} };`;
  },
};

/** Enums as plain objects: nothing built looks up a name by its number, for which TypeScript's have each name twice. */
const plainEnums = {
  name: "plain-enums",
  transform(code, id) {
    if (!id.endsWith("/assembly/opcodes.ts")) return null;
    const member = (text) => text.replace(/^( +\w+) = (\d+),$/gm, "$1: $2,");
    return {
      code: code.replace(
        /^export const enum (\w+) (\{.*?^\})/gms,
        (_, name, body) => `export const ${name} = ${member(body)};`,
      ),
      map: null,
    };
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

const plugins = [
  kernelBytes,
  plainEnums,
  esbuild({ target: "es2022", tsconfig: "tsconfig.json", legalComments: "none" }),
];
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

/** The entries of a form of the library: the whole, and the subpaths, which share its files. */
const entries = (name, runtime, prefix = "") => ({
  [name]: `src/entry/${runtime}.ts`,
  [`${prefix}io`]: `src/entry/${runtime}-io.ts`,
  [`${prefix}onnx`]: `src/entry/${runtime}-onnx.ts`,
});

/** What chunks are called: what `initWebGPU` loads, what all entries share, and what the subpaths do. */
const chunkName =
  ({ onDemand, core, files }) =>
  ({ isDynamicEntry, moduleIds }) => {
    if (isDynamicEntry) return onDemand;
    return moduleIds.some((id) => id.includes("/src/entry/")) ? core : files;
  };

/** One readable file, so that stacks can be read and it starts fast, and beside it what only `initWebGPU` loads. */
const node = {
  ...common,
  input: entries("index", "node"),
  plugins: [cleanDist, ...plugins],
  output: {
    dir: "dist/node",
    entryFileNames: "[name].js",
    chunkFileNames: chunkName({ onDemand: "webgpu.js", core: "cotangent.js", files: "files.js" }),
  },
};

/** Modules as they are written, of which a bundler takes what a program uses. */
const modules = {
  ...common,
  input: { ...entries("index", "default"), ...entries("workerd", "workerd", "workerd-") },
  plugins: [handOverToWebGpu, addedBytes, ...plugins],
  // An import that serves no name would be a warning of every bundler, since package.json says that only entries act.
  treeshake: { moduleSideEffects: (id) => id.includes("/src/entry/") },
  output: {
    dir: "dist/modules",
    preserveModules: true,
    preserveModulesRoot: ".",
    hoistTransitiveImports: false,
  },
};

/** For pages without a bundler. */
const pages = {
  ...common,
  input: entries("cotangent", "default", "cotangent."),
  plugins: [addedBytes, ...plugins],
  preserveEntrySignatures: "allow-extension",
  output: {
    dir: "dist",
    entryFileNames: "[name].js",
    chunkFileNames: chunkName({
      onDemand: "cotangent.webgpu.js",
      core: "cotangent.core.js",
      files: "cotangent.files.js",
    }),
    plugins: [minify(true)],
  },
};

/** What can't load a second file, as a script of a page from a file, has WebGPU inside. */
const script = {
  ...common,
  input: "src/entry/default.ts",
  plugins: [addedBytes, ...plugins],
  output: {
    file: "dist/cotangent.iife.js",
    format: "iife",
    name: "cotangent",
    inlineDynamicImports: true,
    plugins: [minify(false)],
  },
};

export default [node, modules, pages, script];
