/** Where the families' cases are computed. */

import { deviceNamed } from "../../src/device/placement.ts";
import type { WebGpu } from "../../src/device/webgpu/device.ts";

/** What a device must prove and what it lacks. */
export interface Chosen {
  /** How much was really computed there, and in what that is counted; the processor needs no proof. */
  readonly runs?: () => number;
  readonly unit?: string;
  /** The precision that it doesn't have. */
  readonly lacks: { readonly precision: "float64"; readonly reason: string } | null;
}

async function reference(): Promise<Chosen> {
  const { runsOnReference } = await import("../reference/install.ts");
  return { runs: runsOnReference, unit: "runs on the reference device", lacks: null };
}

/** @throws where there is no adapter. */
async function webgpu(): Promise<Chosen> {
  const { restartWithAdapter } = await import("../webgpu/environment.mjs");
  restartWithAdapter();
  const { open } = await import("../webgpu/opened.ts");
  await open();
  const { setDefaultDevice } = await import("cotangent");
  setDefaultDevice("webgpu");
  const { session } = deviceNamed("conformance", "webgpu") as WebGpu;
  const lacks = { precision: "float64", reason: "WebGPU has none" } as const;
  return { runs: () => session.recorder.counts.dispatches, unit: "dispatches on webgpu", lacks };
}

const DEVICES: Readonly<Record<string, () => Promise<Chosen>>> = {
  cpu: async () => ({ lacks: null }),
  reference,
  webgpu,
};

export async function openDevice(name: string): Promise<Chosen> {
  const open = Object.hasOwn(DEVICES, name) ? DEVICES[name] : undefined;
  if (!open) throw new Error(`there is no device ${name}, only ${Object.keys(DEVICES).join(", ")}`);
  return await open();
}
