// One entry for each way of getting at the kernels' bytes, over one shared chunk with all the rest.

import { readdirSync, readFileSync, rmSync } from "node:fs";
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
    // The entry uses one of the two, the other is dropped. Hexadecimal is 6 KB smaller once the server or the package
    // is compressed, because base64 hides the bytes' repetitions; base64 needs less code and is smaller uncompressed.
    return `export default "${readFileSync(kernels, "base64")}";
const hex = "${readFileSync(kernels, "hex")}";
export const kernelBytes = () =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));`;
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
    manualChunks: (id) => (/\/src\/entry\/|virtual:/.test(id) ? undefined : "core"),
  },
  plugins: [
    cleanDist,
    kernelBytes,
    // Names are shortened as well: size is a promise of this library, and the source maps give the names back.
    esbuild({ target: "es2022", tsconfig: "tsconfig.json", minify: true, legalComments: "none" }),
  ],
  // A circular import or an unresolved name is a mistake here, never a matter of taste.
  onLog(level, log, handler) {
    if (level === "warn") handler("error", log);
    else handler(level, log);
  },
};
