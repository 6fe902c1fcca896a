/** The entry for browsers, Deno and Bun: the kernels are part of the code, so that a page needs no network and no server. */
import base64 from "virtual:kernels";
import { installDevice } from "../device/install.ts";

installDevice(() => new WebAssembly.Module(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))));

export * from "../index.ts";
