/** Opening an adapter. Loaded when a program asks for it, with all of this folder and `gpu/`. */
import { DeviceError } from "../../base/errors.ts";
import type { Rates } from "../../compile/cost.ts";
import { WebGpu } from "./device.ts";
import { measureRates } from "./rates.ts";
import { Session } from "./session.ts";

/** What the device may be given beyond WebGPU's defaults, as far as the adapter has it. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

const NO_GPU =
  "initWebGPU: there is no WebGPU here. Browsers have it on pages from https or localhost, Deno by itself; on Node install " +
  'the package "webgpu" (npm i webgpu), or pass its GPU: initWebGPU({ gpu: create([]) }). The processor computes without.';

const NO_ADAPTER =
  "initWebGPU: WebGPU finds no adapter on this machine. A browser may have it switched off (about:gpu tells), a server may " +
  "lack a driver for Vulkan. The processor computes without.";

/** The runtime's own WebGPU: the global one, or on Node that of Dawn. */
async function findGpu(): Promise<GPU> {
  const { navigator, process } = globalThis as {
    navigator?: { gpu?: GPU };
    process?: { versions?: { node?: string } };
  };
  if (navigator?.gpu) return navigator.gpu;
  if (!process?.versions?.node) throw new DeviceError(NO_GPU);
  // Only those who want it install it, so no bundler may follow the name, nor a minifier put it into the import.
  const dawn = ["web", "gpu"].join("");
  const module = (await import(/* webpackIgnore: true */ /* @vite-ignore */ dawn).catch(() => null)) as {
    create(options: string[]): GPU;
    globals: object;
  } | null;
  if (!module) throw new DeviceError(NO_GPU);
  Object.assign(globalThis, module.globals);
  return module.create([]);
}

export interface OpenOptions {
  readonly gpu: GPU | null;
  readonly powerPreference: GPUPowerPreference | null;
  /** How fast it is, if it is known. */
  readonly rates: Rates | null;
}

/** The GPUs in use: Dawn's ends with its object, even while a device of it lives. */
const inUse = new Set<GPU>();

export async function openWebGpu({ gpu, powerPreference, rates }: OpenOptions): Promise<WebGpu> {
  const own = gpu ?? (await findGpu());
  inUse.add(own);
  const adapter = await own.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) throw new DeviceError(NO_ADAPTER);
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredLimits }).catch((reason: unknown) => {
    throw new DeviceError(
      `initWebGPU: the adapter gives no device: ${reason instanceof Error ? reason.message : reason}`,
    );
  });
  const opened = new WebGpu(new Session(device, adapter.info));
  opened.setRates(rates ?? (await measureRates(opened)));
  return opened;
}
