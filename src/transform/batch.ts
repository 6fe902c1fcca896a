/** Vectorization: a program mapped over a batch axis of some of its inputs. */
import { type ClosedJaxpr, Environment } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { BatchAxis } from "../ir/primitive.ts";
import { bind } from "../ir/trace.ts";

interface Batched {
  readonly value: NDArray;
  readonly axis: BatchAxis;
}

/** The outputs of the mapped program and where their batch axes are; `null` for outputs that no batched input reaches. */
export function batchJaxpr(
  { jaxpr, consts }: ClosedJaxpr,
  inputs: readonly NDArray[],
  axes: readonly BatchAxis[],
): [NDArray[], BatchAxis[]] {
  const single = (value: NDArray): Batched => ({ value, axis: null });
  const env = new Environment<Batched>((literal) => single(literal.array));
  env.writeAll(jaxpr.constVars, consts.map(single));
  env.writeAll(
    jaxpr.inputs,
    inputs.map((value, i) => ({ value, axis: axes[i] ?? null })),
  );
  for (const { primitive, inputs, params, outputs } of jaxpr.equations) {
    const operands = inputs.map((a) => env.read(a));
    const values = operands.map((o) => o.value);
    if (operands.every((o) => o.axis === null)) {
      env.writeAll(outputs, bind(primitive, values, params).map(single));
      continue;
    }
    const [outs, outAxes] = primitive.batch(
      values,
      operands.map((o) => o.axis),
      params,
    );
    env.writeAll(
      outputs,
      outs.map((value, i) => ({ value, axis: outAxes[i] ?? null })),
    );
  }
  const results = jaxpr.outputs.map((a) => env.read(a));
  return [results.map((r) => r.value), results.map((r) => r.axis)];
}
