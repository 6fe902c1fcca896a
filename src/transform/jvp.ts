/** Forward mode: a program's outputs together with their tangents. */
import { isFloat } from "../base/dtypes.ts";
import { type ClosedJaxpr, Environment } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Tangent } from "../ir/primitive.ts";
import { bind } from "../ir/trace.ts";

interface Dual {
  readonly primal: NDArray;
  readonly tangent: Tangent;
}

/** Evaluates the program and its derivative side by side. Values without a derivative (integers) have no tangent. */
export function jvpJaxpr(
  { jaxpr, consts }: ClosedJaxpr,
  primals: readonly NDArray[],
  tangents: readonly Tangent[],
): [NDArray[], Tangent[]] {
  const env = new Environment<Dual>((literal) => ({ primal: literal.array, tangent: null }));
  const constant = (primal: NDArray): Dual => ({ primal, tangent: null });
  env.writeAll(jaxpr.constVars, consts.map(constant));
  env.writeAll(
    jaxpr.inputs,
    primals.map((primal, i) => ({ primal, tangent: tangents[i] ?? null })),
  );
  for (const { primitive, inputs, params, outputs } of jaxpr.equations) {
    const duals = inputs.map((a) => env.read(a));
    const values = duals.map((d) => d.primal);
    if (duals.every((d) => d.tangent === null)) {
      env.writeAll(outputs, bind(primitive, values, params).map(constant));
      continue;
    }
    const [outs, dOuts] = primitive.jvp(
      values,
      duals.map((d) => d.tangent),
      params,
    );
    env.writeAll(
      outputs,
      outs.map((primal, i) => ({ primal, tangent: isFloat(primal.dtype) ? (dOuts[i] ?? null) : null })),
    );
  }
  const results = jaxpr.outputs.map((a) => env.read(a));
  return [results.map((r) => r.primal), results.map((r) => r.tangent)];
}
