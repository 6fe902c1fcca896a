/** Operations computed at once, outside of any trace: each is a plan of one equation, kept for the next call. */
import { UnsupportedError } from "../base/errors.ts";
import { compile, type Plan } from "../compile/plan.ts";
import { formatAval } from "../ir/aval.ts";
import { type Jaxpr, Var } from "../ir/jaxpr.ts";
import { operationKey } from "../ir/key.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";
import type { Primitive } from "../ir/primitive.ts";
import { compiled, planBytes } from "./compiled.ts";
import { runPlan } from "./wasm.ts";

export function asHostArray(x: NDArray): HostArray {
  if (x instanceof HostArray) return x;
  throw new UnsupportedError(`an array of ${formatAval(x.aval)} lives on a device that cannot be read at once.`);
}

function singleEquation(primitive: Primitive, inputs: readonly HostArray[], params: unknown): Jaxpr {
  const variables = inputs.map((x) => new Var(x.aval));
  const avals = primitive.aval(
    inputs.map((x) => x.aval),
    params,
  );
  const outputs = avals.map((aval) => new Var(aval));
  return { constVars: [], inputs: variables, equations: [{ primitive, inputs: variables, params, outputs }], outputs };
}

/** Computes one primitive. */
export function evaluate(primitive: Primitive, arrays: readonly NDArray[], params: unknown): NDArray[] {
  const inputs = arrays.map(asHostArray);
  const key = operationKey(
    primitive,
    inputs.map((x) => formatAval(x.aval)),
    params,
  );
  let plan = compiled.get(key) as Plan | undefined;
  if (!plan) {
    plan = compile(singleEquation(primitive, inputs, params));
    compiled.set(key, plan, planBytes(plan));
  }
  return runPlan(plan, inputs);
}
