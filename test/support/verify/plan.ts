/** Stands in the place of `src/device/wasm/plan.ts` where plans are verified: every plan that is made is looked at. */
import type { Program } from "../../../src/compile/program.ts";
import { planProgram as plan, type WasmPlan } from "../../../src/device/wasm/plan.ts";
import type { Aval } from "../../../src/ir/aval.ts";
import { type Anatomy, anatomyOf, faultsOf, planFaults } from "./check.ts";
import { record } from "./record.ts";

export * from "../../../src/device/wasm/plan.ts";

export const anatomies = new WeakMap<WasmPlan, Anatomy>();

export function planProgram(program: Program, outputs: readonly Aval[]): WasmPlan {
  const made = plan(program, outputs);
  const anatomy = anatomyOf(program);
  record.plans++;
  const faults = [...faultsOf(anatomy), ...planFaults(made, outputs, anatomy)];
  if (faults.length > 0) record.faults.push(`${faults.slice(0, 5).join("; ")} in ${describe(program, outputs)}`);
  anatomies.set(made, anatomy);
  return made;
}

const describe = ({ steps }: Program, outputs: readonly Aval[]): string =>
  `a program of ${outputs.map(({ dtype, shape }) => `${dtype}[${shape}]`)}: ${steps.map(({ kind }) => kind).slice(0, 40)}`;
