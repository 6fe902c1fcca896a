/** Connects the tracer to the machine that computes. */
import { setEvaluator } from "../ir/trace.ts";
import { evaluate } from "./evaluate.ts";
import { addDevice } from "./placement.ts";
import { wasm } from "./wasm/device.ts";
import { type KernelLoader, setKernelLoader } from "./wasm/kernels.ts";
import { setNodeWorkers } from "./wasm/team.ts";
import type { NodeWorkers } from "./wasm/worker.ts";

/** Called once by the entry file of each runtime, which knows how to get the kernels, and what there is of Node. */
export function installDevice(load: KernelLoader, node?: NodeWorkers): void {
  setKernelLoader(load);
  setNodeWorkers(node);
  addDevice(wasm, { name: "cpu" });
  setEvaluator(evaluate);
}
