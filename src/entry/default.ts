/** The entry for browsers, Deno and Bun: the kernels are part of the code, so that a page needs no network and no server. */
import { bytes, texts } from "virtual:kernels";
import type { KernelFile } from "../device/wasm/kernels.ts";
import { install } from "./install.ts";

/** Reads the text that rollup.config.js describes. */
const decode = (file: KernelFile): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(texts[file].match(/[ !]?./g)!, (code) => {
    const place = code.charCodeAt(code.length - 1) - 35;
    return bytes[code.length < 2 ? place : code < "!" ? place + 92 : place + 184]!;
  });

// Deno and Bun have Node's workers too, which, unlike the web's, let a program end.
const builtin = (globalThis as { process?: Partial<NodeJS.Process> }).process?.getBuiltinModule;
install(decode, builtin && { ...builtin("node:worker_threads"), ...builtin("node:os") });

export * from "../index.ts";
