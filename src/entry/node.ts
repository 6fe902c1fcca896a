/** The entry for Node, Deno and Bun. Built, it has the kernels inside, so that it needs no file beside it and no permission. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { allocate } from "../base/dtypes.ts";
import { install } from "./install.ts";
import { loadKernels } from "./node-kernels.ts";

/**
 * Just less than what glibc's `malloc` always maps by itself. It gives the pages of freed arrays back to the system, and the
 * next result pays for fresh ones, which may take longer than computing it; but not of arrays smaller than the largest
 * that it has seen freed. So it sees one: never written to, this one takes addresses and no memory.
 */
const LARGEST_KEPT = 31 * 2 ** 20;
allocate("bool", LARGEST_KEPT);

install(loadKernels, { Worker, availableParallelism });

export * from "../index.ts";
