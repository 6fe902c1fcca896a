/** Reverse mode: a linear program run backwards, from cotangents of its outputs to cotangents of its inputs. */
import { UnsupportedError } from "../base/errors.ts";
import { type Atom, type ClosedJaxpr, Environment, Literal, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type Tangent, UndefinedPrimal } from "../ir/primitive.ts";
import { addArrays } from "../lax/elementwise.ts";

/** The cotangents of the inputs; `null` where an input does not reach an output with a cotangent. */
export function transposeJaxpr({ jaxpr, consts }: ClosedJaxpr, cotangents: readonly Tangent[]): Tangent[] {
  const known = new Environment<NDArray>((literal) => literal.array);
  known.writeAll(jaxpr.constVars, consts);
  const collected = new Map<Var, NDArray>();
  const add = (atom: Atom, ct: Tangent): void => {
    if (!ct || atom instanceof Literal || known.has(atom)) return;
    const sum = collected.get(atom);
    collected.set(atom, sum ? addArrays(sum, ct) : ct);
  };
  jaxpr.outputs.forEach((atom, i) => {
    add(atom, cotangents[i] ?? null);
  });
  for (let i = jaxpr.equations.length - 1; i >= 0; i--) {
    const { primitive, inputs, params, outputs } = jaxpr.equations[i]!;
    const cts = outputs.map((v) => collected.get(v) ?? null);
    for (const v of outputs) collected.delete(v);
    if (cts.every((ct) => ct === null)) continue;
    if (!primitive.transpose) {
      throw new UnsupportedError(`the reverse-mode derivative of ${primitive.name} is not defined.`);
    }
    const values = inputs.map((a) => (a instanceof Var && !known.has(a) ? new UndefinedPrimal(a.aval) : known.read(a)));
    primitive.transpose(cts, values, params).forEach((ct, k) => {
      add(inputs[k]!, ct);
    });
  }
  return jaxpr.inputs.map((v) => collected.get(v) ?? null);
}
