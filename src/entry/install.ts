/** What the entry of every runtime does before it exports anything. */
import { installDevice } from "../device/install.ts";
import type { KernelLoader } from "../device/wasm/kernels.ts";
import type { NodeWorkers } from "../device/wasm/worker.ts";
import { installFluent } from "../numpy/fluent.ts";

/** Connects the device, whose kernels each runtime gets in its own way, and gives arrays their methods. */
export function install(load: KernelLoader, node?: NodeWorkers): void {
  installDevice(load, node);
  installFluent();
}
