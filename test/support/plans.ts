/** Programs as the WebAssembly device plans them. */
import { lower } from "../../src/compile/lower.ts";
import type { Program } from "../../src/compile/program.ts";
import { simplify } from "../../src/compile/simplify.ts";
import { planProgram, type WasmPlan } from "../../src/device/wasm/plan.ts";
import { wasmTarget } from "../../src/device/wasm/target.ts";
import { type Jaxpr, outputAvals } from "../../src/ir/jaxpr.ts";
import { HostArray } from "../../src/ir/ndarray.ts";

export const lowered = (jaxpr: Jaxpr): Program => lower(simplify(jaxpr), wasmTarget);

export const planOf = (jaxpr: Jaxpr): WasmPlan => planProgram(lowered(jaxpr), outputAvals(jaxpr));

export function asHostArray(x: unknown): HostArray {
  if (x instanceof HostArray) return x;
  throw new TypeError("a test gave what is no array");
}
