/** Connects the tracer to the machine that computes. */
import { setEvaluator } from "../ir/trace.ts";
import { evaluate } from "./evaluate.ts";
import { type KernelLoader, setKernelLoader } from "./kernels.ts";
import { setNodeWorkers } from "./threads.ts";
import type { NodeWorkers } from "./worker.ts";

/** Called once by the entry file of each runtime, which knows how to get the kernels, and what there is of Node. */
export function installDevice(load: KernelLoader, node?: NodeWorkers): void {
  setKernelLoader(load);
  setNodeWorkers(node);
  setEvaluator(evaluate);
}
