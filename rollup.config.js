// One entry for each way of getting at the kernels' bytes, over one shared chunk with all the rest.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import terser from "@rollup/plugin-terser";
import esbuild from "rollup-plugin-esbuild";

const kernels = "dist/kernels.wasm";

/** Gives the bytes to the entry that embeds them, and leaves a Worker's static import as it is. */
const kernelBytes = {
  name: "kernel-bytes",
  resolveId(id) {
    if (id === "virtual:kernels") return `\0${id}`;
    const file = /\/(kernels[\w-]*\.wasm)$/.exec(id);
    return file && { id: `./${file[1]}`, external: "absolute" };
  },
  load(id) {
    if (id !== "\0virtual:kernels") return null;
    this.addWatchFile(kernels);
    // Hexadecimal, because base64 hides the bytes' repetitions: compressed, as servers and packages are, it is 6 KB less.
    return `export default "${readFileSync(kernels, "hex")}";`;
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

export default {
  input: {
    node: "src/entry/node.ts",
    workerd: "src/entry/workerd.ts",
    index: "src/entry/default.ts",
  },
  external: /^node:/,
  output: {
    dir: "dist",
    format: "es",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    manualChunks: (id) => (/\/src\/entry\/(?!install)|virtual:/.test(id) ? undefined : "core"),
  },
  plugins: [
    cleanDist,
    kernelBytes,
    esbuild({ target: "es2022", tsconfig: "tsconfig.json", legalComments: "none" }),
    // Names are shortened as well: size is a promise of this library, and the source maps give the names back.
    terser({ module: true, ecma: 2020, compress: { passes: 3, pure_getters: true, unsafe_arrows: true } }),
  ],
  // A circular import or an unresolved name is a mistake here, never a matter of taste.
  onLog(level, log, handler) {
    if (level === "warn") handler("error", log);
    else handler(level, log);
  },
};
