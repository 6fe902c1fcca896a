/** The entry for Cloudflare-style Workers, which compile WebAssembly only from a static import. */

import kernels from "../../dist/kernels.wasm";
import relaxed from "../../dist/kernels-relaxed.wasm";
import { install } from "./install.ts";

install((file) => (file === "kernels" ? kernels : relaxed));

export * from "../index.ts";
