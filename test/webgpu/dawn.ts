/** WebGPU in Node, by Dawn. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { DAWN_SWITCHES } from "./environment.mjs";

interface Dawn {
  create(switches: string[]): GPU;
  readonly globals: object;
}

/** Dawn ends with its GPU, which a garbage collector takes from a device in use. */
const kept: GPU[] = [];

/** The API as a browser's `navigator.gpu`. The null backend validates everything and computes nothing. */
export async function openDawn(backend: "adapter" | "null" = "adapter"): Promise<GPU> {
  const require = createRequire(new URL("../runtimes/package.json", import.meta.url));
  const { create, globals } = (await import(pathToFileURL(require.resolve("webgpu")).href)) as Dawn;
  Object.assign(globalThis, globals);
  const gpu = create(backend === "null" ? ["backend=null"] : DAWN_SWITCHES);
  kept.push(gpu);
  return gpu;
}

/** A device with the adapter's own limits, where they count; whatever it complains of becomes an error of the process. */
export async function openDevice(gpu: GPU): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter: install Debian's chromium, or set VK_DRIVER_FILES");
  const names = ["maxStorageBufferBindingSize", "maxBufferSize", "maxStorageBuffersPerShaderStage"] as const;
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(names.map((name) => [name, adapter.limits[name]])),
  });
  device.addEventListener("uncapturederror", ({ error }) => {
    throw new Error(`uncaptured: ${error.message}`);
  });
  return device;
}
