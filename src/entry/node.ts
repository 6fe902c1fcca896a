/** The entry for Node, Deno and Bun. Built, it has the kernels inside, so that it needs no file beside it and no permission. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { install } from "./install.ts";
import { loadKernels } from "./node-kernels.ts";

install(loadKernels, { Worker, availableParallelism });

export * from "../index.ts";
