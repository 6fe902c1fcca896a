/** Stands in the place of `src/compile/plan.ts` where plans are verified: every plan that is compiled is looked at. */
import { compile as compilePlan, type Plan } from "../../../src/compile/plan.ts";
import type { Jaxpr } from "../../../src/ir/jaxpr.ts";
import { type Anatomy, anatomyOf, faultsOf, planFaults } from "./check.ts";
import { record } from "./record.ts";

export * from "../../../src/compile/plan.ts";

export const anatomies = new WeakMap<Plan, Anatomy>();

export function compile(program: Jaxpr): Plan {
  const plan = compilePlan(program);
  const anatomy = anatomyOf(program);
  record.plans++;
  const faults = [...faultsOf(anatomy), ...planFaults(plan, program, anatomy)];
  if (faults.length > 0) record.faults.push(`${faults.slice(0, 5).join("; ")} in ${describe(program)}`);
  anatomies.set(plan, anatomy);
  return plan;
}

const describe = ({ inputs, equations }: Jaxpr): string =>
  `a program of ${inputs.map(({ aval }) => `${aval.dtype}[${aval.shape}]`)}: ${equations.map(({ primitive }) => primitive.name).slice(0, 40)}`;
