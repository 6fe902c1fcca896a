/** The entry for Node: the kernels are a file beside this one, read at the first computation. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { install } from "./install.ts";

// The sources run unbuilt too, in tests, and find the built kernels in dist/.
const folder = new URL(import.meta.url.endsWith(".ts") ? "../../dist/" : "./", import.meta.url);

install((file) => new Uint8Array(readFileSync(new URL(`${file}.wasm`, folder))), { Worker, availableParallelism });

export * from "../index.ts";
