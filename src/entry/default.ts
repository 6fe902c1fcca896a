/** The entry for browsers and bundlers: the kernels are part of the code, so that a page needs no network and no server. */
import { program, sizes, takeText } from "virtual:packed-kernels";
import type { KernelFile, KernelLoader } from "../device/wasm/kernels.ts";
import { install } from "./install.ts";
import { unpack } from "./unpack.ts";

const unpacked = (text: string, size: number): Uint8Array<ArrayBuffer> =>
  unpack(
    Uint8Array.from(atob(program), (character) => character.charCodeAt(0)),
    text,
    size,
  );

let files: Record<KernelFile, Uint8Array<ArrayBuffer>> | undefined;

/** Both files are packed as one, which is smaller. */
function unpackAll(): Record<KernelFile, Uint8Array<ArrayBuffer>> {
  const bytes = unpacked(takeText(), sizes.kernels + sizes["kernels-relaxed"]);
  return { kernels: bytes.slice(0, sizes.kernels), "kernels-relaxed": bytes.slice(sizes.kernels) };
}

const load: KernelLoader = (file) => {
  if (typeof file === "object") return unpacked(file.text, file.size);
  files ??= unpackAll();
  return files[file];
};

// Deno and Bun have Node's workers too, which, unlike the web's, let a program end.
const builtin = (globalThis as { process?: Partial<NodeJS.Process> }).process?.getBuiltinModule;
install(load, builtin && { ...builtin("node:worker_threads"), ...builtin("node:os") });

export * from "../index.ts";
