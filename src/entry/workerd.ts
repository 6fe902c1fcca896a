/** The entry for Cloudflare-style Workers, which compile WebAssembly only from a static import. */

import module from "../../dist/kernels.wasm";
import { install } from "./install.ts";

install(() => module);

export * from "../index.ts";
