/** Operations computed at once, outside of any trace: each is a plan of one equation, kept for the next call. */
import { formatAval } from "../ir/aval.ts";
import { type Jaxpr, Var } from "../ir/jaxpr.ts";
import { operationKey } from "../ir/key.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Primitive } from "../ir/primitive.ts";
import { compiled } from "./compiled.ts";
import { deviceOf } from "./current.ts";
import { type Plan, planFor, runPlan } from "./device.ts";

function singleEquation(primitive: Primitive, arrays: readonly NDArray[], params: unknown): Jaxpr {
  const inputs = arrays.map((x) => new Var(x.aval));
  const avals = primitive.aval(
    arrays.map((x) => x.aval),
    params,
  );
  const outputs = avals.map((aval) => new Var(aval));
  return { constVars: [], inputs, equations: [{ primitive, inputs, params, outputs }], outputs };
}

/** Computes one primitive where its arrays live. */
export function evaluate(primitive: Primitive, arrays: readonly NDArray[], params: unknown): NDArray[] {
  const device = deviceOf(arrays);
  const avals = arrays.map((x) => formatAval(x.aval));
  const key = `${device.name} ${operationKey(primitive, avals, params)}`;
  const known = compiled.get(key) as Plan | undefined;
  const plan = known ?? planFor(device, singleEquation(primitive, arrays, params));
  if (!known) compiled.set(key, plan, plan.bytes);
  return runPlan(device, plan, arrays);
}
