/** The entry for browsers, Deno and Bun: the kernels are part of the code, so that a page needs no network and no server. */
import hex from "virtual:kernels";
import { install } from "./install.ts";

const bytes = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));

install(() => new WebAssembly.Module(bytes()));

export * from "../index.ts";
