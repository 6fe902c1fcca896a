/** The entry for browsers and bundlers: the kernels are part of the code, so that a page needs no network and no server. */
import { bytes, texts } from "virtual:kernels-text";
import type { KernelFile } from "../device/wasm/kernels.ts";
import { install } from "./install.ts";

/** Reads the text that rollup.config.js describes, over bytes, which engines do several times as fast as over strings. */
function decode(file: KernelFile): Uint8Array<ArrayBuffer> {
  const codes = new TextEncoder().encode(texts[file]);
  let length = 0;
  let shift = -35;
  for (const code of codes) {
    if (code > 33) codes[length++] = bytes[code + shift]!;
    shift = code === 32 ? 57 : code === 33 ? 149 : -35;
  }
  return codes.slice(0, length);
}

// Deno and Bun have Node's workers too, which, unlike the web's, let a program end.
const builtin = (globalThis as { process?: Partial<NodeJS.Process> }).process?.getBuiltinModule;
install(decode, builtin && { ...builtin("node:worker_threads"), ...builtin("node:os") });

export * from "../index.ts";
