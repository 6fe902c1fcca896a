/** Connects the tracer to the machine that computes. */
import { setEvaluator } from "../ir/trace.ts";
import { evaluate } from "./evaluate.ts";
import { type KernelLoader, setKernelLoader } from "./wasm.ts";

/** Called once by the entry file of each runtime, which knows how to get the kernels. */
export function installDevice(load: KernelLoader): void {
  setKernelLoader(load);
  setEvaluator(evaluate);
}
