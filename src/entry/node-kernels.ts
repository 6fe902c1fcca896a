/** The kernels for Node as files, for sources that run unbuilt and for bundles beside them; the build embeds them here. */
import { readFileSync } from "node:fs";
import type { KernelLoader } from "../device/wasm/kernels.ts";

const folder = new URL(import.meta.url.endsWith(".ts") ? "../../dist/" : "./", import.meta.url);

export const loadKernels: KernelLoader = (file) => {
  const name = typeof file === "string" ? file : file.name;
  return new Uint8Array(readFileSync(new URL(`${name}.wasm`, folder)));
};
