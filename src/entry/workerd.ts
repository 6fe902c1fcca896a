/** The entry for Cloudflare-style Workers, which compile WebAssembly only from a static import. */

import kernels from "../../dist/kernels.wasm";
import relaxed from "../../dist/kernels-relaxed.wasm";
import linalg from "../../dist/linalg.wasm";
import special from "../../dist/special.wasm";
import { install } from "./install.ts";

const modules = { kernels, "kernels-relaxed": relaxed, linalg, special };
install((file) => modules[typeof file === "string" ? file : file.name]);

export * from "../index.ts";
