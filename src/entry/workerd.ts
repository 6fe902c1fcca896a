/** The entry for Cloudflare-style Workers, which compile WebAssembly only from a static import. */

import module from "../../dist/kernels.wasm";
import { installDevice } from "../device/install.ts";
import { installFluent } from "../numpy/fluent.ts";

installDevice(() => module);
installFluent();

export * from "../index.ts";
