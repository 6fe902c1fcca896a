/** The entry for Cloudflare-style Workers, which compile WebAssembly only from a static import. */

import eigen from "../../dist/eigen.wasm";
import kernels from "../../dist/kernels.wasm";
import relaxed from "../../dist/kernels-relaxed.wasm";
import type { KernelLoader } from "../device/wasm/kernels.ts";
import { install } from "./install.ts";

const modules = { eigen, kernels, "kernels-relaxed": relaxed };
install(((file: keyof typeof modules) => modules[file]) as KernelLoader);

export * from "../index.ts";
