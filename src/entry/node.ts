/** The entry for Node: the kernels are a file beside this one, read at the first computation. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { install } from "./install.ts";

// The sources run unbuilt too, in tests, and find the built kernels in dist/.
const location = import.meta.url.endsWith(".ts") ? "../../dist/kernels.wasm" : "./kernels.wasm";

install(() => new Uint8Array(readFileSync(new URL(location, import.meta.url))), { Worker, availableParallelism });

export * from "../index.ts";
