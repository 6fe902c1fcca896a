/** The entry for Cloudflare-style Workers, which compile WebAssembly only from a static import. */

import module from "../../dist/kernels.wasm";
import { installFluent } from "../numpy/fluent.ts";
import { install } from "./install.ts";

install(() => module);
installFluent();

export * from "../index.ts";
