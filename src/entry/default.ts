/** The entry for browsers, Deno and Bun: the kernels are part of the code, so that a page needs no network and no server. */
import hex from "virtual:kernels";
import { install } from "./install.ts";

const bytes = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));

// Deno and Bun have Node's workers too, which, unlike the web's, let a program end.
const builtin = (globalThis as { process?: Partial<NodeJS.Process> }).process?.getBuiltinModule;
install(bytes, builtin && { ...builtin("node:worker_threads"), ...builtin("node:os") });

export * from "../index.ts";
