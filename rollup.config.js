// One entry for each way of getting at the kernels' bytes, over one shared chunk with all the rest.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import terser from "@rollup/plugin-terser";
import esbuild from "rollup-plugin-esbuild";

const kernels = ["kernels", "kernels-relaxed"];

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
    const { texts, bytes } = asText(kernels.map((name) => readFileSync(`dist/${name}.wasm`)));
    const named = Object.fromEntries(kernels.map((name, i) => [name, texts[i]]));
    return `export const texts = ${JSON.stringify(named)}; export const bytes = ${JSON.stringify(bytes)};`;
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

/** WebGPU is a chunk that only `initWebGPU` loads. */
function manualChunks(id) {
  if (/\/src\/entry\/(?!install)|virtual:/.test(id)) return undefined;
  return /\/gpu\/|\/src\/device\/webgpu\/(?!init)/.test(id) ? "webgpu" : "core";
}

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
    manualChunks,
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
