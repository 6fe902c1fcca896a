/** The processor, by WebAssembly: the device that every runtime has. */
import { UnsupportedError } from "../../base/errors.ts";
import { formatAval } from "../../ir/aval.ts";
import { HostArray, type NDArray } from "../../ir/ndarray.ts";
import { ResidentArray } from "../current.ts";
import type { Device } from "../device.ts";
import { currentMemoryLimit } from "./kernels.ts";
import { planProgram, type WasmPlan } from "./plan.ts";
import { measureRates } from "./rates.ts";
import { runPlan } from "./run.ts";
import { wasmTarget } from "./target.ts";

function asHostArray(x: NDArray): HostArray {
  if (x instanceof HostArray) return x;
  if (x instanceof ResidentArray && x.host) return x.host;
  throw new UnsupportedError(`an array of ${formatAval(x.aval)} lives on a device that cannot be read at once.`);
}

export const wasm: Device<WasmPlan, HostArray> = {
  name: wasmTarget.name,
  target: wasmTarget,
  plan: planProgram,
  run: (plan, arrays) => runPlan(plan, arrays.map(asHostArray)),
  // Its arrays are the host's: memory is an arena that lives for one run.
  upload: (array) => array,
  read: (array) => array,
  memoryLimit: currentMemoryLimit,
  largestBuffer: () => Number.POSITIVE_INFINITY,
  done: () => Promise.resolve(),
  rates: measureRates,
};
